import { addDuration, compareDatetimes, type DateTime, type Duration } from '../../template/python/datetime.ts'
import { later } from './windows.ts'

/** A range of time that was read completely. */
export interface Interval {
  readonly start: DateTime
  readonly end: DateTime
  /** The latest cursor value met in it; undefined when there was no record. */
  readonly latest: DateTime | undefined
}

/**
 * Joins intervals that overlap or lie at most one granule apart. The result is sorted and does not depend on the order
 * of the input.
 */
export function mergeIntervals(intervals: readonly Interval[], granularity: Duration): Interval[] {
  const sorted = [...intervals].sort((a, b) => compareDatetimes(a.start, b.start) || compareDatetimes(a.end, b.end))
  const merged: Interval[] = []
  for (const current of sorted) {
    const last = merged.at(-1)
    if (last && compareDatetimes(addDuration(last.end, granularity), current.start) >= 0) merged[merged.length - 1] = join(last, current)
    else merged.push(current)
  }
  return merged
}

function join(last: Interval, current: Interval): Interval {
  const latest = last.latest && current.latest ? later(last.latest, current.latest) : (last.latest ?? current.latest)
  return { start: last.start, end: later(last.end, current.end), latest }
}

/** How far a stream is read without a gap: the latest value of the first merged interval, else where it starts. */
export function reached([first]: readonly Interval[]): DateTime | undefined {
  return first && (first.latest ?? first.start)
}
