import { secondsPerDay } from '../datetime/calendar.ts'
import { CalendarDate, CalendarDuration, DateTime, type Duration, TimeDelta } from '../datetime/datetime-value.ts'
import { addDurations, addToDate, addToDateTime, negateDuration, scaleDuration, subtractDateTimes } from '../datetime/duration.ts'
import { TemplateFailure, typeError, undefinedError } from '../failure.ts'
import { assertIntegerBits, assertItems, assertTextLength } from '../limits.ts'
import { asNumber } from './numbers.ts'
import { percentFormat } from './percent-format.ts'
import { toText } from './text.ts'
import { arrayOf, isFloat, isIntegral, isNumeric, kindOf, type Numeric, toFloat, toInt, typeName } from './values.ts'

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**'

/** Python's arithmetic operators. */

/** `left operator right`. A TypeError failure for operands without that operation, UndefinedError for undefined ones. */
export function binary(operator: BinaryOperator, left: unknown, right: unknown): unknown {
  if (operator === '+') return add(left, right)
  if (operator === '-') return subtract(left, right)
  if (isNumeric(left) && isNumeric(right)) return numeric(operator, left, right)
  if (operator === '*') return multiply(left, right)
  if (operator === '%' && typeof left === 'string') return percentFormat(left, right)
  if (left instanceof TimeDelta) return divideDelta(operator, left, right)
  throw unsupported(operator, left, right)
}

function unsupported(operator: string, left: unknown, right: unknown): TemplateFailure {
  if (left === undefined || right === undefined) return undefinedError(`an undefined value cannot be an operand of '${operator}'`)
  return typeError(`unsupported operand type(s) for ${operator}: '${typeName(left)}' and '${typeName(right)}'`)
}

const isDuration = (value: unknown): value is Duration => value instanceof TimeDelta || value instanceof CalendarDuration

/** `left + right`: numbers, texts, lists, tuples, dates and durations. The commonest operator, so its plain cases come first. */
export function add(left: unknown, right: unknown): unknown {
  if (typeof left === 'number' && typeof right === 'number') return sum(left, right)
  if (typeof left === 'string' && typeof right === 'string') {
    assertTextLength(left.length + right.length)
    return left + right
  }
  if (isNumeric(left) && isNumeric(right)) return numeric('+', left, right)
  if (Array.isArray(left) && Array.isArray(right)) return joinSequences(left, right)
  return addDates(left, right)
}

/** Both ints or both fractional: the plain sum unless it changes kind. */
function sum(left: number, right: number): unknown {
  const result = left + right
  if (Number.isInteger(left) && Number.isInteger(right)) return Number.isSafeInteger(result) ? result : toInt(BigInt(left) + BigInt(right))
  return toFloat(result)
}

function joinSequences(left: readonly unknown[], right: readonly unknown[]): unknown {
  const kind = kindOf(left)
  if (kind !== kindOf(right) || (kind !== 'list' && kind !== 'tuple')) throw unsupported('+', left, right)
  assertItems(left.length + right.length)
  const joined = [...left, ...right]
  return kind === 'tuple' ? arrayOf(kind, joined) : joined
}

function addDates(left: unknown, right: unknown): unknown {
  if (left instanceof DateTime && isDuration(right)) return addToDateTime(left, right)
  if (right instanceof DateTime && isDuration(left)) return addToDateTime(right, left)
  if (left instanceof CalendarDate && isDuration(right)) return addToDate(left, right)
  if (right instanceof CalendarDate && isDuration(left)) return addToDate(right, left)
  if (isDuration(left) && isDuration(right)) return addDurations(left, right)
  throw unsupported('+', left, right)
}

/** Python subtracts numbers, dates, durations and sets. */
function subtract(left: unknown, right: unknown): unknown {
  if (isNumeric(left) && isNumeric(right)) return numeric('-', left, right)
  if (left instanceof Set && right instanceof Set) return new Set([...left].filter((item) => !right.has(item)))
  return subtractTimes(left, right)
}

function subtractTimes(left: unknown, right: unknown): unknown {
  if (left instanceof DateTime && right instanceof DateTime) return subtractDateTimes(left, right)
  if (left instanceof DateTime && isDuration(right)) return addToDateTime(left, negateDuration(right))
  if (left instanceof CalendarDate && right instanceof CalendarDate) return new TimeDelta((left.days - right.days) * secondsPerDay)
  if (left instanceof CalendarDate && right instanceof CalendarDuration) {
    return subtractDays(addToDate(left, negateDuration(new CalendarDuration(right.years, right.months))), right.delta)
  }
  if (left instanceof CalendarDate && right instanceof TimeDelta) return subtractDays(left, right)
  if (isDuration(left) && isDuration(right)) return addDurations(left, negateDuration(right))
  throw unsupported('-', left, right)
}

/** Whole days of the duration, cut off: a date minus one hour is the same date. */
function subtractDays(date: CalendarDate, delta: TimeDelta): CalendarDate {
  return new CalendarDate(date.days - Math.floor(delta.seconds / secondsPerDay))
}

/** Numbers are done before; what is left repeats a sequence or scales a duration. */
function multiply(left: unknown, right: unknown): unknown {
  if (isDuration(left) && isNumeric(right)) return scaleDuration(left, asNumber(right))
  if (isDuration(right) && isNumeric(left)) return scaleDuration(right, asNumber(left))
  if (isIntegral(right)) return repeat(left, Number(right), right)
  if (isIntegral(left)) return repeat(right, Number(left), left)
  if (left === undefined || right === undefined) throw unsupported('*', left, right)
  throw typeError(`can't multiply '${typeName(left)}' by '${typeName(right)}'`)
}

/** A negative factor gives nothing, as in Python. */
function repeat(value: unknown, times: number, factor: unknown): unknown {
  const count = Math.max(0, times)
  if (typeof value === 'string') {
    assertTextLength(value.length * count)
    return value.repeat(count)
  }
  if (!Array.isArray(value) || !['list', 'tuple'].includes(kindOf(value))) throw unsupported('*', value, factor)
  assertItems(value.length * count)
  const repeated = Array.from({ length: count }, () => value).flat()
  return kindOf(value) === 'tuple' ? arrayOf('tuple', repeated) : repeated
}

function divideDelta(operator: BinaryOperator, left: TimeDelta, right: unknown): unknown {
  if (operator === '/' && right instanceof TimeDelta) return numeric('/', toFloat(left.totalSeconds), toFloat(right.totalSeconds))
  if (operator === '//' && right instanceof TimeDelta) return numeric('//', left.totalSeconds, right.totalSeconds)
  if ((operator === '/' || operator === '//') && isNumeric(right) && asNumber(right) !== 0) {
    return TimeDelta.ofSeconds(left.totalSeconds / asNumber(right))
  }
  if (isNumeric(right) && asNumber(right) === 0) throw divisionByZero()
  throw unsupported(operator, left, right)
}

const divisionByZero = (): TemplateFailure => new TemplateFailure('ZeroDivisionError', 'division by zero')

function numeric(operator: BinaryOperator, left: Numeric, right: Numeric): unknown {
  if (isFloat(left) || isFloat(right) || operator === '/') return floats(operator, asNumber(left), asNumber(right))
  const [a, b] = [asInteger(left), asInteger(right)]
  if (typeof a === 'bigint' || typeof b === 'bigint' || operator === '**') return integers(operator, BigInt(a), BigInt(b))
  return smallIntegers(operator, a, b)
}

function asInteger(value: Numeric): number | bigint {
  return typeof value === 'bigint' ? value : asNumber(value)
}

/** Float arithmetic is IEEE on both sides; only division by zero and the signs of `//` and `%` are Python's own. */
function floats(operator: BinaryOperator, a: number, b: number): unknown {
  switch (operator) {
    case '+':
      return toFloat(a + b)
    case '-':
      return toFloat(a - b)
    case '*':
      return toFloat(a * b)
    case '**':
      return power(a, b)
    default:
      if (b === 0) throw divisionByZero()
      if (operator === '/') return toFloat(a / b)
      return operator === '//' ? toFloat(Math.floor(a / b)) : toFloat(floorModulo(a, b))
  }
}

function power(a: number, b: number): unknown {
  if (a === 0 && b < 0) throw new TemplateFailure('ZeroDivisionError', '0.0 cannot be raised to a negative power')
  if (a < 0 && !Number.isInteger(b)) throw unsupported('**', a, b)
  return toFloat(a ** b)
}

/** The remainder takes the sign of the divisor. */
function floorModulo(a: number, b: number): number {
  const rest = a % b
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest
}

const quotient = (a: number, b: number): number => Math.floor(a / b)
const smallOperations: Readonly<Partial<Record<BinaryOperator, (a: number, b: number) => number>>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '%': floorModulo,
}

function smallIntegers(operator: BinaryOperator, a: number, b: number): unknown {
  if ((operator === '//' || operator === '%') && b === 0) throw divisionByZero()
  const result = (smallOperations[operator] ?? quotient)(a, b)
  // A quotient of large ints may round up as a float; the others show when they leave the exact range.
  if (Number.isSafeInteger(result) && (operator !== '//' || Math.abs(a) < 2 ** 31)) return result + 0
  return integers(operator, BigInt(a), BigInt(b))
}

/** The exact way, for whatever leaves the range in which numbers are exact. */
function integers(operator: BinaryOperator, a: bigint, b: bigint): unknown {
  switch (operator) {
    case '+':
      return toInt(a + b)
    case '-':
      return toInt(a - b)
    case '*':
      assertIntegerBits(bitLength(a) + bitLength(b))
      return toInt(a * b)
    case '**':
      return integerPower(a, b)
    default: {
      if (b === 0n) throw divisionByZero()
      const rest = a % b
      const adjusted = rest !== 0n && rest < 0n !== b < 0n
      return operator === '%' ? toInt(adjusted ? rest + b : rest) : toInt(a / b - (adjusted ? 1n : 0n))
    }
  }
}

function integerPower(base: bigint, exponent: bigint): unknown {
  if (exponent < 0n) return power(Number(base), Number(exponent))
  if (base !== 0n && base !== 1n && base !== -1n) assertIntegerBits(bitLength(base) * Number(exponent))
  return toInt(base ** exponent)
}

/** An upper bound, counted in hexadecimal digits; cheap enough to take before multiplying. */
function bitLength(value: bigint): number {
  return (value < 0n ? -value : value).toString(16).length * 4
}

/** `-value`. */
export function negate(value: unknown): unknown {
  if (typeof value === 'bigint') return toInt(-value)
  if (isFloat(value)) return toFloat(-asNumber(value))
  if (isNumeric(value)) return 0 - asNumber(value)
  if (isDuration(value)) return negateDuration(value)
  throw unaryError('-', value)
}

/** `+value`, which turns a bool into an int. */
export function positive(value: unknown): unknown {
  if (typeof value === 'boolean') return Number(value)
  if (isNumeric(value) || isDuration(value)) return value
  throw unaryError('+', value)
}

function unaryError(operator: string, value: unknown): TemplateFailure {
  if (value === undefined) return undefinedError(`an undefined value cannot be an operand of '${operator}'`)
  return typeError(`bad operand type for unary ${operator}: '${typeName(value)}'`)
}

/** Jinja's `~`: the texts of both sides. */
export function concatenate(parts: readonly unknown[], text: (value: unknown) => string = toText): string {
  const texts = parts.map(text)
  assertTextLength(texts.reduce((length, part) => length + part.length, 0))
  return texts.join('')
}
