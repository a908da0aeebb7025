import { typeError, valueError } from '../failure.ts'
import { assertTextLength } from '../limits.ts'
import { asNumber, parsePythonFloat, parsePythonInt } from './numbers.ts'
import { toText } from './text.ts'
import { isIntegral, isNumeric, typeName } from './values.ts'

/** Number formatting that `%`-formatting and `str.format` share. */

/** How digits are written; width and sign come later. */
export interface NumberSpec {
  /** The presentation letter: d x X o b c e E f F g G %. */
  readonly kind: string
  readonly precision: number | undefined
  /** `#`: prefixes such as 0x. */
  readonly alternate: boolean
}

/** `-12` as `['-', '12']`, ready for padding between sign and digits. */
export interface SignedDigits {
  readonly negative: boolean
  readonly digits: string
}

/** The digits of `value`. A TypeError failure when it is not a number of the wanted kind. */
export function formatNumber(value: unknown, spec: NumberSpec): SignedDigits {
  return 'dioxXbuc'.includes(spec.kind) ? formatInteger(value, spec) : formatFloat(value, spec)
}

const radixes: Readonly<Record<string, readonly [number, string]>> = { x: [16, '0x'], X: [16, '0X'], o: [8, '0o'], b: [2, '0b'] }

function formatInteger(value: unknown, { kind, precision, alternate }: NumberSpec): SignedDigits {
  if (!isNumeric(value) || (kind !== 'd' && kind !== 'i' && kind !== 'u' && !isIntegral(value))) {
    throw typeError(`%${kind} format: an integer is required, not ${typeName(value)}`)
  }
  assertTextLength(precision ?? 0)
  const whole = BigInt(parsePythonInt(value))
  const [radix, prefix] = radixes[kind] ?? [10, '']
  const digits = (whole < 0n ? -whole : whole).toString(radix).padStart(precision ?? 0, '0')
  const cased = kind === 'X' ? digits.toUpperCase() : digits
  return { negative: whole < 0n, digits: alternate ? prefix + cased : cased }
}

function formatFloat(value: unknown, { kind, precision = 6 }: NumberSpec): SignedDigits {
  if (!isNumeric(value)) throw typeError(`must be real number, not ${typeName(value)}`)
  if (precision > 100) throw valueError('precision too big')
  const number = parsePythonFloat(value)
  const negative = number < 0 || Object.is(number, -0)
  const size = Math.abs(number)
  if (!Number.isFinite(size)) return { negative, digits: Number.isNaN(size) ? 'nan' : 'inf' }
  const digits = floatDigits(size, kind.toLowerCase(), precision)
  return { negative, digits: kind === 'E' || kind === 'G' ? digits.toUpperCase() : digits }
}

function floatDigits(size: number, kind: string, precision: number): string {
  if (kind === 'f') return fixed(size, precision)
  if (kind === '%') return `${fixed(size * 100, precision)}%`
  if (kind === 'e') return twoDigitExponent(size.toExponential(precision))
  return general(size, precision === 0 ? 1 : precision)
}

/** toFixed gives up on large numbers; they are integers, so their digits are exact. */
function fixed(size: number, precision: number): string {
  if (size < 1e21) return size.toFixed(precision)
  return BigInt(size).toString() + (precision > 0 ? `.${'0'.repeat(precision)}` : '')
}

/** `%g`: as many digits as asked for, without trailing zeros, with an exponent where that is shorter. */
function general(size: number, precision: number): string {
  const exponent = Number(size.toExponential(precision - 1).split('e')[1])
  const text =
    exponent < -4 || exponent >= precision
      ? twoDigitExponent(size.toExponential(precision - 1))
      : size.toFixed(Math.max(0, precision - 1 - exponent))
  return text.replace(/\.0+(?=e|$)/, '').replace(/(\.\d*?)0+(?=e|$)/, '$1')
}

function twoDigitExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2')
}

/** How a text is brought to a width. */
export interface Padding {
  readonly width: number
  readonly fill: string
  readonly align: '<' | '>' | '^' | '='
}

/** Pads to `width`; `=` pads between sign and digits. */
export function pad(prefix: string, body: string, { width, fill, align }: Padding): string {
  assertTextLength(width)
  const missing = Math.max(0, width - prefix.length - [...body].length)
  if (align === '=') return prefix + fill.repeat(missing) + body
  const left = align === '<' ? 0 : align === '>' ? missing : Math.floor(missing / 2)
  return fill.repeat(left) + prefix + body + fill.repeat(missing - left)
}

const specification =
  /^(?:(?<fill>.)?(?<align>[<>=^]))?(?<sign>[-+ ])?(?<alternate>#)?(?<zero>0)?(?<width>\d{1,9})?(?<grouping>[,_])?(?:\.(?<precision>\d{1,9}))?(?<kind>[a-zA-Z%])?$/su

/** One value in Python's format specification mini-language, such as `>10`, `,.2f` or `05d`. */
export function formatWithSpec(value: unknown, spec: string): string {
  const fields = specification.exec(spec)?.groups
  if (!fields) throw valueError(`invalid format specifier '${spec}'`)
  const { kind, sign = '', grouping } = fields
  const precision = fields['precision'] === undefined ? undefined : Number(fields['precision'])
  const isNumber = isNumeric(value) && typeof value !== 'boolean' && kind !== 's'
  const padding = paddingOf(fields, isNumber ? 'number' : 'text')
  if (!isNumber) return pad('', formatText(value, kind, precision), padding)
  if (kind === undefined && precision === undefined && !isIntegral(value)) return pad('', toText(value), padding)
  const { negative, digits } = formatNumber(value, {
    kind: kind === 'n' ? 'd' : (kind ?? (isIntegral(value) ? 'd' : 'g')),
    precision,
    alternate: fields['alternate'] !== undefined,
  })
  return pad(negative ? '-' : sign.replace('-', ''), grouping ? grouped(digits, grouping) : digits, padding)
}

function paddingOf({ fill, align, zero, width = '0' }: Readonly<Record<string, string>>, of: 'number' | 'text'): Padding {
  const usual = of === 'text' ? '<' : zero ? '=' : '>'
  return { width: Number(width), fill: fill ?? (zero ? '0' : ' '), align: (align as Padding['align'] | undefined) ?? usual }
}

function formatText(value: unknown, kind: string | undefined, precision: number | undefined): string {
  if (kind !== undefined && kind !== 's') throw valueError(`unknown format code '${kind}' for object of type '${typeName(value)}'`)
  const text = toText(value)
  return precision === undefined ? text : [...text].slice(0, precision).join('')
}

function grouped(digits: string, separator: string): string {
  const [whole = '', fraction] = digits.split('.')
  const text = whole.replace(/\B(?=(\d{3})+(?!\d))/g, separator)
  return fraction === undefined ? text : `${text}.${fraction}`
}

/** A whole number as an argument, e.g. a width. */
export function wholeArgument(value: unknown, what: string): number {
  if (!isIntegral(value)) throw typeError(`${what} must be an integer, not '${typeName(value)}'`)
  return asNumber(value)
}
