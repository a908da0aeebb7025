import { ConfigError } from '../../errors.ts'
import { movingWindow } from '../../http/limits/call-policies.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { list, slot } from '../../manifest/definition/fields.ts'
import { CallRatePolicy, Rate, RequestMatcher, weighBy } from './api-budget.ts'

export const MovingWindowCallRatePolicy = defineComponent(CallRatePolicy, {
  type: 'MovingWindowCallRatePolicy',
  summary: 'Allows so many calls within any stretch of time.',
  fields: {
    rates: list(slot(Rate, { description: 'A rate.', default_type: 'Rate' }), { description: 'The rates; all of them hold.' }),
    matchers: list(slot(RequestMatcher, { description: 'A matcher.', default_type: 'HttpRequestRegexMatcher' }), {
      description: 'The requests that it concerns; an empty list means all.',
    }),
  },
  examples: [
    {
      title: 'Ten calls per second and a thousand per hour',
      manifest: {
        type: 'MovingWindowCallRatePolicy',
        rates: [
          { type: 'Rate', limit: 10, interval: 'PT1S' },
          { type: 'Rate', limit: 1000, interval: 'PT1H' },
        ],
        matchers: [],
      },
    },
  ],
  create: ({ rates, matchers }) => {
    if (rates.length === 0) throw new ConfigError('ERR_MANIFEST_INVALID', 'MovingWindowCallRatePolicy needs at least one rate')
    return movingWindow(weighBy(matchers), rates)
  },
})
