import { ConnectorError } from '../../errors.ts'
import { isNode } from '../../manifest/definition/build.ts'
import type { StreamState } from '../../protocol/messages.ts'
import { compareDatetimes, type DateTime, type Duration, subtractDuration, TimeDelta } from '../../template/python/datetime.ts'
import { toText } from '../../template/python/text.ts'
import type { Dialect } from '../../template/template.ts'
import type { CursorFormat } from './cursor-format.ts'
import { type Interval, mergeIntervals } from './intervals.ts'
import { earlier, later } from './windows.ts'

export interface ResumeOptions {
  readonly cursorField: string
  readonly format: CursorFormat
  readonly start: DateTime
  readonly now: DateTime
  readonly lookback: Duration | undefined
  /** Seconds taken off the state because it stands for partitions not seen before. */
  readonly lookbackSeconds: number
  readonly granularity: Duration
  readonly dialect: Dialect
  readonly warn: (error: ConnectorError) => void
}

/** Where a read takes up: what was read before, and what of it is read again. */
export interface Resumption {
  /** Merged, at least one. */
  readonly intervals: readonly Interval[]
  /** Client-side filters drop what is earlier. */
  readonly floor: DateTime
  /** Where reading continues after the last interval. */
  readonly from: DateTime
  /** Keys of the incoming state that are not the cursor's. */
  readonly foreign: StreamState
}

type Found = Omit<Resumption, 'from'>

export function resume(state: StreamState, options: ResumeOptions): Resumption {
  const found = isConcurrent(state) ? fromIntervals(state, options) : fromValue(state, options)
  return options.dialect === 'airbyte' ? withFrom(found, options) : rereading(found, options)
}

/** `{ state_type: 'date-range', slices: [{ start, end, most_recent_cursor_value? }] }` */
export function isConcurrent(state: StreamState): state is StreamState & { readonly slices: readonly unknown[] } {
  return state['state_type'] === 'date-range' && Array.isArray(state['slices'])
}

function fromIntervals(state: StreamState & { readonly slices: readonly unknown[] }, options: ResumeOptions): Found {
  const { start, granularity, dialect, cursorField } = options
  const { slices, state_type: _, [cursorField]: __, ...others } = state
  const foreign = dialect === 'native' ? others : {}
  const intervals = slices.map((slice) => readInterval(slice, options))
  const first = intervals[0]
  const merged = mergeIntervals(intervals, granularity)
  return {
    intervals: merged.length > 0 ? merged : [{ start, end: start, latest: start }],
    floor: first ? (first.latest ?? first.end) : start,
    foreign,
  }
}

/** Ranges with gaps between them, in the form that {@link isConcurrent} knows. */
export function writeIntervals(intervals: readonly Interval[], { write }: CursorFormat): StreamState {
  // Before anything was read the first range is empty.
  const slices = intervals
    .filter(({ start, end }) => compareDatetimes(start, end) <= 0)
    .map(({ start, end, latest }) => ({
      start: write(start),
      end: write(end),
      ...(latest === undefined ? {} : { most_recent_cursor_value: write(latest) }),
    }))
  return { state_type: 'date-range', slices }
}

function readInterval(slice: unknown, { format }: ResumeOptions): Interval {
  if (!isNode(slice)) throw stateError('every entry of its slices must be a mapping')
  const { start, end, most_recent_cursor_value: latest } = slice
  const read = (value: unknown) => readState(value, format)
  return { start: read(start), end: read(end), latest: latest === undefined || latest === null ? undefined : read(latest) }
}

function fromValue(state: StreamState, { cursorField, format, start, lookbackSeconds, dialect }: ResumeOptions): Found {
  const value = state[cursorField]
  const known = value === undefined || (value === null && dialect === 'native') ? undefined : readState(value, format)
  const back = known && lookbackSeconds > 0 ? subtractDuration(known, new TimeDelta(lookbackSeconds)) : known
  // Written and read again, as it would have been had it come from a state of its own.
  const point = back ? later(start, back === known ? back : format.read(format.write(back))) : start
  return { intervals: [{ start, end: point, latest: point }], floor: point, foreign: state }
}

const lastEnd = ({ intervals }: Found, { start }: ResumeOptions): DateTime => intervals.at(-1)?.end ?? start

function withFrom(found: Found, options: ResumeOptions): Resumption {
  const end = lastEnd(found, options)
  return { ...found, from: options.lookback ? subtractDuration(end, options.lookback) : end }
}

/**
 * Ends the last interval before what is read again. While a slice there is open or failed, nothing behind it is joined, and
 * the state stays where it was. A state from the future is brought back to now.
 */
function rereading(found: Found, options: ResumeOptions): Resumption {
  const { start, lookback, now, granularity } = options
  const last = found.intervals.at(-1)
  const until = later(start, now)
  if (!last) return withFrom(found, options)
  warnOfFuture(later(last.latest ?? last.end, last.end), until, options)
  const point = earlier(last.end, until)
  const from = later(later(start, last.start), lookback ? subtractDuration(point, lookback) : point)
  const read = { start: last.start, end: subtractDuration(from, granularity), latest: last.latest && earlier(last.latest, until) }
  const floor = found.intervals.length === 1 ? from : earlier(found.floor, from)
  return { ...found, intervals: [...found.intervals.slice(0, -1), read], floor, from }
}

function warnOfFuture(latest: DateTime, until: DateTime, { warn, cursorField, format }: ResumeOptions): void {
  if (compareDatetimes(latest, until) <= 0) return
  const text = `the state of ${cursorField}, ${format.write(latest)}, is in the future; reading continues from ${format.write(until)}`
  warn(new ConnectorError('ERR_STATE_IN_FUTURE', text, { failureType: 'config_error' }))
}

function readState(value: unknown, format: CursorFormat): DateTime {
  try {
    return format.read(value)
  } catch (thrown) {
    if (thrown instanceof ConnectorError) throw stateError(`${toText(value)} is not a cursor value`, thrown)
    throw thrown
  }
}

function stateError(what: string, cause?: ConnectorError): ConnectorError {
  const text = `the state cannot be used: ${what}${cause ? `; ${cause.message}` : ''}. Reset the stream's state or correct it`
  return new ConnectorError('ERR_STATE_INVALID', text, { failureType: 'config_error', cause })
}
