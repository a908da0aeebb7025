import { ConnectorError, type ErrorContext } from '../../errors.ts'
import type { Answer } from '../../http/client.ts'
import type { HttpResponse } from '../../http/request.ts'
import type { Row } from '../../protocol/messages.ts'
import type { Reporter } from '../../report.ts'
import type { Scope } from '../../template/template.ts'
import type { Decoder } from '../decoders/decoder.ts'
import type { RecordSelector } from '../extractors/extractor.ts'
import type { PageContext, PageToken, Paginator } from '../paginators/paginator.ts'
import { combineParts } from '../requesters/request-parts.ts'
import type { RequestContext, Requester, RequestParts } from '../requesters/requester.ts'
import { PageGuard } from './page-guard.ts'
import { type Page, type ReadOptions, type StreamSlice, sliceScope } from './retriever.ts'

/** What SimpleRetriever is made of. */
export interface ReaderParts {
  readonly requester: Requester
  readonly paginator: Paginator
  readonly decoder: Decoder
  readonly selector: RecordSelector
  /** Leave the parameters of the slice out once a page token is sent. */
  readonly onlyFirst: boolean
  readonly report: Reporter
}

/** The request for a page of the slice, by page token. */
export function requestsOf({ paginator, onlyFirst }: ReaderParts, slice: StreamSlice): (token: PageToken | undefined) => RequestContext {
  const scope = { ...slice.partition.extra, ...sliceScope(slice) }
  const sliceParts: RequestParts = combineParts([slice.partition.parts, slice.window?.parts ?? {}])
  return (token) => {
    const seen = withToken(scope, token)
    const pageParts = paginator.parts(token, seen)
    const path = paginator.path(token)
    const parts = token !== undefined && onlyFirst ? pageParts : combineParts([pageParts, sliceParts])
    return { scope: seen, parts, ...(path === undefined ? {} : { path }) }
  }
}

/** Pages of one slice. A page is handed on only after its response was judged, decoded and extracted. */
export async function* readPages(parts: ReaderParts, slice: StreamSlice, options: ReadOptions): AsyncIterable<Page> {
  const { paginator, requester } = parts
  const context = contextOf(slice, options)
  const request = requestsOf(parts, slice)
  const scope = sliceScope(slice)
  let guard = new PageGuard(context)
  let token = paginator.initialToken()
  let wasReset = false
  for (;;) {
    const answer = await requester.send({ ...request(token), ...sendOptions(parts, options) })
    if (answer.resolution.action === 'reset_pagination') {
      if (wasReset) throw resetTwice(context)
      wasReset = true
      guard = new PageGuard(context)
      token = paginator.initialToken()
      continue
    }
    if (holdsNothing(answer)) return logEmpty(answer, parts.report, options)
    const page = yield* selectRows(parts, answer.response, { ...options, scope: withToken(scope, token) })
    const next = page && paginator.nextToken(page, token)
    if (!page || next === undefined) return
    guard.check(next, { response: page.response, rows: page.extracted })
    token = next
  }
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

function withToken(scope: Scope, token: PageToken | undefined): Scope {
  return { ...scope, next_page_token: token === undefined ? null : { next_page_token: token } }
}

function sendOptions({ decoder, selector }: ReaderParts, { stream, signal }: ReadOptions): Partial<RequestContext> {
  const accept = (response: HttpResponse) => {
    if (response.status < 400 && decoder.whole) selector.verify(decoder.whole(response))
  }
  return { stream, accept, ...(signal ? { signal } : {}) }
}

/** An error that the manifest ignores, or calls a success, has no records: its body describes the error. */
function holdsNothing({ response, resolution }: Answer): boolean {
  return resolution.action === 'ignore' || response.status >= 400
}

function logEmpty({ response, resolution }: Answer, report: Reporter, { stream }: ReadOptions): void {
  const reason = resolution.message ? `: ${resolution.message}` : ''
  report.log('info', `HTTP ${response.status} of stream ${stream} is taken for an empty page, as the manifest says${reason}`)
}

function contextOf({ partition, window }: StreamSlice, { stream }: ReadOptions): ErrorContext {
  return { stream, slice: { ...partition.values, ...window?.values } }
}

function resetTwice(context: ErrorContext): ConnectorError {
  const message = `stream '${context.stream}' asked to start its pages anew twice in one slice; the slice is given up`
  return new ConnectorError('ERR_PAGINATION_RESET', message, { context })
}
