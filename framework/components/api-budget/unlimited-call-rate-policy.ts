import { unlimited } from '../../http/limits/call-policies.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { list, slot } from '../../manifest/definition/fields.ts'
import { CallRatePolicy, RequestMatcher, weighBy } from './api-budget.ts'

export const UnlimitedCallRatePolicy = defineComponent(CallRatePolicy, {
  type: 'UnlimitedCallRatePolicy',
  summary: 'Lets requests through that the policies after it would count.',
  fields: {
    matchers: list(slot(RequestMatcher, { description: 'A matcher.', default_type: 'HttpRequestRegexMatcher' }), {
      description: 'The requests that it concerns; an empty list means all.',
    }),
  },
  examples: [
    {
      title: 'Logins count for nothing',
      manifest: { type: 'UnlimitedCallRatePolicy', matchers: [{ type: 'HttpRequestRegexMatcher', url_path_pattern: '/login$' }] },
    },
  ],
  create: ({ matchers }) => unlimited(weighBy(matchers)),
})
