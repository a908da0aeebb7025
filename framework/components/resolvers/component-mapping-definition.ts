import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { boolean, condition, list, oneOf, optional, template, withDefault } from '../../manifest/definition/fields.ts'
import { parseYaml } from '../../manifest/document/yaml.ts'
import { truthy } from '../../template/python/values.ts'
import { replaceAt, setAt } from '../values/field-path.ts'
import { jsonValue } from '../values/json-value.ts'
import { valueText } from '../values/value-text.ts'
import { ComponentMapping } from './components-resolver.ts'

const names = ['components_values', 'stream_template_config', 'stream_slice', 'stream_partition', 'stream_interval']
const types = ['string', 'number', 'integer', 'boolean'] as const
const pythonTypes = { string: ['str'], number: ['float'], integer: ['int'], boolean: ['bool'] } as const

export const ComponentMappingDefinition = defineComponent(ComponentMapping, {
  type: 'ComponentMappingDefinition',
  summary: 'Writes one field of the stream template.',
  fields: {
    field_path: list(template(names, { description: 'A key, a list index, or `*` for all.' }), { description: 'Where the field is.' }),
    value: template(names, { description: 'What goes there.' }),
    value_type: optional(oneOf(types, { description: 'The type of the value; of `string`, it stays text whatever it looks like.' })),
    create_or_update: withDefault(boolean({ description: 'Make the field where the template has none.' }), false),
    condition: optional(condition(names, { description: 'Whether the field is written.' })),
  },
  examples: [
    {
      title: 'The name of the stream',
      manifest: { type: 'ComponentMappingDefinition', field_path: ['name'], value: "{{ components_values['name'] }}" },
    },
  ],
  create: ({ field_path, value, value_type, create_or_update, condition: applies }, { dialect }) => {
    const valid = value_type && dialect === 'airbyte' ? pythonTypes[value_type] : undefined
    return (copy, scope, { text, creates }) => {
      if (applies && !applies.evaluate(scope)) return
      const found = jsonValue(value.evaluate(scope, valid))
      const path = field_path.map((segment) => valueText(segment.evaluate(scope), dialect))
      const parsed = text === 'yaml' && typeof found === 'string' && value_type !== 'string' ? yamlValue(found) : found
      const replaced = replaceAt(copy, path, parsed)
      if (replaced === 0 && creates && create_or_update && truthy(parsed)) setAt(copy, path, parsed)
    }
  },
})

/** A text that is not YAML, such as `%Y-%m-%d`, is a text. */
function yamlValue(text: string): unknown {
  try {
    return parseYaml({ text, file: 'components_mapping' }, () => 'airbyte').root
  } catch (thrown) {
    if (thrown instanceof ConfigError) return text
    throw thrown
  }
}
