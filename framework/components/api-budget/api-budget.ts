import type { CallRate } from '../../http/limits/call-policies.ts'
import type { CallPolicy, CallRates } from '../../http/limits/call-rates.ts'
import type { HttpRequest } from '../../http/request.ts'
import { defineFamily } from '../../manifest/definition/component.ts'

export const ApiBudget = defineFamily<CallRates>('ApiBudget', 'Limits how many calls the requests of a connector make in a time.')

export const CallRatePolicy = defineFamily<CallPolicy>('CallRatePolicy', 'Says how many calls some requests may make.')

/** Picks requests. */
export interface RequestMatcher {
  matches(request: HttpRequest): boolean
  /** Calls that a request counts for; undefined: as many as it says itself, which is 1 but for batches. */
  readonly weight: number | undefined
}
export const RequestMatcher = defineFamily<RequestMatcher>('RequestMatcher', 'Picks requests.')

export const Rate = defineFamily<CallRate>('Rate', 'A number of calls in a time.')

/** How a policy counts a request: by the first matcher that fits; without matchers the policy concerns every request. */
export function weighBy(matchers: readonly RequestMatcher[]): (request: HttpRequest) => number | undefined {
  return (request) => {
    const own = request.weight ?? 1
    if (matchers.length === 0) return own
    const found = matchers.find((matcher) => matcher.matches(request))
    return found && (found.weight ?? own)
  }
}
