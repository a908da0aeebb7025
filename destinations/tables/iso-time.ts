/**
 * Dates and times in every form of ISO 8601-1 that names a day, and so in those of RFC 3339: calendar, week and ordinal dates, extended
 * and basic, years of four digits or with a sign; times to the hour, the minute or the second with any fraction; 24:00 and leap seconds;
 * offsets `Z`, `±HH`, `±HHMM` and `±HH:MM`. Fractions are cut to microseconds, the finest that databases store.
 */
export interface IsoTime {
  /** `2026-01-02`; a year has four digits or more, year 0 is 1 BC, and `-0043-03-15` is in 44 BC. */
  readonly day: string
  /** `03:04:05` with up to six digits of a second, no zeros at the end; undefined when the text names a day only. */
  readonly clock: string | undefined
  /** The text says how far from UTC it is; day and clock are then in UTC. */
  readonly hasOffset: boolean
}

const datePart = /^(?:(\d{4}|[+\-\u2212]\d{4,6})-(?:(\d\d)-(\d\d)|W(\d\d)-(\d)|(\d{3}))|(\d{4})(?:(\d\d)(\d\d)|W(\d\d)(\d)|(\d{3})))$/
const timePart = /^(\d\d)(?::?([0-5]\d)(?::?([0-5]\d|60))?)?(?:[.,](\d+))?(?: ?([Zz])| ?([+\-\u2212])(\d\d)(?::?([0-5]\d))?)?$/

/** Years that every database of this package knows and that a Date can count. */
const firstYear = -4_712
const lastYear = 275_000
const daySeconds = 86_400

/** undefined for what is no such date or time. */
export function readIsoTime(text: string): IsoTime | undefined {
  const split = text.search(/[Tt ]/)
  const day = readDay(split < 0 ? text : text.slice(0, split))
  if (day === undefined) return undefined
  if (split < 0) return { day: dayText(day), clock: undefined, hasOffset: false }
  const time = readClock(text.slice(split + 1))
  if (!time) return undefined
  const { seconds, fraction, hasOffset } = time
  const at = day * daySeconds + seconds
  const shifted = Math.floor(at / daySeconds)
  return inRange(shifted) ? { day: dayText(shifted), clock: clockText(at - shifted * daySeconds) + fraction, hasOffset } : undefined
}

/** Days since 1970-01-01. */
function readDay(text: string): number | undefined {
  const [found, signed, month1, day1, week1, weekday1, ordinal1, plain, month2, day2, week2, weekday2, ordinal2] = datePart.exec(text) ?? []
  if (found === undefined) return undefined
  const year = Number((signed ?? plain ?? '').replace('\u2212', '-'))
  const [month, day] = [month1 ?? month2, day1 ?? day2]
  const [week, weekday] = [week1 ?? week2, weekday1 ?? weekday2]
  const result =
    month !== undefined
      ? calendarDay(year, Number(month), Number(day))
      : week !== undefined
        ? weekDay(year, Number(week), Number(weekday))
        : ordinalDay(year, Number(ordinal1 ?? ordinal2))
  return result !== undefined && inRange(result) ? result : undefined
}

function calendarDay(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1) return undefined
  return day <= firstOf(year, month + 1) - firstOf(year, month) ? firstOf(year, month) + day - 1 : undefined
}

function ordinalDay(year: number, ordinal: number): number | undefined {
  const first = firstOf(year, 1)
  return ordinal >= 1 && ordinal <= firstOf(year + 1, 1) - first ? first + ordinal - 1 : undefined
}

/** Week 1 is that of the fourth of January; weeks begin on Monday. */
function weekDay(year: number, week: number, weekday: number): number | undefined {
  const start = firstMonday(year)
  if (week < 1 || weekday < 1 || weekday > 7 || start + week * 7 > firstMonday(year + 1)) return undefined
  return start + (week - 1) * 7 + weekday - 1
}

function firstMonday(year: number): number {
  const fourth = firstOf(year, 1) + 3
  // Day 0 was a Thursday.
  return fourth - ((((fourth + 3) % 7) + 7) % 7)
}

function firstOf(year: number, month: number): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, 1)
  return date.getTime() / (daySeconds * 1_000)
}

const inRange = (day: number): boolean => day >= firstOf(firstYear, 1) && day < firstOf(lastYear + 1, 1)

interface Clock {
  /** Since the start of the day, in UTC where there is an offset. */
  readonly seconds: number
  /** `.123456`, or ''. */
  readonly fraction: string
  readonly hasOffset: boolean
}

function readClock(text: string): Clock | undefined {
  const [found, hour = '', minute, second, digits, zulu, sign, offsetHour = '0', offsetMinute = '0'] = timePart.exec(text) ?? []
  if (found === undefined || Number(offsetHour) > 23) return undefined
  const part = microseconds(digits, second !== undefined ? 1 : minute !== undefined ? 60 : 3_600)
  const whole = Number(hour) * 3_600 + Number(minute ?? 0) * 60 + Number(second ?? 0)
  // 24:00 is the end of the day and nothing beyond it.
  if (whole > daySeconds || (Number(hour) === 24 && part > 0)) return undefined
  // Leap seconds end an hour of UTC; offsets are whole quarters of one.
  if (second === '60' && Number(minute) % 15 !== 14) return undefined
  const offset = sign === undefined ? 0 : offsetSeconds(sign, offsetHour, offsetMinute)
  const seconds = whole + Math.floor(part / 1e6) - offset
  return { seconds, fraction: fractionText(part % 1e6), hasOffset: zulu !== undefined || sign !== undefined }
}

function offsetSeconds(sign: string, hour: string, minute: string): number {
  const seconds = Number(hour) * 3_600 + Number(minute) * 60
  return sign === '+' ? seconds : -seconds
}

const fractionText = (microseconds: number): string =>
  microseconds === 0 ? '' : `.${String(microseconds).padStart(6, '0')}`.replace(/0+$/, '')

/** The fraction of a unit of so many seconds, cut; exact for every number of digits that can matter. */
function microseconds(digits: string | undefined, unitSeconds: number): number {
  if (digits === undefined) return 0
  const kept = digits.slice(0, 12)
  return Number((BigInt(kept) * BigInt(unitSeconds) * 1_000_000n) / 10n ** BigInt(kept.length))
}

const clockText = (seconds: number): string => new Date(seconds * 1_000).toISOString().slice(11, 19)

function dayText(day: number): string {
  const text = new Date(day * daySeconds * 1_000).toISOString().slice(0, -14)
  // Years beyond four digits come with a sign and six of them.
  return text.length === 10 ? text : text.replace(/^(?:\+|(-))0{0,2}/, '$1')
}
