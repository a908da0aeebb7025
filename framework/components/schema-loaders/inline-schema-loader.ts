import { defineComponent } from '../../manifest/definition/component.ts'
import { optional, rawObject } from '../../manifest/definition/fields.ts'
import { SchemaLoader } from './schema-loader.ts'

export const InlineSchemaLoader = defineComponent(SchemaLoader, {
  type: 'InlineSchemaLoader',
  summary: 'The schema is written in the manifest.',
  fields: { schema: optional(rawObject({ description: 'A JSON Schema (draft 7); taken as it is.' })) },
  examples: [
    {
      title: 'Two fields',
      manifest: {
        type: 'InlineSchemaLoader',
        schema: { type: 'object', properties: { id: { type: 'string' }, name: { type: ['null', 'string'] } } },
      },
    },
  ],
  create: ({ schema = {} }) => ({ load: () => schema }),
})
