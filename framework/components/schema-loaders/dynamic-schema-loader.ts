import { defineComponent } from '../../manifest/definition/component.ts'
import { list, optional, slot } from '../../manifest/definition/fields.ts'
import type { Row } from '../../protocol/messages.ts'
import { rowsOf } from '../read/all-rows.ts'
import { RecordFilter } from '../read/extractor.ts'
import { Retriever } from '../read/retriever.ts'
import { Transformation } from '../read/transformation.ts'
import { SchemaLoader } from './schema-loader.ts'
import { SchemaReading } from './schema-type.ts'

export const DynamicSchemaLoader = defineComponent(SchemaLoader, {
  type: 'DynamicSchemaLoader',
  summary: 'Asks the source: its first record describes the fields.',
  fields: {
    retriever: slot(Retriever, { description: 'Reads the record that describes the schema.', default_type: 'SimpleRetriever' }),
    schema_type_identifier: slot(SchemaReading, { description: 'Where names and types are.', default_type: 'SchemaTypeIdentifier' }),
    schema_filter: optional(
      slot(RecordFilter, {
        description: 'Keeps the properties for which a condition is true; `record` is the property as the only key.',
        default_type: 'RecordFilter',
      }),
    ),
    schema_transformations: optional(
      list(slot(Transformation, { description: 'A transformation.' }), { description: 'Change the properties, by name, in order.' }),
    ),
  },
  examples: [
    {
      title: 'Columns of a table',
      manifest: {
        type: 'DynamicSchemaLoader',
        retriever: {
          type: 'SimpleRetriever',
          requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: 'tables/orders' },
          record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
        },
        schema_type_identifier: { type: 'SchemaTypeIdentifier', schema_pointer: ['fields'], key_pointer: ['name'], type_pointer: ['type'] },
      },
    },
  ],
  create: ({ retriever, schema_type_identifier: read, schema_filter, schema_transformations = [] }, { path }) => ({
    load: async () => {
      const record = await firstOf(rowsOf(retriever, { stream: `the schema at ${path}` }))
      const properties = record ? read(record) : {}
      const kept = Object.entries(properties).filter(([name, schema]) => schema_filter?.keep({ [name]: schema }, {}) ?? true)
      return {
        $schema: 'https://json-schema.org/draft-07/schema#',
        type: 'object',
        additionalProperties: true,
        properties: schema_transformations.reduce<Row>((changed, step) => step.transform(changed, {}), Object.fromEntries(kept)),
      }
    },
  }),
})

async function firstOf<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of items) return item
  return undefined
}
