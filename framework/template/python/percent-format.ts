import { TemplateFailure, typeError, valueError } from '../failure.ts'
import { assertTextLength } from '../limits.ts'
import { dictGet, dictHas } from './dict.ts'
import { formatNumber, formatWithSpec, pad, wholeArgument } from './number-format.ts'
import { repr, toText } from './text.ts'
import { isDict, isIntegral, kindOf } from './values.ts'

/** Python's `'%s of %d' % values` and `'{} of {n}'.format(…)`. */

const directive = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d{1,9})?(?:\.(\*|\d{1,9}))?[hlL]?(.)?/gs

/** `format % values`: a tuple gives several values, a dict named ones. */
export function percentFormat(format: string, values: unknown): string {
  const source = valuesOf(values)
  const result = format.replace(directive, (...[, name, flags = '', width, precision, kind]: (string | undefined)[]) => {
    if (kind === undefined) throw valueError('incomplete format')
    if (kind === '%') return '%'
    const size = (digits: string | undefined, what: string): number | undefined =>
      digits === '*' ? wholeArgument(source.next(), what) : digits === undefined ? undefined : Number(digits)
    const layout = { kind, flags, width: size(width, 'width') ?? 0, precision: size(precision, 'precision') }
    return formatDirective(name === undefined ? source.next() : source.named(name), layout)
  })
  if (source.hasUnused()) throw typeError('not all arguments converted during string formatting')
  assertTextLength(result.length)
  return result
}

/** The values of a tuple one by one, or those of a dict by name. A lone dict or list may stay unused. */
function valuesOf(values: unknown): { next(): unknown; named(name: string): unknown; hasUnused(): boolean } {
  const kind = Array.isArray(values) ? kindOf(values) : undefined
  const positional = Array.isArray(values) && kind === 'tuple' ? values : [values]
  const mayStay = isDict(values) || kind === 'list'
  let index = 0
  let byName = false
  return {
    next: () => {
      if (index >= positional.length) throw typeError('not enough arguments for format string')
      return positional[index++]
    },
    named: (name) => {
      byName = true
      return namedValue(values, name)
    },
    hasUnused: () => !byName && !mayStay && index < positional.length,
  }
}

function namedValue(values: unknown, name: string): unknown {
  if (!isDict(values)) throw typeError('format requires a mapping')
  if (!dictHas(values, name)) throw new TemplateFailure('KeyError', `'${name}'`)
  return dictGet(values, name)
}

interface Directive {
  readonly kind: string
  readonly flags: string
  readonly width: number
  readonly precision: number | undefined
}

function formatDirective(value: unknown, layout: Directive): string {
  const { kind, flags, width, precision } = layout
  const left = flags.includes('-')
  const text = textDirective(value, layout)
  if (text !== undefined) return pad('', text, { width, fill: ' ', align: left ? '<' : '>' })
  if (!'diuoxXeEfFgG'.includes(kind)) throw valueError(`unsupported format character '${kind}'`)
  const { negative, digits } = formatNumber(value, { kind, precision, alternate: flags.includes('#') })
  const sign = negative ? '-' : (['+', ' '].find((flag) => flags.includes(flag)) ?? '')
  const zeros = flags.includes('0') && !left
  return pad(sign, digits, { width, fill: zeros ? '0' : ' ', align: left ? '<' : zeros ? '=' : '>' })
}

/** Of `%c`, `%s`, `%r` and `%a`; undefined for the others. */
function textDirective(value: unknown, { kind, precision }: Directive): string | undefined {
  if (kind === 'c') return characterOf(value)
  if (!'sra'.includes(kind)) return undefined
  return (kind === 's' ? toText(value) : repr(value)).slice(0, precision)
}

function characterOf(value: unknown): string {
  if (isIntegral(value)) return String.fromCodePoint(Number(value))
  if (typeof value === 'string' && [...value].length === 1) return value
  throw typeError('%c requires int or char')
}

const field = /\{\{|\}\}|\{([^{}:!]*)(?:!([rsa]))?(?::((?:[^{}]|\{[^{}]*\})*))?\}|[{}]/g

/** What `str.format` was called with. */
export interface FormatArguments {
  readonly positional: readonly unknown[]
  readonly named: Readonly<Record<string, unknown>>
  /** Reads `.name` or `[key]` with the language's rules of access. */
  readonly read: (object: unknown, key: string, form: 'attribute' | 'item') => unknown
}

/** `str.format`; fields may read attributes and items as far as templates may. */
export function braceFormat(format: string, args: FormatArguments): string {
  let automatic = 0
  const lookup = (name: string): unknown => {
    const [, first = '', path = ''] = /^([^.[]*)(.*)$/s.exec(name) ?? []
    const key = first === '' ? String(automatic++) : first
    const root = argumentOf(key, name, args)
    return readPath(root, path, args)
  }
  const render = (text: string): string =>
    text.replace(field, (...[token, name, conversion, spec = '']: (string | undefined)[]) => {
      if (token === '{{' || token === '}}') return token.slice(1)
      if (name === undefined) throw valueError(`single '${token}' encountered in format string`)
      return formatWithSpec(converted(lookup(name), conversion), render(spec))
    })
  const result = render(format)
  assertTextLength(result.length)
  return result
}

function argumentOf(key: string, field: string, { positional, named }: FormatArguments): unknown {
  const isPosition = /^\d+$/.test(key)
  const isGiven = isPosition ? Number(key) < positional.length : Object.hasOwn(named, key)
  if (!isGiven) throw new TemplateFailure(isPosition ? 'IndexError' : 'KeyError', `no argument for the field {${field}}`)
  return isPosition ? positional[Number(key)] : named[key]
}

function converted(value: unknown, conversion: string | undefined): unknown {
  if (conversion === undefined) return value
  return conversion === 's' ? toText(value) : repr(value)
}

function readPath(root: unknown, path: string, { read }: FormatArguments): unknown {
  let value = root
  for (const [, attribute, item] of path.matchAll(/\.([^.[]+)|\[([^\]]+)\]/g)) {
    value = attribute === undefined ? read(value, item ?? '', 'item') : read(value, attribute, 'attribute')
  }
  return value
}
