import { ConfigError } from '../../errors.ts'
import { isNode } from '../../manifest/definition/build.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { either, optional, slot, string } from '../../manifest/definition/fields.ts'
import { schemaOfType } from './airbyte-types.ts'
import { ComplexType } from './schema-type.ts'

const itemsDescription = 'The type of the items of an array.'

export const ComplexFieldType = defineComponent(ComplexType, {
  type: 'ComplexFieldType',
  summary: 'An array with items of one type.',
  fields: {
    field_type: string({ description: 'The name of the type.' }),
    items: optional(
      either(
        isNode,
        slot(ComplexType, { description: itemsDescription, default_type: 'ComplexFieldType' }),
        string({ description: itemsDescription }),
      ),
    ),
  },
  examples: [{ title: 'A list of texts', manifest: { type: 'ComplexFieldType', field_type: 'array', items: 'string' } }],
  create: ({ field_type, items }) => {
    if (items !== undefined && field_type !== 'array') {
      throw new ConfigError('ERR_MANIFEST_INVALID', `'items' belongs to a field_type of array, found ${field_type}`)
    }
    const schema = schemaOfType(field_type)
    return items === undefined ? schema : { ...schema, items: typeof items === 'string' ? schemaOfType(items) : items }
  },
})
