import { isDeepStrictEqual } from 'node:util'
import { ConnectorError, type ErrorContext } from '../../errors.ts'
import type { PageToken } from '../paginators/paginator.ts'
import { type Page, type ReadOptions, type StreamSlice, sliceScope } from '../read/retriever.ts'
import { PageGuard } from './page-guard.ts'
import type { PageReset } from './page-reset.ts'
import { type PageEnd, pageReader, type ReaderParts, withToken } from './read-page.ts'

/** Pages of one slice. A page is handed on only after its responses were judged, decoded and extracted. */
export async function* readPages(parts: ReaderParts, slice: StreamSlice, options: ReadOptions): AsyncIterable<Page> {
  const restarts = createRestarts(slice, parts.reset, options)
  for (let part: StreamSlice | undefined = slice; part; ) part = yield* readPart(parts, part, { ...options, restarts })
}

interface PartOptions extends ReadOptions {
  readonly restarts: Restarts
}

/** Pages until there is no other, or until they have to begin again: then with which slice. */
async function* readPart(
  parts: ReaderParts,
  slice: StreamSlice,
  { restarts, ...options }: PartOptions,
): AsyncGenerator<Page, StreamSlice | undefined> {
  const { paginator } = parts
  const readPage = await pageReader(parts, slice, options)
  const scope = sliceScope(slice)
  const guard = new PageGuard(contextOf(slice, options))
  let token: PageToken | undefined = paginator.initialToken()
  for (;;) {
    const page: PageEnd = yield* readPage(token, { ...options, scope: withToken(scope, token) })
    if (page === 'reset' || restarts.isDue(page)) return restarts.next(slice)
    const next = page && paginator.nextToken(page, token)
    if (!page || next === undefined) return undefined
    guard.check(next, { response: page.response, rows: page.extracted })
    token = next
  }
}

/** How often, and where, the pages of a slice begin again. */
interface Restarts {
  /** A page was handed on: has the source given as much as it gives at once? */
  isDue(page: Exclude<PageEnd, 'reset'>): boolean
  /** The slice to continue with. Throws ConnectorError ERR_PAGINATION_RESET when nothing would be gained. */
  next(slice: StreamSlice): StreamSlice
}

function createRestarts(whole: StreamSlice, reset: PageReset | undefined, options: ReadOptions): Restarts {
  let records = 0
  let same = 0
  return {
    isDue: (page) => {
      records += page?.selected ?? 0
      return page !== undefined && reset?.records !== undefined && records >= reset.records
    },
    next: (slice) => {
      records = 0
      const narrow = reset?.split && whole.window ? options.narrow : undefined
      const rest = narrow ? { ...whole, window: narrow() ?? whole.window } : slice
      const isNew = !isDeepStrictEqual(rest.window?.values, slice.window?.values)
      same = isNew ? 0 : same + 1
      // With a cursor the same slice gives the same again; without one it may have been an accident.
      if (same >= (narrow ? 1 : 2)) throw resetInVain(contextOf(slice, options))
      return rest
    },
  }
}

function contextOf({ partition, window }: StreamSlice, { stream }: ReadOptions): ErrorContext {
  return { stream, slice: { ...partition.values, ...window?.values } }
}

function resetInVain(context: ErrorContext): ConnectorError {
  const message = `stream '${context.stream}' asked to restart its pagination where it began; the slice is abandoned`
  return new ConnectorError('ERR_PAGINATION_RESET', message, { context })
}
