import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
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
export function findConnector(name: string | undefined, env: Readonly<Record<string, string | undefined>>): ConnectorSource {
  const wanted = name ?? env['CONNECTOR_MANIFEST']
  const products = connectors.map(({ product }) => product)
  if (wanted === undefined || wanted === '') {
    throw new ConfigError('ERR_CONNECTOR_MISSING', `name a connector: a manifest file, an id or a product; known: ${products.join(', ')}`)
  }
  const installed = connectors.find(({ id, product }) => id === wanted || product === wanted)
  if (installed) return readManifest(createRequire(import.meta.url).resolve(`declarative-connector/${installed.manifest}`), installed)
  if (!existsSync(wanted)) {
    const hint = /\.(ya?ml|json)$/.test(wanted) ? 'the file does not exist' : suggest(wanted, products)
    throw new ConfigError('ERR_CONNECTOR_UNKNOWN', `unknown connector '${wanted}'; ${hint}`)
  }
  return readManifest(wanted, undefined)
}

function readManifest(file: string, known: ConnectorPackage | undefined): ConnectorSource {
  try {
    const text = readFileSync(file, 'utf8')
    // A copy of one of our manifests keeps its connector's components.
    const id = /^id:\s*(\S+)/m.exec(text)?.[1]
    return { file, text, package: known ?? connectors.find((entry) => entry.id === id) }
  } catch (cause) {
    throw new ConfigError(
      'ERR_MANIFEST_UNREADABLE',
      `cannot read manifest ${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
}
