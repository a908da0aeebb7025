import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { optional, template } from '../../manifest/definition/fields.ts'
import { schemaFile } from './schema-file.ts'
import { SchemaLoader } from './schema-loader.ts'

export const JsonFileSchemaLoader = defineComponent(SchemaLoader, {
  type: 'JsonFileSchemaLoader',
  summary: 'The schema is in a JSON file beside the manifest; files it refers to are in the folder `shared` beside that.',
  fields: {
    file_path: optional(
      template([], {
        description: 'The file, from the folder of the manifest; `./schemas/<name>.json` by default, by the parameter `name`.',
        examples: ["./schemas/{{ parameters['name'] }}.json"],
      }),
    ),
  },
  examples: [
    { title: 'A file for each stream', manifest: { type: 'JsonFileSchemaLoader', file_path: "./schemas/{{ parameters['name'] }}.json" } },
  ],
  create: ({ file_path }, { files, parameters }) => ({
    load: () => {
      const path = file_path ? String(file_path.evaluate({})) : `./schemas/${String(parameters['name'] ?? '')}.json`
      const schema = schemaFile(files, path)
      if (schema) return schema
      throw new ConfigError('ERR_SCHEMA_FILE', `there is no schema file ${path} beside the manifest`)
    },
  }),
})
