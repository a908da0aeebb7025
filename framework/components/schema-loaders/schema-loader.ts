import { defineFamily } from '../../manifest/definition/component.ts'
import type { JsonSchema } from '../../protocol/messages.ts'

export interface SchemaLoader {
  load(): Promise<JsonSchema> | JsonSchema
}
export const SchemaLoader = defineFamily<SchemaLoader>('SchemaLoader', 'Finds the JSON Schema of a stream.')
