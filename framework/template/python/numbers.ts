import { typeError, valueError } from '../failure.ts'
import { isFloat, type Numeric, PyFloat, toInt, typeName } from './values.ts'

/** Python's `int()` and `float()` of text and numbers. */

const integerText = /^\s*([+-]?)(\d+(?:_\d+)*)\s*$/
const floatTextPattern = /^\s*([+-]?)(inf(?:inity)?|nan|(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?)\s*$/i
/** CPython refuses to convert longer texts, because the conversion takes quadratic time. */
const maxIntegerDigits = 4300

/** The float as a JS number; bools count 0 and 1. */
export function asNumber(value: Numeric): number {
  return typeof value === 'number' ? value : Number(value)
}

/** `int(value)`; a float is cut off. Throws ValueError for other text, TypeError for what is not a number. */
export function parsePythonInt(value: unknown): number | bigint {
  if (typeof value === 'boolean') return Number(value)
  if (isFloat(value)) return truncated(asNumber(value))
  if (typeof value === 'number' || typeof value === 'bigint') return toInt(value)
  if (typeof value !== 'string') throw typeError(`int() argument must be a string or a number, not '${typeName(value)}'`)
  const match = integerText.exec(value)
  const digits = match?.[2]?.replaceAll('_', '') ?? ''
  if (!match || digits.length > maxIntegerDigits) throw valueError('invalid literal for int() with base 10')
  return toInt(digits.length < 16 ? Number(match[1] + digits) : BigInt(digits) * (match[1] === '-' ? -1n : 1n))
}

function truncated(value: number): number | bigint {
  if (!Number.isFinite(value)) throw valueError('cannot convert an infinite or undefined float to integer')
  const whole = Math.trunc(value)
  return toInt(Number.isSafeInteger(whole) ? whole : BigInt(whole))
}

const radixText: Readonly<Record<number, RegExp>> = {
  2: /^\s*([+-]?)(?:0b_?)?([01]+(?:_[01]+)*)\s*$/i,
  8: /^\s*([+-]?)(?:0o_?)?([0-7]+(?:_[0-7]+)*)\s*$/i,
  16: /^\s*([+-]?)(?:0x_?)?([0-9a-f]+(?:_[0-9a-f]+)*)\s*$/i,
}

/** `int(text, base)` for the bases 2, 8, 10 and 16. */
export function parseRadix(text: string, base: number): number | bigint {
  if (base === 10) return parsePythonInt(text)
  const match = radixText[base]?.exec(text)
  if (!match) throw valueError(`invalid literal for int() with base ${base}`)
  const prefix = base === 2 ? '0b' : base === 8 ? '0o' : '0x'
  const size = BigInt(prefix + (match[2] ?? '').replaceAll('_', ''))
  return toInt(match[1] === '-' ? -size : size)
}

/** `float(value)` as a JS number. */
export function parsePythonFloat(value: unknown): number {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return Number(value)
  if (value instanceof PyFloat) return value.value
  if (typeof value !== 'string') throw typeError(`float() argument must be a string or a number, not '${typeName(value)}'`)
  const match = floatTextPattern.exec(value)
  if (!match) throw valueError('could not convert string to float')
  const sign = match[1] === '-' ? -1 : 1
  const body = (match[2] ?? '').toLowerCase().replaceAll('_', '')
  if (body.startsWith('inf')) return sign * Number.POSITIVE_INFINITY
  return body === 'nan' ? Number.NaN : sign * Number(body)
}
