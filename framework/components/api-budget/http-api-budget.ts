import { createCallRates } from '../../http/limits/call-rates.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { integer, list, optional, slot, string, withDefault } from '../../manifest/definition/fields.ts'
import { ApiBudget, CallRatePolicy } from './api-budget.ts'

export const HTTPAPIBudget = defineComponent(ApiBudget, {
  type: 'HTTPAPIBudget',
  summary: 'Keeps the requests of all streams within call rates, and learns from the answers how many calls are left.',
  fields: {
    policies: list(slot(CallRatePolicy, { description: 'A policy.' }), {
      description: 'The call rates: for a request the first one holds that concerns it; a request that none concerns is free.',
    }),
    ratelimit_reset_header: withDefault(
      string({
        description: 'Header with the time at which the count of calls resets: epoch seconds or milliseconds, or seconds from now.',
      }),
      'ratelimit-reset',
    ),
    ratelimit_remaining_header: withDefault(string({ description: 'Header that tells how many calls are left.' }), 'ratelimit-remaining'),
    status_codes_for_ratelimit_hit: optional(
      list(integer({ description: 'A status.' }), { description: 'Statuses that mean that no call is left; 429 by default.' }),
    ),
  },
  examples: [
    {
      title: 'Five calls per second, and whatever the source says',
      manifest: {
        type: 'HTTPAPIBudget',
        ratelimit_reset_header: 'X-RateLimit-Reset',
        ratelimit_remaining_header: 'X-RateLimit-Remaining',
        policies: [{ type: 'MovingWindowCallRatePolicy', rates: [{ limit: 5, interval: 'PT1S' }], matchers: [] }],
      },
    },
  ],
  create: ({ policies, ratelimit_reset_header, ratelimit_remaining_header, status_codes_for_ratelimit_hit: refusals = [429] }, context) =>
    createCallRates({
      policies,
      clock: context.services.clock,
      remainingHeader: ratelimit_remaining_header.toLowerCase(),
      resetHeader: ratelimit_reset_header.toLowerCase(),
      refusals,
    }),
})
