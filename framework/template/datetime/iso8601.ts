import { valueError } from '../failure.ts'
import { daysFromCivil, daysFromIsoWeek, daysInMonth, isLeapYear, secondsPerDay } from './calendar.ts'
import { DateTime } from './datetime-value.ts'

const commonDate = /^(\d{4})(?:(-)(\d\d)(?:-(\d\d))?|(\d\d)(\d\d)|$)/
const weekDate = /^(\d{4})(-?)W(\d\d)(?:\2(\d))?/
const ordinalDate = /^(\d{4})-?(\d{3})/
const clock = /^(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?(?=[-+Zz]|$)/
const zone = /^(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)$/

/** Complete and fractional seconds with Z: by far the commonest form, read without the general grammar. */
const usual = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?Z$/

/**
 * ISO-8601 as dateutil's isoparse reads it: common, week and ordinal dates, basic or extended, any one character
 * between date and time, 24:00, comma or dot, fractions cut to microseconds. Without an offset the result is naive.
 * Throws a ValueError failure for other text.
 */
export function parseIsoDateTime(text: string): DateTime {
  const match = usual.exec(text)
  if (match) {
    const time = timeOf(match.slice(4), text)
    return new DateTime(dateOf(match.slice(1), text) * secondsPerDay + time.seconds, time.micro, 0)
  }
  const { days, length } = isoDate(text)
  if (text.length === length) return new DateTime(days * secondsPerDay, 0, undefined)
  const rest = text.slice(length + 1)
  const clockMatch = clock.exec(rest)
  if (!clockMatch || !consistent(clockMatch[0])) throw invalid(text)
  const time = timeOf(clockMatch.slice(1), text)
  return new DateTime(days * secondsPerDay + time.seconds, time.micro, isoOffset(rest.slice(clockMatch[0].length), text))
}

/** Colons are used throughout or not at all. */
function consistent(time: string): boolean {
  const [whole = ''] = time.split(/[.,]/)
  return whole.includes(':') ? whole.length === whole.split(':').length * 3 - 1 : true
}

function isoDate(text: string): { days: number; length: number } {
  const common = commonDate.exec(text)
  if (common && !(common[5] && common[2] === undefined && /^\d{7}(?!\d)/.test(text))) {
    const month = common[3] ?? common[5] ?? '01'
    // "2024-05T…": an incomplete date takes no time.
    if (common[2] && common[4] === undefined && text.length > 7) return uncommonDate(text)
    if (validDate(common[1], month, common[4] ?? common[6] ?? '01')) {
      return { days: dateOf([common[1], month, common[4] ?? common[6]], text), length: common[0].length }
    }
  }
  return uncommonDate(text)
}

function uncommonDate(text: string): { days: number; length: number } {
  const week = weekDate.exec(text)
  if (week) return { days: daysOfWeek(week, text), length: week[0].length }
  const ordinal = ordinalDate.exec(text)
  const [year, day] = [Number(ordinal?.[1]), Number(ordinal?.[2])]
  if (!ordinal || day < 1 || day > (isLeapYear(year) ? 366 : 365)) throw invalid(text)
  return { days: daysFromCivil(year, 1, 1) + day - 1, length: ordinal[0].length }
}

function daysOfWeek(match: RegExpExecArray, text: string): number {
  const [week, weekday] = [Number(match[3]), Number(match[4] ?? 1)]
  if (week < 1 || week > 53 || weekday < 1 || weekday > 7) throw invalid(text)
  return daysFromIsoWeek({ year: Number(match[1]), week, weekday })
}

function validDate(year: string | undefined, month: string, day: string): boolean {
  const [y, m, d] = [Number(year), Number(month), Number(day)]
  return y >= 1 && m >= 1 && m <= 12 && d >= 1 && d <= daysInMonth(y, m)
}

function dateOf([year, month = '01', day = '01']: readonly (string | undefined)[], text: string): number {
  if (!validDate(year, month, day)) throw invalid(text)
  return daysFromCivil(Number(year), Number(month), Number(day))
}

function timeOf([h, m = '0', s = '0', fraction = '']: (string | undefined)[], text: string): { seconds: number; micro: number } {
  const [hour, minute, second] = [Number(h), Number(m), Number(s)]
  const micro = fraction === '' ? 0 : Number(fraction.slice(0, 6).padEnd(6, '0'))
  const midnight = hour === 24 && minute === 0 && second === 0 && micro === 0
  if ((hour > 23 && !midnight) || minute > 59 || second > 59) throw invalid(text)
  return { seconds: hour * 3600 + minute * 60 + second, micro }
}

function isoOffset(text: string, whole: string): number | undefined {
  if (text === '') return undefined
  const match = zone.exec(text)
  if (!match) throw invalid(whole)
  const [hours, minutes] = [Number(match[2] ?? 0), Number(match[3] ?? 0)]
  if (hours > 23 || minutes > 59) throw invalid(whole)
  return (match[1] === '-' ? -1 : 1) * (hours * 3600 + minutes * 60) + 0
}

function invalid(text: string): Error {
  return valueError(`not an ISO-8601 date or datetime: ${text.slice(0, 80)}`)
}
