import { ConfigError } from '../../errors.ts'
import type { Action, Resolution } from '../../http/resolution.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { list, slot } from '../../manifest/definition/fields.ts'
import { ErrorHandler } from './error-handler.ts'

/** Answers that end the search; others leave the later handlers a chance. */
const final: ReadonlySet<Action> = new Set(['success', 'retry', 'ignore', 'reset_pagination'])

export const CompositeErrorHandler = defineComponent(ErrorHandler, {
  type: 'CompositeErrorHandler',
  summary: 'Asks several handlers in order; the first that does not fail decides.',
  fields: {
    error_handlers: list(slot(ErrorHandler, { description: 'A handler.', default_type: 'DefaultErrorHandler' }), {
      description: 'The handlers, most specific first.',
    }),
  },
  examples: [
    {
      title: 'Two ways to fail',
      manifest: {
        type: 'CompositeErrorHandler',
        error_handlers: [
          { type: 'DefaultErrorHandler', response_filters: [{ http_codes: [404], action: 'IGNORE' }] },
          {
            type: 'DefaultErrorHandler',
            response_filters: [{ http_codes: [420], action: 'RETRY' }],
            backoff_strategies: [{ type: 'ConstantBackoffStrategy', backoff_time_in_seconds: 60 }],
          },
        ],
      },
    },
  ],
  create: ({ error_handlers }) => {
    const [first] = error_handlers
    if (!first) throw new ConfigError('ERR_MANIFEST_INVALID', "a CompositeErrorHandler needs at least one of 'error_handlers'")
    return {
      maxRetries: first.maxRetries,
      maxTime: Math.max(...error_handlers.map(({ maxTime }) => maxTime)),
      interpret: (outcome, request) => {
        let last: Resolution | undefined
        for (const handler of error_handlers) {
          last = handler.interpret(outcome, request)
          if (final.has(last.action)) return last
        }
        return last ?? first.interpret(outcome, request)
      },
      backoff: (outcome, attempt) => {
        for (const handler of error_handlers) {
          const seconds = handler.backoff(outcome, attempt)
          if (seconds !== undefined) return seconds
        }
        return undefined
      },
    }
  },
})
