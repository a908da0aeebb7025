import type { Answer } from '../../http/client.ts'
import type { HttpRequest, HttpResponse } from '../../http/request.ts'
import { defineFamilyWith } from '../../manifest/definition/component.ts'
import type { Scope } from '../../template/template.ts'
import type { QueryProperties } from './properties.ts'

/** What several components add to one request. Merged in order: requester, authenticator, paginator, slice. */
export interface RequestParts {
  readonly params?: Readonly<Record<string, string | readonly string[]>>
  readonly headers?: Readonly<Record<string, string>>
  /** Form fields, or a raw body. */
  readonly body_data?: Readonly<Record<string, unknown>> | string
  readonly body_json?: Readonly<Record<string, unknown>>
}

export interface RequestContext {
  /** What templates see: `stream_slice` and its aliases, `next_page_token`, `account`, … */
  readonly scope: Scope
  /** Of paginator and slice. */
  readonly parts: RequestParts
  /** Properties that this request asks for, of a requester that has `properties`. */
  readonly properties?: readonly string[] | undefined
  /** A page token that is the path or the whole URL of the next page. */
  readonly path?: string
  /** Throws ConnectorError when a successful response has no usable body; the request is then tried again. */
  readonly accept?: (response: HttpResponse) => void
  /** How many requests of the budget this one counts for: a batch counts its parts. 1 by default. */
  readonly weight?: number
  /** Path of a file for the body of a success, see HttpRequest. */
  readonly saveTo?: string
  readonly stream?: string
  readonly signal?: AbortSignal
}

/** Sends the requests of a stream, with retries, pacing and credentials. */
export interface Requester {
  readonly method: HttpRequest['method']
  /** Present when requests name the properties they ask for: a page may then take several requests. */
  readonly properties: QueryProperties | undefined
  /** Calls made at the same moment of which so many share one request; 1 where each is a request of its own. */
  readonly together: number
  /** Sends one logical request, tries included. Throws what the error handler resolved to fail. */
  send(context: RequestContext): Promise<Answer>
  /** The absolute URL, for `explain` and error messages; without credentials. */
  url(context: RequestContext): string
}

export const Requester = defineFamilyWith<Requester, 'properties' | 'together'>('Requester', {
  description: 'Sends the requests of a stream.',
  defaults: { properties: undefined, together: 1 },
})
