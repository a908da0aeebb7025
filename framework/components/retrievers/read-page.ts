import { defined } from '../../defined.ts'
import type { Answer } from '../../http/client.ts'
import type { HttpResponse } from '../../http/request.ts'
import type { Row } from '../../protocol/messages.ts'
import type { Reporter } from '../../report.ts'
import type { Scope } from '../../template/template.ts'
import type { Decoder } from '../decoders/decoder.ts'
import type { PageContext, PageToken, Paginator } from '../paginators/paginator.ts'
import type { RecordSelector } from '../read/extractor.ts'
import type { RecordKey } from '../read/properties.ts'
import { combineParts } from '../read/request-parts.ts'
import type { RequestContext, Requester, RequestParts } from '../read/requester.ts'
import { type Page, type ReadOptions, type StreamSlice, sliceScope } from '../read/retriever.ts'
import { heldPage } from './held-page.ts'
import { createMerge } from './merge-records.ts'
import type { PageReset } from './page-reset.ts'

/** What SimpleRetriever is made of. */
export interface ReaderParts {
  readonly requester: Requester
  readonly paginator: Paginator
  readonly decoder: Decoder
  readonly selector: RecordSelector
  /** Leave the parameters of the slice out once a page token is sent. */
  readonly onlyFirst: boolean
  readonly reset?: PageReset | undefined
  readonly report: Reporter
}

type RequestOf = (token: PageToken | undefined) => RequestContext

/** The request for a page of the slice, by page token; `properties` are those that it asks for. */
export function requestsOf({ paginator, onlyFirst }: ReaderParts, slice: StreamSlice, properties?: readonly string[]): RequestOf {
  const seenSlice = properties ? withProperties(slice, properties) : slice
  const scope = { ...seenSlice.partition.extra, ...sliceScope(seenSlice) }
  const sliceParts: RequestParts = combineParts([slice.partition.parts, slice.window?.parts ?? {}])
  return (token) => {
    const seen = withToken(scope, token)
    const pageParts = paginator.parts(token, seen)
    const path = paginator.path(token)
    const parts = token !== undefined && onlyFirst ? pageParts : combineParts([pageParts, sliceParts])
    return { scope: seen, parts, ...defined({ path, properties }) }
  }
}

function withProperties({ partition, window }: StreamSlice, properties: readonly string[]): StreamSlice {
  return { partition: { ...partition, extra: { ...partition.extra, query_properties: properties } }, window }
}

/** What pagination wants to know of a page; undefined: nothing follows it; `reset`: the slice is to restart. */
export type PageEnd = PageContext | 'reset' | undefined
type PageReader = (token: PageToken | undefined, options: PageOptions) => AsyncGenerator<Page, PageEnd>

/** How the pages of a slice are read: in one request each, or in several whose records are put together. A first page that is held is not asked for. */
export async function pageReader(parts: ReaderParts, slice: StreamSlice, options: ReadOptions): Promise<PageReader> {
  const readPage = await requestedPages(parts, slice, options)
  const { firstPage } = slice.partition
  if (firstPage === undefined) return readPage
  let held = true
  return async function* (token, pageOptions) {
    if (!held) return yield* readPage(token, pageOptions)
    held = false
    return yield* selectRows(parts, heldPage(firstPage), pageOptions)
  }
}

async function requestedPages(parts: ReaderParts, slice: StreamSlice, options: ReadOptions): Promise<PageReader> {
  const { properties } = parts.requester
  if (!properties) return inOneRequest(parts, requestsOf(parts, slice))
  const chunks = await properties.chunks({ schema: options.configuredSchema, signal: options.signal })
  const requests = chunks.map((chunk) => requestsOf(parts, slice, chunk))
  const { keyOf } = properties
  const [only = requestsOf(parts, slice, [])] = requests
  return keyOf ? inManyRequests(parts, requests, keyOf) : inOneRequest(parts, only)
}

function inOneRequest(parts: ReaderParts, request: RequestOf): PageReader {
  return async function* (token, options) {
    const answer = await send(parts, request(token), options)
    if (answer.resolution.action === 'reset_pagination') return 'reset'
    return holdsNothing(answer) ? logEmpty(answer, parts.report, options) : yield* selectRows(parts, answer.response, options)
  }
}

/** A page whose records come in parts: they are handed on when all parts are there. The last response leads to the next page. */
function inManyRequests(parts: ReaderParts, requests: readonly RequestOf[], keyOf: RecordKey): PageReader {
  return async function* (token, options) {
    const merge = createMerge(keyOf)
    let end: PageContext | undefined
    for (const request of requests) {
      const answer = await send(parts, request(token), options)
      if (answer.resolution.action === 'reset_pagination') return 'reset'
      if (holdsNothing(answer)) {
        end = logEmpty(answer, parts.report, options)
        continue
      }
      const { done: _, ...whole } = options
      const pages = selectRows(parts, answer.response, whole)
      let step = await pages.next()
      for (; !step.done; step = await pages.next()) merge.add(step.value.rows)
      end = step.value
    }
    const rows = merge.rows()
    yield { rows }
    if (options.done?.(rows)) return undefined
    return end && { ...end, selected: rows.length, last: rows.at(-1) }
  }
}

function send(parts: ReaderParts, request: RequestContext, options: ReadOptions): Promise<Answer> {
  return parts.requester.send({ ...request, ...sendOptions(parts, options) })
}

interface PageOptions extends ReadOptions {
  readonly scope: Scope
}

/** Hands on the rows of a response; returns what pagination wants to know, or undefined when the rest of the slice is known already. */
async function* selectRows(
  parts: ReaderParts,
  response: HttpResponse,
  options: PageOptions,
): AsyncGenerator<Page, PageContext | undefined> {
  const { decoder, selector } = parts
  const seen = { extracted: 0, selected: 0, last: undefined as Row | undefined, decoded: {} as unknown }
  for await (const bodies of decoder.whole ? [decoder.whole(response)] : decoder.decode(response)) {
    const { rows, extracted } = await selector.select(bodies, options.scope, options.stages)
    if (!decoder.streamed) seen.decoded = bodies[0] ?? {}
    seen.extracted += extracted
    seen.selected += rows.length
    seen.last = rows[rows.length - 1] ?? seen.last
    yield { rows }
    if (options.done?.(rows)) return undefined
  }
  return { ...seen, response, scope: options.scope }
}

export function withToken(scope: Scope, token: PageToken | undefined): Scope {
  return { ...scope, next_page_token: token === undefined ? null : { next_page_token: token } }
}

function sendOptions({ decoder, selector }: ReaderParts, { stream, signal }: ReadOptions): Partial<RequestContext> {
  const accept = (response: HttpResponse) => {
    if (response.status < 400 && decoder.whole) selector.verify(decoder.whole(response))
  }
  return { stream, accept, ...defined({ signal }) }
}

/** An error that the manifest ignores, or calls a success, has no records: its body describes the error. */
function holdsNothing({ response, resolution }: Answer): boolean {
  return resolution.action === 'ignore' || response.status >= 400
}

function logEmpty({ response, resolution }: Answer, report: Reporter, { stream }: ReadOptions): undefined {
  const reason = resolution.message ? `: ${resolution.message}` : ''
  report.log('info', `HTTP ${response.status} of stream ${stream} is taken for an empty page, as the manifest says${reason}`)
}
