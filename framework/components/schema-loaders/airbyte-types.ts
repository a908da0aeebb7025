import { ConnectorError, suggest } from '../../errors.ts'
import type { JsonSchema } from '../../protocol/messages.ts'

const nullable = (type: string, more: JsonSchema = {}): JsonSchema => ({ type: ['null', type], ...more })

/** JSON Schemas of the type names that the language knows. */
const schemas: ReadonlyMap<string, JsonSchema> = new Map([
  ['string', nullable('string')],
  ['boolean', nullable('boolean')],
  ['date', nullable('string', { format: 'date' })],
  ['timestamp_without_timezone', nullable('string', { format: 'date-time', airbyte_type: 'timestamp_without_timezone' })],
  ['timestamp_with_timezone', nullable('string', { format: 'date-time' })],
  ['time_without_timezone', nullable('string', { format: 'time', airbyte_type: 'time_without_timezone' })],
  ['time_with_timezone', nullable('string', { format: 'time', airbyte_type: 'time_with_timezone' })],
  ['integer', nullable('integer')],
  ['number', nullable('number')],
  ['array', nullable('array')],
  ['object', nullable('object')],
])

/** The schema of a type by its name. Throws ConnectorError ERR_SCHEMA_TYPE for unknown names. */
export function schemaOfType(name: string): JsonSchema {
  const schema = schemas.get(name)
  if (schema) return { ...schema }
  throw new ConnectorError('ERR_SCHEMA_TYPE', `unknown type '${name}'; ${suggest(name, [...schemas.keys()])}`, {
    failureType: 'config_error',
  })
}
