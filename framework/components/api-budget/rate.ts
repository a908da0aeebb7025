import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { integerOrTemplate, template } from '../../manifest/definition/fields.ts'
import { Rate } from './api-budget.ts'
import { millisecondsOf } from './time-span.ts'

export const RatePerInterval = defineComponent(Rate, {
  type: 'Rate',
  summary: 'So many calls within any stretch of this length.',
  fields: {
    limit: integerOrTemplate({ description: 'Calls.' }),
    interval: template([], { description: 'An ISO-8601 duration such as PT1M.' }),
  },
  examples: [{ title: 'A hundred calls per minute', manifest: { type: 'Rate', limit: 100, interval: 'PT1M' } }],
  create: ({ limit, interval }) => {
    if (limit < 1) throw new ConfigError('ERR_MANIFEST_INVALID', `a rate of ${limit} calls lets nothing through`)
    return { limit, intervalMs: millisecondsOf(interval) }
  },
})
