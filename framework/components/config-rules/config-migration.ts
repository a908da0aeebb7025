import { defineComponent } from '../../manifest/definition/component.ts'
import { list, optional, slot, string } from '../../manifest/definition/fields.ts'
import { ConfigMigrationRule, ConfigTransformation } from './config-rule.ts'

export const ConfigMigration = defineComponent(ConfigMigrationRule, {
  type: 'ConfigMigration',
  summary: 'Brings configs of older versions up to date; changes are reported so that the caller can save them.',
  fields: {
    description: optional(string({ description: 'Why.' })),
    transformations: optional(
      list(slot(ConfigTransformation, { description: 'A transformation.' }), { description: 'What it changes, in order.' }),
    ),
  },
  examples: [
    {
      title: 'A field that is gone',
      manifest: { type: 'ConfigMigration', transformations: [{ type: 'ConfigRemoveFields', field_pointers: [['old']] }] },
    },
  ],
  create:
    ({ transformations = [] }) =>
    (config) => {
      for (const transform of transformations) transform(config)
    },
})
