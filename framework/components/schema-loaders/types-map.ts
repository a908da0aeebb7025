import { isDeepStrictEqual } from 'node:util'
import { isNode } from '../../manifest/definition/build.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { condition, either, listOrOne, optional, slot, string } from '../../manifest/definition/fields.ts'
import { ComplexType, TypeMapping } from './schema-type.ts'

const target = 'The type here: a name, two names for one or the other, or a ComplexFieldType.'

export const TypesMap = defineComponent(TypeMapping, {
  type: 'TypesMap',
  summary: 'Says what a type of the source is called here.',
  fields: {
    current_type: listOrOne(string({ description: 'A type.' }), { description: 'The type as the source names it.' }),
    target_type: either(
      isNode,
      slot(ComplexType, { description: target, default_type: 'ComplexFieldType' }),
      listOrOne(string({ description: 'A type.' }), { description: target }),
    ),
    condition: optional(condition(['raw_schema'], { description: 'Whether it applies to a field, by its definition.' })),
  },
  examples: [
    { title: 'Texts', manifest: { type: 'TypesMap', current_type: 'singleLineText', target_type: 'string' } },
    {
      title: 'Lists, where the source has one type for both',
      manifest: {
        type: 'TypesMap',
        current_type: 'select',
        target_type: { type: 'ComplexFieldType', field_type: 'array', items: 'string' },
        condition: '{{ raw_schema.multiple == true }}',
      },
    },
  ],
  create: ({ current_type, target_type, condition: applies }) => {
    const [first] = current_type
    return (type, definition) => {
      const isSame = isDeepStrictEqual(type, current_type) || (current_type.length === 1 && type === first)
      return isSame && (applies?.evaluate({ raw_schema: definition }) ?? true) ? target_type : undefined
    }
  },
})
