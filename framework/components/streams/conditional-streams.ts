import { defineComponent } from '../../manifest/definition/component.ts'
import { condition, list, rawObject } from '../../manifest/definition/fields.ts'
import { StreamSet } from './stream-set.ts'

export const ConditionalStreams = defineComponent(StreamSet, {
  type: 'ConditionalStreams',
  summary: 'Streams that are part of the connector only when a condition over the config holds. Used in the list of streams.',
  fields: {
    condition: condition([], { description: 'Whether the streams are part of the connector.' }),
    streams: list(rawObject({ description: 'A stream.' }), {
      description: 'The streams; they are looked at only when the condition holds.',
    }),
  },
  examples: [
    {
      title: 'A stream for those who asked for it',
      manifest: {
        type: 'ConditionalStreams',
        condition: "{{ config.get('with_audit_log', false) }}",
        streams: [
          {
            type: 'DeclarativeStream',
            name: 'audit_log',
            retriever: {
              type: 'SimpleRetriever',
              requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: 'audit' },
              record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
            },
          },
        ],
      },
      config: { with_audit_log: true },
    },
  ],
  create: ({ condition: holds, streams }) => ({ nodes: holds.evaluate({}) ? streams : [] }),
})
