import type { MediaCheckpoint } from './checkpoint.ts'
import type { MediaItem, TimeRange } from './page.ts'

/** Media in one range that is read in one page; below the hundred that a page holds, so that a few more still fit. */
export const RANGE_SIZE = 90
/** Two wanted media with at most so many others between them are read as one range. */
const GAP = 20
const DAY = 86_400

type Timed = Pick<MediaItem, 'time'>

/** UTC day since the epoch of an instant in seconds. */
export function dayOf(seconds: number): number {
  return Math.floor(seconds / DAY)
}

/** First second of the sliding window: it reaches back to where the window of the last look began, however long ago that was. */
export function windowStart(memory: MediaCheckpoint | undefined, at: number, windowDays: number): number {
  const start = at - windowDays * DAY
  return memory ? Math.min(start, memory.recent) : start
}

/** Ranges that together hold everything older than `before` and not older than `floor`, cut where the last look found them to be full. */
export function olderRanges(cuts: readonly number[], before: number, floor: number | undefined): readonly TimeRange[] {
  const inside = cuts.filter((cut) => cut < before && (floor === undefined || cut > floor))
  let to = before - 1
  const ranges: TimeRange[] = []
  for (const cut of inside) {
    ranges.push({ from: cut, to })
    to = cut - 1
  }
  ranges.push({ from: floor, to })
  return ranges
}

/** Times that cut media (newest first) into lists of {@link RANGE_SIZE}. */
export function cutsOf(newestFirst: readonly Timed[]): readonly number[] {
  const cuts: number[] = []
  for (let index = RANGE_SIZE - 1; index < newestFirst.length - 1; index += RANGE_SIZE) {
    const cut = newestFirst[index]?.time
    if (cut !== undefined && cut !== cuts.at(-1)) cuts.push(cut)
  }
  return cuts
}

export interface Sweep<T> {
  readonly chosen: readonly T[]
  /** Where the next one continues; undefined: at the newest. */
  readonly swept: number | undefined
}

/** The next part of the older media (newest first) to be observed again, so that after `sweepDays` all of them were. */
export function sweepOf<T extends Timed>(
  newestFirst: readonly T[],
  { swept, days, sweepDays }: { readonly swept: number | undefined; readonly days: number; readonly sweepDays: number },
): Sweep<T> {
  const total = newestFirst.length
  const wanted = Math.min(total, Math.ceil((total * days) / sweepDays))
  if (wanted === 0) return { chosen: [], swept }
  const found = swept === undefined ? 0 : newestFirst.findIndex(({ time }) => time < swept)
  const start = found < 0 ? 0 : found
  let end = start + wanted
  // Posts of the same second stay together: the next sweep continues with what is older.
  while (end < start + total && newestFirst[(end - 1) % total]?.time === newestFirst[end % total]?.time) end += 1
  const chosen = Array.from({ length: end - start }, (_, index) => newestFirst[(start + index) % total]).filter(
    (item) => item !== undefined,
  )
  return { chosen, swept: end % total === 0 ? undefined : chosen.at(-1)?.time }
}

/** Ranges that hold the wanted media, in as few calls as is sensible: neighbours share one, with a few others between them. */
export function rangesOf<T extends Timed>(newestFirst: readonly T[], isWanted: (item: T) => boolean): readonly TimeRange[] {
  const ranges: { from: number; to: number; first: number; last: number }[] = []
  newestFirst.forEach((item, index) => {
    if (!isWanted(item)) return
    const open = ranges.at(-1)
    const joins = open && index - open.last <= GAP + 1 && index - open.first < RANGE_SIZE
    if (open && (joins || open.from === item.time)) Object.assign(open, { from: item.time, last: index })
    else ranges.push({ from: item.time, to: item.time, first: index, last: index })
  })
  return ranges.map(({ from, to }) => ({ from, to }))
}

/** Parts of a page for asking again: about √n of them, so that one refusing media costs as few calls as possible. */
export function segmentsOf<T extends Timed>(items: readonly T[]): readonly (readonly T[])[] {
  const newestFirst = items.toSorted((one, other) => other.time - one.time)
  const size = Math.ceil(Math.sqrt(newestFirst.length))
  const segments: T[][] = []
  for (const item of newestFirst) {
    const open = segments.at(-1)
    if (open && (open.length < size || open.at(-1)?.time === item.time)) open.push(item)
    else segments.push([item])
  }
  return segments
}

/** The range from the oldest to the newest of some media. */
export function spanOf(items: readonly Timed[]): TimeRange {
  const times = items.map(({ time }) => time)
  return { from: Math.min(...times), to: Math.max(...times) }
}
