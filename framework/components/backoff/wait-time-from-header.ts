import { defineComponent } from '../../manifest/definition/component.ts'
import { optional, template } from '../../manifest/definition/fields.ts'
import { valueText } from '../values/value-text.ts'
import { BackoffStrategy } from './backoff-strategy.ts'
import { headerNumber, matchFromStart, seconds, withinLimit } from './response-header.ts'

export const WaitTimeFromHeader = defineComponent(BackoffStrategy, {
  type: 'WaitTimeFromHeader',
  summary: 'Waits the seconds that a response header names; no opinion without the header.',
  fields: {
    header: template([], { description: 'Name of the header.', examples: ['Retry-After'] }),
    regex: optional(template([], { description: 'The part of the header that is the number; matched from its start.' })),
    max_waiting_time_in_seconds: seconds({ description: 'A wait this long or longer ends the stream; the run can be resumed later.' }),
  },
  examples: [{ title: 'Retry-After', manifest: { type: 'WaitTimeFromHeader', header: 'Retry-After', max_waiting_time_in_seconds: 3600 } }],
  create: ({ header, regex, max_waiting_time_in_seconds: limit }, { dialect }) => {
    const name = valueText(header.evaluate({}), dialect)
    const pattern = regex && matchFromStart(valueText(regex.evaluate({}), dialect))
    return {
      seconds: (outcome) => {
        const wait = headerNumber(outcome, name, pattern)
        return wait === undefined ? undefined : withinLimit(wait, limit)
      },
    }
  },
})
