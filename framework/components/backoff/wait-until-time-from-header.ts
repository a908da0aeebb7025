import { defineComponent } from '../../manifest/definition/component.ts'
import { optional, template } from '../../manifest/definition/fields.ts'
import { valueText } from '../values/value-text.ts'
import { BackoffStrategy } from './backoff-strategy.ts'
import { headerNumber, matchFromStart, seconds, withinLimit } from './response-header.ts'

export const WaitUntilTimeFromHeader = defineComponent(BackoffStrategy, {
  type: 'WaitUntilTimeFromHeader',
  summary: 'Waits until the moment (epoch seconds) that a response header names.',
  fields: {
    header: template([], { description: 'Name of the header.', examples: ['X-RateLimit-Reset'] }),
    regex: optional(template([], { description: 'The part of the header that is the number; matched from its start.' })),
    min_wait: seconds({ description: 'Seconds to wait at least, and without the header.' }),
    max_waiting_time_in_seconds: seconds({ description: 'A wait this long or longer ends the stream; the run can be resumed later.' }),
  },
  examples: [{ title: 'Reset of a quota', manifest: { type: 'WaitUntilTimeFromHeader', header: 'X-RateLimit-Reset', min_wait: 5 } }],
  create: ({ header, regex, min_wait, max_waiting_time_in_seconds: limit }, { dialect, services }) => {
    const name = valueText(header.evaluate({}), dialect)
    const pattern = regex && matchFromStart(valueText(regex.evaluate({}), dialect))
    return {
      seconds: (outcome) => {
        const moment = headerNumber(outcome, name, pattern)
        const wait = moment === undefined ? undefined : moment - services.clock.now() / 1000
        const longest = Math.max(wait ?? Number.NEGATIVE_INFINITY, min_wait ?? Number.NEGATIVE_INFINITY)
        // A moment that has passed gives no opinion.
        return longest <= 0 || longest === Number.NEGATIVE_INFINITY ? undefined : withinLimit(longest, limit)
      },
    }
  },
})
