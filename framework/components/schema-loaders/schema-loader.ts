import { defineFamily } from '../../manifest/definition/component.ts'
import type { JsonSchema } from '../../protocol/messages.ts'

/** Finds the JSON Schema of a stream, once per run. Throws ConnectorError when the source does not tell it. */
export interface SchemaLoader {
  load(): Promise<JsonSchema> | JsonSchema
}
export const SchemaLoader = defineFamily<SchemaLoader>('SchemaLoader', 'Finds the JSON Schema of a stream.')
