import { parseIsoDateTime } from '../framework/template/datetime/iso8601.ts'
import { CalendarDate, CalendarDuration, DateTime, TimeDelta } from '../framework/template/python/datetime.ts'
import { dictEntries, dictOf } from '../framework/template/python/dict.ts'
import { repr } from '../framework/template/python/text.ts'
import { ellipsis, isDict, kindOf, PyFloat, toInt, tuple } from '../framework/template/python/values.ts'
import { attributes, type Scope } from '../framework/template/template.ts'

/** Values that JSON cannot say are tagged objects in the vectors; this file turns them into the template language's values. */

type Json = Record<string, never>

const decoders: Readonly<Record<string, (content: never) => unknown>> = {
  $datetime: (text: string) => parseIsoDateTime(text),
  $date: (text: string) => new CalendarDate(parseIsoDateTime(text).days),
  $timedelta_s: (seconds: number) => TimeDelta.ofSeconds(seconds),
  $duration: ({ years, months, seconds }: { years: number; months: number; seconds: number }) =>
    new CalendarDuration(years, months, TimeDelta.ofSeconds(seconds)),
  $set: (items: unknown[]) => new Set(items.map(decodeValue)),
  $tuple: (items: unknown[]) => tuple(items.map(decodeValue)),
  $bytes: (text: string) => new Uint8Array(Buffer.from(text, 'latin1')),
  $b64: (text: string) => new Uint8Array(Buffer.from(text, 'base64')),
  $float: (name: string) => (name === 'nan' ? Number.NaN : name === '-inf' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY),
  $pyfloat: (text: string) => new PyFloat(Number(text)),
  $bigint: (digits: string) => toInt(BigInt(digits)),
  $ellipsis: () => ellipsis,
  $slice: decodeSlice,
}

function decodeSlice({ partition, cursor_slice, extra_fields }: Record<string, object>): unknown {
  const own = { partition: decodeValue(partition), cursor_slice: decodeValue(cursor_slice), extra_fields: decodeValue(extra_fields ?? {}) }
  return { ...(own.partition as Json), ...(own.cursor_slice as Json), [attributes]: own }
}

/** The runtime value of a tagged JSON value. */
export function decodeValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(decodeValue)
  const [tag = '', ...rest] = Object.keys(value)
  const decode = rest.length === 0 && Object.hasOwn(decoders, tag) ? decoders[tag] : undefined
  if (decode) return decode((value as Json)[tag] as never)
  const entries = Object.entries(value).map(
    ([key, item]) => [key.startsWith('$k:') ? JSON.parse(key.slice(3)) : key, decodeValue(item)] as const,
  )
  return dictOf(entries)
}

/** Every value of a scope. */
export function decodeScope(scope: unknown): Scope {
  return Object.fromEntries(Object.entries(scope as object).map(([name, value]) => [name, decodeValue(value)]))
}

/**
 * One text per value, equal for values that Python would call equal with the same type; `2.0` and `2` are the same, as
 * they are in JSON.
 */
export function canonical(value: unknown): string {
  if (value instanceof PyFloat) return canonical(value.value)
  if (value instanceof DateTime) return `datetime ${value}`
  if (value instanceof TimeDelta) return `timedelta ${value.totalSeconds}`
  if (value instanceof Set) return `set ${[...value].map(canonical).sort().join()}`
  if (Array.isArray(value)) return `${kindOf(value)}[${value.map(canonical).join()}]`
  if (typeof value === 'number') return String(value + 0)
  if (isDict(value)) {
    const entries = dictEntries(value).map(([key, item]) => `${repr(key)}:${canonical(item)}`)
    return `{${entries.sort().join()}}`
  }
  return value === undefined ? 'undefined' : repr(value)
}
