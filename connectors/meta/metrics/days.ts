import { DAY_MS } from '../../../framework/time.ts'

/** The UTC day of an instant (epoch milliseconds), `YYYY-MM-DD`. */
export const dayOf = (instant: number): string => new Date(instant).toISOString().slice(0, 10)

/** Whole days from the day of an instant to a day; negative for days that are past. */
export const daysBetween = (instant: number, day: string): number => Math.round((Date.parse(day) - Date.parse(dayOf(instant))) / DAY_MS)

/** The day so many days after the day of an instant. */
export const dayAfter = (instant: number, days: number): string => dayOf(instant + days * DAY_MS)
