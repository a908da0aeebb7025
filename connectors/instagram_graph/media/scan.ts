import { ConnectorError } from '../../../framework/errors.ts'
import type { Services } from '../../../framework/manifest/definition/component.ts'
import type { MediaCheckpoint } from './checkpoint.ts'
import { CountTable } from './count-table.ts'
import type { MediaExpansion } from './expansion.ts'
import type { MediaListing } from './listing.ts'
import { itemOf, type MediaItem, type ScanPage, type TimeRange } from './page.ts'
import { MediaPager, type UnmarkedPage } from './pager.ts'
import { cutsOf, dayOf, olderRanges, rangesOf, sweepOf, windowStart } from './scan-plan.ts'
import { ScanProgress } from './scan-progress.ts'

export interface MediaScanOptions {
  readonly listing: MediaListing
  readonly expansion: MediaExpansion
  readonly services: Services
  readonly account: string
  readonly memory: MediaCheckpoint | undefined
  /** Posts outside are not read; seconds. */
  readonly range: TimeRange
  /** When the run began, seconds: the same for all looks of a run, so that streams that were apart come together again. */
  readonly at: number
  readonly windowDays: number
  readonly sweepDays: number
}

/** Pages of media with all their fields that are asked for at the same moment. */
const FULL_AT_ONCE = 8
const LIGHT_AT_ONCE = 50
/** Seconds that the clocks of the API and of the run may be apart. */
const CLOCKS_APART = 3_600

/**
 * One look at the media of an account.
 *
 * The first one lists everything, page by page. Every later one reads the sliding window; once a UTC day it also lists the older media
 * with nothing but their counts (the ranges of that list are remembered, so that they are asked for at the same moment), and reads
 * those whose counts differ from what is remembered, and the day's part of the sweep. Nothing ends early because a media is known or
 * old: lists are narrowed by time, and a list that respects no times is read to its end.
 */
export class MediaScan {
  readonly #options: MediaScanOptions
  readonly #pager: MediaPager

  constructor(options: MediaScanOptions) {
    this.#options = options
    this.#pager = new MediaPager(options)
  }

  get memory(): MediaCheckpoint | undefined {
    return this.#options.memory
  }

  /** Looks at other ranges have other pages. */
  get key(): string {
    const { from, to } = this.#options.range
    return `${from ?? ''}-${to ?? ''}`
  }

  async *pages(): AsyncGenerator<ScanPage, void> {
    const { memory } = this.#options
    if (!memory) yield* this.#first(undefined)
    else if (memory.rest !== undefined) {
      yield* this.#news(memory)
      yield* this.#first(memory)
    } else {
      yield* this.#later(memory)
    }
    this.#reportConversion()
  }

  async *#first(resumed: MediaCheckpoint | undefined): AsyncGenerator<ScanPage, void> {
    const { at, windowDays, range } = this.#options
    const progress = new ScanProgress({ at, day: dayOf(at), recent: at - windowDays * 86_400 }, resumed)
    const to = earlier(range.to, resumed?.rest)
    for await (const { page, isLast } of this.#pager.list({ from: range.from, to })) {
      const marks = progress.add(page.items, { converted: this.#options.expansion.converted, isLast })
      yield { ...page, items: page.items.toSorted(byAge), marks }
    }
  }

  /** What came since an interrupted first look began: on the same day its posts, later the whole window, which is to be observed daily. */
  async *#news(memory: MediaCheckpoint): AsyncGenerator<ScanPage, void> {
    const { at, range } = this.#options
    const isSameDay = dayOf(memory.looked) === dayOf(at)
    yield* this.#window(isSameDay ? later(memory.looked - CLOCKS_APART, range.from) : undefined)
  }

  /** The sliding window, which reaches back to where the window of the last look began. */
  async *#window(start?: number): AsyncGenerator<ScanPage, void> {
    const { memory, at, windowDays, range } = this.#options
    const from = start ?? later(windowStart(memory, at, windowDays), range.from)
    for await (const { page } of this.#pager.list({ from, to: range.to })) yield { ...page, marks: [] }
  }

  async *#later(memory: MediaCheckpoint): AsyncGenerator<ScanPage, void> {
    const { at } = this.#options
    const isNewDay = dayOf(at) > memory.day
    // Asked for at the same moment as the window: together they are one batch.
    const olderList = isNewDay ? this.#older(memory) : undefined
    olderList?.catch(() => undefined)
    const seen: MediaItem[] = []
    for await (const page of this.#window()) {
      seen.push(...page.items)
      yield page
    }
    if (!olderList) {
      yield this.#end({ ...memory, looked: at })
      return
    }
    const older = await olderList
    // A list that respects no times is read to its end.
    if (older) yield* this.#changed(memory, unique(older), seen)
    else yield* this.#first(undefined)
  }

  /** Older media that changed, and the part of them whose turn it is. */
  async *#changed(memory: MediaCheckpoint, older: readonly MediaItem[], young: readonly MediaItem[]): AsyncGenerator<ScanPage, void> {
    const { at, windowDays, sweepDays } = this.#options
    const newestFirst = older.toSorted(byAge)
    const days = dayOf(at) - memory.day
    const remembered = [...young, ...older].filter(({ time }) => time < memory.recent)
    const isSuspect = memory.counts.suspects(memory.counts.likewise(remembered))
    const { chosen, swept } = sweepOf(newestFirst, { swept: memory.swept, days, sweepDays })
    const changed = new Set(older.filter(({ id }) => isSuspect(id)).map(({ id }) => id))
    const wanted = new Set([...changed, ...chosen.map(({ id }) => id)])
    const recent = at - windowDays * 86_400
    const past = [...young, ...older].filter(({ time }) => time < recent).toSorted(byAge)
    // What is still to be read is not counted yet: if the run is cut off here, the next one finds it changed again.
    const counts = CountTable.sized(past.length).likewise(past.filter(({ id }) => !changed.has(id)))
    const next = {
      looked: at,
      recent,
      older: past.length,
      cuts: cutsOf(past),
      swept: memory.swept,
      day: memory.day,
      converted: undefined,
      rest: undefined,
    }
    yield this.#end({ ...next, counts: counts.copy() })
    for await (const page of this.#read(
      rangesOf(newestFirst, ({ id }) => wanted.has(id)),
      wanted,
    )) {
      for (const item of page.items) if (changed.delete(item.id)) counts.add(item)
      const memory = { ...next, counts: counts.copy(), converted: this.#options.expansion.converted }
      yield { ...page, marks: [{ after: page.items.length, memory }] }
    }
    yield this.#end({ ...next, counts: CountTable.sized(past.length).likewise(past), swept, day: dayOf(at) })
  }

  #end(memory: MediaCheckpoint): ScanPage {
    const known = { ...memory, converted: this.#options.expansion.converted }
    return { nodes: [], items: [], marks: [{ after: 0, memory: known }], denied: undefined }
  }

  /** All older media with their counts; undefined when the API does not respect times. */
  async #older(memory: MediaCheckpoint): Promise<readonly MediaItem[] | undefined> {
    const { at, windowDays, range } = this.#options
    const ranges = olderRanges(memory.cuts, windowStart(memory, at, windowDays), range.from)
    const items: MediaItem[] = []
    try {
      for await (const page of this.#pager.ranges(ranges, { fields: 'light', atOnce: LIGHT_AT_ONCE })) {
        items.push(...page.nodes.map(itemOf).filter((item) => item !== undefined))
      }
      return items
    } catch (thrown) {
      if (!(thrown instanceof ConnectorError) || thrown.code !== 'ERR_FILTER_IGNORED') throw thrown
      this.#options.services.report.log('warn', `${thrown.message} of account ${this.#options.account}; it is read as a whole`)
      return undefined
    }
  }

  /** The wanted media of some ranges with all their fields. */
  async *#read(ranges: readonly TimeRange[], wanted: ReadonlySet<string>): AsyncGenerator<UnmarkedPage, void> {
    for await (const listed of this.#pager.ranges(ranges, { fields: 'full', atOnce: FULL_AT_ONCE })) {
      const nodes = listed.nodes.filter(({ id }) => wanted.has(String(id)))
      if (nodes.length > 0) yield await this.#pager.page(nodes, listed.refused)
    }
  }

  #reportConversion(): void {
    if (this.#pager.beforeConversion === 0) return
    const { services, account } = this.#options
    services.report.log(
      'info',
      `${this.#pager.beforeConversion} media of account ${account} were posted before it became a business: they have no insights`,
    )
  }
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return Math.min(one, other)
}

function later(one: number, other: number | undefined): number {
  return other === undefined ? one : Math.max(one, other)
}

function byAge(one: MediaItem, other: MediaItem): number {
  return other.time - one.time
}

function unique(items: readonly MediaItem[]): readonly MediaItem[] {
  return [...new Map(items.map((item) => [item.id, item])).values()]
}
