import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ConnectorPackage, connectors } from '../connectors/index.ts'
import { ConfigError, suggest } from '../framework/errors.ts'

/** A manifest and what belongs to it. */
export interface ConnectorSource {
  readonly file: string
  readonly text: string
  /** undefined for a manifest that is not one of ours. */
  readonly package: ConnectorPackage | undefined
}

/** Finds the connector that `name` means: a manifest file, an id or a product name; else the environment's CONNECTOR_MANIFEST. */
export function findConnector(
  name: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  packages: readonly ConnectorPackage[] = connectors,
): ConnectorSource {
  const wanted = name ?? env['CONNECTOR_MANIFEST']
  const products = packages.map(({ product }) => product)
  if (wanted === undefined || wanted === '') {
    throw new ConfigError('ERR_CONNECTOR_MISSING', `name a connector: a manifest file, an id or a product; known: ${products.join(', ')}`)
  }
  const installed = packages.find(({ id, product }) => id === wanted || product === wanted)
  if (installed) return readManifest(manifestPath(installed), { known: installed, packages })
  if (!existsSync(wanted)) {
    const hint = /\.(ya?ml|json)$/.test(wanted) ? 'the file does not exist' : suggest(wanted, products)
    throw new ConfigError('ERR_CONNECTOR_UNKNOWN', `unknown connector '${wanted}'; ${hint}`)
  }
  return readManifest(wanted, { known: undefined, packages })
}

function manifestPath({ manifest }: ConnectorPackage): string {
  if (manifest.startsWith('file:')) return fileURLToPath(manifest)
  return isAbsolute(manifest) ? manifest : createRequire(import.meta.url).resolve(`declarative-connector/${manifest}`)
}

interface Known {
  readonly known: ConnectorPackage | undefined
  readonly packages: readonly ConnectorPackage[]
}

function readManifest(file: string, { known, packages }: Known): ConnectorSource {
  try {
    const text = readFileSync(file, 'utf8')
    // A copy of one of our manifests keeps its connector's components.
    const id = /^id:\s*(\S+)/m.exec(text)?.[1]
    return { file, text, package: known ?? packages.find((entry) => entry.id === id) }
  } catch (cause) {
    throw new ConfigError(
      'ERR_MANIFEST_UNREADABLE',
      `cannot read manifest ${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
}
