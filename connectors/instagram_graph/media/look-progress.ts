import { CountTable } from './count-table.ts'
import { RANGE_SIZE } from './look-plan.ts'
import type { MediaMemory } from './memory.ts'
import type { MediaItem } from './page.ts'

export interface LookStart {
  /** Seconds since the epoch. */
  readonly at: number
  readonly day: number
  /** Media from here on belong to the window. */
  readonly recent: number
}

/**
 * What a first look has seen so far, page by page, so that an interrupted one goes on where it was. A page is taken for listed when the
 * one after it was read: the list is newest first except for a few places, and those lie within a page.
 */
export class LookProgress {
  readonly #start: LookStart
  readonly #counts: CountTable
  readonly #cuts: number[]
  /** Older media, not yet certain to be all that there is down to their time. */
  #open: MediaItem[] = []
  #older: number
  #sinceCut = 0
  #rest: number | undefined
  #lastOfPage: number | undefined

  constructor(start: LookStart, resumed: MediaMemory | undefined) {
    this.#start = resumed ? { ...start, recent: resumed.recent } : start
    this.#counts = resumed?.counts.copy() ?? CountTable.sized()
    this.#cuts = [...(resumed?.cuts ?? [])]
    this.#older = resumed?.older ?? 0
    this.#rest = resumed?.rest
  }

  /** A page of the list, in its order. */
  add(page: readonly MediaItem[]): void {
    const rest = this.#rest
    const own = page.filter(({ time }) => time < this.#start.recent && (rest === undefined || time < rest))
    this.#open.push(...own)
    if (this.#lastOfPage !== undefined) this.#settle(this.#lastOfPage)
    this.#lastOfPage = page.at(-1)?.time ?? this.#lastOfPage
  }

  /** What is remembered; `done`: the list has come to its end. */
  memory(converted: number | undefined, done: boolean): MediaMemory {
    if (done) this.#settle(Number.NEGATIVE_INFINITY)
    const { at, day, recent } = this.#start
    const rest = done ? undefined : (this.#rest ?? at + 1)
    return {
      looked: at,
      recent,
      counts: this.#counts.copy(),
      older: this.#older,
      cuts: [...this.#cuts],
      day,
      swept: undefined,
      converted,
      rest,
    }
  }

  /** Everything from `time` on is listed. */
  #settle(time: number): void {
    if (this.#rest !== undefined && time >= this.#rest) return
    const settled = this.#open.filter((item) => item.time >= time).toSorted((one, other) => other.time - one.time)
    this.#open = this.#open.filter((item) => item.time < time)
    for (const item of settled) {
      this.#counts.add(item)
      this.#older += 1
      this.#sinceCut += 1
      if (this.#sinceCut < RANGE_SIZE || item.time === this.#cuts.at(-1)) continue
      this.#cuts.push(item.time)
      this.#sinceCut = 0
    }
    this.#rest = Number.isFinite(time) ? time : undefined
  }
}
