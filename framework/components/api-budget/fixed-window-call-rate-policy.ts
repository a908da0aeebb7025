import { ConfigError } from '../../errors.ts'
import { fixedWindow } from '../../http/limits/call-policies.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { integerOrTemplate, list, slot, template } from '../../manifest/definition/fields.ts'
import { CallRatePolicy, RequestMatcher, weighBy } from './api-budget.ts'
import { millisecondsOf } from './time-span.ts'

export const FixedWindowCallRatePolicy = defineComponent(CallRatePolicy, {
  type: 'FixedWindowCallRatePolicy',
  summary: 'Allows so many calls from one reset to the next.',
  fields: {
    period: template([], {
      description: 'ISO-8601 duration between two resets; the source announces the first one, or it is counted from the first call.',
    }),
    call_limit: integerOrTemplate({ description: 'Calls per period.' }),
    matchers: list(slot(RequestMatcher, { description: 'A matcher.', default_type: 'HttpRequestRegexMatcher' }), {
      description: 'The requests that it concerns; an empty list means all.',
    }),
  },
  examples: [
    {
      title: 'A thousand calls per hour',
      manifest: { type: 'FixedWindowCallRatePolicy', period: 'PT1H', call_limit: 1000, matchers: [] },
    },
  ],
  create: ({ period, call_limit: limit, matchers }) => {
    if (limit < 1) throw new ConfigError('ERR_MANIFEST_INVALID', `a call_limit of ${limit} lets nothing through`)
    return fixedWindow(weighBy(matchers), { limit, intervalMs: millisecondsOf(period) })
  },
})
