/** Arithmetic of the proleptic Gregorian calendar on whole days since 1970-01-01. No zones, no clocks. */

/** `month` and `day` count from 1. */
export interface CivilDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

export const secondsPerDay = 86_400
/** Days of 0001-01-01 and 9999-12-31, the range of Python's datetime. */
export const firstDay = -719_162
export const lastDay = 2_932_896

/** In the Gregorian calendar. */
export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
}

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** `month` counts from 1. */
export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (monthLengths[month - 1] ?? 0)
}

/** Years are counted from March so that the leap day comes last; eras are 400 years. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** The inverse of {@link daysFromCivil}. */
export function civilFromDays(days: number): CivilDate {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

/** 0 is Monday, as in Python. */
export function weekdayOf(days: number): number {
  return (((days + 3) % 7) + 7) % 7
}

/** Counts from 1. */
export function dayOfYear(days: number): number {
  return days - daysFromCivil(civilFromDays(days).year, 1, 1) + 1
}

/** Day of the Monday that starts ISO week 1 of `year`: the week with 4 January in it. */
function isoYearStart(year: number): number {
  const fourth = daysFromCivil(year, 1, 4)
  return fourth - weekdayOf(fourth)
}

/** A day named by its ISO-8601 week. */
export interface IsoWeekDate {
  readonly year: number
  readonly week: number
  /** 1 is Monday. */
  readonly weekday: number
}

/** Days around New Year may belong to a week of the neighbouring year. */
export function isoWeekDate(days: number): IsoWeekDate {
  const { year } = civilFromDays(days)
  const isoYear = days < isoYearStart(year) ? year - 1 : days >= isoYearStart(year + 1) ? year + 1 : year
  return { year: isoYear, week: Math.floor((days - isoYearStart(isoYear)) / 7) + 1, weekday: weekdayOf(days) + 1 }
}

/** The inverse of {@link isoWeekDate}. */
export function daysFromIsoWeek({ year, week, weekday }: IsoWeekDate): number {
  return isoYearStart(year) + (week - 1) * 7 + weekday - 1
}

/** The same day `months` later; a day that the month lacks becomes its last (31 January + 1 month = 28 or 29 February). */
export function addMonths(days: number, months: number): number {
  const { year, month, day } = civilFromDays(days)
  const index = year * 12 + (month - 1) + months
  const newYear = Math.floor(index / 12)
  const newMonth = index - newYear * 12 + 1
  return daysFromCivil(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)))
}
