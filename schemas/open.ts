import { fileURLToPath } from 'node:url'
import { type Clock, ConfigError, type SchemaRegistry, suggest } from '../framework/index.ts'

export interface SchemaRegistryOptions {
  readonly clock: Clock
}

interface Scheme {
  /** How the URL looks, for messages and help. */
  readonly form: string
  open(url: string, options: SchemaRegistryOptions): Promise<SchemaRegistry>
}

const postgres: Scheme = {
  form: 'postgres://…',
  open: async (url, options) => (await import('./postgres-registry.ts')).postgresSchemaRegistry(url, options),
}
const http: Scheme = {
  form: 'https://… (Confluent)',
  open: async (url, options) => (await import('./confluent-registry.ts')).confluentSchemaRegistry(url, options),
}

/** Every kind of schema registry; an implementation is loaded when it is asked for. */
const schemes: Readonly<Record<string, Scheme>> = {
  file: {
    form: 'file:DIR',
    open: async (url) => (await import('./file-registry.ts')).fileSchemaRegistry(directoryOf(url)),
  },
  postgres,
  postgresql: postgres,
  http,
  https: http,
}

/** Forms of URL that {@link openSchemaRegistry} takes. */
export const schemaRegistryForms: readonly string[] = [...new Set(Object.values(schemes).map(({ form }) => form))]

/** Throws ConfigError ERR_SCHEMA_URL for a scheme that is not known or a URL that names no place. */
export async function openSchemaRegistry(url: string, options: SchemaRegistryOptions): Promise<SchemaRegistry> {
  const name = url.slice(0, Math.max(0, url.indexOf(':'))).toLowerCase()
  const scheme = Object.hasOwn(schemes, name) ? schemes[name] : undefined
  if (scheme) return scheme.open(url, options)
  const message = `no schema registry for ${JSON.stringify(url)}: unknown scheme '${name}'; ${suggest(name, Object.keys(schemes))} (${schemaRegistryForms.join(', ')})`
  throw new ConfigError('ERR_SCHEMA_URL', message)
}

function directoryOf(url: string): string {
  const path = url.slice('file:'.length)
  const directory = path.startsWith('//') ? fileURLToPath(url) : path
  if (directory === '') throw new ConfigError('ERR_SCHEMA_URL', `${url} names no directory; write file:DIR`)
  return directory
}
