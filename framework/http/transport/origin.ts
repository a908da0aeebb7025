import { isIP } from 'node:net'
import { ConfigError, ConnectorError } from '../../errors.ts'
import { bareHost, isInternalAddress, isLoopbackAddress, isLoopbackHost } from './addresses.ts'

export interface Origins {
  /**
   * The URL in canonical form, or ConnectorError ERR_ORIGIN_REFUSED (config_error) that names host and reason, never the query.
   * Every request passes here before it is sent.
   */
  assertAllowed(url: string): URL
  /** Whether a name may be connected to an address that it resolved to: stops names that are rebound to internal addresses. */
  allowsAddress(hostname: string, address: string): boolean
  /** Hosts with their ports as an egress list for firewalls; empty when every host is allowed. */
  readonly egress: readonly { readonly host: string; readonly port: number }[]
}

interface Rule {
  readonly protocol: string
  readonly host: string
  readonly port: number
  /** Given with its scheme by whoever runs the connector: internal addresses and plain http are theirs to choose. */
  readonly configured: boolean
}

/**
 * `allowed` holds hosts of a manifest (`api.example.org`, `api.example.com:8443`: https only, public addresses only; loopback hosts
 * also by http) and origins from the config (`http://127.0.0.1:8080`: exactly that one). Undefined lets every host through that
 * is not an internal address of link-local kind: manifests of foreign origin have no list.
 */
export function createOrigins(allowed: readonly string[] | undefined): Origins {
  const rules = allowed?.map(readRule)
  return {
    assertAllowed: (url) => assertAllowed(url, rules),
    allowsAddress: (hostname, address) => allowsAddress(rules, hostname, address),
    egress: (rules ?? []).map(({ host, port }) => ({ host, port })),
  }
}

function readRule(entry: string): Rule {
  const configured = entry.includes('://')
  const url = parse(configured ? entry : `https://${entry}`)
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:'
  const isBare = configured || (url?.pathname === '/' && url.search === '')
  if (!url || !isWeb || !isBare || url.username !== '' || url.password !== '' || entry.includes('*')) {
    throw new ConfigError(
      'ERR_ALLOWED_HOST',
      `'${entry}' is not a host; write a host name with an optional port, such as api.example.com:8443`,
    )
  }
  return { protocol: url.protocol, host: url.hostname, port: portOf(url), configured }
}

function assertAllowed(text: string, rules: readonly Rule[] | undefined): URL {
  const url = parse(text)
  if (!url) throw refused('the address', 'it is not an absolute URL')
  const place = `${url.protocol}//${url.host}`
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused(place, 'only https is spoken')
  if (url.username !== '' || url.password !== '') throw refused(place, 'it carries credentials before the host')
  if (!rules) {
    if (isMetadataAddress(bareHost(url.hostname))) throw refused(place, 'it is a link-local address')
    return url
  }
  if (rules.some((rule) => matches(rule, url))) return url
  const sameHost = rules.some((rule) => rule.host === url.hostname)
  if (sameHost && url.protocol === 'http:') throw refused(place, 'credentials are sent by https only')
  const known = rules.map((rule) => rule.host).join(', ')
  throw refused(place, sameHost ? 'this port is not allowed' : `the allowed hosts are: ${known === '' ? 'none' : known}`)
}

function matches(rule: Rule, url: URL): boolean {
  if (rule.host !== url.hostname) return false
  if (rule.configured) return rule.protocol === url.protocol && rule.port === portOf(url)
  if (isLoopbackHost(url.hostname)) return url.protocol === 'http:' || rule.port === portOf(url)
  return url.protocol === 'https:' && rule.port === portOf(url) && !isInternalAddress(bareHost(url.hostname))
}

function allowsAddress(rules: readonly Rule[] | undefined, hostname: string, address: string): boolean {
  if (isIP(address) === 0) return false
  if (!rules) return !isMetadataAddress(address)
  if (!isInternalAddress(address)) return true
  if (isLoopbackHost(hostname)) return isLoopbackAddress(address)
  return rules.some((rule) => rule.configured && bareHost(rule.host) === hostname)
}

/** Link-local addresses serve cloud credentials; no API is reached there. */
function isMetadataAddress(host: string): boolean {
  return isInternalAddress(host) && /^(169\.254\.|::ffff:a9fe:|fe[89ab])/i.test(host)
}

function refused(place: string, reason: string): ConnectorError {
  return new ConnectorError('ERR_ORIGIN_REFUSED', `${place} is refused: ${reason}`, { failureType: 'config_error' })
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port)
  return url.protocol === 'http:' ? 80 : 443
}
