import { plainDecimal, sameDecimal } from '../../framework/index.ts'
import { ExactDecimal } from '../exact-decimal.ts'
import { jsonText } from '../json-text.ts'
import type { ColumnType } from './column-type.ts'
import { readIsoTime } from './iso-time.ts'

/** A value as the store takes it: text that the database reads as the type of the column. null for absent and null. */
export type Encoded = string | null

/** The value does not fit the type of its column; it is kept in `_extra` instead of being bent or lost. */
export const misfit = Symbol('misfit')

/** Far below what a numeric column of PostgreSQL takes. */
const MAX_DIGITS = 1_000
const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }

/** Encodes a value for a column without loss, or says that it does not fit. Throws ERR_RECORD_UNWRITABLE for what JSON cannot say. */
export function encode(type: ColumnType, value: unknown): Encoded | typeof misfit {
  if (value === null || value === undefined) return null
  switch (type) {
    case 'text':
      return typeof value === 'string' ? value.toWellFormed() : storableJson(value)
    case 'jsonb':
      return storableJson(value)
    case 'bigint':
      return wholeNumber(value)
    case 'numeric':
      return number(value)
    case 'double':
      return double(value)
    case 'boolean':
      return typeof value === 'boolean' ? String(value) : misfit
    case 'date':
      return typeof value === 'string' ? remembering('date', value, readDate) : misfit
    case 'timestamptz':
    case 'timestamp':
      return typeof value === 'string' ? remembering(type, value, (text) => readTime(type, text)) : misfit
  }
}

/** JSON as databases take it: U+FFFD stands for lone surrogates. Throws ERR_RECORD_UNWRITABLE. */
export function storableJson(value: unknown): string {
  const text = jsonText(value)
  return /\\ud[89a-f]/.test(text) ? replaceEscapes(text, /^u[dD][89a-fA-F]/) : text
}

/** Takes escape after escape, because an escaped backslash may stand before letters that look like one. */
export function replaceEscapes(json: string, which: RegExp): string {
  return json.replace(/\\(u[0-9a-fA-F]{4}|[\s\S])/g, (found, letters: string) => (which.test(letters) ? '\\ufffd' : found))
}

function wholeNumber(value: unknown): Encoded | typeof misfit {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : misfit
  if (typeof value === 'bigint') return value >= int64.min && value <= int64.max ? String(value) : misfit
  // Ids and counts often come as text.
  if (typeof value === 'string' && /^(0|-?[1-9]\d{0,18})$/.test(value)) return wholeNumber(BigInt(value))
  return misfit
}

function number(value: unknown): Encoded | typeof misfit {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : misfit
  if (typeof value === 'bigint') return String(value)
  if (value instanceof ExactDecimal)
    return value.literal.length <= MAX_DIGITS && plainDecimal(value.literal) !== undefined ? value.literal : misfit
  return typeof value === 'string' && /^-?\d{1,100}(\.\d{1,100})?$/.test(value) ? value : misfit
}

/** Only numbers that a double prints as they were. */
function double(value: unknown): Encoded | typeof misfit {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : misfit
  if (typeof value === 'bigint') return BigInt(Number(value)) === value ? String(value) : misfit
  // Long integers and decimals come as text.
  if (typeof value === 'string' && /^-?\d{1,100}(\.\d{1,100})?$/.test(value))
    return sameDecimal(value, String(Number(value))) ? value : misfit
  return misfit
}

type Read = Encoded | typeof misfit

/** Dates and times repeat from row to row; reading each text once is enough. */
const known = { date: new Map<string, Read>(), timestamptz: new Map<string, Read>(), timestamp: new Map<string, Read>() }
const remembered = 4_096

function remembering(type: keyof typeof known, text: string, read: (text: string) => Read): Read {
  const seen = known[type].get(text)
  if (seen !== undefined) return seen
  const encoded = read(text)
  if (known[type].size >= remembered) known[type].clear()
  known[type].set(text, encoded)
  return encoded
}

function readDate(text: string): Read {
  const time = readIsoTime(text)
  return time && time.clock === undefined ? time.day : misfit
}

/** By far the most times: in UTC, to the second. */
const plainTime = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:Z|\+00:?00)$/

/**
 * Instants are written in UTC, so that equal ones are equal texts. A time without an offset is taken as UTC, a day without a time as
 * its start; one with an offset does not fit a column without time zone.
 */
function readTime(type: 'timestamptz' | 'timestamp', text: string): Read {
  if (type === 'timestamptz' && plainTime.test(text) && !text.startsWith('0000')) return `${text.slice(0, 19)}+00:00`
  const time = readIsoTime(text)
  if (!time || (type === 'timestamp' && time.hasOffset)) return misfit
  return `${time.day}T${time.clock ?? '00:00:00'}${type === 'timestamp' ? '' : '+00:00'}`
}
