import { roundHalfEven } from '../datetime/datetime-value.ts'
import { TemplateFailure, typeError, undefinedError } from '../failure.ts'
import { negate } from '../python/arithmetic.ts'
import { type Method, method, methodTable } from '../python/functions.ts'
import { wholeArgument } from '../python/number-format.ts'
import { asNumber, parsePythonFloat, parsePythonInt, parseRadix } from '../python/numbers.ts'
import { type Environment, isFloat, isIntegral, isNumeric, toFloat, truthy } from '../python/values.ts'
import { airbyteFilters } from './filters-airbyte.ts'
import { sequenceFilters } from './filters-sequence.ts'
import { textFilters } from './filters-text.ts'

/** All filters: Jinja's (without those for HTML pages: urlize, xmlattr, and `random`) and the manifest language's. */

/** `work()`, or `fallback` where Python's int() and float() report text they cannot read. */
function orElse<T>(work: () => T, fallback: () => T): T {
  try {
    return work()
  } catch (thrown) {
    if (thrown instanceof TemplateFailure && (thrown.kind === 'ValueError' || thrown.kind === 'TypeError')) return fallback()
    throw thrown
  }
}

function toInteger(value: unknown, [fallback = 0, base = 10]: readonly unknown[]): unknown {
  if (value === undefined) throw undefinedError('an undefined value is not a number')
  return orElse<unknown>(
    () => (typeof value === 'string' ? parseRadix(value, wholeArgument(base, 'base')) : parsePythonInt(value)),
    () =>
      orElse<unknown>(
        () => parsePythonInt(toFloat(parsePythonFloat(value))),
        () => fallback,
      ),
  )
}

/** In our manifests numbers are JavaScript's; the reference keeps 42.0 apart from 42. */
function floatResult(value: number, { dialect }: Environment): unknown {
  return dialect === 'native' ? value : toFloat(value)
}

function toFloatingPoint(value: unknown, [fallback]: readonly unknown[], environment: Environment): unknown {
  if (value === undefined) throw undefinedError('an undefined value is not a number')
  return orElse<unknown>(
    () => floatResult(parsePythonFloat(value), environment),
    () => fallback ?? floatResult(0, environment),
  )
}

const roundings: Readonly<Record<string, (value: number) => number>> = { common: roundHalfEven, ceil: Math.ceil, floor: Math.floor }

/** Python's round() decides by the exact decimal digits, which toFixed shows too; only exact halves go to even. */
function roundCommon(value: number, precision: number): number {
  if (precision <= 0 || !Number.isFinite(value)) return roundHalfEven(value * 10 ** precision) / 10 ** precision
  if (precision > 100) return value
  const scaled = value * 10 ** precision
  const isHalf = Math.abs(scaled % 1) === 0.5 && scaled / 10 ** precision === value && Number((value % 1).toFixed(20)) === value % 1
  return isHalf && precision < 16 && exactHalf(value, precision)
    ? roundHalfEven(scaled) / 10 ** precision
    : Number(value.toFixed(precision))
}

/** Whether the binary value lies exactly between two decimals, e.g. 0.125 at two digits. */
function exactHalf(value: number, precision: number): boolean {
  return value.toFixed(Math.min(100, precision + 40)).slice(-40) === `5${'0'.repeat(39)}`
}

function round(value: unknown, [precision = 0, how = 'common']: readonly unknown[], environment: Environment): unknown {
  const rounding = Object.hasOwn(roundings, String(how)) ? roundings[String(how)] : undefined
  if (!rounding) throw new TemplateFailure('RuntimeError', "round knows the methods 'common', 'ceil' and 'floor'")
  if (value === undefined) throw undefinedError('an undefined value is not a number')
  if (!isNumeric(value)) throw typeError('round() requires a number')
  const digits = wholeArgument(precision, 'precision')
  if (how === 'common' && isIntegral(value)) return typeof value === 'bigint' ? value : roundCommon(asNumber(value), Math.min(0, digits))
  if (how === 'common') return floatResult(roundCommon(asNumber(value), digits), environment)
  return floatResult(rounding(asNumber(value) * 10 ** digits) / 10 ** digits, environment)
}

function absolute(value: unknown): unknown {
  if (!isNumeric(value))
    throw value === undefined ? undefinedError('an undefined value is not a number') : typeError('abs() requires a number')
  const isNegative = typeof value === 'bigint' ? value < 0n : asNumber(value) < 0 || (isFloat(value) && Object.is(asNumber(value), -0))
  return isNegative ? negate(value) : typeof value === 'boolean' ? Number(value) : value
}

/** Undefined becomes the default; with a true second argument everything false does. In our manifests null counts as undefined. */
const fallbackTo: Method['call'] = (value, [fallback = '', all], { dialect }) => {
  const missing = value === undefined || (value === null && dialect === 'native')
  return missing || (truthy(all) && !truthy(value)) ? fallback : value
}

const valueFilters: readonly Method[] = [
  method('default', 'default_value? boolean?', fallbackTo),
  method('d', 'default_value? boolean?', fallbackTo),
  method('int', 'default? base?', toInteger),
  method('float', 'default?', toFloatingPoint),
  method('round', 'precision? method?', round),
  method('abs', '', absolute),
]

// The language's own `string` replaces Jinja's; later entries win.
export const filters: ReadonlyMap<string, Method> = methodTable([
  ...valueFilters,
  ...textFilters,
  ...sequenceFilters((name) => filters.get(name)),
  ...airbyteFilters,
])
