import { defineComponent } from '../../manifest/definition/component.ts'
import { integer, string, withDefault } from '../../manifest/definition/fields.ts'
import { DynamicCheck } from './check.ts'

export const DynamicStreamCheckConfig = defineComponent(DynamicCheck, {
  type: 'DynamicStreamCheckConfig',
  summary: 'Tries the first streams of a group of dynamic streams.',
  fields: {
    dynamic_stream_name: string({ description: 'The name of the group.' }),
    stream_count: withDefault(integer({ description: 'How many of its streams are tried.' }), 0),
  },
  examples: [
    { title: 'One report', manifest: { type: 'DynamicStreamCheckConfig', dynamic_stream_name: 'custom_reports', stream_count: 1 } },
  ],
  create: ({ dynamic_stream_name, stream_count }) => ({ group: dynamic_stream_name, count: stream_count }),
})
