import { ConnectorError, type ErrorContext } from '../../errors.ts'
import { PageGuard } from './page-guard.ts'
import { pageReader, type ReaderParts, withToken } from './read-page.ts'
import { type Page, type ReadOptions, type StreamSlice, sliceScope } from './retriever.ts'

/** Pages of one slice. A page is handed on only after its responses were judged, decoded and extracted. */
export async function* readPages(parts: ReaderParts, slice: StreamSlice, options: ReadOptions): AsyncIterable<Page> {
  const { paginator } = parts
  const context = contextOf(slice, options)
  const readPage = await pageReader(parts, slice, options)
  const scope = sliceScope(slice)
  let guard = new PageGuard(context)
  let token = paginator.initialToken()
  let wasReset = false
  for (;;) {
    const page = yield* readPage(token, { ...options, scope: withToken(scope, token) })
    if (page === 'reset') {
      if (wasReset) throw resetTwice(context)
      wasReset = true
      guard = new PageGuard(context)
      token = paginator.initialToken()
      continue
    }
    const next = page && paginator.nextToken(page, token)
    if (!page || next === undefined) return
    guard.check(next, { response: page.response, rows: page.extracted })
    token = next
  }
}

function contextOf({ partition, window }: StreamSlice, { stream }: ReadOptions): ErrorContext {
  return { stream, slice: { ...partition.values, ...window?.values } }
}

function resetTwice(context: ErrorContext): ConnectorError {
  const message = `stream '${context.stream}' asked to start its pages anew twice in one slice; the slice is given up`
  return new ConnectorError('ERR_PAGINATION_RESET', message, { context })
}
