import { defineComponent } from '../../manifest/definition/component.ts'
import { condition, list, optional, slot } from '../../manifest/definition/fields.ts'
import { AddedField } from '../transformations/added-field.ts'
import { ConfigTransformation } from './config-rule.ts'

export const ConfigAddFields = defineComponent(ConfigTransformation, {
  type: 'ConfigAddFields',
  summary: 'Sets fields of the config; later ones see earlier ones.',
  fields: {
    fields: list(slot(AddedField, { description: 'A field.', default_type: 'AddedFieldDefinition' }), { description: 'The fields.' }),
    condition: optional(condition([], { description: 'Whether they are set; they are without one.' })),
  },
  examples: [
    {
      title: 'A host that follows from the region',
      manifest: {
        type: 'ConfigAddFields',
        fields: [{ type: 'AddedFieldDefinition', path: ['host'], value: "{{ config['region'] }}.example.com" }],
      },
    },
  ],
  create:
    ({ fields, condition: applies }) =>
    (config) => {
      // An empty text is no condition.
      if (applies && applies.source !== '' && !applies.evaluate({ config })) return
      for (const field of fields) field.set(config, field.value({ config }))
    },
})
