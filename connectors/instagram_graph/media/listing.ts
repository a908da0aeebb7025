import { defined } from '../../../framework/defined.ts'
import { ConnectorError } from '../../../framework/errors.ts'
import { isObject } from '../../../framework/protocol/json.ts'
import type { Row } from '../../../framework/protocol/messages.ts'
import type { GraphCalls } from '../../meta/graph/graph-calls.ts'
import type { RefusedFields } from '../../meta/graph/graph-fields-requester.ts'
import { dataOf } from '../../meta/insights/insight-rows.ts'
import type { TimeRange } from './page.ts'
import { secondsOf } from './page.ts'

/** The API gives no more in one page. */
export const PAGE_SIZE = 100
/** Pages without media in a row, and pages at all: the API lists the 10,000 newest. */
const MAX_EMPTY = 20
const MAX_PAGES = 2_000
/** An account may pin three posts, which stand in front whatever their age. */
const MAX_PINNED = 3
const LIGHT = ['id', 'timestamp', 'like_count', 'comments_count']

export interface ListRequest {
  readonly range: TimeRange
  /** `full`: all fields. `light`: what tells whether a media has changed. `values`: insights alone. */
  readonly fields: 'full' | 'light' | 'values'
  /** Metrics to come with every media; none: no insights are asked for. */
  readonly metrics: readonly string[]
  readonly after?: string | undefined
  readonly limit?: number
  /** The range narrows a list that is read page by page: what lies outside is dropped. Otherwise it has to be heeded. */
  readonly paged?: boolean
}

export interface ListedPage {
  /** The media inside the range. */
  readonly nodes: readonly Row[]
  /** Cursor of the next page. */
  readonly next: string | undefined
  /** Every media of the page is older than the range: pinned ones stand in front, so that nothing younger follows. */
  readonly allOlder: boolean
}

export type ListAnswer = { readonly page: ListedPage; readonly error?: undefined } | { readonly error: ConnectorError }

export interface MediaListingOptions {
  readonly calls: GraphCalls
  readonly account: string
  readonly fields: readonly string[]
  readonly refused: RefusedFields
}

/** The list of media of one account. */
export class MediaListing {
  readonly #options: MediaListingOptions
  #limit = PAGE_SIZE

  constructor(options: MediaListingOptions) {
    this.#options = options
  }

  /**
   * Asks for pages at the same moment; answers in the order of the requests. Unknown fields are left out, pages that are too much are
   * made smaller. Throws ERR_FILTER_IGNORED when the API does not respect a range that is not `paged`.
   */
  async ask(requests: readonly ListRequest[]): Promise<readonly ListAnswer[]> {
    for (;;) {
      const outcomes = await this.#options.calls.many(requests.map((request) => this.#call(request)))
      if (outcomes.some(({ error }) => this.#asksForLess(error))) continue
      return outcomes.map((outcome, index): ListAnswer => {
        const request = requests[index]
        if (outcome.error) return { error: outcome.error }
        return { page: pageOf(outcome.body, request) }
      })
    }
  }

  #call({ range, fields, metrics, after, limit }: ListRequest) {
    const { account, refused } = this.#options
    const insights = metrics.length > 0 ? [`insights.metric(${metrics.join(',')})`] : []
    const named = fields === 'light' ? LIGHT : fields === 'values' ? ['id', 'timestamp'] : this.#options.fields
    const asked = named.filter((field) => !refused.has(field, account))
    return {
      path: `${encodeURIComponent(account)}/media`,
      params: {
        fields: [...asked, ...insights].join(','),
        limit: String(Math.min(limit ?? PAGE_SIZE, this.#limit)),
        // A second more on both sides: whether the ends belong to the range is not documented, and is decided here.
        ...(range.from === undefined ? {} : { since: String(range.from - 1) }),
        ...(range.to === undefined ? {} : { until: String(range.to + 1) }),
        ...defined({ after }),
      },
      accept: (body: unknown) => void dataOf(body),
    }
  }

  /** Learns from a refusal; true when the same may pass now. */
  #asksForLess(error: ConnectorError | undefined): boolean {
    if (!error) return false
    if (error.code === 'ERR_TOO_MUCH_DATA' && this.#limit > 1) {
      this.#limit = Math.floor(this.#limit / 2)
      return true
    }
    const { account, refused, fields } = this.#options
    const request = { scope: { account: { id: account } }, parts: {} }
    return error.code === 'ERR_FIELD_UNKNOWN' && refused.learn(error, { request, fields, optional: [] })
  }
}

function pageOf(body: unknown, request: ListRequest | undefined): ListedPage {
  const { from, to } = request?.range ?? {}
  const rows = dataOf(body).map((row): Row => ({ ...row }))
  const times = rows.map(({ timestamp }) => (typeof timestamp === 'string' ? secondsOf(timestamp) : Number.NaN))
  const isInside = (time: number) => !(from !== undefined && time < from) && !(to !== undefined && time > to)
  // The added second brings its own neighbours along.
  const strangers = times.filter((time) => (from !== undefined && time < from - 1) || (to !== undefined && time > to + 1))
  if (request?.paged !== true && strangers.length > MAX_PINNED) throw filterIgnored()
  return {
    nodes: rows.filter((_, index) => isInside(times[index] ?? Number.NaN)),
    next: nextOf(body),
    allOlder: from !== undefined && rows.length > 0 && times.every((time) => time < from),
  }
}

function nextOf(body: unknown): string | undefined {
  const paging = isObject(body) ? body['paging'] : undefined
  if (!isObject(paging) || paging['next'] === undefined || !isObject(paging['cursors'])) return undefined
  const { after } = paging['cursors']
  return typeof after === 'string' && after !== '' ? after : undefined
}

function filterIgnored(): ConnectorError {
  return new ConnectorError('ERR_FILTER_IGNORED', 'the list of media ignores since and until', { failureType: 'transient_error' })
}

/** Watches the cursors of one list for a source that never ends. */
export class CursorWatch {
  readonly #seen = new Set<string>()
  #empty = 0

  /** Call with the cursor of every next page. Throws ConnectorError ERR_PAGINATION_LOOP. */
  check(next: string, rows: number): void {
    this.#empty = rows === 0 ? this.#empty + 1 : 0
    const what = this.#seen.has(next)
      ? 'the source gave the same cursor again'
      : this.#empty > MAX_EMPTY
        ? `${this.#empty} empty pages in a row`
        : this.#seen.size >= MAX_PAGES
          ? `more than ${MAX_PAGES} pages`
          : undefined
    if (what !== undefined)
      throw new ConnectorError('ERR_PAGINATION_LOOP', `the list of media does not end: ${what}; the slice is given up`)
    this.#seen.add(next)
  }
}
