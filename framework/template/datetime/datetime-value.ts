import { TemplateFailure } from '../failure.ts'
import { civilFromDays, firstDay, lastDay, secondsPerDay } from './calendar.ts'

const million = 1_000_000

/** Zero-padded decimal text of a non-negative integer. */
export function padded(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

function offsetText(offset: number): string {
  const size = Math.abs(offset)
  const seconds = size % 60 === 0 ? '' : `:${padded(size % 60, 2)}`
  return `${offset < 0 ? '-' : '+'}${padded(Math.floor(size / 3600), 2)}:${padded(Math.floor(size / 60) % 60, 2)}${seconds}`
}

/** Python's `timedelta`: whole seconds (any sign) plus 0 to 999,999 microseconds. */
export class TimeDelta {
  readonly seconds: number
  readonly micro: number

  constructor(seconds: number, micro = 0) {
    const carry = Math.floor(micro / million)
    this.seconds = seconds + carry
    this.micro = micro - carry * million
  }

  /** Rounded to whole microseconds, halves to even, as Python does. */
  static ofSeconds(seconds: number): TimeDelta {
    const whole = Math.floor(seconds)
    return new TimeDelta(whole, roundHalfEven((seconds - whole) * million))
  }

  get totalSeconds(): number {
    const micros = this.seconds * million + this.micro
    return Number.isSafeInteger(micros) ? micros / million : this.seconds + this.micro / million
  }

  /** Python's `str()`: `2 days, 3:04:05.000006`. */
  toString(): string {
    const days = Math.floor(this.seconds / secondsPerDay)
    const rest = this.seconds - days * secondsPerDay
    const clock = `${Math.floor(rest / 3600)}:${padded(Math.floor(rest / 60) % 60, 2)}:${padded(rest % 60, 2)}`
    const dayText = days === 0 ? '' : `${days} day${Math.abs(days) === 1 ? '' : 's'}, `
    return `${dayText}${clock}${this.micro === 0 ? '' : `.${padded(this.micro, 6)}`}`
  }

  toJSON(): string {
    return this.toString()
  }
}

/** An ISO-8601 duration with years or months, whose length depends on where it starts. */
export class CalendarDuration {
  readonly years: number
  readonly months: number
  readonly delta: TimeDelta

  constructor(years: number, months: number, delta: TimeDelta = new TimeDelta(0)) {
    this.years = years
    this.months = months
    this.delta = delta
  }

  toString(): string {
    const years = this.years === 0 ? [] : [`${Math.trunc(this.years)} years`]
    const months = this.months === 0 ? [] : [`${Math.trunc(this.months)} month${this.months <= 1 ? '' : 's'}`]
    return [...years, ...months, this.delta.toString()].join(', ')
  }

  toJSON(): string {
    return this.toString()
  }
}

/** Exact, or in calendar units. */
export type Duration = TimeDelta | CalendarDuration

/** Python's `date`. */
export class CalendarDate {
  /** Days since 1970-01-01. */
  readonly days: number

  constructor(days: number) {
    if (days < firstDay || days > lastDay) throw new TemplateFailure('OverflowError', 'date value out of range')
    this.days = days
  }

  toString(): string {
    const { year, month, day } = civilFromDays(this.days)
    return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`
  }

  toJSON(): string {
    return this.toString()
  }
}

/** The last part of the clock that `isoformat` writes; its fifth part are the digits behind the milliseconds. */
const timespecs = ['hours', 'minutes', 'seconds', 'milliseconds', 'microseconds']

/** Hours 0 to 23, minutes and seconds 0 to 59. */
export interface ClockTime {
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/** Python's `datetime`: wall-clock time with microseconds, and the UTC offset of that wall clock unless it is naive. */
export class DateTime {
  /** Seconds from 1970-01-01T00:00:00 to this wall-clock time, both read without any zone. */
  readonly wall: number
  /** 0 to 999,999. */
  readonly micro: number
  /** Seconds east of UTC; undefined for a naive value. */
  readonly offset: number | undefined

  constructor(wall: number, micro: number, offset: number | undefined) {
    const day = Math.floor(wall / secondsPerDay)
    if (day < firstDay || day > lastDay || Number.isNaN(wall)) throw new TemplateFailure('OverflowError', 'date value out of range')
    this.wall = wall
    this.micro = micro
    this.offset = offset
  }

  get days(): number {
    return Math.floor(this.wall / secondsPerDay)
  }

  /** Whole seconds since the epoch (floor); a naive value counts as UTC. */
  get epochSeconds(): number {
    return this.wall - (this.offset ?? 0)
  }

  /** Seconds since the epoch with the microseconds as fraction; a naive value counts as UTC. */
  get timestamp(): number {
    return new TimeDelta(this.epochSeconds, this.micro).totalSeconds
  }

  get clock(): ClockTime {
    const rest = this.wall - this.days * secondsPerDay
    return { hour: Math.floor(rest / 3600), minute: Math.floor(rest / 60) % 60, second: rest % 60 }
  }

  /** The same instant on the wall clock of another offset; a naive value counts as UTC. */
  atOffset(offset: number): DateTime {
    return new DateTime(this.epochSeconds + offset, this.micro, offset)
  }

  /** ISO-8601 with the given separator; microseconds only when there are any. */
  isoformat(separator = 'T', timespec = 'auto'): string {
    const { hour, minute, second } = this.clock
    const fraction = padded(this.micro, 6)
    const parts = [padded(hour, 2), `:${padded(minute, 2)}`, `:${padded(second, 2)}`, `.${fraction.slice(0, 3)}`, fraction.slice(3)]
    const count = timespec === 'auto' ? (this.micro === 0 ? 3 : 5) : timespecs.indexOf(timespec) + 1
    if (count === 0) throw new TemplateFailure('ValueError', `unknown timespec '${timespec}'; known: ${timespecs.join(', ')}`)
    const zone = this.offset === undefined ? '' : offsetText(this.offset)
    return `${new CalendarDate(this.days)}${separator}${parts.slice(0, count).join('')}${zone}`
  }

  /** Python's `str()`: isoformat with a blank. */
  toString(): string {
    return this.isoformat(' ')
  }

  toJSON(): string {
    return this.isoformat()
  }
}

/** Python's rounding of halves: 0.5 becomes 0, 1.5 becomes 2. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
