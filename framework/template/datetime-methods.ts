import { civilFromDays, daysFromCivil, daysInMonth, isoWeekDate, secondsPerDay, weekdayOf } from './calendar.ts'
import { strftimeOf } from './datetime.ts'
import { CalendarDate, CalendarDuration, DateTime, TimeDelta } from './datetime-value.ts'
import { typeError, valueError } from './failure.ts'
import { type Method, method, methodTable, textArgument } from './functions.ts'
import { wholeArgument } from './number-format.ts'
import { toFloat, tuple } from './values.ts'

/** Attributes and methods of datetime, date, timedelta and isodate's Duration. */

type Moment = DateTime | CalendarDate
const midnight = (date: CalendarDate): DateTime => new DateTime(date.days * secondsPerDay, 0, undefined)
const asDateTime = (moment: unknown): DateTime => (moment instanceof DateTime ? moment : midnight(moment as CalendarDate))

/** Fields that `replace` changes, in the order of its parameters. */
const replaceable = 'year? month? day? hour? minute? second? microsecond?'

function replaced(moment: DateTime, values: readonly unknown[]): DateTime {
  const { year, month, day } = civilFromDays(moment.days)
  const { hour, minute, second } = moment.clock
  const current = [year, month, day, hour, minute, second, moment.micro]
  const [y, mo, d, h, mi, s, us] = current.map((old, index) =>
    values[index] === undefined ? old : wholeArgument(values[index], 'replace() argument'),
  ) as [number, number, number, number, number, number, number]
  const valid = y >= 1 && y <= 9999 && mo >= 1 && mo <= 12 && d >= 1 && d <= daysInMonth(y, mo)
  if (!valid || h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 || s > 59 || us < 0 || us > 999_999)
    throw valueError('a field is out of range')
  return new DateTime(daysFromCivil(y, mo, d) * secondsPerDay + h * 3600 + mi * 60 + s, us, moment.offset)
}

const shared: readonly Method[] = [
  method('strftime', 'format', (moment, [format]) => strftimeOf(textArgument(format, 'strftime() argument 1'))(asDateTime(moment))),
  method('weekday', '', (moment) => weekdayOf((moment as Moment).days)),
  method('isoweekday', '', (moment) => weekdayOf((moment as Moment).days) + 1),
  method('toordinal', '', (moment) => (moment as Moment).days + 719_163),
  method('isocalendar', '', (moment) => {
    const { year, week, weekday } = isoWeekDate((moment as Moment).days)
    return tuple([year, week, weekday])
  }),
  method('ctime', '', (moment) => strftimeOf('%a %b %e %H:%M:%S %Y')(asDateTime(moment))),
]

const dateMethods = methodTable([
  ...shared,
  method('isoformat', '', (date) => String(date)),
  method('replace', 'year? month? day?', (date, values) => new CalendarDate(replaced(midnight(date as CalendarDate), values).days)),
])

const datetimeMethods = methodTable([
  ...shared,
  method('isoformat', 'sep?', (moment, [separator = 'T']) => (moment as DateTime).isoformat(textArgument(separator, 'sep'))),
  method('timestamp', '', (moment) => toFloat((moment as DateTime).timestamp)),
  method('date', '', (moment) => new CalendarDate((moment as DateTime).days)),
  method('replace', `${replaceable} tzinfo?`, (moment, values) => {
    const result = replaced(moment as DateTime, values)
    return values[7] === null ? new DateTime(result.wall, result.micro, undefined) : result
  }),
  method('astimezone', 'tz?', (moment, [zone]) => {
    if (zone !== undefined && zone !== null) throw typeError('astimezone() converts to UTC only')
    return (moment as DateTime).atOffset(0)
  }),
  method('utcoffset', '', (moment) => {
    const { offset } = moment as DateTime
    return offset === undefined ? null : new TimeDelta(offset)
  }),
])

const deltaMethods = methodTable([method('total_seconds', '', (delta) => toFloat((delta as TimeDelta).totalSeconds))])

const durationMethods = methodTable([method('total_seconds', '', (duration) => toFloat((duration as CalendarDuration).delta.totalSeconds))])

type Attributes = Readonly<Record<string, (value: never) => unknown>>

const dateAttributes: Attributes = {
  year: ({ days }: Moment) => civilFromDays(days).year,
  month: ({ days }: Moment) => civilFromDays(days).month,
  day: ({ days }: Moment) => civilFromDays(days).day,
}

const datetimeAttributes: Attributes = {
  ...dateAttributes,
  hour: ({ clock }: DateTime) => clock.hour,
  minute: ({ clock }: DateTime) => clock.minute,
  second: ({ clock }: DateTime) => clock.second,
  microsecond: ({ micro }: DateTime) => micro,
  tzinfo: ({ offset }: DateTime) => (offset === undefined ? null : new TimeDelta(offset)),
}

const daysOf = ({ seconds }: TimeDelta): number => Math.floor(seconds / secondsPerDay)
const deltaAttributes: Attributes = {
  days: daysOf,
  seconds: (delta: TimeDelta) => delta.seconds - daysOf(delta) * secondsPerDay,
  microseconds: ({ micro }: TimeDelta) => micro,
}

/** isodate's Duration hands what it does not know to its exact part. */
const durationAttributes: Attributes = {
  ...Object.fromEntries(
    Object.entries(deltaAttributes).map(([name, read]) => [name, ({ delta }: CalendarDuration) => read(delta as never)] as const),
  ),
  years: ({ years }: CalendarDuration) => years,
  months: ({ months }: CalendarDuration) => months,
  tdelta: ({ delta }: CalendarDuration) => delta,
}

interface Members {
  readonly attributes: Attributes
  readonly methods: ReadonlyMap<string, Method>
}

/** What `value` offers, when it is a date or a duration. */
export function temporalMembers(value: unknown): Members | undefined {
  if (value instanceof DateTime) return { attributes: datetimeAttributes, methods: datetimeMethods }
  if (value instanceof CalendarDate) return { attributes: dateAttributes, methods: dateMethods }
  if (value instanceof TimeDelta) return { attributes: deltaAttributes, methods: deltaMethods }
  return value instanceof CalendarDuration ? { attributes: durationAttributes, methods: durationMethods } : undefined
}
