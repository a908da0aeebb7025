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
  const positional = Array.isArray(values) && kindOf(values) === 'tuple' ? values : [values]
  const take = taker(positional)
  let named = false
  const result = format.replace(directive, (_, name: string | undefined, flags: string, width, precision, kind: string | undefined) => {
    if (kind === undefined) throw valueError('incomplete format')
    if (kind === '%') return '%'
    if (name !== undefined) named = true
    const size = width === '*' ? wholeArgument(take(), 'width') : Number(width ?? 0)
    const digits = precision === '*' ? wholeArgument(take(), 'precision') : precision === undefined ? undefined : Number(precision)
    return formatDirective(name === undefined ? take() : namedValue(values, name), { kind, flags, width: size, precision: digits })
  })
  const unused =
    !named && !take.exhausted() && !(positional.length === 1 && (isDict(values) || (Array.isArray(values) && kindOf(values) === 'list')))
  if (unused) throw typeError('not all arguments converted during string formatting')
  assertTextLength(result.length)
  return result
}

function taker(values: readonly unknown[]): { (): unknown; exhausted(): boolean } {
  let index = 0
  const take = (): unknown => {
    if (index >= values.length) throw typeError('not enough arguments for format string')
    return values[index++]
  }
  return Object.assign(take, { exhausted: () => index >= values.length })
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

function formatDirective(value: unknown, { kind, flags, width, precision }: Directive): string {
  const left = flags.includes('-')
  if ('sra'.includes(kind)) {
    const text = kind === 's' ? toText(value) : repr(value)
    return pad('', precision === undefined ? text : text.slice(0, precision), { width, fill: ' ', align: left ? '<' : '>' })
  }
  if (kind === 'c') return pad('', characterOf(value), { width, fill: ' ', align: left ? '<' : '>' })
  if (!'diuoxXeEfFgG'.includes(kind)) throw valueError(`unsupported format character '${kind}'`)
  const { negative, digits } = formatNumber(value, { kind, precision, alternate: flags.includes('#') })
  const sign = negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
  const zeros = flags.includes('0') && !left
  return pad(sign, digits, { width, fill: zeros ? '0' : ' ', align: left ? '<' : zeros ? '=' : '>' })
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
    const root = /^\d+$/.test(key) ? args.positional[Number(key)] : Object.hasOwn(args.named, key) ? args.named[key] : undefined
    const known = /^\d+$/.test(key) ? Number(key) < args.positional.length : Object.hasOwn(args.named, key)
    if (!known) throw new TemplateFailure(/^\d+$/.test(key) ? 'IndexError' : 'KeyError', `no argument for the field {${name}}`)
    return readPath(root, path, args)
  }
  const render = (text: string): string =>
    text.replace(field, (token, name: string | undefined, conversion: string | undefined, spec: string | undefined) => {
      if (token === '{{' || token === '}}') return token[0] as string
      if (name === undefined) throw valueError(`single '${token}' encountered in format string`)
      const value = lookup(name)
      const converted = conversion === 'r' || conversion === 'a' ? repr(value) : conversion === 's' ? toText(value) : value
      return formatWithSpec(converted, spec === undefined ? '' : render(spec))
    })
  const result = render(format)
  assertTextLength(result.length)
  return result
}

function readPath(root: unknown, path: string, { read }: FormatArguments): unknown {
  let value = root
  for (const [, attribute, item] of path.matchAll(/\.([^.[]+)|\[([^\]]+)\]/g)) {
    value = attribute === undefined ? read(value, item ?? '', 'item') : read(value, attribute, 'attribute')
  }
  return value
}
