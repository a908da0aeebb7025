import { defineComponent } from '../../manifest/definition/component.ts'
import { condition, optional } from '../../manifest/definition/fields.ts'
import { RecordFilter } from '../read/extractor.ts'

export const ConditionRecordFilter = defineComponent(RecordFilter, {
  type: 'RecordFilter',
  summary: 'Keeps the records for which a condition is true.',
  fields: {
    condition: optional(
      condition(['record', 'stream_slice', 'stream_partition', 'stream_interval', 'next_page_token'], { description: 'The condition.' }),
    ),
  },
  examples: [{ title: 'Live records', manifest: { type: 'RecordFilter', condition: "{{ record.status != 'archived' }}" } }],
  create: ({ condition }) => ({
    // Without a condition nothing is kept in the reference: its default is an empty text, which is false.
    keep: (record, scope) => condition?.evaluate({ ...scope, record }) ?? false,
  }),
})
