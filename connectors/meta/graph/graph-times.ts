import { Transformation } from '../../../framework/components/read/transformation.ts'
import { defineComponent } from '../../../framework/manifest/definition/component.ts'
import { list, string } from '../../../framework/manifest/definition/fields.ts'

export const GraphTimes = defineComponent(Transformation, {
  type: 'GraphTimes',
  summary: 'Writes the UTC offset of Graph times with a colon: `2026-11-18T09:00:00+0000` becomes `2026-11-18T09:00:00+00:00`.',
  fields: { fields: list(string({ description: 'A field.' }), { description: 'Fields at the top of the record that hold a time.' }) },
  examples: [{ title: 'Times of a post', manifest: { type: 'GraphTimes', fields: ['created_time', 'updated_time'] } }],
  create: ({ fields }) => ({
    transform: (row) => {
      for (const field of fields) {
        const time = row[field]
        if (typeof time !== 'string') continue
        // The API writes UTC; the rest is for what it does not do today.
        row[field] = time.endsWith('+0000') ? `${time.slice(0, -5)}+00:00` : time.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
      }
      return row
    },
  }),
})
