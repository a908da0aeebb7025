import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { list, slot } from '../../manifest/definition/fields.ts'
import { PartitionRouter } from '../read/partition-router.ts'
import { ParentStream } from './parent-stream.ts'
import { SubstreamRun } from './substream-run.ts'

export const SubstreamPartitionRouter = defineComponent(PartitionRouter, {
  type: 'SubstreamPartitionRouter',
  summary: 'Reads the stream once for every record of its parent streams.',
  fields: {
    parent_stream_configs: list(slot(ParentStream, { description: 'A parent.', default_type: 'ParentStreamConfig' }), {
      description: 'The parents, read one after the other.',
    }),
  },
  examples: [
    {
      title: 'Comments of each post',
      manifest: {
        type: 'SubstreamPartitionRouter',
        parent_stream_configs: [
          {
            type: 'ParentStreamConfig',
            parent_key: 'id',
            partition_field: 'post_id',
            stream: {
              type: 'DeclarativeStream',
              name: 'posts',
              retriever: {
                type: 'SimpleRetriever',
                requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: 'posts' },
                record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
              },
            },
          },
        ],
      },
    },
  ],
  create: ({ parent_stream_configs: parents }, context) => {
    if (parents.length === 0) throw new ConfigError('ERR_MANIFEST_INVALID', 'SubstreamPartitionRouter needs at least one parent stream')
    let runs = 0
    let run: SubstreamRun | undefined
    return {
      partitions: (scope, states) => {
        run = new SubstreamRun({ parents, scope, states, context })
        runs += 1
        return run.partitions()
      },
      parentState: () => (runs === 1 ? run?.states() : undefined),
    }
  },
})
