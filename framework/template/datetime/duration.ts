import { TemplateFailure, typeError, valueError } from '../failure.ts'
import { addMonths, secondsPerDay } from './calendar.ts'
import { CalendarDate, CalendarDuration, DateTime, type Duration, TimeDelta } from './datetime-value.ts'
import { parseIsoDateTime } from './iso8601.ts'

const number = '([0-9]+(?:[.,][0-9]+)?)'
const isoDuration = new RegExp(
  `^([+-])?P(?!$)(?:${number}Y)?(?:${number}M)?(?:${number}W)?(?:${number}D)?(?:(T)(?:${number}H)?(?:${number}M)?(?:${number}S)?)?$`,
)

/**
 * An ISO-8601 duration as the isodate library reads it: a {@link TimeDelta}, or a {@link CalendarDuration} when it
 * names years or months. Also the alternative form `P0001-02-03T04:05:06`. Throws a ValueError failure for other text.
 */
export function parseIsoDuration(text: string): Duration {
  const match = isoDuration.exec(text)
  if (!match) return alternativeDuration(text)
  const amount = (group: number): number => Number((match[group] ?? '0').replace(',', '.'))
  const [years, months] = [amount(2), amount(3)]
  const days = amount(4) * 7 + amount(5)
  const delta = TimeDelta.ofSeconds(days * secondsPerDay + amount(7) * 3600 + amount(8) * 60 + amount(9))
  const duration = years === 0 && months === 0 ? delta : new CalendarDuration(years, months, delta)
  return match[1] === '-' ? negateDuration(duration) : duration
}

function alternativeDuration(text: string): Duration {
  const moment = /^P\d{4}-?\d{2}-?\d{2}T/.test(text) ? parseIsoDateTime(text.slice(1)) : undefined
  if (!moment) throw valueError(`Unable to parse duration string ${text}`)
  const [, year = '0', month = '0', day = '0'] = /^P(\d{4})-?(\d{2})-?(\d{2})/.exec(text) ?? []
  const { hour, minute, second } = moment.clock
  const delta = new TimeDelta(Number(day) * secondsPerDay + hour * 3600 + minute * 60 + second, moment.micro)
  return new CalendarDuration(Number(year), Number(month), delta)
}

/** The opposite duration. */
export function negateDuration(duration: Duration): Duration {
  if (duration instanceof TimeDelta) return negateDelta(duration)
  return new CalendarDuration(-duration.years, -duration.months, negateDelta(duration.delta))
}

const negateDelta = ({ seconds, micro }: TimeDelta): TimeDelta => new TimeDelta(-seconds, -micro)

/** Exact sum. */
export function addDeltas(left: TimeDelta, right: TimeDelta): TimeDelta {
  return new TimeDelta(left.seconds + right.seconds, left.micro + right.micro)
}

/** Sum of two durations; calendar parts stay apart. */
export function addDurations(left: Duration, right: Duration): Duration {
  if (left instanceof TimeDelta && right instanceof TimeDelta) return addDeltas(left, right)
  const a = left instanceof TimeDelta ? new CalendarDuration(0, 0, left) : left
  const b = right instanceof TimeDelta ? new CalendarDuration(0, 0, right) : right
  return new CalendarDuration(a.years + b.years, a.months + b.months, addDeltas(a.delta, b.delta))
}

function wholeMonths({ years, months }: CalendarDuration): number {
  if (!Number.isInteger(years) || !Number.isInteger(months)) {
    throw valueError('fractional years or months are not supported for date calculations')
  }
  return years * 12 + months
}

function shift(moment: DateTime, delta: TimeDelta): DateTime {
  const sum = new TimeDelta(moment.wall + delta.seconds, moment.micro + delta.micro)
  return new DateTime(sum.seconds, sum.micro, moment.offset)
}

/** `moment` on its own wall clock `duration` later: calendar months first (31 January + P1M = end of February), then the exact part. */
export function addToDateTime(moment: DateTime, duration: Duration): DateTime {
  if (duration instanceof TimeDelta) return shift(moment, duration)
  const days = addMonths(moment.days, wholeMonths(duration))
  return shift(new DateTime(moment.wall + (days - moment.days) * secondsPerDay, moment.micro, moment.offset), duration.delta)
}

/** A date moves by whole days only, as in Python. */
export function addToDate(date: CalendarDate, duration: Duration): CalendarDate {
  if (duration instanceof TimeDelta) return new CalendarDate(date.days + Math.floor(duration.seconds / secondsPerDay))
  return addToDate(new CalendarDate(addMonths(date.days, wholeMonths(duration))), duration.delta)
}

/** `left - right`; both aware or both naive. */
export function subtractDateTimes(left: DateTime, right: DateTime): TimeDelta {
  if ((left.offset === undefined) !== (right.offset === undefined)) {
    throw typeError("can't subtract offset-naive and offset-aware datetimes")
  }
  return new TimeDelta(left.epochSeconds - right.epochSeconds, left.micro - right.micro)
}

/** Negative, zero or positive; the instants count, not the wall clocks. Both aware or both naive. */
export function compareDateTimes(left: DateTime, right: DateTime): number {
  if ((left.offset === undefined) !== (right.offset === undefined)) {
    throw typeError("can't compare offset-naive and offset-aware datetimes")
  }
  return left.epochSeconds - right.epochSeconds || left.micro - right.micro
}

/** Negative, zero or positive. */
export function compareDeltas(left: TimeDelta, right: TimeDelta): number {
  return left.seconds - right.seconds || left.micro - right.micro
}

/** A multiple of a duration; years and months take whole factors only. */
export function scaleDuration(duration: Duration, factor: number): Duration {
  if (duration instanceof TimeDelta) return scaleDelta(duration, factor)
  if (!Number.isInteger(factor)) throw typeError("unsupported operand type(s) for *: 'Duration' and 'float'")
  return new CalendarDuration(duration.years * factor, duration.months * factor, scaleDelta(duration.delta, factor))
}

function scaleDelta(delta: TimeDelta, factor: number): TimeDelta {
  if (!Number.isFinite(factor)) throw new TemplateFailure('OverflowError', 'cannot scale a duration by an infinite number')
  return Number.isInteger(factor)
    ? new TimeDelta(delta.seconds * factor, delta.micro * factor)
    : TimeDelta.ofSeconds(delta.totalSeconds * factor)
}
