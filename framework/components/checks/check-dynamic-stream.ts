import { defineComponent } from '../../manifest/definition/component.ts'
import { boolean, integer, withDefault } from '../../manifest/definition/fields.ts'
import { Check } from './check.ts'
import { probeStreams } from './probe-streams.ts'

export const CheckDynamicStream = defineComponent(Check, {
  type: 'CheckDynamicStream',
  summary: 'A config works when a first record of the first streams can be read, whichever they are.',
  fields: {
    stream_count: integer({ description: 'How many streams to try.' }),
    use_check_availability: withDefault(boolean({ description: 'When false, it is enough that the streams can be built.' }), true),
  },
  examples: [{ title: 'Try the first stream', manifest: { type: 'CheckDynamicStream', stream_count: 1 } }],
  create: ({ stream_count, use_check_availability }, { dialect }) => ({
    check: async (target) => {
      if (target.streamNames.length === 0) return { status: 'FAILED', message: 'the connector has no streams for this config' }
      const names = use_check_availability ? target.streamNames.slice(0, stream_count) : []
      return probeStreams(target, names, dialect)
    },
  }),
})
