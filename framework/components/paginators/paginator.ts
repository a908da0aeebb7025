import type { HttpResponse } from '../../http/request.ts'
import { defineFamily } from '../../manifest/definition/component.ts'
import type { Row } from '../../protocol/messages.ts'
import type { Scope } from '../../template/template.ts'
import type { RequestParts } from '../read/requester.ts'

export type PageToken = string | number | bigint | Readonly<Record<string, unknown>>

/** A page that was read, as pagination sees it. */
export interface PageContext {
  readonly response: HttpResponse
  /** The first decoded body; `{}` for streamed bodies. */
  readonly decoded: unknown
  /** Records extracted from the raw response, before any filter. */
  readonly extracted: number
  /** Records left after the filter. */
  readonly selected: number
  readonly last: Row | undefined
  readonly scope: Scope
}

/** Stateless: the token of the next page is a function of this page and the token that led to it. */
export interface PaginationStrategy {
  readonly pageSize: number | undefined
  /** Token of the first request; undefined = none is sent. */
  initialToken(): PageToken | undefined
  /** undefined = that was the last page. */
  nextToken(page: PageContext, previous: PageToken | undefined): PageToken | undefined
}

export const PaginationStrategy = defineFamily<PaginationStrategy>('PaginationStrategy', 'Finds the token of the next page.')

export interface Paginator {
  initialToken(): PageToken | undefined
  nextToken(page: PageContext, previous: PageToken | undefined): PageToken | undefined
  /** Parameters, headers or body fields for a token (undefined: the first page). */
  parts(token: PageToken | undefined, scope: Scope): RequestParts
  /** The token as path or URL, when it is one. */
  path(token: PageToken | undefined): string | undefined
}

export const Paginator = defineFamily<Paginator>('Paginator', 'Reads a slice page by page.')

/** Reads one page and no more. */
export const singlePage: Paginator = {
  initialToken: () => undefined,
  nextToken: () => undefined,
  parts: () => ({}),
  path: () => undefined,
}
