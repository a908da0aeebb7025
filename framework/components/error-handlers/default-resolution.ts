import { AuthenticationError, type FailureType } from '../../errors.ts'
import type { HttpResponse } from '../../http/request.ts'
import type { Action, Outcome, Resolution } from '../../http/resolution.ts'

interface Meaning {
  readonly action: Action
  readonly failureType: FailureType
  readonly text: string
}

const meaning = (action: Action, failureType: FailureType, text: string): Meaning => ({ action, failureType, text })

const byStatus: ReadonlyMap<number, Meaning> = new Map([
  [400, meaning('fail', 'system_error', 'Bad request. Please check your request parameters.')],
  [401, meaning('fail', 'config_error', 'Unauthorized. Please ensure you are authenticated correctly.')],
  [403, meaning('fail', 'config_error', "Forbidden. You don't have permission to access this resource.")],
  [404, meaning('fail', 'system_error', 'Not found. The requested resource was not found on the server.')],
  [405, meaning('fail', 'system_error', 'Method not allowed. Please check your request method.')],
  [408, meaning('retry', 'transient_error', 'Request timeout.')],
  [429, meaning('rate_limited', 'transient_error', 'Too many requests.')],
  [500, meaning('retry', 'transient_error', 'Internal server error.')],
  [502, meaning('retry', 'transient_error', 'Bad gateway.')],
  [503, meaning('retry', 'transient_error', 'Service unavailable.')],
  [504, meaning('retry', 'transient_error', 'Gateway timeout.')],
])

/** The meaning that a status has by itself; undefined for those that only the fallback knows. */
export function knownStatus(status: number): { failureType: FailureType; message: string; action: Action } | undefined {
  const known = byStatus.get(status)
  return known && { action: known.action, failureType: known.failureType, message: `HTTP Status Code: ${status}. Error: ${known.text}` }
}

/** What an outcome means when no filter knows better. */
export function defaultResolution(outcome: Outcome): Resolution {
  if (outcome.error) {
    const { error } = outcome
    return {
      action: error.failureType === 'transient_error' ? 'retry' : 'fail',
      message: error.message,
      failureType: error.failureType,
      error,
    }
  }
  const { status } = outcome.response
  if (status < 400) return { action: 'success' }
  const known = knownStatus(status)
  const unknown = {
    action: 'retry',
    failureType: 'system_error',
    message: `Unexpected HTTP Status Code in error handler: ${status}`,
  } as const
  return typed(known ?? unknown, outcome.response)
}

/** Refused credentials are told apart from other failures, because every request with them would fail. */
export function typed(resolution: Resolution, { status }: HttpResponse): Resolution {
  if (resolution.action !== 'fail' || status !== 401 || resolution.error) return resolution
  return { ...resolution, error: new AuthenticationError('ERR_UNAUTHORIZED', resolution.message ?? 'HTTP Status Code: 401') }
}
