import { ConnectorError } from '../../errors.ts'
import type { Row } from '../../protocol/messages.ts'
import { addDuration, compareDatetimes, type DateTime, type Duration, subtractDuration } from '../../template/python/datetime.ts'
import type { CursorFormat } from './cursor-format.ts'
import type { Interval } from './intervals.ts'
import { later } from './windows.ts'

/** The order in which a source hands out the records of a slice, as the manifest says. */
export type RecordOrder = 'ascending' | 'descending'

export interface SliceProgressOptions {
  readonly order: RecordOrder
  readonly cursorField: string
  readonly format: CursorFormat
  readonly granularity: Duration
  readonly window: Pick<Interval, 'start' | 'end'>
}

/**
 * What is read of a slice whose last page is still to come. The position only moves over pages that are in order all through: pinned
 * records at the top move nothing. A record that turns up on the wrong side of the position proves the order wrong: the progress is
 * taken back, and the slice counts as a whole or not at all.
 */
export class SliceProgress {
  readonly #options: SliceProgressOptions
  #position: DateTime | undefined
  #broken = false

  constructor(options: SliceProgressOptions) {
    this.#options = options
  }

  /** The page was handed on, and all before it. True when the progress changed. */
  page(rows: readonly Row[]): boolean {
    if (this.#broken || rows.length === 0) return false
    const values = this.#read(rows)
    if (values === undefined || values.some((value) => this.#isBehind(value))) {
      this.#broken = true
      const changed = this.#position !== undefined
      this.#position = undefined
      return changed
    }
    const last = values.at(-1)
    if (last === undefined || values.some((value, index) => index > 0 && this.#isBefore(value, values[index - 1] ?? value))) return false
    const changed = this.#position === undefined || compareDatetimes(this.#position, last) !== 0
    this.#position = last
    return changed
  }

  /** undefined while nothing is proved. The value at the position itself may continue on the next page and is left out. */
  interval(latest: DateTime | undefined): Interval | undefined {
    if (this.#position === undefined) return undefined
    const { order, granularity, window } = this.#options
    const read =
      order === 'descending'
        ? { start: later(window.start, addDuration(this.#position, granularity)), end: window.end, latest }
        : ascending(window.start, subtractDuration(this.#position, granularity))
    return compareDatetimes(read.start, read.end) <= 0 ? read : undefined
  }

  /** In the part that was said to be complete. */
  #isBehind(value: DateTime): boolean {
    return this.#position !== undefined && this.#isBefore(value, this.#position)
  }

  #isBefore(value: DateTime, other: DateTime): boolean {
    const order = compareDatetimes(value, other)
    return this.#options.order === 'descending' ? order > 0 : order < 0
  }

  #read(rows: readonly Row[]): readonly DateTime[] | undefined {
    const { cursorField, format } = this.#options
    try {
      return rows.map((row) => format.read(row[cursorField]))
    } catch (thrown) {
      if (!(thrown instanceof ConnectorError)) throw thrown
      return undefined
    }
  }
}

const ascending = (start: DateTime, end: DateTime): Interval => ({ start, end, latest: end })
