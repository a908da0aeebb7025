import { DAY_MS, HOUR_MS } from '../time.ts'

interface DstRange {
  /** First day whose midnight is in daylight time. */
  readonly first: number
  /** Last day whose midnight is in daylight time. */
  readonly last: number
}

const ranges = new Map<number, DstRange>()

/**
 * Daylight time in Los Angeles since 2007: from the second Sunday of March, 02:00, to the first Sunday of November, 02:00. Both
 * Sundays still begin in the old time, so the March one is outside and the November one inside when only midnights count.
 */
function daylight(year: number): DstRange {
  const known = ranges.get(year)
  if (known) return known
  const range = { first: sundayFrom(Date.UTC(year, 2, 8) / DAY_MS) + 1, last: sundayFrom(Date.UTC(year, 10, 1) / DAY_MS) }
  ranges.set(year, range)
  return range
}

/** First Sunday on or after an epoch day; 1970-01-01 was a Thursday. */
function sundayFrom(day: number): number {
  return day + ((7 - ((day + 4) % 7)) % 7)
}

/** Milliseconds (UTC) at which a Pacific calendar day begins. A day is a number of days since 1970-01-01. */
export function midnight(day: number): number {
  const { first, last } = daylight(new Date(day * DAY_MS).getUTCFullYear())
  return day * DAY_MS + (day >= first && day <= last ? 7 : 8) * HOUR_MS
}

/** The `end_time` of a day's row: the Pacific midnight that closes the day, in milliseconds. */
export function endTime(day: number): number {
  return midnight(day + 1)
}

/** The Pacific calendar day in which an instant lies. */
export function dayAt(ms: number): number {
  const day = Math.floor((ms - 7 * HOUR_MS) / DAY_MS)
  return ms < midnight(day) ? day - 1 : day
}

/** `2026-11-19` for a day number. */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

/** The day number of `2026-11-19`; undefined when the text is not a date. */
export function dayNumber(text: string): number | undefined {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms / DAY_MS
}

/** Times as the Graph API writes them: `2026-11-19T08:00:00+0000`. Called for each row, so the text of a day is made once. */
export function graphTime(ms: number): string {
  const day = Math.floor(ms / DAY_MS)
  const seconds = Math.floor((ms - day * DAY_MS) / 1_000)
  return `${knownDay(day)}T${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}+0000`
}

const dayTexts = new Map<number, string>()

function knownDay(day: number): string {
  const known = dayTexts.get(day)
  if (known !== undefined) return known
  const text = dayText(day)
  if (dayTexts.size > 5_000) dayTexts.clear()
  dayTexts.set(day, text)
  return text
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}
