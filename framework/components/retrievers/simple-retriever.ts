import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { boolean, listOrOne, optional, slot, withDefault } from '../../manifest/definition/fields.ts'
import { Decoder } from '../decoders/decoder.ts'
import { Paginator, singlePage } from '../paginators/paginator.ts'
import { combineRouters } from '../partition-routers/combine-routers.ts'
import { RecordSelector } from '../read/extractor.ts'
import { PartitionRouter } from '../read/partition-router.ts'
import { Requester } from '../read/requester.ts'
import { Retriever, wholeStream } from '../read/retriever.ts'
import { PageReset } from './page-reset.ts'
import { requestsOf } from './read-page.ts'
import { readPages } from './read-pages.ts'

export const SimpleRetriever = defineComponent(Retriever, {
  type: 'SimpleRetriever',
  summary: 'Reads slices page by page over HTTP.',
  fields: {
    requester: slot(Requester, { description: 'Sends the requests.', default_type: 'HttpRequester' }),
    record_selector: slot(RecordSelector, { description: 'Makes records of the responses.', default_type: 'RecordSelector' }),
    paginator: slot(Paginator, { description: 'Finds the next page.', default_type: 'NoPagination' }),
    decoder: slot(Decoder, { description: 'Reads the format of the bodies.', default_type: 'JsonDecoder' }),
    partition_router: optional(
      listOrOne(slot(PartitionRouter, { description: 'Divides the stream.' }), {
        description: 'Divides the stream into partitions; several give every combination.',
      }),
    ),
    pagination_reset: optional(
      slot(PageReset, { description: 'Restarts pagination when the source stops returning pages.', default_type: 'PaginationReset' }),
    ),
    ignore_stream_slicer_parameters_on_paginated_requests: withDefault(
      boolean({ description: 'Leave out the parameters of partition and cursor when a page token is sent.' }),
      false,
    ),
  },
  examples: [
    {
      title: 'One page of records',
      manifest: {
        type: 'SimpleRetriever',
        requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: 'orders' },
        record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
      },
    },
  ],
  create: (fields, { services }) => {
    const { requester, paginator, decoder, partition_router: routers = [] } = fields
    if (decoder.streamed && paginator !== singlePage) {
      throw new ConfigError('ERR_MANIFEST_INVALID', 'a paginator cannot look into the bodies of this decoder; use NoPagination')
    }
    const router = routers.length > 1 ? combineRouters(routers) : routers[0]
    const parts = {
      requester,
      paginator,
      decoder,
      selector: fields.record_selector,
      onlyFirst: fields.ignore_stream_slicer_parameters_on_paginated_requests,
      reset: fields.pagination_reset,
      report: services.report,
    }
    return {
      partitioned: router !== undefined,
      grouped: routers.some((candidate) => candidate.grouped),
      async *partitions(scope, parentState) {
        if (router) yield* router.partitions(scope, parentState)
        else yield wholeStream(scope)
      },
      parentState: () => router?.parentState(),
      read: (slice, options) => readPages(parts, slice, options),
      *plan(slice) {
        const { properties: asked } = requester
        for (const properties of asked ? (asked.known() ?? [[]]) : [undefined]) {
          yield { method: requester.method, url: requester.url(requestsOf(parts, slice, properties)(paginator.initialToken())) }
        }
      },
    }
  },
})
