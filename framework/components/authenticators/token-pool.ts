import type { Clock } from '../../clock.ts'
import { RateLimitError } from '../../errors.ts'
import type { HttpRequest, HttpResponse } from '../../http/request.ts'
import type { Reporter } from '../../report.ts'
import type { QuotaReading, TokenQuota } from './quotas.ts'

/** The shortest wait for new calls, so that a reset of the past asks nobody again and again. */
const MIN_WAIT_MS = 5_000
const MAX_DELAY_MS = 10_000
const WORTH_WAITING_MS = 100

export interface TokenPoolOptions {
  readonly tokens: readonly string[]
  readonly quotas: readonly TokenQuota[]
  /** Asks what a token has left, by quota; undefined when there are no quotas. */
  readonly ask: (token: string) => Promise<ReadonlyMap<string, QuotaReading> | undefined>
  readonly maxWaitMs: number
  readonly reserveFraction: number
  readonly leastReserve: number
  readonly clock: Clock
  readonly report: Reporter
}

export interface Waiter {
  readonly stream?: string | undefined
  readonly signal?: AbortSignal | undefined
}

type State = { -readonly [K in keyof QuotaReading]: QuotaReading[K] }

/** Tokens that stand in for each other, each with its own quotas. */
export class TokenPool {
  readonly #options: TokenPoolOptions
  readonly #states = new Map<string, Map<string, State> | undefined>()
  #asked: Promise<void> | undefined
  #active = 0

  constructor(options: TokenPoolOptions) {
    this.#options = options
  }

  /** The token for a request, one call taken off its quota. Waits for new calls; throws RateLimitError when that takes too long. */
  async take(request: HttpRequest, waiter: Waiter): Promise<string> {
    const { clock, maxWaitMs } = this.#options
    const quota = this.#quotaOf(request)
    const end = clock.monotonic() + maxWaitMs
    await this.#known()
    for (;;) {
      const token = this.#spend(quota)
      if (token !== undefined) {
        await this.#slowDown(quota, waiter)
        return token
      }
      const wait = Math.max(MIN_WAIT_MS, Math.min(...this.#statesOf(quota).map(({ resetAt }) => resetAt - clock.now())))
      if (clock.monotonic() + wait > end) throw tooLong(quota, wait)
      await this.#sleep(wait, waiter)
      await this.#askAgain(quota)
    }
  }

  /** Corrects what is known by what a response says. */
  observe(token: string, request: HttpRequest, response: HttpResponse): void {
    const quota = this.#quotaOf(request)
    const state = this.#states.get(token)?.get(quota.name)
    const seen = quota.observe(response)
    if (!state || !seen) return
    // A window that is over says nothing about the one that runs.
    if (seen.resetAt !== undefined && seen.resetAt < state.resetAt - 60_000) return
    Object.assign(state, seen)
  }

  /** Another token has calls left, so that a refusal of one is no reason to wait. */
  hasSpare(request: HttpRequest): boolean {
    return this.#statesOf(this.#quotaOf(request)).some(({ remaining }) => remaining > 0)
  }

  #quotaOf(request: HttpRequest): TokenQuota {
    const { quotas } = this.#options
    const found = quotas.find(({ matches }) => matches?.(request)) ?? quotas.find(({ matches }) => !matches) ?? quotas[0]
    if (!found) throw new TypeError('a pool of tokens has a quota')
    return found
  }

  /** Takes a call off the first token that has one, the one in use first; undefined when none has. Untracked tokens are used in turn. */
  #spend({ name }: TokenQuota): string | undefined {
    const { tokens } = this.#options
    for (let step = 0; step < tokens.length; step++) {
      const place = (this.#active + step) % tokens.length
      const token = tokens[place] ?? ''
      const state = this.#states.get(token)?.get(name)
      if (state && state.remaining <= 0) continue
      this.#active = state ? place : (place + 1) % tokens.length
      if (state) state.remaining -= 1
      return token
    }
    return undefined
  }

  #statesOf({ name }: TokenQuota): readonly State[] {
    return this.#options.tokens.flatMap((token) => this.#states.get(token)?.get(name) ?? [])
  }

  /** The last calls of all tokens are spread over the time until there are new ones. */
  async #slowDown(quota: TokenQuota, waiter: Waiter): Promise<void> {
    const { tokens, clock, reserveFraction, leastReserve } = this.#options
    const states = this.#statesOf(quota)
    const isLow = ({ remaining, limit }: State) => remaining <= Math.max(leastReserve, limit * reserveFraction)
    if (states.length < tokens.length || !states.every(isLow)) return
    const left = states.reduce((sum, { remaining }) => sum + Math.max(0, remaining), 0)
    const reset = (states[this.#active]?.resetAt ?? 0) - clock.now()
    if (left <= 0 || reset <= 0) return
    const delay = Math.min(reset / left, MAX_DELAY_MS)
    if (delay >= WORTH_WAITING_MS) await clock.sleep(delay, waiter.signal)
  }

  async #sleep(ms: number, { stream, signal }: Waiter): Promise<void> {
    const { clock, report } = this.#options
    const context = stream === undefined ? {} : { stream }
    report.rateLimited({ ...context, seconds: ms / 1000 })
    try {
      await clock.sleep(ms, signal)
    } finally {
      report.resumed(context)
    }
  }

  /** One of those who waited asks for all of them. */
  async #askAgain(quota: TokenQuota): Promise<void> {
    if (this.#statesOf(quota).some(({ remaining }) => remaining > 0)) return
    this.#asked = undefined
    await this.#known()
  }

  #known(): Promise<void> {
    this.#asked ??= this.#askAll()
    return this.#asked
  }

  async #askAll(): Promise<void> {
    const { tokens, ask, report } = this.#options
    for (const token of tokens) {
      const readings = await ask(token)
      this.#states.set(token, readings && new Map([...readings].map(([name, reading]) => [name, { ...reading }])))
    }
    const untracked = tokens.filter((token) => this.#states.get(token) === undefined).length
    if (untracked > 0) report.log('info', `${untracked} of ${tokens.length} tokens have no quotas; they are used in turn`)
  }
}

function tooLong({ name }: TokenQuota, wait: number): RateLimitError {
  const seconds = Math.ceil(wait / 1000)
  const message = `every token has used up its quota '${name}'; there are new calls in ${seconds} s, which is longer than may be waited`
  return new RateLimitError('ERR_RATE_LIMITED', message, { retryAfter: seconds })
}
