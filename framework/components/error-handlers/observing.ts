import type { HttpRequest, HttpResponse } from '../../http/request.ts'
import type { ErrorHandler } from './error-handler.ts'

/**
 * The handler, with every response shown to `observe` first. Where that says that other credentials can take over, a refusal because of
 * too many calls is tried again at once.
 */
export function observing(handler: ErrorHandler, observe: (request: HttpRequest, response: HttpResponse) => boolean): ErrorHandler {
  return {
    maxRetries: handler.maxRetries,
    maxTime: handler.maxTime,
    backoff: (outcome, attempt) => handler.backoff(outcome, attempt),
    interpret: (outcome, request) => {
      const canTakeOver = outcome.response !== undefined && observe(request, outcome.response)
      const resolution = handler.interpret(outcome, request)
      return resolution.action === 'rate_limited' && canTakeOver ? { ...resolution, action: 'retry', atOnce: true } : resolution
    },
  }
}
