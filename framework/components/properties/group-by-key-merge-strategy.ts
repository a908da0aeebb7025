import { defineComponent } from '../../manifest/definition/component.ts'
import { listOrOne, string } from '../../manifest/definition/fields.ts'
import { RecordMergeStrategy } from '../read/properties.ts'

export const GroupByKeyMergeStrategy = defineComponent(RecordMergeStrategy, {
  type: 'GroupByKeyMergeStrategy',
  summary: 'Takes records with the same values in these fields for parts of one record.',
  aliases: ['GroupByKey'],
  fields: {
    key: listOrOne(string({ description: 'A field of the record.' }), { description: 'The field or fields that identify a record.' }),
  },
  examples: [
    { title: 'By id', manifest: { type: 'GroupByKeyMergeStrategy', key: 'id' } },
    { title: 'By two fields', manifest: { type: 'GroupByKeyMergeStrategy', key: ['parent_id', 'end_date'] } },
  ],
  create: ({ key: fields }) => {
    // With several fields a comma inside a value must not look like the one between two values.
    const text = fields.length > 1 ? (value: unknown) => String(value).replaceAll(/[\\,]/g, '\\$&') : String
    return (row) => {
      const values = fields.map((field) => row[field])
      return values.some(isMissing) ? undefined : values.map(text).join(',')
    }
  },
})

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}
