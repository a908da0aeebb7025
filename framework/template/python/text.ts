import { CalendarDate, CalendarDuration, DateTime, TimeDelta } from '../datetime/datetime-value.ts'
import { type Budget, fullBudget, spend } from '../limits.ts'
import { dictEntries } from './dict.ts'
import { Callable, type Dict, ellipsis, isDict, kindOf, PyFloat } from './values.ts'

/** Python's `str()` and `repr()`. */

/** `repr(float)`: shortest digits, an exponent below 1e-4 and from 1e16 on. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (exponent < -4 || exponent >= 16) {
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  const text = plainDecimal(mantissa, exponent)
  return text.includes('.') ? text : `${text}.0`
}

function plainDecimal(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : ''
  const digits = mantissa.replace('-', '').replace('.', '')
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  const fraction = digits.slice(exponent + 1)
  return sign + whole + (fraction === '' ? '' : `.${fraction}`)
}

/** Text of a JS number that stands for an int or a float. */
export function numberText(value: number): string {
  if (!Number.isInteger(value)) return floatText(value)
  return Number.isSafeInteger(value) ? String(value + 0) : BigInt(value).toString()
}

/** Python's `str(value)`; Undefined is empty. */
export function toText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === undefined) return ''
  if (value instanceof DateTime || value instanceof CalendarDate || value instanceof TimeDelta || value instanceof CalendarDuration) {
    return value.toString()
  }
  return repr(value)
}

/** Python's `repr(value)`. */
export function repr(value: unknown, budget: Budget = fullBudget()): string {
  switch (typeof value) {
    case 'string':
      return textRepr(value)
    case 'number':
      return numberText(value)
    case 'boolean':
      return value ? 'True' : 'False'
    case 'bigint':
      return value.toString()
    case 'undefined':
      return 'Undefined'
    case 'symbol':
      return value === ellipsis ? 'Ellipsis' : '<object>'
    default:
      return value === null ? 'None' : objectRepr(value, spend(budget))
  }
}

function objectRepr(value: unknown, budget: Budget): string {
  if (Array.isArray(value)) return sequenceRepr(value, budget)
  if (value instanceof PyFloat) return floatText(value.value)
  if (value instanceof DateTime) return datetimeRepr(value)
  if (value instanceof CalendarDate) return `datetime.date(${value.toString().split('-').map(Number).join(', ')})`
  if (value instanceof TimeDelta) return deltaRepr(value)
  if (value instanceof CalendarDuration) return `isodate.duration.Duration(${value})`
  if (value instanceof Set) return value.size === 0 ? 'set()' : `{${[...value].map((item) => repr(item, budget)).join(', ')}}`
  if (value instanceof Uint8Array) return bytesRepr(value)
  if (value instanceof Callable) return `<function ${value.name}>`
  return isDict(value) ? dictRepr(value, budget) : '<object>'
}

function sequenceRepr(items: readonly unknown[], budget: Budget): string {
  const inner = items.map((item) => repr(item, budget)).join(', ')
  const kind = kindOf(items)
  if (kind === 'list') return `[${inner}]`
  if (kind === 'tuple') return items.length === 1 ? `(${inner},)` : `(${inner})`
  return kind === 'generator' ? '<generator object>' : `${kind}([${inner}])`
}

function dictRepr(dict: Dict, budget: Budget): string {
  return `{${dictEntries(dict)
    .map(([key, item]) => `${repr(key, budget)}: ${repr(item, budget)}`)
    .join(', ')}}`
}

function datetimeRepr(moment: DateTime): string {
  const { hour, minute, second } = moment.clock
  const clock = moment.micro > 0 ? [hour, minute, second, moment.micro] : second > 0 ? [hour, minute, second] : [hour, minute]
  const zone = moment.offset === undefined ? '' : moment.offset === 0 ? ', tzinfo=datetime.timezone.utc' : `, tzinfo=${moment.offset}`
  return `datetime.datetime(${[...new CalendarDate(moment.days).toString().split('-').map(Number), ...clock].join(', ')}${zone})`
}

function deltaRepr({ seconds, micro }: TimeDelta): string {
  const days = Math.floor(seconds / 86_400)
  const parts = [
    ['days', days],
    ['seconds', seconds - days * 86_400],
    ['microseconds', micro],
  ].filter(([, size]) => size !== 0)
  return `datetime.timedelta(${parts.length === 0 ? '0' : parts.map(([name, size]) => `${name}=${size}`).join(', ')})`
}

const plainText = /^[\x20-\x26\x28-\x5b\x5d-\x7e]*$/
/** What Python's `str.isprintable` refuses: control, format, unassigned and separator characters but the blank. */
const unprintable = /[\p{C}\p{Z}]/u

function textRepr(text: string): string {
  if (plainText.test(text)) return `'${text}'`
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  let body = ''
  for (const character of text) body += character === quote ? `\\${quote}` : escaped(character)
  return quote + body + quote
}

function escaped(character: string): string {
  if (character === '\\') return '\\\\'
  if (character === '\n') return '\\n'
  if (character === '\r') return '\\r'
  if (character === '\t') return '\\t'
  if (character === ' ' || !unprintable.test(character)) return character
  const code = character.codePointAt(0) ?? 0
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`
}

function bytesRepr(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte)
    return byte < 0x80 ? escaped(character) : `\\x${byte.toString(16)}`
  }).join('')
  return text.includes("'") && !text.includes('"') ? `b"${text}"` : `b'${text.replaceAll("'", "\\'")}'`
}
