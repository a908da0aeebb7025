import { defined } from '../../../framework/defined.ts'
import type { ConnectorError } from '../../../framework/errors.ts'
import type { Row } from '../../../framework/protocol/messages.ts'
import type { MediaExpansion } from './expansion.ts'
import { CursorWatch, type ListedPage, type ListRequest, type MediaListing } from './listing.ts'
import { itemOf, type ScanPage, type TimeRange } from './page.ts'

interface Asked {
  readonly request: ListRequest
  readonly index: number
  /** Why it is asked for without insights. */
  readonly refused?: ConnectorError
}

/** A page of a list as it came. */
export interface Listed extends ListedPage {
  /** Why it came without insights. */
  readonly refused?: ConnectorError
}

/** A page of media that is not yet part of what is remembered. */
export type UnmarkedPage = Omit<ScanPage, 'marks'>

/** Pages of the list of media, with insights as far as the API gives them together, and without where it refuses. */
export class MediaPager {
  readonly #options: { readonly listing: MediaListing; readonly expansion: MediaExpansion }
  #beforeConversion = 0

  constructor(options: { readonly listing: MediaListing; readonly expansion: MediaExpansion }) {
    this.#options = options
  }

  /** Media that were posted before the account became a business, so far. */
  get beforeConversion(): number {
    return this.#beforeConversion
  }

  /** Pages of several ranges, side by side; a page that is refused with its insights comes without them. */
  async *ranges(
    ranges: readonly TimeRange[],
    { fields, atOnce }: { fields: ListRequest['fields']; atOnce: number },
  ): AsyncGenerator<Listed, void> {
    let queue: readonly ListRequest[] = ranges.map((range) => ({ range, fields, metrics: [] }))
    const watches = new Map<TimeRange, CursorWatch>()
    while (queue.length > 0) {
      const requests = queue.slice(0, atOnce)
      const more: ListRequest[] = []
      for (const [index, listed] of (await this.#ask(requests)).entries()) {
        const request = requests[index]
        yield listed
        if (!request || listed.next === undefined) continue
        const watch = watches.get(request.range) ?? new CursorWatch()
        watches.set(request.range, watch)
        watch.check(listed.next, listed.nodes.length)
        more.push({ ...request, after: listed.next })
      }
      queue = [...more, ...queue.slice(atOnce)]
    }
  }

  /** A list page by page, newest first. The next page is asked for when somebody wants it: all before it are kept by then. */
  async *list(range: TimeRange): AsyncGenerator<{ readonly page: UnmarkedPage; readonly isLast: boolean }, void> {
    const watch = new CursorWatch()
    let newest = range.to
    for (let after: string | undefined; ; ) {
      const [listed] = await this.#ask([{ range, fields: 'full', metrics: [], after, paged: true }], newest)
      if (!listed) return
      const { nodes, next, allOlder, refused } = listed
      const page = await this.page(nodes, refused)
      if (next === undefined || allOlder) {
        yield { page, isLast: true }
        return
      }
      watch.check(next, nodes.length)
      newest = page.items.at(-1)?.time ?? newest
      yield { page, isLast: false }
      after = next
    }
  }

  /** Asks for pages, of all fields with the common metrics; once more without them where that is refused. */
  async #ask(requests: readonly ListRequest[], newest?: number): Promise<readonly Listed[]> {
    const { listing } = this.#options
    const pages: Listed[] = []
    let queue: readonly Asked[] = requests.map((request, index) => ({ request, index }))
    while (queue.length > 0) {
      const wishes = queue.map(({ request, refused }) => ({ ...request, metrics: refused ? [] : this.#metricsOf(request, newest) }))
      const answers = await listing.ask(wishes)
      const again: Asked[] = []
      for (const [at, asked] of queue.entries()) {
        const [answer, wish] = [answers[at], wishes[at]]
        if (!answer || !wish) continue
        if (answer.error) again.push(await this.#nextTry(asked, wish, answer.error))
        else pages[asked.index] = this.#accepted(asked, wish, answer.page)
      }
      queue = again
    }
    return pages
  }

  #accepted({ refused }: Asked, { metrics }: ListRequest, page: ListedPage): Listed {
    if (metrics.length > 0 && page.nodes.length > 0) this.#options.expansion.markAnswered()
    return { ...page, ...defined({ refused }) }
  }

  /** Throws the error of a list that was asked for without metrics. */
  async #nextTry(asked: Asked, wish: ListRequest, error: ConnectorError): Promise<Asked> {
    if (wish.metrics.length === 0) throw error
    return (await this.#options.expansion.dropRetired(wish, error)) ? asked : { ...asked, refused: error }
  }

  #metricsOf({ fields, paged, range }: ListRequest, newest: number | undefined): readonly string[] {
    return fields === 'full' ? this.#options.expansion.metricsFor(paged ? newest : range.to) : []
  }

  /** Media of a list; their insights are read another way when the list refused them. */
  async page(nodes: readonly Row[], refused: ConnectorError | undefined): Promise<UnmarkedPage> {
    const { expansion } = this.#options
    const items = nodes.map(itemOf).filter((item) => item !== undefined)
    if (refused) await expansion.split(items)
    const { converted } = expansion
    for (const item of items) {
      if (converted === undefined || item.time > converted || item.observations.length > 0) continue
      item.asked = 'all'
      this.#beforeConversion += 1
    }
    return { nodes, items, denied: expansion.denied }
  }
}
