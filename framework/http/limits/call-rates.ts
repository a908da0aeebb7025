import type { Clock } from '../../clock.ts'
import type { HttpRequest, HttpResponse } from '../request.ts'
import type { Waiting } from './waiting.ts'

/** From here a wait is told to people and to the platform; shorter ones are the pace of the run. */
const TELL_AFTER_SECONDS = 10
/** 2001: a smaller number of seconds is a stretch of time, a larger one a moment. */
const FIRST_EPOCH_SECONDS = 1e9
const LAST_EPOCH_SECONDS = 1e11

/** What an answer says of the calls that are left. */
export interface CallsLeft {
  readonly calls: number | undefined
  /** Monotonic milliseconds. */
  readonly resetsAt: number | undefined
}

/** How many calls some requests may make. Times are monotonic milliseconds. */
export interface CallPolicy {
  /** Calls that the request counts for; undefined when the policy does not concern it. */
  weightOf(request: HttpRequest): number | undefined
  /** Until so many calls may be made; 0: now. Throws ConfigError ERR_CALL_WEIGHT when that would be never. */
  waitMs(weight: number, now: number): number
  /** Counts calls that are made now. */
  take(weight: number, now: number): void
  learn(left: CallsLeft, now: number): void
}

export interface CallRatesOptions {
  /** The first one that concerns a request holds for it; a request that none concerns is free. */
  readonly policies: readonly CallPolicy[]
  readonly clock: Clock
  /** Lower-case name of the header that tells how many calls are left. */
  readonly remainingHeader: string
  /** Lower-case name of the header that tells when calls are counted again: epoch seconds or milliseconds, or seconds from now. */
  readonly resetHeader: string
  /** Statuses that mean that no call is left. */
  readonly refusals: readonly number[]
}

export interface PassOptions {
  readonly waiting: Waiting
  readonly stream?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** The calls that a manifest allows itself, counted over all requests of a run, retries included. */
export interface CallRates {
  /** Resolves when the request may leave, which is then counted. Throws what {@link Waiting.wait} throws. */
  pass(request: HttpRequest, options: PassOptions): Promise<void>
  /** Learns from an answer. */
  observe(request: HttpRequest, response: HttpResponse): void
}

export function createCallRates(options: CallRatesOptions): CallRates {
  const { policies, clock } = options
  const find = (request: HttpRequest) => {
    for (const policy of policies) {
      const weight = policy.weightOf(request)
      if (weight !== undefined) return { policy, weight }
    }
    return undefined
  }
  return {
    pass: async (request, { waiting, stream, signal }) => {
      const found = find(request)
      if (!found) return
      const { policy, weight } = found
      // Of many who wake together those leave who still may; the others find the wait behind them. Looking and counting happen at once.
      for (let wait = policy.waitMs(weight, clock.monotonic()); wait > 0; wait = policy.waitMs(weight, clock.monotonic())) {
        const seconds = Math.ceil(wait) / 1000
        const asked = seconds >= TELL_AFTER_SECONDS ? 'provider' : 'own'
        await waiting.wait({ seconds, asked, label: 'call rate of the manifest', stream, signal })
      }
      policy.take(weight, clock.monotonic())
    },
    observe: (request, response) => {
      const left = callsLeft(response, options)
      if (left.calls !== undefined || left.resetsAt !== undefined) find(request)?.policy.learn(left, clock.monotonic())
    },
  }
}

/** Headers that are no numbers say nothing. */
function callsLeft({ status, headers }: HttpResponse, { remainingHeader, resetHeader, refusals, clock }: CallRatesOptions): CallsLeft {
  const remaining = numberIn(headers[remainingHeader])
  const reset = numberIn(headers[resetHeader])
  return {
    calls: remaining ?? (refusals.includes(status) ? 0 : undefined),
    resetsAt: reset === undefined ? undefined : clock.monotonic() + millisecondsUntil(reset, clock.now()),
  }
}

function millisecondsUntil(reset: number, now: number): number {
  if (reset < FIRST_EPOCH_SECONDS) return reset * 1000
  return (reset < LAST_EPOCH_SECONDS ? reset * 1000 : reset) - now
}

function numberIn(header: string | undefined): number | undefined {
  const value = header === undefined || header.trim() === '' ? Number.NaN : Number(header)
  return Number.isFinite(value) && value >= 0 ? value : undefined
}
