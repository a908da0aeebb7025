import { ConnectorError } from '../../errors.ts'
import { type CalendarDate, DateTime, type Duration, TimeDelta } from '../datetime/datetime-value.ts'
import { addToDateTime, compareDateTimes, negateDuration, parseIsoDuration, subtractDateTimes } from '../datetime/duration.ts'
import { parseIsoDateTime } from '../datetime/iso8601.ts'
import { compileStrftime } from '../datetime/strftime.ts'
import { compileStrptime } from '../datetime/strptime.ts'
import { TemplateFailure, valueError } from '../failure.ts'
import { parsePythonFloat, parsePythonInt } from './numbers.ts'
import { floatText } from './text.ts'

/**
 * The door to dates: reading and writing them in the formats of the manifest language, durations, comparison.
 * Formats are Python's strptime/strftime plus the whole-format tokens `%s`, `%s_as_float`, `%ms`, `%epoch_microseconds`
 * and `%_ms` (three-digit milliseconds) inside a format. Formats are compiled once and kept.
 */

const cacheLimit = 1000

/** Formats come from manifests, so there are few; the limit guards against formats made from data. */
function cached<T>(compile: (format: string) => T): (format: string) => T {
  const cache = new Map<string, T>()
  return (format) => {
    const known = cache.get(format)
    if (known !== undefined) return known
    const compiled = compile(format)
    if (cache.size >= cacheLimit) cache.clear()
    cache.set(format, compiled)
    return compiled
  }
}

/** Python's `datetime.strptime`: naive unless the format has `%z`. Throws a ValueError failure. */
export const strptimeOf = cached(compileStrptime)
/** Python's `datetime.strftime`. */
export const strftimeOf = cached(compileStrftime)

type Read = (value: string | number | bigint) => DateTime
type Write = (moment: DateTime) => string

function fromEpoch(seconds: number, micro: number): DateTime {
  if (!Number.isFinite(seconds)) throw valueError('timestamp out of range')
  const delta = new TimeDelta(seconds, micro)
  return new DateTime(delta.seconds, delta.micro, 0)
}

function fromUnits(value: string | number | bigint, unitsPerSecond: number): DateTime {
  const units = Number(parsePythonInt(value))
  const seconds = Math.floor(units / unitsPerSecond)
  return fromEpoch(seconds, Math.round((units - seconds * unitsPerSecond) * (1_000_000 / unitsPerSecond)))
}

const epochReaders: Readonly<Record<string, Read>> = {
  '%s': (value) => fromUnits(value, 1),
  '%ms': (value) => fromUnits(value, 1000),
  '%epoch_microseconds': (value) => fromUnits(value, 1_000_000),
  '%s_as_float': (value) => {
    const delta = TimeDelta.ofSeconds(parsePythonFloat(value))
    return fromEpoch(delta.seconds, delta.micro)
  },
}

// Truncation of a float product, as in the reference: its rounding shows in the last digit.
const epochWriters: Readonly<Record<string, Write>> = {
  '%s': (moment) => String(Math.trunc(moment.timestamp)),
  '%ms': (moment) => String(Math.trunc(moment.timestamp * 1000)),
  '%epoch_microseconds': (moment) => String(Math.trunc(moment.timestamp * 1_000_000)),
  '%s_as_float': (moment) => floatText(moment.timestamp),
}

const readerOf = cached((format): Read => {
  const epoch = Object.hasOwn(epochReaders, format) ? epochReaders[format] : undefined
  if (epoch) return epoch
  const parse = compileStrptime(format.replaceAll('%_ms', '%f'))
  return (value) => {
    const moment = parse(String(value))
    return moment.offset === undefined ? new DateTime(moment.wall, moment.micro, 0) : moment
  }
})

const writerOf = cached((format): Write => {
  const epoch = Object.hasOwn(epochWriters, format) ? epochWriters[format] : undefined
  if (epoch) return epoch
  if (!format.includes('%_ms')) return strftimeOf(format)
  // The reference replaces the six digits wherever they stand in the finished text.
  const write = compileStrftime(format.replaceAll('%_ms', '%f'))
  const micros = compileStrftime('%f')
  return (moment) => write(moment).replaceAll(micros(moment), String(Math.floor(moment.micro / 1000)).padStart(3, '0'))
})

function asFormatError(thrown: unknown, format: string): unknown {
  if (!(thrown instanceof TemplateFailure)) return thrown
  return new ConnectorError('ERR_DATETIME_FORMAT', `${thrown.message} (format ${format})`, { cause: thrown })
}

/**
 * Reads `value` in `format`; without an offset it counts as UTC.
 * @throws ConnectorError ERR_DATETIME_FORMAT when the value does not fit the format.
 */
export function parseDatetime(value: string | number | bigint, format: string): DateTime {
  try {
    return readerOf(format)(value)
  } catch (thrown) {
    throw asFormatError(thrown, format)
  }
}

/** {@link parseDatetime} for the template language: failures keep their Python kind. */
export function readDatetime(value: string | number | bigint, format: string): DateTime {
  return readerOf(format)(value)
}

/** Writes `moment` in `format`, on its own wall clock. */
export function formatDatetime(moment: DateTime | CalendarDate, format: string): string {
  return writerOf(format)(moment instanceof DateTime ? moment : new DateTime(moment.days * 86_400, 0, undefined))
}

/**
 * Reads ISO-8601; without an offset it counts as UTC; the result is in UTC.
 * @throws ConnectorError ERR_DATETIME_FORMAT
 */
export function parseIso(value: string): DateTime {
  try {
    return parseIsoDateTime(value).atOffset(0)
  } catch (thrown) {
    throw asFormatError(thrown, 'ISO-8601')
  }
}

/**
 * An ISO-8601 duration such as `P1M` or `PT0.001S`.
 * @throws ConnectorError ERR_DATETIME_FORMAT
 */
export function parseDuration(text: string): Duration {
  try {
    return parseIsoDuration(text)
  } catch (thrown) {
    throw asFormatError(thrown, 'ISO-8601 duration')
  }
}

/** `moment` + `duration`: calendar months first (31 January + P1M = end of February), then the exact part. */
export const addDuration: (moment: DateTime, duration: Duration) => DateTime = addToDateTime

/** `moment` - `duration`, with the calendar rules of {@link addDuration}. */
export function subtractDuration(moment: DateTime, duration: Duration): DateTime {
  return addToDateTime(moment, negateDuration(duration))
}

/** Negative when `left` is earlier, 0 for the same instant. Both carry an offset or both are naive. */
export const compareDatetimes: (left: DateTime, right: DateTime) => number = compareDateTimes

/** Exact difference `left - right`. */
export const differenceOf: (left: DateTime, right: DateTime) => TimeDelta = subtractDateTimes

/** The UTC datetime of epoch milliseconds; a fraction carries microseconds. */
export function datetimeOfEpochMs(milliseconds: number): DateTime {
  const seconds = Math.floor(milliseconds / 1000)
  return fromEpoch(seconds, Math.round((milliseconds - seconds * 1000) * 1000))
}

export { CalendarDate, CalendarDuration, DateTime, type Duration, TimeDelta } from '../datetime/datetime-value.ts'
