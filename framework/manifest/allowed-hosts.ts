import { ConnectorError } from '../errors.ts'
import { compileTemplate } from '../template/template.ts'
import type { Config } from './definition/component.ts'
import type { Manifest } from './manifest.ts'

/** Stands in `allowed_hosts` of an imported manifest whose hosts are known only while it is read. */
export const ANY_HOST = '*'

/**
 * The hosts of a manifest for this config, as the HTTP client takes them; undefined: any host. An entry with a template is a host, or
 * an address with one, that whoever wrote the config chose; one that yields no host is left out, as with a config that does not use it.
 */
export function allowedHostsOf(
  { runtime: { allowedHosts }, dialect }: Pick<Manifest, 'runtime' | 'dialect'>,
  config: Config,
  now: () => number,
): readonly string[] | undefined {
  if (!allowedHosts || (dialect === 'airbyte' && allowedHosts.includes(ANY_HOST))) return undefined
  return allowedHosts.flatMap((entry) => {
    if (!entry.includes('{{')) return [entry]
    const origin = originOf(textOf(entry, dialect, { config, now }))
    return origin === undefined ? [] : [origin]
  })
}

function textOf(entry: string, dialect: Manifest['dialect'], { config, now }: { config: Config; now: () => number }): string {
  try {
    return String(compileTemplate(entry, { dialect, now }).evaluate({ config, parameters: {} }))
  } catch (thrown) {
    if (thrown instanceof ConnectorError) return ''
    throw thrown
  }
}

/** `https://host:port` of a host or an address. */
function originOf(text: string): string | undefined {
  const address = text.includes('://') ? text : `https://${text}`
  const url = URL.canParse(address) ? new URL(address) : undefined
  const isHost = url && url.hostname !== '' && !url.hostname.startsWith('.') && /^https?:$/.test(url.protocol)
  return isHost ? url.origin : undefined
}
