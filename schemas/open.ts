import { byScheme, type Clock, folderOf, type SchemaRegistry } from '../framework/index.ts'
import { schemaRegistryForms } from './url-forms.ts'

export interface SchemaRegistryOptions {
  readonly clock: Clock
}

type Open = (url: string, options: SchemaRegistryOptions) => Promise<SchemaRegistry>

const postgres: Open = async (url, options) => (await import('./postgres-registry.ts')).postgresSchemaRegistry(url, options)
const http: Open = async (url, options) => (await import('./confluent-registry.ts')).confluentSchemaRegistry(url, options)

/** Every kind of schema registry; an implementation is loaded when it is asked for. */
const schemes: Readonly<Record<keyof typeof schemaRegistryForms, Open>> = {
  file: async (url) => (await import('./file-registry.ts')).fileSchemaRegistry(folderOf(url, 'ERR_SCHEMA_URL')),
  postgres,
  postgresql: postgres,
  http,
  https: http,
}

/** Throws ConfigError ERR_SCHEMA_URL for a scheme that is not known or a URL that names no place. */
export async function openSchemaRegistry(url: string, options: SchemaRegistryOptions): Promise<SchemaRegistry> {
  const kind = { what: 'schema registry', code: 'ERR_SCHEMA_URL', forms: schemaRegistryForms }
  return byScheme(schemes, url, kind)(url, options)
}
