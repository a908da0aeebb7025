import { ConnectorError } from '../../errors.ts'
import type { HttpResponse } from '../../http/request.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { template } from '../../manifest/definition/fields.ts'
import { PyFloat } from '../../template/template.ts'
import { jsonOr } from '../values/error-text.ts'
import { headerView } from '../values/header-view.ts'
import { BackoffStrategy } from './backoff-strategy.ts'
import { seconds, withinLimit } from './response-header.ts'

export const WaitTimeFromResponse = defineComponent(BackoffStrategy, {
  type: 'WaitTimeFromResponse',
  summary: 'Waits the seconds that an expression finds in the response; no opinion where it finds no positive number.',
  fields: {
    wait_time_in_seconds: template(['response', 'headers'], {
      description: 'Seconds from now. A body that is not JSON counts as an empty `response`.',
      examples: ['{{ response.retry_after_seconds }}'],
    }),
    max_waiting_time_in_seconds: seconds({ description: 'A wait this long or longer ends the stream; the run can be resumed later.' }),
  },
  examples: [
    {
      title: 'A number in the body',
      manifest: { type: 'WaitTimeFromResponse', wait_time_in_seconds: '{{ response.error.wait }}', max_waiting_time_in_seconds: 3600 },
    },
  ],
  create: ({ wait_time_in_seconds: expression, max_waiting_time_in_seconds: limit }, { services }) => {
    const evaluate = (response: HttpResponse | undefined): unknown => {
      const scope = { response: response ? jsonOr(response, {}) : {}, headers: headerView(response?.headers ?? {}) }
      try {
        return expression.evaluate(scope)
      } catch (thrown) {
        // Bodies of another shape come along with every error; they must not turn a wait into a failure.
        if (!(thrown instanceof ConnectorError)) throw thrown
        services.report.log('debug', `wait_time_in_seconds finds nothing in this response: ${thrown.code}`)
        return undefined
      }
    }
    return {
      seconds: ({ response }) => {
        const wait = numberOf(evaluate(response))
        return wait === undefined ? undefined : withinLimit(wait, limit)
      },
    }
  },
})

function numberOf(value: unknown): number | undefined {
  const plain = value instanceof PyFloat ? value.value : value
  const number = typeof plain === 'string' && plain.trim() !== '' ? Number(plain) : plain
  return typeof number === 'number' && Number.isFinite(number) && number > 0 ? number : undefined
}
