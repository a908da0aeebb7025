import { Authenticator } from '../../../framework/components/authenticators/authenticator.ts'
import { Requester } from '../../../framework/components/read/requester.ts'
import { Retriever, sliceScope, wholeStream } from '../../../framework/components/read/retriever.ts'
import { defineComponent } from '../../../framework/manifest/definition/component.ts'
import { boolean, optional, slot, string, withDefault } from '../../../framework/manifest/definition/fields.ts'
import { batchFields } from '../graph/batch.ts'
import { lazySelection, readingFields, selectionFields } from '../metrics/metric-fields.ts'
import { ItemInsightsReading } from './item-insights-reading.ts'

export const ItemInsightsRetriever = defineComponent(Retriever, {
  type: 'ItemInsightsRetriever',
  summary: 'Lists the posts or media of an account and reads the insights of each, fifty to a batch.',
  fields: {
    items: slot(Retriever, { description: 'Lists the items of the slice; of its records only the id is used.' }),
    requester: slot(Requester, {
      description: 'A POST requester is sent batches; its address is the versioned root of the API. A GET requester is sent every call.',
    }),
    authenticator: optional(
      slot(Authenticator, {
        description: 'Its parameters go into every item of a batch as well, because proofs are checked call by call.',
      }),
    ),
    ...selectionFields,
    ...readingFields,
    period: withDefault(string({ description: 'The period of the values.' }), 'lifetime'),
    item_field: string({ description: 'Field of the rows that carries the id of the item, such as post_id.' }),
    item_time_field: optional(
      string({
        description:
          'Field of the listed items with the time by which they are sorted: a read that breaks off resumes behind the last batch. Needs an ItemWindowCursor with a record_order.',
      }),
    ),
    items_expire: withDefault(
      boolean({ description: 'Items expire by themselves, as stories do: an expired one has no values, which is not a failure.' }),
      false,
    ),
  },
  examples: [
    {
      title: 'Insights of the posts of a Page',
      manifest: {
        type: 'ItemInsightsRetriever',
        object: 'fb_post',
        objects: ['fb_page', 'fb_post'],
        account_field: 'page_id',
        item_field: 'post_id',
        requester: { type: 'HttpRequester', http_method: 'POST', url_base: 'https://graph.facebook.com/v26.0' },
        items: {
          type: 'SimpleRetriever',
          requester: {
            type: 'HttpRequester',
            url_base: 'https://graph.facebook.com/v26.0',
            path: "{{ account['id'] }}/published_posts",
            request_parameters: { fields: 'id' },
          },
          record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
        },
      },
    },
  ],
  create: (fields, context) => {
    const { requester, authenticator } = fields
    const posts = requester.method === 'POST'
    const calls = { single: posts ? undefined : requester, batch: posts ? requester : undefined, authenticator }
    const settings = { ...fields, calls, selection: lazySelection(fields, context), context, denied: new Map() }
    return {
      partitioned: false,
      async *partitions(scope) {
        yield wholeStream(scope)
      },
      read: (slice, options) => new ItemInsightsReading(settings, slice, options).pages(),
      *plan(slice) {
        yield* fields.items.plan(slice)
        const scope = sliceScope(slice)
        const request = posts ? { parts: { body_data: batchFields([]) } } : { parts: {}, path: '{item}/insights' }
        yield { method: requester.method, url: requester.url({ scope, ...request }) }
      },
    }
  },
})
