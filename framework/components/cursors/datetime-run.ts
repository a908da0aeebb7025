import { ConnectorError } from '../../errors.ts'
import type { Row, StreamState } from '../../protocol/messages.ts'
import { addDuration, compareDatetimes, type DateTime, type Duration, subtractDuration, TimeDelta } from '../../template/python/datetime.ts'
import { toText } from '../../template/python/text.ts'
import type { CursorRun, CursorSlice, Progress } from '../read/cursor.ts'
import type { RequestParts } from '../read/requester.ts'
import type { CursorFormat } from './cursor-format.ts'
import { type Interval, mergeIntervals, reached } from './intervals.ts'
import { LatestValue } from './latest-value.ts'
import { type Resumption, writeIntervals } from './resume.ts'
import { type RecordOrder, SliceProgress } from './slice-progress.ts'
import { ValueRange } from './value-range.ts'
import { type Cut, earlier, type Range, type Window, windowsOf } from './windows.ts'

export interface DatetimeRunOptions {
  readonly cursorField: string
  readonly startField: string
  readonly endField: string
  readonly order: RecordOrder | undefined
  readonly format: CursorFormat
  readonly cut: Cut
  readonly end: DateTime
  /** The end was configured; otherwise it is the time at which the run was opened. */
  readonly endIsFixed: boolean
  readonly now: () => DateTime
  readonly resumption: Resumption
  readonly parts: (values: CursorSlice['values']) => RequestParts
  readonly warn: (error: ConnectorError) => void
}

/** Intervals at most this far apart are joined when the cursor has no granularity. */
export const defaultGranularity = new TimeDelta(0, 1000)
const microsecond = new TimeDelta(0, 1)

interface OpenSlice {
  readonly window: Window
  readonly latest: LatestValue
  /** Only where the order of records is known. */
  readonly progress: SliceProgress | undefined
  /** Everything up to here is read, as the retriever says. */
  reached?: DateTime
}

/** One read over one partition by windows of time. */
export class DatetimeRun implements CursorRun {
  readonly #options: DatetimeRunOptions
  readonly #open = new Map<CursorSlice, OpenSlice>()
  readonly #range: ValueRange
  #intervals: readonly Interval[]
  /** Windows that this run closed, joined. */
  #covered: readonly Interval[] = []
  #state: StreamState | undefined
  #observed = false
  #warned = false

  constructor(options: DatetimeRunOptions) {
    this.#options = options
    const { format, resumption, end, endIsFixed, cut } = options
    this.#intervals = resumption.intervals
    // Records newer than the start of the run are no reason to stop; the state does not follow them.
    this.#range = new ValueRange(format, resumption.floor, endIsFixed || cut.dialect === 'airbyte' ? end : undefined)
  }

  get observed(): boolean {
    return this.#observed
  }

  *slices(): Generator<CursorSlice> {
    for (const range of this.#unread()) {
      for (const window of windowsOf(this.#options.cut, range)) yield this.#slice(window)
    }
  }

  /** Before the first interval, between intervals, after the last one. */
  *#unread(): Generator<Range> {
    const { cut, end, resumption } = this.#options
    const [first] = this.#intervals
    if (!first) return
    if (compareDatetimes(cut.start, first.start) < 0) yield { from: cut.start, to: first.start, toEnd: false }
    for (const [index, { end: read }] of this.#intervals.slice(0, -1).entries()) {
      const next = this.#intervals[index + 1]
      if (next) yield { from: cut.granularity ? addDuration(read, cut.granularity) : read, to: next.start, toEnd: false }
    }
    yield { from: resumption.from, to: end, toEnd: true }
  }

  #slice(window: Window): CursorSlice {
    const { startField, endField, format, parts } = this.#options
    const values = { [startField]: format.write(window.start), [endField]: format.write(window.end) }
    const slice = { values, parts: parts(values) }
    this.#open.set(slice, this.#opened(window))
    return slice
  }

  #opened(window: Window): OpenSlice {
    const { format, cut, order, cursorField } = this.#options
    const latest = new LatestValue({ format, limit: this.#limit(window, cut), onUnreadable: (value) => this.#warnOnce(value) })
    const granularity = granularityOf(cut)
    const progress = order && new SliceProgress({ order, cursorField, format, granularity, window })
    return { window, latest, progress }
  }

  /** The reference lets records beyond the window advance the state; ours does not. */
  #limit({ end, last }: Window, { dialect, granularity }: Cut): DateTime | undefined {
    if (dialect === 'airbyte') return undefined
    return last || !granularity ? end : subtractDuration(addDuration(end, granularity), microsecond)
  }

  observe(slice: CursorSlice, rows: readonly Row[]): void {
    const { cursorField } = this.#options
    const { latest } = this.#find(slice)
    for (const row of rows) latest.offer(row[cursorField])
    this.#observed ||= latest.seen
  }

  progress(slice: CursorSlice, { rows, checkpoint }: Progress): boolean {
    const open = this.#find(slice)
    const moved = checkpoint === undefined ? (open.progress?.page(rows) ?? false) : this.#reach(open, checkpoint)
    if (moved) this.#state = undefined
    return moved
  }

  /** The retriever says up to where the slice is complete. */
  #reach(open: OpenSlice, { to }: Readonly<Record<string, unknown>>): boolean {
    const reached = this.#options.format.read(to)
    if (compareDatetimes(reached, open.window.start) < 0) return false
    open.reached = earlier(reached, open.window.end)
    return true
  }

  narrow(slice: CursorSlice): CursorSlice | undefined {
    const { startField, format, parts } = this.#options
    const { moment } = this.#find(slice).latest
    if (moment === undefined) return undefined
    const values = { ...slice.values, [startField]: format.write(moment) }
    return { values, parts: parts(values) }
  }

  close(slice: CursorSlice): void {
    const { cut, format, startField, endField } = this.#options
    const { window, latest } = this.#find(slice)
    this.#open.delete(slice)
    // The reference takes the bounds as they were written, which may be coarser than they were.
    const { start, end } =
      cut.dialect === 'native' ? window : { start: format.read(slice.values[startField]), end: format.read(slice.values[endField]) }
    const read = { start, end, latest: latest.moment }
    this.#intervals = mergeIntervals([...this.#intervals, read], granularityOf(cut))
    this.#covered = mergeIntervals([...this.#covered, read], granularityOf(cut))
    this.#state = undefined
  }

  /** A slice of another run of the same stream is known by its bounds. */
  #find(slice: CursorSlice): OpenSlice {
    const known = this.#open.get(slice)
    if (known) return known
    const { format, startField, endField } = this.#options
    const window = { start: format.read(slice.values[startField]), end: format.read(slice.values[endField]), last: true }
    const opened = this.#opened(window)
    this.#open.set(slice, opened)
    return opened
  }

  keep(row: Row): boolean {
    const value = row[this.#options.cursorField]
    try {
      if (value !== undefined && value !== null) return this.#range.has(value) || this.#isNew(value)
    } catch (thrown) {
      if (!(thrown instanceof ConnectorError)) throw thrown
    }
    this.#warnOnce(value)
    return true
  }

  /** Where the end is now, now has moved since the run was opened. */
  #isNew(value: unknown): boolean {
    const { endIsFixed, format, end, now } = this.#options
    if (endIsFixed) return false
    const moment = format.read(value)
    return compareDatetimes(moment, end) > 0 && compareDatetimes(moment, now()) <= 0
  }

  state(): StreamState {
    if (this.#state) return this.#state
    const { resumption, cursorField, format, order, cut } = this.#options
    const read = mergeIntervals([...this.#intervals, ...this.#inProgress()], granularityOf(cut))
    const point = reached(read)
    const [first] = read
    const gap = read.length > 1 || (first !== undefined && compareDatetimes(first.start, cut.start) > 0)
    // One value cannot say that there is a gap; without an order to rely on, the state stays before it.
    this.#state =
      order && gap
        ? { ...resumption.foreign, ...writeIntervals(read, format) }
        : { ...resumption.foreign, ...(point ? { [cursorField]: format.write(point) } : {}) }
    return this.#state
  }

  #inProgress(): readonly Interval[] {
    return [...this.#open.values()].flatMap(({ window, progress, reached, latest: { moment: latest } }) =>
      reached ? { start: window.start, end: reached, latest: latest && earlier(latest, reached) } : (progress?.interval(latest) ?? []),
    )
  }

  covered(): readonly { readonly from: string | number; readonly to: string | number }[] {
    const { format } = this.#options
    return this.#covered.map(({ start, end }) => ({ from: format.write(start), to: format.write(end) }))
  }

  #warnOnce(value: unknown): void {
    if (this.#warned) return
    this.#warned = true
    const { cursorField, warn } = this.#options
    const found =
      value === undefined || value === null ? 'is missing' : `is '${toText(value).slice(0, 80)}', which no format of the cursor reads`
    const text = `cursor field '${cursorField}' ${found} in some records; they are written but do not count for the state`
    warn(new ConnectorError('ERR_CURSOR_VALUE', text))
  }
}

function granularityOf({ granularity }: Cut): Duration {
  return granularity ?? defaultGranularity
}
