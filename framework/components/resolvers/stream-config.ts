import { defineComponent } from '../../manifest/definition/component.ts'
import { list, optional, rawObject, template } from '../../manifest/definition/fields.ts'
import { valueAt } from '../values/field-path.ts'
import { valueText } from '../values/value-text.ts'
import { ConfigValues } from './components-resolver.ts'

export const StreamConfig = defineComponent(ConfigValues, {
  type: 'StreamConfig',
  summary: 'Path in the config of the values that streams are made from.',
  fields: {
    configs_pointer: list(template([], { description: 'A key or list index.' }), { description: 'Path of the list in the config.' }),
    default_values: optional(list(rawObject({ description: 'A value.' }), { description: 'Values besides those of the config.' })),
  },
  examples: [{ title: 'Reports that the user defines', manifest: { type: 'StreamConfig', configs_pointer: ['custom_reports'] } }],
  create: ({ configs_pointer, default_values = [] }, { dialect }) => {
    const path = configs_pointer.map((segment) => valueText(segment.evaluate({}), dialect))
    return (config) => {
      const found = valueAt(config, path) ?? []
      return [...(Array.isArray(found) ? found : [found]), ...default_values]
    }
  },
})
