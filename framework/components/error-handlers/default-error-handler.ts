import { defineComponent } from '../../manifest/definition/component.ts'
import { integerOrTemplate, list, optional, slot } from '../../manifest/definition/fields.ts'
import { BackoffStrategy } from '../backoff/backoff-strategy.ts'
import { defaultResolution } from './default-resolution.ts'
import { ErrorHandler } from './error-handler.ts'
import { ResponseFilter } from './response-filter.ts'

const defaultRetries = 5
const maxSeconds = 600

export const DefaultErrorHandler = defineComponent(ErrorHandler, {
  type: 'DefaultErrorHandler',
  summary: 'Judges by the first filter that matches, else by status: 429 waits, 408, 5xx and network failures are retried, other 4xx fail.',
  fields: {
    response_filters: optional(
      list(slot(ResponseFilter, { description: 'A filter.', default_type: 'HttpResponseFilter' }), {
        description: 'Tried in order, on every response.',
      }),
    ),
    backoff_strategies: optional(
      list(slot(BackoffStrategy, { description: 'A strategy.' }), {
        description: 'The first that gives a time decides; else the client backs off exponentially.',
      }),
    ),
    max_retries: optional(integerOrTemplate({ description: 'Tries after the first one; 5 by default.' })),
  },
  examples: [
    {
      title: 'Wait as the provider says',
      manifest: {
        type: 'DefaultErrorHandler',
        backoff_strategies: [{ type: 'WaitTimeFromHeader', header: 'Retry-After' }],
        response_filters: [{ http_codes: [403], action: 'FAIL', error_message: 'The token may not read this.' }],
      },
    },
  ],
  create: ({ response_filters = [], backoff_strategies = [], max_retries = defaultRetries }, { dialect }) => ({
    maxRetries: max_retries,
    maxTime: maxSeconds,
    interpret: (outcome) => {
      if (outcome.response) {
        for (const filter of response_filters) {
          const resolution = filter.match(outcome.response)
          if (resolution) return resolution
        }
      }
      return defaultResolution(outcome)
    },
    backoff: (outcome, attempt) => {
      for (const strategy of backoff_strategies) {
        const seconds = strategy.seconds(outcome, attempt)
        // The reference takes zero for no opinion.
        if (seconds !== undefined && (dialect === 'native' || seconds > 0)) return seconds
      }
      return undefined
    },
  }),
})
