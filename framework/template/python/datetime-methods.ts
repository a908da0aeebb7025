import { civilFromDays, daysFromCivil, daysInMonth, isoWeekDate, secondsPerDay, weekdayOf } from '../datetime/calendar.ts'
import { CalendarDate, CalendarDuration, DateTime, TimeDelta } from '../datetime/datetime-value.ts'
import { typeError, valueError } from '../failure.ts'
import { strftimeOf } from './datetime.ts'
import { type Method, methodsOn, methodTable, textArgument } from './functions.ts'
import { wholeArgument } from './number-format.ts'
import { toFloat, tuple } from './values.ts'

/** Attributes and methods of datetime, date, timedelta and isodate's Duration. */

type Moment = DateTime | CalendarDate
const midnight = (date: CalendarDate): DateTime => new DateTime(date.days * secondsPerDay, 0, undefined)
const asDateTime = (moment: Moment): DateTime => (moment instanceof DateTime ? moment : midnight(moment))

/** Fields that `replace` changes, in the order of its parameters. */
const replaceable = 'year? month? day? hour? minute? second? microsecond?'

function replaced(moment: DateTime, values: readonly unknown[]): DateTime {
  const current = { ...civilFromDays(moment.days), ...moment.clock }
  const given = (index: number, old: number): number =>
    values[index] === undefined ? old : wholeArgument(values[index], 'replace() argument')
  const [year, month, day] = [given(0, current.year), given(1, current.month), given(2, current.day)]
  const [hour, minute, second] = [given(3, current.hour), given(4, current.minute), given(5, current.second)]
  const micro = given(6, moment.micro)
  const within = (value: number, low: number, high: number): boolean => value >= low && value <= high
  const isDate = within(year, 1, 9999) && within(month, 1, 12) && within(day, 1, daysInMonth(year, month))
  const isTime = within(hour, 0, 23) && within(minute, 0, 59) && within(second, 0, 59) && within(micro, 0, 999_999)
  if (!isDate || !isTime) throw valueError('a field is out of range')
  return new DateTime(daysFromCivil(year, month, day) * secondsPerDay + hour * 3600 + minute * 60 + second, micro, moment.offset)
}

const onMoment = methodsOn<Moment>()
const onDate = methodsOn<CalendarDate>()
const onDateTime = methodsOn<DateTime>()

const shared: readonly Method[] = [
  onMoment('strftime', 'format', (moment, [format]) => strftimeOf(textArgument(format, 'strftime() argument 1'))(asDateTime(moment))),
  onMoment('weekday', '', (moment) => weekdayOf(moment.days)),
  onMoment('isoweekday', '', (moment) => weekdayOf(moment.days) + 1),
  onMoment('toordinal', '', (moment) => moment.days + 719_163),
  onMoment('isocalendar', '', (moment) => {
    const { year, week, weekday } = isoWeekDate(moment.days)
    return tuple([year, week, weekday])
  }),
  onMoment('ctime', '', (moment) => strftimeOf('%a %b %e %H:%M:%S %Y')(asDateTime(moment))),
]

const dateMethods = methodTable([
  ...shared,
  onDate('isoformat', '', (date) => String(date)),
  onDate('replace', 'year? month? day?', (date, values) => new CalendarDate(replaced(midnight(date), values).days)),
])

const datetimeMethods = methodTable([
  ...shared,
  onDateTime('isoformat', 'sep? timespec?', (moment, [separator = 'T', timespec = 'auto']) =>
    moment.isoformat(textArgument(separator, 'sep'), textArgument(timespec, 'timespec')),
  ),
  onDateTime('timestamp', '', (moment) => toFloat(moment.timestamp)),
  onDateTime('date', '', (moment) => new CalendarDate(moment.days)),
  onDateTime('replace', `${replaceable} tzinfo?`, (moment, values) => {
    const result = replaced(moment, values)
    return values[7] === null ? new DateTime(result.wall, result.micro, undefined) : result
  }),
  onDateTime('astimezone', 'tz?', (moment, [zone]) => {
    if (zone !== undefined && zone !== null) throw typeError('astimezone() converts to UTC only')
    return moment.atOffset(0)
  }),
  onDateTime('utcoffset', '', (moment) => {
    const { offset } = moment
    return offset === undefined ? null : new TimeDelta(offset)
  }),
])

const deltaMethods = methodTable([methodsOn<TimeDelta>()('total_seconds', '', ({ totalSeconds }) => toFloat(totalSeconds))])

const durationMethods = methodTable([methodsOn<CalendarDuration>()('total_seconds', '', ({ delta }) => toFloat(delta.totalSeconds))])

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
