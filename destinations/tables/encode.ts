import { jsonText } from '../json-text.ts'
import type { ColumnType } from './column-type.ts'

/** A value as the store takes it: text that the database reads as the type of the column. null for absent and null. */
export type Encoded = string | null

/** The value does not fit the type of its column; it is kept in `_extra` instead of being bent or lost. */
export const misfit = Symbol('misfit')

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
  return typeof value === 'string' && /^-?\d{1,100}(\.\d{1,100})?$/.test(value) ? value : misfit
}

/** Whole numbers beyond 2^53 would lose digits as a double. */
function double(value: unknown): Encoded | typeof misfit {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : misfit
  if (typeof value === 'bigint') return BigInt(Number(value)) === value ? String(value) : misfit
  return misfit
}

const timePattern = /^(\d{4}-\d\d-\d\d)[T ]((?:[01]\d|2[0-3]):[0-5]\d)(:[0-5]\d(?:\.\d{1,6})?)?(?:([Zz])|([+-])(\d\d):?(\d\d))?$/

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

const readDate = (text: string): Read => (isDate(text) ? text : misfit)

/**
 * Instants are written in UTC, so that equal ones are equal texts. A time without an offset is taken as UTC; one with an offset does
 * not fit a column without time zone.
 */
function readTime(type: 'timestamptz' | 'timestamp', text: string): Encoded | typeof misfit {
  const [whole, day = '', minutes = '', seconds = ':00', zulu, sign, hours = '', rest = ''] = timePattern.exec(text) ?? []
  if (whole === undefined || !isDate(day)) return misfit
  const exact = seconds.includes('.') ? seconds.replace(/\.?0+$/, '') : seconds
  if (type === 'timestamp') return zulu === undefined && sign === undefined ? `${day}T${minutes}${exact}` : misfit
  if (sign === undefined || (hours === '00' && rest === '00')) return `${day}T${minutes}${exact}+00:00`
  if (Number(hours) > 15 || Number(rest) > 59) return misfit
  const utc = new Date(Date.parse(`${day}T${minutes}:00${sign}${hours}:${rest}`)).toISOString()
  // Beyond the years of four digits the text has another form.
  return utc.length === 24 && !utc.startsWith('0000') ? `${utc.slice(0, 16)}${exact}+00:00` : misfit
}

function isDate(text: string): boolean {
  const [whole, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)?.map(Number) ?? []
  if (whole === undefined || !year || !month || !day || month > 12) return false
  return day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
}
