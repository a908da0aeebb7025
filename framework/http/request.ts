import type { ErrorContext } from '../errors.ts'

/** One request as it goes over the wire. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD'
  /** Absolute, query included, without credentials. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Path of a file that the body of a success is written to, unpacked and as it arrives; it may then be larger than memory holds. */
  readonly saveTo?: string
  /** Whom the request is for: usage is paced per key (an account, a Page); undefined = the app as a whole. */
  readonly paceKey?: string
  /** Calls that the provider counts for it: a batch of n counts n. Taken from the request budget. 1 by default. */
  readonly weight?: number
  /** Milliseconds for sending and for the whole attempt, where those of the client are too short: large uploads. */
  readonly timeoutMs?: number
  /** Added to errors of this request. */
  readonly context?: ErrorContext
}

/** A complete response: the whole body arrived, decompressed, within the size cap. */
export interface HttpResponse {
  /** 0 when an error handler chose to ignore a failed attempt: there is no response then, and the body is empty. */
  readonly status: number
  /** Lower-case names; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>
  /** The address that answered, without credentials. */
  readonly url: string
  readonly body: Uint8Array
  /** The body in pieces when the request said `saveTo`, as often as it is asked for; `body` is then empty. */
  readonly pieces?: () => AsyncIterable<Uint8Array>
  /** The body as text: UTF-8, BOM dropped, invalid bytes as U+FFFD. */
  text(): string
  /**
   * The body as JSON, parsed once. Integers beyond 2^53 come as text so that every digit stays.
   * Throws ConnectorError ERR_BODY_NOT_JSON (transient) with the start of the body when it is none, ERR_JSON_TOO_DEEP, ERR_NUMBER_RANGE.
   */
  json(): unknown
}
