import { Requester } from '../../../framework/components/read/requester.ts'
import { Retriever, wholeStream } from '../../../framework/components/read/retriever.ts'
import { defineComponent } from '../../../framework/manifest/definition/component.ts'
import { optional, slot, string } from '../../../framework/manifest/definition/fields.ts'
import { lazySelection, readingFields, selectionFields } from '../metrics/metric-fields.ts'
import { InsightsReading, plannedCalls } from './insights-reading.ts'

export const InsightsRetriever = defineComponent(Retriever, {
  type: 'InsightsRetriever',
  summary: 'Reads the insights of an account: groups metrics into legal calls, cuts windows, leaves refused metrics out.',
  fields: {
    requester: slot(Requester, { description: 'Sends the calls; its path leads to the insights of the account.' }),
    ...selectionFields,
    ...readingFields,
    period: string({ description: 'The period of the values: day, week, days_28.' }),
    metric_type: optional(string({ description: 'Preferred where a metric has several, such as time_series.' })),
    breakdown: optional(string({ description: 'Splits the values; becomes a field of the rows and belongs into the key.' })),
  },
  examples: [
    {
      title: 'Daily values of a Page',
      manifest: {
        type: 'InsightsRetriever',
        object: 'fb_page',
        objects: ['fb_page', 'fb_post'],
        period: 'day',
        account_field: 'page_id',
        requester: { type: 'HttpRequester', url_base: 'https://graph.facebook.com/v26.0', path: "{{ account['id'] }}/insights" },
      },
    },
  ],
  create: (fields, context) => {
    const selection = lazySelection(fields, context)
    const settings = { ...fields, selection, context, denied: new Map() }
    return {
      partitioned: false,
      async *partitions(scope) {
        yield wholeStream(scope)
      },
      read: (slice, options) => new InsightsReading(settings, slice, options).pages(),
      plan: (slice) => plannedCalls(settings, slice),
    }
  },
})
