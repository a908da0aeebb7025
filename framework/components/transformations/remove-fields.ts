import { defineComponent } from '../../manifest/definition/component.ts'
import { condition as conditionField, list, optional } from '../../manifest/definition/fields.ts'
import { Transformation } from '../read/transformation.ts'
import { removeAt } from '../values/field-path.ts'
import { path } from './path-field.ts'

export const RemoveFields = defineComponent(Transformation, {
  type: 'RemoveFields',
  summary: 'Removes fields. Inside a list only the last item goes; others become null.',
  fields: {
    field_pointers: list(path({ description: 'A path; `*` and `**` are globs.' }), {
      description: 'What to remove.',
      examples: [[['secret'], ['meta', '**']]],
    }),
    condition: optional(conditionField(['property'], { description: 'Asked for each value found, as `property`; true removes it.' })),
  },
  examples: [{ title: 'One field', manifest: { type: 'RemoveFields', field_pointers: [['internal']] } }],
  create: ({ field_pointers, condition }) => {
    const accepts = condition && condition.source !== '' ? (property: unknown) => condition.evaluate({ property }) : undefined
    return {
      transform: (record) => {
        for (const pointer of field_pointers) removeAt(record, pointer, accepts)
        return record
      },
    }
  },
})
