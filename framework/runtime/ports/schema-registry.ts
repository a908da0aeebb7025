import type { JsonSchema } from '../../protocol/messages.ts'

/** A schema as it was registered. */
export interface SchemaVersion {
  /** Whose schema it is: see `schemaName`. */
  readonly stream: string
  /** Starts at 1 and moves only when the fingerprint does. */
  readonly version: number
  /** Equal for schemas that say the same. */
  readonly fingerprint: string
  readonly schema: JsonSchema
}

/** Keeps the schemas of streams, all their versions. */
export interface SchemaRegistry {
  /**
   * Gives the version of the schema: the latest one when that says the same, else a new one. Durable when it resolves. Several
   * processes may register at once; each gets a version that holds its schema.
   */
  register(stream: string, schema: JsonSchema): Promise<SchemaVersion>
  /** undefined for a stream that was never registered. Throws for a schema that cannot be read, never gives an empty one. */
  latest(stream: string): Promise<SchemaVersion | undefined>
  /** Newest first. */
  history(stream: string): Promise<readonly SchemaVersion[]>
  /** Names of the streams that have a schema, sorted. */
  streams(): Promise<readonly string[]>
  close(): Promise<void>
}

/** The name under which schemas of a stream are registered: accounts share it, connections do not. */
export function schemaName(connection: string, kind: string): string {
  return `${connection.replaceAll('%', '%25').replaceAll('.', '%2E')}.${kind}`
}

/** The connection and the kind of a stream's name. */
export function readSchemaName(name: string): { readonly connection: string; readonly kind: string } {
  const dot = name.indexOf('.')
  const connection = name.slice(0, dot).replaceAll('%2E', '.').replaceAll('%25', '%')
  return { connection, kind: name.slice(dot + 1) }
}
