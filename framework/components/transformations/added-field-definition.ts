import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { oneOf, optional, template } from '../../manifest/definition/fields.ts'
import { setOwn } from '../../template/python/dict.ts'
import { setAt } from '../values/field-path.ts'
import { jsonValue, typedValue } from '../values/json-value.ts'
import { AddedField } from './added-field.ts'
import { path as pathField } from './path-field.ts'

const types = ['string', 'number', 'integer', 'boolean'] as const
/** Literals that the foreign dialect takes for a value of the type; other texts stay text. */
const pythonTypes = { string: ['str'], number: ['float'], integer: ['int'], boolean: ['bool'] } as const

export const AddedFieldDefinition = defineComponent(AddedField, {
  type: 'AddedFieldDefinition',
  summary: 'One field that AddFields sets.',
  fields: {
    path: pathField({ description: 'Where the field goes; missing parents are made.', examples: [['shop_id'], ['meta', 'source']] }),
    value: template(['record', 'stream_slice', 'stream_partition', 'stream_interval'], { description: 'The value.' }),
    value_type: optional(oneOf(types, { description: 'The type of the value.' })),
  },
  examples: [
    { title: 'The partition', manifest: { type: 'AddedFieldDefinition', path: ['shop_id'], value: '{{ stream_partition.shop_id }}' } },
  ],
  create: ({ path, value, value_type }, { dialect }) => {
    const [key] = path
    if (key === undefined) throw new ConfigError('ERR_MANIFEST_INVALID', "an added field needs a 'path'")
    const options = value_type && dialect === 'airbyte' ? pythonTypes[value_type] : undefined
    const nativeType = dialect === 'native' ? value_type : undefined
    return {
      path,
      value: (scope) => {
        const found = jsonValue(value.evaluate(scope, options))
        return nativeType ? typedValue(found, nativeType) : found
      },
      set: path.length === 1 ? (row, item) => setOwn(row, key, item) : (row, item) => setAt(row, path, item),
    }
  },
})
