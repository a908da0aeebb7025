import { ConnectorError } from '../../errors.ts'
import { describe, isNode } from '../../manifest/definition/build.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { list, optional, slot, template } from '../../manifest/definition/fields.ts'
import type { JsonSchema } from '../../protocol/messages.ts'
import { setOwn } from '../../template/python/dict.ts'
import { valueAt } from '../values/field-path.ts'
import { valueText } from '../values/value-text.ts'
import { schemaOfType } from './airbyte-types.ts'
import { SchemaReading, type TargetType, TypeMapping } from './schema-type.ts'

const pointer = (description: string) => list(template([], { description: 'A key or list index.' }), { description })

export const SchemaTypeIdentifier = defineComponent(SchemaReading, {
  type: 'SchemaTypeIdentifier',
  summary: 'Says where a record that describes a schema has its fields, their names and their types.',
  fields: {
    schema_pointer: optional(pointer('Path of the list of fields; the record itself by default.')),
    key_pointer: pointer('Path of the name inside a field.'),
    type_pointer: optional(pointer('Path of the type inside a field; every field is a text by default.')),
    types_mapping: optional(
      list(slot(TypeMapping, { description: 'A type.', default_type: 'TypesMap' }), {
        description: 'Types of the source and what they are called here; the first that fits decides.',
      }),
    ),
  },
  examples: [
    {
      title: 'Columns of a table',
      manifest: {
        type: 'SchemaTypeIdentifier',
        schema_pointer: ['fields'],
        key_pointer: ['name'],
        type_pointer: ['type'],
        types_mapping: [{ type: 'TypesMap', current_type: 'singleLineText', target_type: 'string' }],
      },
    },
  ],
  create: ({ schema_pointer = [], key_pointer, type_pointer, types_mapping = [] }, { dialect }) => {
    const pathOf = (segments: typeof key_pointer) => segments.map((segment) => valueText(segment.evaluate({}), dialect))
    const places = { list: pathOf(schema_pointer), key: pathOf(key_pointer), type: type_pointer && pathOf(type_pointer) }
    return (record) => {
      const properties: Record<string, JsonSchema> = {}
      for (const definition of definitionsAt(record, places.list)) {
        const found = places.type ? (valueAt(definition, places.type) ?? 'string') : 'string'
        const mapped = types_mapping.reduce<TargetType | undefined>((known, map) => known ?? map(found, definition), undefined)
        setOwn(properties, nameAt(definition, places.key), schemaOf(mapped ?? found))
      }
      return properties
    }
  },
})

function definitionsAt(record: unknown, path: readonly string[]): readonly unknown[] {
  const found = valueAt(record, path)
  if (Array.isArray(found)) return found
  throw misfit(`expected the list of fields at '${path.join('.')}' of the record that describes the schema, found ${describe(found)}`)
}

function nameAt(definition: unknown, path: readonly string[]): string {
  const name = valueAt(definition, path)
  if (typeof name === 'string') return name
  throw misfit(`expected the name of a field at '${path.join('.')}' of its definition, found ${describe(name)}`)
}

function schemaOf(type: unknown): JsonSchema {
  if (isNode(type)) return type
  const names: readonly unknown[] = Array.isArray(type) ? type : [type]
  const [first, second] = names
  if (typeof first === 'string' && names.length === 1) return schemaOfType(first)
  if (typeof first === 'string' && typeof second === 'string' && names.length === 2) {
    return { oneOf: [schemaOfType(first), schemaOfType(second)] }
  }
  throw misfit(`a type is a name or two names, found ${JSON.stringify(type)}; add it to types_mapping`)
}

function misfit(message: string): ConnectorError {
  return new ConnectorError('ERR_SCHEMA_SHAPE', message, { failureType: 'config_error' })
}
