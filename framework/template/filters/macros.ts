import { randomUUID } from 'node:crypto'
import { Temporal } from 'temporal-polyfill'
import { daysFromCivil, secondsPerDay } from '../datetime/calendar.ts'
import { CalendarDate, DateTime, TimeDelta } from '../datetime/datetime-value.ts'
import { addToDateTime, parseIsoDuration } from '../datetime/duration.ts'
import { parseIsoDateTime } from '../datetime/iso8601.ts'
import { TemplateFailure, typeError, undefinedError, valueError } from '../failure.ts'
import { compareOrder } from '../python/compare.ts'
import { dictFrom } from '../python/container-methods.ts'
import { datetimeOfEpochMs, formatDatetime, readDatetime, strftimeOf, strptimeOf } from '../python/datetime.ts'
import { dictEntries } from '../python/dict.ts'
import { defineFunction, textArgument } from '../python/functions.ts'
import { asNumber, parsePythonInt } from '../python/numbers.ts'
import { quotePlus } from '../python/percent-encoding.ts'
import { iterate, lengthOf } from '../python/sequences.ts'
import { toText } from '../python/text.ts'
import {
  attributes,
  attributesOf,
  type Callable,
  type Dict,
  type Environment,
  isDict,
  isIntegral,
  isNumeric,
  toFloat,
  typeName,
} from '../python/values.ts'

/** The functions every template may call: the macros of the manifest language and Jinja's globals (`range` is removed). */

const nowUtc = ({ now }: Environment): DateTime => datetimeOfEpochMs(now())

/** ISO-8601 in UTC; without an offset it counts as UTC. */
function strToDatetime(value: unknown): DateTime {
  if (value === undefined) throw undefinedError('an undefined value is not a date')
  // dateutil measures the length before it looks at the type.
  if (typeof value === 'object' && value !== null && (Array.isArray(value) || isDict(value)) && lengthOf(value) < 4) {
    throw valueError('not an ISO-8601 date: too short')
  }
  return parseIsoDateTime(textArgument(value, 'a date')).atOffset(0)
}

function timestamp(value: unknown, { dialect }: Environment): unknown {
  if (isNumeric(value)) return parsePythonInt(value)
  const seconds = strToDatetime(value).timestamp
  return dialect === 'native' ? seconds : toFloat(seconds)
}

function formatDate(value: unknown, format: string, inputFormat: unknown): string {
  if (value instanceof DateTime) return strftimeOf(format)(value)
  const input = inputFormat === undefined || inputFormat === null ? '' : textArgument(inputFormat, 'input_format')
  if (isIntegral(value)) return formatDatetime(readDatetime(Number(value), input || '%s'), format)
  if (input === '') return formatDatetime(strToDatetime(value), format)
  const moment = strptimeOf(input)(textArgument(value, 'a date'))
  return formatDatetime(moment.offset === undefined ? new DateTime(moment.wall, moment.micro, 0) : moment, format)
}

function todayIn(zone: string, { now }: Environment): CalendarDate {
  try {
    const today = Temporal.Instant.fromEpochMilliseconds(Math.floor(now())).toZonedDateTimeISO(zone)
    return new CalendarDate(daysFromCivil(today.year, today.month, today.day))
  } catch (thrown) {
    if (thrown instanceof RangeError) throw valueError(`unknown time zone '${zone}'`)
    throw thrown
  }
}

function extreme(name: 'max' | 'min'): Callable {
  const sign = name === 'max' ? 1 : -1
  return defineFunction(name, '*values', (values) => {
    const items = values.length === 1 ? iterate(values[0]) : values
    if (values.length === 0) throw typeError(`${name} expected at least 1 argument, got 0`)
    if (items.length === 0) throw valueError(`${name}() arg is an empty sequence`)
    return items.reduce((best, item) => (sign * compareOrder(item, best, name === 'max' ? '>' : '<') > 0 ? item : best))
  })
}

function dayDelta(days: unknown, format: unknown, environment: Environment): string {
  if (!isNumeric(days)) throw typeError(`unsupported type for timedelta days component: ${typeName(days)}`)
  const moment = addToDateTime(nowUtc(environment), TimeDelta.ofSeconds(asNumber(days) * secondsPerDay))
  return strftimeOf(textArgument(format, 'format'))(moment)
}

const macros: readonly Callable[] = [
  defineFunction('now_utc', '', (_, environment) => nowUtc(environment)),
  defineFunction('today_utc', '', (_, environment) => new CalendarDate(nowUtc(environment).days)),
  defineFunction('today_with_timezone', 'timezone', ([zone], environment) => todayIn(textArgument(zone, 'timezone'), environment)),
  defineFunction('day_delta', 'num_days format?', ([days, format = '%Y-%m-%dT%H:%M:%S.%f%z'], environment) =>
    dayDelta(days, format, environment),
  ),
  defineFunction('duration', 'datestring', ([text]) => parseIsoDuration(textArgument(text, 'a duration'))),
  defineFunction('timestamp', 'dt', ([value], environment) => timestamp(value, environment)),
  defineFunction('str_to_datetime', 's', ([value]) => strToDatetime(value)),
  defineFunction('format_datetime', 'dt format input_format?', ([value, format, input]) =>
    formatDate(value, textArgument(format, 'format'), input),
  ),
  defineFunction('sanitize_url', 'value', ([value]) => quotePlus(textArgument(value, 'value'))),
  defineFunction('camel_case_to_snake_case', 'value', ([value]) =>
    textArgument(value, 'value')
      .replace(/(?!^)(?=[A-Z])/g, '_')
      .toLowerCase(),
  ),
  defineFunction('generate_uuid', '', () => randomUUID()),
  extreme('max'),
  extreme('min'),
]

/** The attributes of namespaces: the only ones that templates may set. */
const namespaces = new WeakSet<object>()

function makeNamespace(values: Dict): object {
  const own = Object.fromEntries(dictEntries(values).map(([name, value]) => [toText(name), value]))
  namespaces.add(own)
  return { [attributes]: own }
}

/** `{% set namespace.name = value %}` */
export function setNamespaceAttribute(target: unknown, name: string, value: unknown): void {
  const own = attributesOf(target)
  if (!own || !namespaces.has(own)) throw new TemplateFailure('RuntimeError', 'cannot assign attribute on non-namespace object')
  own[name] = value
}

/** Hands out its values in turn. */
function makeCycler(values: readonly unknown[]): object {
  if (values.length === 0) throw new TemplateFailure('RuntimeError', 'at least one item has to be provided')
  const own: Record<string, unknown> = { current: values[0] }
  let position = 0
  const moveTo = (index: number): void => {
    position = index % values.length
    own['current'] = values[position]
  }
  own['next'] = defineFunction('next', '', () => {
    const item = values[position]
    moveTo(position + 1)
    return item
  })
  own['reset'] = defineFunction('reset', '', () => {
    moveTo(0)
    return null
  })
  return { [attributes]: own }
}

/** Empty at the first call, the separator from then on. */
function makeJoiner(separator: unknown): Callable {
  let used = false
  return defineFunction('joiner', '', () => {
    const text = used ? separator : ''
    used = true
    return text
  })
}

const jinjaGlobals: readonly Callable[] = [
  defineFunction('dict', 'other? **named', ([other, named]) => dictFrom(other, named)),
  defineFunction('namespace', 'other? **named', ([other, named]) => makeNamespace(dictFrom(other, named))),
  defineFunction('cycler', '*items', makeCycler),
  defineFunction('joiner', 'sep?', ([separator = ', ']) => makeJoiner(separator)),
]

/** By name, for templates whose scope has no such name. */
export const globals: ReadonlyMap<string, unknown> = new Map([...macros, ...jinjaGlobals].map((entry) => [entry.name, entry]))
