import { Requester } from '../../framework/components/requesters/requester.ts'
import { Retriever, wholeStream } from '../../framework/components/retrievers/retriever.ts'
import { defineComponent } from '../../framework/manifest/component.ts'
import { list, oneOf, optional, slot, string, template } from '../../framework/manifest/fields.ts'
import { InsightsReading, plannedCalls } from './insights-reading.ts'
import { lazySelection, objects } from './metric-fields.ts'

export const InsightsRetriever = defineComponent(Retriever, {
  type: 'InsightsRetriever',
  summary: 'Reads the insights of an account: groups metrics into legal calls, cuts windows, leaves refused metrics out.',
  fields: {
    requester: slot(Requester, { description: 'Sends the calls; its path leads to the insights of the account.' }),
    object: oneOf(objects, { description: 'The object of the metric catalogue that is read.' }),
    objects: list(oneOf(objects, { description: 'An object.' }), {
      description: 'All objects that the connector reads: their metrics may stand in the config together.',
    }),
    metrics: optional(template([], { description: 'Names to read; without any, all documented metrics that need no further right.' })),
    period: string({ description: 'The period of the values: day, week, days_28.' }),
    metric_type: optional(string({ description: 'Preferred where a metric has several, such as time_series.' })),
    breakdown: optional(string({ description: 'Splits the values; becomes a field of the rows and belongs into the key.' })),
    account_field: string({ description: 'Field of the rows that carries the id of the account, such as page_id.' }),
    required_task: optional(string({ description: 'Task that the user needs on the account, such as ANALYZE.' })),
    required_permission: optional(
      string({ description: 'Permission without which the API answers with empty lists, such as read_insights.' }),
    ),
    permissions: optional(slot(Requester, { description: 'Reads the permissions of the user token, when everything comes back empty.' })),
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
