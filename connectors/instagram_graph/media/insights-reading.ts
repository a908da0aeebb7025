import { type Page, type ReadOptions, type StreamSlice, sliceScope } from '../../../framework/components/read/retriever.ts'
import type { Row } from '../../../framework/protocol/messages.ts'
import { DAY_MS } from '../../../framework/time.ts'
import { checkpointSlice } from '../../meta/cursors/memory-cursor.ts'
import { accountOf } from '../../meta/graph/account.ts'
import { BATCH_LIMIT } from '../../meta/graph/batch.ts'
import { insightRows } from '../../meta/insights/insight-rows.ts'
import type { ItemInsights } from '../../meta/insights/item-insights.ts'
import { checkpointOf, type MediaCheckpoint, readCheckpoint } from './checkpoint.ts'
import { ownCopy } from './own-copy.ts'
import { bodyOf, type MediaItem, type ScanPage } from './page.ts'
import { callsOf, itemInsights, type MediaSettings } from './settings.ts'

/** Rows of insights of the media of one account: what came with the list, then what is asked of each media, fifty to a batch. */
export class MediaInsightsReading {
  readonly #settings: MediaSettings
  readonly #slice: StreamSlice
  readonly #options: ReadOptions
  readonly #account: string
  readonly #memory: MediaCheckpoint | undefined
  readonly #known = new Map<string, MediaItem>()
  readonly #insights: ItemInsights
  readonly #observedAt: number

  /** `at`: when the run began, epoch milliseconds. */
  constructor(settings: MediaSettings, { slice, options, at }: { slice: StreamSlice; options: ReadOptions; at: number }) {
    this.#settings = settings
    this.#slice = slice
    this.#options = options
    this.#account = accountOf(slice.partition.scope).id
    this.#memory = readCheckpoint(checkpointSlice(slice.window).memory)
    this.#insights = itemInsights(settings, { calls: callsOf(settings, { slice, options }), account: this.#account, known: this.#known })
    // Lifetime values carry the UTC day on which they were seen, so that they build a history.
    this.#observedAt = Math.floor(at / DAY_MS) * DAY_MS
  }

  /** What is remembered goes with the rows that it stands for: nothing is asked for ahead of what can be kept. */
  async *pages(source: AsyncIterable<ScanPage>): AsyncGenerator<Page> {
    // Of pages without marks, which are few and asked for again as a whole.
    let waiting: readonly MediaItem[] = []
    for await (const { denied, items, marks } of source) {
      if (denied) throw ownCopy(denied)
      const rows = items.flatMap((item) => this.#rows(item.id, bodyOf(item.observations)))
      if (rows.length > 0) yield { rows }
      if (marks.length === 0) waiting = yield* this.#batches([...waiting, ...items.filter((item) => this.#isOpen(item))])
      let done = 0
      for (const { after, memory } of marks) {
        const open = [...waiting, ...items.slice(done, after).filter((item) => this.#isOpen(item))]
        const last = yield* this.#batches(open)
        yield { rows: last.length > 0 ? await this.#ask(last) : [], ...checkpointOf(memory, this.#memory) }
        waiting = []
        done = after
      }
    }
    if (waiting.length > 0) yield { rows: await this.#ask(waiting) }
  }

  #isOpen(item: MediaItem): boolean {
    return this.#settings.media.missing(item).length > 0
  }

  /** Asks while there is more than a batch; gives what is left. */
  async *#batches(items: readonly MediaItem[]): AsyncGenerator<Page, readonly MediaItem[]> {
    let left = items
    for (; left.length > BATCH_LIMIT; left = left.slice(BATCH_LIMIT)) yield { rows: await this.#ask(left.slice(0, BATCH_LIMIT)) }
    return left
  }

  async #ask(items: readonly MediaItem[]): Promise<Row[]> {
    for (const item of items) this.#known.set(item.id, item)
    const wishes = items.map((item) => ({ id: item.id, names: this.#settings.media.missing(item) }))
    // The list was answered for all of them, so that a refusal concerns a media and no right.
    if (items.some(({ asked }) => asked === 'common')) this.#insights.markAnswered()
    const { bodies } = await this.#insights.read(wishes)
    for (const { id } of items) this.#known.delete(id)
    return [...bodies].flatMap(([id, answers]) => answers.flatMap((body) => this.#rows(id, body)))
  }

  #rows(id: string, body: unknown): Row[] {
    const { account_field, item_field } = this.#settings
    const owner = { [account_field]: this.#account, [item_field]: id }
    const rows = insightRows(body, { owner, period: 'lifetime', observedAt: this.#observedAt })
    const { transformations } = this.#options.stages
    if (transformations.length === 0) return rows
    const scope = sliceScope(this.#slice)
    return rows.map((row) => transformations.reduce((current, step) => step.transform(current, scope), row))
  }
}
