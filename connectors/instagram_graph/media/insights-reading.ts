import { type Page, type ReadOptions, type StreamSlice, sliceScope } from '../../../framework/components/read/retriever.ts'
import type { Row } from '../../../framework/protocol/messages.ts'
import { DAY_MS } from '../../../framework/time.ts'
import { type MemorySlice, memorySlice } from '../../meta/cursors/memory-cursor.ts'
import { accountOf } from '../../meta/graph/account.ts'
import { BATCH_LIMIT } from '../../meta/graph/batch.ts'
import { insightRows } from '../../meta/insights/insight-rows.ts'
import type { ItemInsights } from '../../meta/insights/item-insights.ts'
import { type MediaMemory, writeMemory } from './memory.ts'
import { ownCopy } from './own-copy.ts'
import { bodyOf, type LookPage, type MediaItem } from './page.ts'
import { callsOf, itemInsights, type MediaSettings } from './settings.ts'

/** Batches of one account on their way while the list is read on. */
const BATCHES_AHEAD = 3

interface Batch {
  readonly rows: Promise<Row[]>
  readonly size: number
}

/** What may be remembered once so many media were asked. */
interface Mark {
  readonly memory: MediaMemory
  readonly asked: number
}

/** Rows of insights of the media of one account: what came with the list, then what is asked of each media, fifty to a batch. */
export class MediaInsightsReading {
  readonly #settings: MediaSettings
  readonly #slice: StreamSlice
  readonly #options: ReadOptions
  readonly #account: string
  readonly #window: MemorySlice
  readonly #known = new Map<string, MediaItem>()
  readonly #insights: ItemInsights
  readonly #observedAt: number
  readonly #flying: Batch[] = []
  #marks: Mark[] = []
  #landed = 0

  /** `at`: when the run began, epoch milliseconds. */
  constructor(settings: MediaSettings, { slice, options, at }: { slice: StreamSlice; options: ReadOptions; at: number }) {
    this.#settings = settings
    this.#slice = slice
    this.#options = options
    this.#account = accountOf(slice.partition.scope).id
    this.#window = memorySlice(slice.window)
    this.#insights = itemInsights(settings, { calls: callsOf(settings, { slice, options }), account: this.#account, known: this.#known })
    // Lifetime values carry the UTC day on which they were seen, so that they build a history.
    this.#observedAt = Math.floor(at / DAY_MS) * DAY_MS
  }

  async *pages(source: AsyncIterable<LookPage>): AsyncGenerator<Page> {
    let waiting: MediaItem[] = []
    let asked = 0
    for await (const { denied, items, memory } of source) {
      if (denied) throw ownCopy(denied)
      const rows = items.flatMap((item) => this.#rows(item.id, bodyOf(item.observations)))
      if (rows.length > 0) yield { rows }
      waiting.push(...items.filter((item) => this.#settings.media.missing(item).length > 0))
      if (memory) this.#marks.push({ memory, asked: asked + waiting.length })
      for (; waiting.length >= BATCH_LIMIT; asked += BATCH_LIMIT) {
        this.#send(waiting.slice(0, BATCH_LIMIT))
        waiting = waiting.slice(BATCH_LIMIT)
      }
      yield* this.#land(BATCHES_AHEAD)
    }
    if (waiting.length > 0) this.#send(waiting)
    yield* this.#land(0)
  }

  #send(items: readonly MediaItem[]): void {
    const rows = this.#ask(items)
    // Whoever waits for it sees the failure; it must not count as unseen until then.
    rows.catch(() => undefined)
    this.#flying.push({ rows, size: items.length })
  }

  /** Waits until only so many batches are on their way. */
  async *#land(most: number): AsyncGenerator<Page> {
    this.#remember()
    for (let batch = this.#flying[0]; batch && this.#flying.length > most; batch = this.#flying[0]) {
      const rows = await batch.rows
      this.#flying.shift()
      if (rows.length > 0) yield { rows }
      this.#landed += batch.size
      this.#remember()
    }
  }

  #remember(): void {
    const done = this.#marks.filter(({ asked }) => asked <= this.#landed)
    const last = done.at(-1)
    if (!last) return
    this.#marks = this.#marks.slice(done.length)
    this.#window.remember(writeMemory(last.memory))
  }

  async #ask(items: readonly MediaItem[]): Promise<Row[]> {
    for (const item of items) this.#known.set(item.id, item)
    const wishes = items.map((item) => ({ id: item.id, names: this.#settings.media.missing(item) }))
    // The list was answered for all of them, so that a refusal concerns a media and no right.
    if (items.some(({ asked }) => asked === 'common')) this.#insights.heard()
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
