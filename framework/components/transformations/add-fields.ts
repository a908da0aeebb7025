import { defineComponent } from '../../manifest/definition/component.ts'
import { condition as conditionField, list, optional, slot } from '../../manifest/definition/fields.ts'
import { Transformation } from '../read/transformation.ts'
import { AddedField } from './added-field.ts'

export const AddFields = defineComponent(Transformation, {
  type: 'AddFields',
  summary: 'Sets fields, in order; a later one sees the earlier ones.',
  fields: {
    fields: list(slot(AddedField, { description: 'A field.', default_type: 'AddedFieldDefinition' }), { description: 'The fields.' }),
    condition: optional(
      conditionField(['record', 'stream_slice', 'stream_partition', 'stream_interval', 'value', 'path'], {
        description: 'Asked for each field, with its `value` and `path`; the field is left out when false.',
      }),
    ),
  },
  examples: [
    {
      title: 'The partition of a record',
      manifest: { type: 'AddFields', fields: [{ path: ['shop_id'], value: '{{ stream_partition.shop_id }}' }] },
    },
  ],
  create: ({ fields, condition }) => {
    const asked = condition && condition.source !== '' ? condition : undefined
    return {
      transform: (record, scope) => {
        const seen = { ...scope, record }
        for (const field of fields) {
          const value = field.value(seen)
          if (asked && !asked.evaluate({ ...seen, value, path: field.path })) continue
          field.set(record, value)
        }
        return record
      },
    }
  },
})
