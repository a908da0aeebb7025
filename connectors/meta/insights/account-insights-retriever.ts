import { Requester } from '../../../framework/components/read/requester.ts'
import { Retriever, wholeStream } from '../../../framework/components/read/retriever.ts'
import { defineComponent } from '../../../framework/manifest/definition/component.ts'
import { optional, slot, string } from '../../../framework/manifest/definition/fields.ts'
import { runState } from '../graph/run-state.ts'
import { lazySelection, selectionFields } from '../metrics/metric-fields.ts'
import { AccountInsightsReading, plannedAccountCalls } from './account-insights-reading.ts'

export const AccountInsightsRetriever = defineComponent(Retriever, {
  type: 'AccountInsightsRetriever',
  summary: 'Reads the insights of an Instagram account: series in ranged calls, totals with a call for each day.',
  fields: {
    requester: slot(Requester, { description: 'Sends the calls; its path leads to the insights of the account.' }),
    ...selectionFields,
    period: string({ description: 'The period of the values: day, week, days_28, lifetime.' }),
    breakdown: optional(string({ description: 'Splits totals; becomes a field of the rows and belongs into the key.' })),
  },
  examples: [
    {
      title: 'Daily values of an account',
      manifest: {
        type: 'AccountInsightsRetriever',
        object: 'ig_user',
        objects: ['ig_user', 'ig_media'],
        period: 'day',
        account_field: 'ig_user_id',
        requester: { type: 'HttpRequester', url_base: 'https://graph.facebook.com/v26.0', path: "{{ account['id'] }}/insights" },
      },
    },
  ],
  create: (fields, context) => {
    const settings = { ...fields, selection: lazySelection(fields, context), context, denied: runState(context.services).denied }
    return {
      partitioned: false,
      async *partitions(scope) {
        yield wholeStream(scope)
      },
      read: (slice, options) => new AccountInsightsReading(settings, slice, options).pages(),
      plan: (slice) => plannedAccountCalls(settings, slice),
    }
  },
})
