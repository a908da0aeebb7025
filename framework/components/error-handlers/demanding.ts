import { asConnectorError } from '../../errors.ts'
import type { HttpResponse } from '../../http/request.ts'
import type { ErrorHandler } from './error-handler.ts'

/**
 * The handler, made to look at what it takes for success: a response whose body `accept` refuses is tried again like a
 * failed attempt, because a truncated body or a login page is one.
 */
export function demanding(handler: ErrorHandler, accept: (response: HttpResponse) => void): ErrorHandler {
  return {
    maxRetries: handler.maxRetries,
    maxTime: handler.maxTime,
    backoff: (outcome, attempt) => handler.backoff(outcome, attempt),
    interpret: (outcome, request) => {
      const resolution = handler.interpret(outcome, request)
      if (resolution.action !== 'success' || !outcome.response) return resolution
      try {
        accept(outcome.response)
        return resolution
      } catch (thrown) {
        const error = asConnectorError(thrown)
        const action = error.failureType === 'transient_error' ? 'retry' : 'fail'
        return { action, message: error.message, failureType: error.failureType, error }
      }
    },
  }
}
