import { BATCH_LIMIT } from '../../meta/graph/batch.ts'
import type { MediaCheckpoint } from './checkpoint.ts'
import { CountTable } from './count-table.ts'
import type { MediaItem, ScanMark } from './page.ts'
import { RANGE_SIZE } from './scan-plan.ts'

/** Neighbours of the list may have changed places: what is still to come is older than the newest of so many at the end of a page. */
const TAIL = 3

export interface ScanStart {
  /** Seconds since the epoch. */
  readonly at: number
  readonly day: number
  /** Media from here on belong to the window. */
  readonly recent: number
}

/** What a first look has seen so far, so that an interrupted one resumes where it was: after a page, or after a batch of its media. */
export class ScanProgress {
  readonly #start: ScanStart
  readonly #counts: CountTable
  readonly #cuts: number[]
  /** Older media, not yet certain to be all that there is down to their time. */
  #open: MediaItem[] = []
  #older: number
  #sinceCut = 0
  #rest: number | undefined

  constructor(start: ScanStart, resumed: MediaCheckpoint | undefined) {
    this.#start = resumed ? { ...start, recent: resumed.recent } : start
    this.#counts = resumed?.counts.copy() ?? CountTable.sized()
    this.#cuts = [...(resumed?.cuts ?? [])]
    this.#older = resumed?.older ?? 0
    this.#rest = resumed?.rest
  }

  /**
   * Takes in a page of the list, in its order. Gives what may be remembered after each batch of its media (newest first), and after all
   * of them. `isLast`: the list has come to its end.
   */
  add(page: readonly MediaItem[], { converted, isLast }: { readonly converted: number | undefined; readonly isLast: boolean }): ScanMark[] {
    const rest = this.#rest
    this.#open.push(...page.filter(({ time }) => time < this.#start.recent && (rest === undefined || time < rest)))
    const tail = Math.max(...page.slice(-TAIL).map(({ time }) => time))
    const newestFirst = page.toSorted((one, other) => other.time - one.time)
    const marks: ScanMark[] = []
    for (let after = BATCH_LIMIT; after < page.length; after += BATCH_LIMIT) {
      this.#settle(Math.max(tail, (newestFirst[after]?.time ?? tail) + 1))
      marks.push({ after, memory: this.#memory(converted) })
    }
    if (isLast || page.length > 0) this.#settle(isLast ? Number.NEGATIVE_INFINITY : tail)
    const memory = this.#memory(converted)
    return [...marks, { after: page.length, memory: isLast ? { ...memory, rest: undefined } : memory }]
  }

  #memory(converted: number | undefined): MediaCheckpoint {
    const { at, day, recent } = this.#start
    return {
      looked: at,
      recent,
      counts: this.#counts.copy(),
      older: this.#older,
      cuts: [...this.#cuts],
      day,
      swept: undefined,
      converted,
      rest: this.#rest ?? at + 1,
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
