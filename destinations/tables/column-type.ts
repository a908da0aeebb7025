import type { JsonSchema } from '../../framework/index.ts'
import { isObject } from '../../framework/index.ts'

/** Types of columns, named as PostgreSQL names them; every store of tables says what it calls them. */
export type ColumnType = 'text' | 'bigint' | 'numeric' | 'double' | 'boolean' | 'timestamptz' | 'timestamp' | 'date' | 'jsonb'

/** The type that takes every value of a property. What a schema leaves open becomes JSON. */
export function columnTypeOf(property: unknown): ColumnType {
  if (!isObject(property)) return 'jsonb'
  const types = [property['type']].flat().filter((type) => type !== 'null')
  if (types.length === 2 && types.includes('integer') && types.includes('number')) return 'numeric'
  if (types.length !== 1) return 'jsonb'
  const airbyte = property['airbyte_type']
  switch (types[0]) {
    case 'string':
      return textType(property['format'], airbyte)
    case 'integer':
      return airbyte === 'big_integer' ? 'numeric' : 'bigint'
    case 'number':
      return airbyte === 'integer' ? 'bigint' : 'numeric'
    case 'boolean':
      return 'boolean'
    default:
      return 'jsonb'
  }
}

function textType(format: unknown, airbyte: unknown): ColumnType {
  if (airbyte === 'big_integer' || airbyte === 'big_number') return 'numeric'
  if (format === 'date') return 'date'
  if (format === 'date-time') return airbyte === 'timestamp_without_timezone' ? 'timestamp' : 'timestamptz'
  return 'text'
}

/** Properties that the schema names, in its order. */
export function propertiesOf(schema: JsonSchema): ReadonlyMap<string, unknown> {
  const properties = schema['properties']
  return new Map(isObject(properties) ? Object.entries(properties) : [])
}

/** True when values of `from` are all values of `to`: a column may then take the wider type. */
export function widens(from: ColumnType, to: ColumnType): boolean {
  return from === 'bigint' && to === 'numeric'
}
