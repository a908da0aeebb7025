import type { ErrorContext } from '../errors.ts'

/** One request as it goes over the wire. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD'
  /** Absolute, query included, without credentials. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Whom the request is for: usage is paced per key (an account, a Page); undefined = the app as a whole. */
  readonly paceKey?: string
  /** Added to errors of this request. */
  readonly context?: ErrorContext
}

/** A complete response: the whole body arrived, decompressed, within the size cap. */
export interface HttpResponse {
  readonly status: number
  /** Lower-case names; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>
  /** The address that answered, without credentials. */
  readonly url: string
  readonly body: Uint8Array
  /** The body as text: UTF-8, BOM dropped, invalid bytes as U+FFFD. */
  text(): string
  /**
   * The body as JSON, parsed once. Integers beyond 2^53 come as text so that every digit stays.
   * Throws ConnectorError ERR_BODY_NOT_JSON (transient) with the start of the body when it is none.
   */
  json(): unknown
}
