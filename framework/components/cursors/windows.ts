import { TemplateFailure } from '../../template/failure.ts'
import { addDuration, compareDatetimes, type DateTime, type Duration, subtractDuration, TimeDelta } from '../../template/python/datetime.ts'
import type { Dialect } from '../../template/template.ts'
import type { Clamping } from './clamping.ts'

export interface Window {
  readonly start: DateTime
  readonly end: DateTime
  /** The window that reaches the end of the range; all others end one granule before the next one starts. */
  readonly last: boolean
}

/** How a range is cut. Without a step it stays whole. */
export interface Cut {
  /** No window starts before it. */
  readonly start: DateTime
  readonly step: Duration | undefined
  readonly granularity: Duration | undefined
  readonly clamping: Clamping | undefined
  readonly dialect: Dialect
}

export const earlier = (a: DateTime, b: DateTime): DateTime => (compareDatetimes(b, a) < 0 ? b : a)
export const later = (a: DateTime, b: DateTime): DateTime => (compareDatetimes(b, a) > 0 ? b : a)

export interface Range {
  readonly from: DateTime
  readonly to: DateTime
  /** False for a gap: what follows was read before, so even the last window ends one granule early. */
  readonly toEnd: boolean
}

/** Windows that tile `[from, to]`, oldest first; none when the range is empty. */
export function* windowsOf(cut: Cut, { from, to, toEnd }: Range): Generator<Window> {
  if (compareDatetimes(from, to) >= 0 || compareDatetimes(to, cut.start) < 0) return
  const range = { from: later(from, cut.start), to, toEnd }
  if (!cut.step || compareDatetimes(plus(range.from, cut.step) ?? to, to) >= 0) yield* wholeWindow(cut, range)
  else yield* steppedWindows(cut, cut.step, range)
}

function* wholeWindow(cut: Cut, { from, to, toEnd }: Range): Generator<Window> {
  const isForeign = cut.dialect === 'airbyte'
  // The reference clamps the end a second time and may so read the beginning of a period that is not over.
  const window = closed(cut, { start: clamped(cut, from), end: isForeign ? clamped(cut, to) : to, last: toEnd })
  if (isForeign || compareDatetimes(window.start, window.end) <= 0) yield window
}

function* steppedWindows(cut: Cut, step: Duration, { from, to, toEnd }: Range): Generator<Window> {
  for (let lower = from; compareDatetimes(lower, to) < 0; ) {
    const upper = earlier(plus(lower, step) ?? to, to)
    const reached = compareDatetimes(upper, to) >= 0
    const end = reached ? upper : clamped(cut, upper)
    const start = clamped(cut, lower)
    // Nothing whole is left between the two clamped bounds.
    if (compareDatetimes(start, end) >= 0) return
    yield closed(cut, { start, end, last: toEnd && reached })
    lower = end
  }
}

const clamped = ({ clamping }: Cut, moment: DateTime): DateTime => clamping?.up(moment) ?? moment

/** Ends one granule earlier where another window follows. */
function closed({ granularity }: Cut, window: Window): Window {
  return granularity && !window.last ? { ...window, end: subtractDuration(window.end, granularity) } : window
}

/** undefined beyond the calendar's end. */
function plus(moment: DateTime, duration: Duration): DateTime | undefined {
  try {
    return addDuration(moment, duration)
  } catch (thrown) {
    if (thrown instanceof TemplateFailure && thrown.kind === 'OverflowError') return undefined
    throw thrown
  }
}

export function isZero(duration: Duration): boolean {
  if (duration instanceof TimeDelta) return duration.seconds === 0 && duration.micro === 0
  return duration.years === 0 && duration.months === 0 && isZero(duration.delta)
}
