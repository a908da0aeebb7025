import { defineComponent } from '../../manifest/definition/component.ts'
import { defaultSchema } from './schema-file.ts'
import { SchemaLoader } from './schema-loader.ts'

export const DefaultSchemaLoader = defineComponent(SchemaLoader, {
  type: 'DefaultSchemaLoader',
  summary: 'The schema in `schemas/<name>.json` beside the manifest, by the parameter `name`; without that file, any record fits.',
  fields: {},
  examples: [{ title: 'The file named after the stream', manifest: { type: 'DefaultSchemaLoader', $parameters: { name: 'orders' } } }],
  create: (_, { files, parameters }) => ({ load: () => defaultSchema(files, parameters['name'] ?? '') }),
})
