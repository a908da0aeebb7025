import { defineComponent } from '../../manifest/definition/component.ts'
import { condition, list, optional, string } from '../../manifest/definition/fields.ts'
import { removeAt } from '../values/field-path.ts'
import { ConfigTransformation } from './config-rule.ts'

export const ConfigRemoveFields = defineComponent(ConfigTransformation, {
  type: 'ConfigRemoveFields',
  summary: 'Removes fields of the config; fields that are not there are no mistake.',
  fields: {
    field_pointers: list(list(string({ description: 'A key.' }), { description: 'Path of a field.' }), { description: 'The fields.' }),
    condition: optional(condition(['property'], { description: 'Whether a field is removed; `property` is its value.' })),
  },
  examples: [
    { title: 'A field that is gone', manifest: { type: 'ConfigRemoveFields', field_pointers: [['credentials', 'legacy_token']] } },
  ],
  create: ({ field_pointers, condition: applies }) => {
    const decides = applies && applies.source !== '' ? applies : undefined
    return (config) => {
      for (const path of field_pointers) removeAt(config, path, decides && ((property) => decides.evaluate({ config, property })))
    }
  },
})
