import type { HttpResponse } from '../request.ts'
import type { ErrorHandler, Outcome, Resolution } from '../resolution.ts'

const BASE_SECONDS = 1
const CAP_SECONDS = 60
/** Longer demands are misread units or nonsense; none is believed beyond a day. */
const MAX_DEMAND_SECONDS = 86_400
/** The reference sleeps one second more than a strategy says. */
const STRATEGY_EXTRA_SECONDS = 1

export interface Backoff {
  readonly seconds: number
  /** Who set the time. */
  readonly asked: 'provider' | 'own'
}

export interface BackoffInput {
  readonly handler: ErrorHandler
  readonly outcome: Outcome
  readonly resolution: Resolution
  /** Number of the failed try, from 1. */
  readonly attempt: number
  readonly clock: { now(): number }
  readonly random: () => number
}

/**
 * Time before the next try. A strategy of the manifest says w: w + 1 s. The provider says r (resolution, else Retry-After): r plus up to
 * a second of jitter. Both: the longer. Neither: exponential with full jitter, 1 s doubling to 60 s.
 */
export function backoffBefore({ handler, outcome, resolution, attempt, clock, random }: BackoffInput): Backoff {
  if (resolution.atOnce) return { seconds: 0, asked: 'own' }
  const strategy = handler.backoff(outcome, attempt)
  const own = isDuration(strategy) ? strategy + STRATEGY_EXTRA_SECONDS : undefined
  const demanded = demand(outcome, resolution, clock)
  const asked = resolution.action === 'rate_limited' ? 'provider' : 'own'
  if (demanded === undefined) return { seconds: own ?? fullJitter(attempt, random), asked }
  return { seconds: Math.max(own ?? 0, demanded + random()), asked: 'provider' }
}

/** Seconds that the provider asked for; undefined when it asked for none or nothing sensible. */
function demand(outcome: Outcome, resolution: Resolution, clock: { now(): number }): number | undefined {
  const seconds = resolution.waitSeconds ?? (outcome.response && retryAfter(outcome.response, clock))
  if (!isDuration(seconds) || seconds === 0) return undefined
  return Math.min(seconds, MAX_DEMAND_SECONDS)
}

/** The Retry-After header in seconds (RFC 9110: seconds or a date). Past dates and garbage give undefined. */
export function retryAfter(response: HttpResponse, clock: { now(): number }): number | undefined {
  const value = response.headers['retry-after']?.trim()
  if (value === undefined || value === '') return undefined
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value)
  // Only the forms of HTTP dates: Date.parse would read a bare number or a word as some date.
  if (!/^[A-Za-z]{3,9},? /.test(value)) return undefined
  const seconds = (Date.parse(value) - clock.now()) / 1000
  return seconds > 0 ? seconds : undefined
}

function fullJitter(attempt: number, random: () => number): number {
  return random() * Math.min(CAP_SECONDS, BASE_SECONDS * 2 ** (attempt - 1))
}

function isDuration(seconds: number | undefined): seconds is number {
  return seconds !== undefined && seconds >= 0 && seconds < Number.POSITIVE_INFINITY
}
