import { DAY_MS, HOUR_MS } from '../../../framework/time.ts'

/** Days of insights begin and end at midnight in California; all times of the API are UTC. */
const clock = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/Los_Angeles',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

/** The same few hundred midnights are asked for all the time, and the calendar is slow to answer. */
const remembered = new Map<number, string>()
const REMEMBERED = 10_000

/** `YYYY-MM-DD` in California at an instant (epoch milliseconds). */
export function pacificDate(instant: number): string {
  const known = remembered.get(instant)
  if (known !== undefined) return known
  const date = new Date(wallClock(instant)).toISOString().slice(0, 10)
  if (remembered.size >= REMEMBERED) remembered.clear()
  remembered.set(instant, date)
  return date
}

/** The instant at which a Pacific day begins. */
export function pacificMidnight(date: string): number {
  const wall = Date.parse(`${date}T00:00:00Z`)
  // California is 7 or 8 hours behind UTC; the clock changes at 2 o'clock, so midnight itself is never doubtful.
  const guess = wall + 8 * HOUR_MS
  // In summer it is 1 o'clock by then, and still the same day an hour before; in winter it is the day before.
  return pacificDate(guess - HOUR_MS) === date ? guess - HOUR_MS : guess
}

/** The first midnight at or after an instant, and every one after it up to and including `last`. */
export function pacificMidnights(first: number, last: number): number[] {
  const midnights: number[] = []
  let date = pacificDate(first)
  if (pacificMidnight(date) < first) date = nextDate(date)
  for (let midnight = pacificMidnight(date); midnight <= last; midnight = pacificMidnight(date)) {
    midnights.push(midnight)
    date = nextDate(date)
  }
  return midnights
}

/** The midnight before a midnight: 23, 24 or 25 hours earlier. */
export function previousMidnight(midnight: number): number {
  return pacificMidnight(pacificDate(midnight - 12 * HOUR_MS))
}

/** The Pacific day that ends at an instant: for `end_time` of an insight value the day it counts. */
export function closedDay(endTime: number): string {
  return pacificDate(endTime - 1)
}

function nextDate(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10)
}

/** What a clock on a Californian wall shows, read as if it were UTC. */
function wallClock(instant: number): number {
  const part: Record<string, number> = {}
  for (const { type, value } of clock.formatToParts(instant)) part[type] = Number(value)
  return Date.UTC(part['year'] ?? 0, (part['month'] ?? 1) - 1, part['day'], part['hour'], part['minute'], part['second'])
}
