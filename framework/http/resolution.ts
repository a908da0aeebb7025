import type { ConnectorError, FailureType } from '../errors.ts'
import type { HttpRequest, HttpResponse } from './request.ts'

/** What one attempt came to: a response, or the reason why there is none (network, time-out, size, refused redirect). */
export type Outcome =
  | { readonly response: HttpResponse; readonly error?: undefined }
  | { readonly response?: undefined; readonly error: ConnectorError }

/**
 * What to do about an outcome.
 * `success`: use it. `ignore`: use it as empty. `retry`: the same again after a back-off. `rate_limited`: the same again after the provider's time.
 * `refresh_token`: new credentials, then the same again, once. `reset_pagination`: start the slice's pages again. `fail`: give up with `error`.
 */
export type Action = 'success' | 'ignore' | 'retry' | 'rate_limited' | 'refresh_token' | 'reset_pagination' | 'fail'

export interface Resolution {
  readonly action: Action
  /** Why: text for people. */
  readonly message?: string
  readonly failureType?: FailureType
  /** A typed error to throw when the action ends in failure; otherwise the client makes one from `message`. */
  readonly error?: ConnectorError
  /** Seconds that the provider asked to wait. */
  readonly waitSeconds?: number
  /** A retry need not wait, whatever the response asks for: it goes out with other credentials. */
  readonly atOnce?: true
}

/** Decides by pure functions; the http client acts. */
export interface ErrorHandler {
  /** Tries after the first one. */
  readonly maxRetries: number
  /** Seconds after which no further try is started. */
  readonly maxTime: number
  interpret(outcome: Outcome, request: HttpRequest): Resolution
  /** Seconds before the next try, `attempt` counted from 1; undefined: the client's own exponential back-off. */
  backoff(outcome: Outcome, attempt: number): number | undefined
}

/** One pool of a provider's quota as its response headers describe it. */
export interface Usage {
  /** Name of the pool: an account, a business, the app. */
  readonly pool: string
  /** Share of the allowance used, in percent; 100 = blocked. */
  readonly percent: number
  /** Seconds until the provider answers again; 0 = not blocked. */
  readonly regainSeconds: number
}

/** Reads a provider's usage headers; malformed ones give no entries. */
export type UsageReader = (response: HttpResponse) => readonly Usage[]
