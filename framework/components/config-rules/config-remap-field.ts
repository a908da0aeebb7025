import { ConfigError } from '../../errors.ts'
import { isNode } from '../../manifest/definition/build.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { list, mapping, template } from '../../manifest/definition/fields.ts'
import { setAt, valueAt } from '../values/field-path.ts'
import { jsonValue } from '../values/json-value.ts'
import { valueText } from '../values/value-text.ts'
import { ConfigTransformation } from './config-rule.ts'

export const ConfigRemapField = defineComponent(ConfigTransformation, {
  type: 'ConfigRemapField',
  summary: 'Replaces a value of the config by what a map has for it; other values stay.',
  fields: {
    map: mapping([], { description: 'Values and what replaces them.', nested: true }),
    field_path: list(template([], { description: 'A key.' }), { description: 'Where the value is.' }),
  },
  examples: [
    {
      title: 'Names of environments',
      manifest: { type: 'ConfigRemapField', map: { prod: 'production', dev: 'development' }, field_path: ['environment'] },
    },
  ],
  create: ({ map, field_path }, { dialect }) => {
    if (field_path.length === 0) throw new ConfigError('ERR_MANIFEST_INVALID', "'field_path' must name a field")
    return (config) => {
      const path = field_path.map((segment) => valueText(segment.evaluate({ config }), dialect))
      const found = valueAt(config, path)
      const replacements = map.evaluate({ config })
      if (typeof found !== 'string' || !isNode(replacements) || !Object.hasOwn(replacements, found)) return
      setAt(config, path, jsonValue(replacements[found]))
    }
  },
})
