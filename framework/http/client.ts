import type { CallRates } from './limits/call-rates.ts'
import type { HttpRequest, HttpResponse } from './request.ts'
import type { ErrorHandler, Resolution } from './resolution.ts'

/** The response that ended the tries, with what the handler said about it (`success`, `ignore` or `reset_pagination`). */
export interface Answer {
  readonly response: HttpResponse
  readonly resolution: Resolution
}

export interface HttpClient {
  /**
   * Sends until the handler is content. `prepare` makes the request again for every try, so that credentials stay fresh.
   * Throws what the handler resolved to fail, or StoppedError (request budget, deadline, abort), or RateLimitError (wait beyond patience).
   */
  send(prepare: () => HttpRequest | Promise<HttpRequest>, handler: ErrorHandler, options?: SendOptions): Promise<Answer>
  /** Registers a value that must never appear in any output. */
  secret(value: string): void
  /** Requests that the budget of the run has left; Infinity without one. */
  requestsLeft(): number
}

export interface SendOptions {
  /** Called once when the handler asks for new credentials; true when the next try has them. */
  readonly refresh?: () => Promise<boolean>
  /** For RUNNING/RATE_LIMITED status messages. */
  readonly stream?: string
  readonly signal?: AbortSignal
  /** Calls that the manifest allows itself: every try waits for its turn. */
  readonly rates?: CallRates
  /** The same request may get the answer that it got before in this run. */
  readonly cache?: boolean
}
