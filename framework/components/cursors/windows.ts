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
  const lower = later(from, cut.start)
  const clamp = (moment: DateTime) => cut.clamping?.up(moment) ?? moment
  const close = (moment: DateTime, last: boolean) => (cut.granularity && !last ? subtractDuration(moment, cut.granularity) : moment)
  if (!cut.step || compareDatetimes(plus(lower, cut.step) ?? to, to) >= 0) {
    const start = clamp(lower)
    // The reference clamps the end a second time and may so read the beginning of a period that is not over.
    const end = close(cut.dialect === 'airbyte' ? clamp(to) : to, toEnd)
    if (cut.dialect === 'airbyte' || compareDatetimes(start, end) <= 0) yield { start, end, last: toEnd }
    return
  }
  for (let start = lower; compareDatetimes(start, to) < 0; ) {
    const upper = earlier(plus(start, cut.step) ?? to, to)
    const reached = compareDatetimes(upper, to) >= 0
    const next = reached ? upper : clamp(upper)
    const first = clamp(start)
    // Nothing whole is left between the two clamped bounds.
    if (compareDatetimes(first, next) >= 0) return
    yield { start: first, end: close(next, toEnd && reached), last: toEnd && reached }
    start = next
  }
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
