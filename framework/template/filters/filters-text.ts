import { typeError, valueError } from '../failure.ts'
import { assertTextLength } from '../limits.ts'
import { codePointLength } from '../python/code-points.ts'
import { dictEntries } from '../python/dict.ts'
import { type Method, method } from '../python/functions.ts'
import { jsonText } from '../python/json-text.ts'
import { pad, wholeArgument } from '../python/number-format.ts'
import { quote, quotePlus } from '../python/percent-encoding.ts'
import { percentFormat } from '../python/percent-format.ts'
import { textOf } from '../python/render.ts'
import { iterate } from '../python/sequences.ts'
import { capitalize, splitLines, strip } from '../python/string-operations.ts'
import { repr } from '../python/text.ts'
import { type Environment, isDict, isIntegral, truthy, tuple } from '../python/values.ts'

/** Jinja's filters that make text. */

const asText = (value: unknown, { dialect }: Environment): string => textOf(dialect)(value)

/** A filter that works on the value's text. */
function onText(name: string, declaration: string, work: (text: string, args: readonly unknown[]) => unknown): Method {
  return method(name, declaration, (value, args, environment) => work(asText(value, environment), args))
}

const htmlEscapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&#39;', '"': '&#34;' }
const escapeHtml = (text: string): string => text.replace(/[&<>'"]/g, (character) => htmlEscapes[character] ?? character)
const jsonEscapes: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', "'": '\\u0027' }

function titleCase(text: string): string {
  return text
    .split(/([-\s({[<]+)/u)
    .map(([first = '', ...rest]) => first.toUpperCase() + rest.join('').toLowerCase())
    .join('')
}

function indent(text: string, [width = 4, first, blank]: readonly unknown[]): string {
  const prefix = typeof width === 'string' ? width : ' '.repeat(Math.max(0, wholeArgument(width, 'width')))
  const [head = '', ...rest] = splitLines(`${text}\n`, false)
  assertTextLength(text.length + (rest.length + 1) * prefix.length)
  const indented = rest.map((line) => (line !== '' || truthy(blank) ? prefix + line : line))
  return [truthy(first) ? prefix + head : head, ...indented].join('\n')
}

function truncate(text: string, [length = 255, killWords, end = '...', leeway]: readonly unknown[]): string {
  const [limit, slack] = [wholeArgument(length, 'length'), leeway === undefined || leeway === null ? 5 : wholeArgument(leeway, 'leeway')]
  const suffix = String(end)
  if (codePointLength(text) <= limit + slack) return text
  const cut = [...text].slice(0, Math.max(0, limit - suffix.length)).join('')
  if (truthy(killWords)) return cut + suffix
  const space = cut.lastIndexOf(' ')
  return (space < 0 ? cut : cut.slice(0, space)) + suffix
}

const decimalUnits = { base: 1000, names: ['kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'] }
const binaryUnits = { base: 1024, names: ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'] }

function fileSize(bytes: number, { base, names }: typeof decimalUnits): string {
  if (bytes === 1) return '1 Byte'
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`
  const index = names.findIndex((_, power) => bytes < base ** (power + 2))
  const power = index < 0 ? names.length - 1 : index
  return `${(bytes / base ** (power + 1)).toFixed(1)} ${names[power]}`
}

function pairOf(item: unknown): readonly unknown[] {
  const pair = iterate(item)
  if (pair.length !== 2) throw valueError(`cannot unpack ${pair.length} values into a key and a value`)
  return pair
}

function urlEncode(value: unknown, environment: Environment): string {
  if (typeof value === 'string' || (typeof value !== 'object' && value !== undefined) || value === null)
    return quote(asText(value, environment))
  const pairs = isDict(value) ? dictEntries(value) : iterate(value).map(pairOf)
  const part = (item: unknown): string => quotePlus(asText(item, environment))
  return pairs.map(([key, item]) => `${part(key)}=${part(item)}`).join('&')
}

function wrapLine(line: string, { width, breakLong }: { readonly width: number; readonly breakLong: boolean }): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of line.split(/(?<=\s)|(?<=[\p{L}\p{N}]-)(?=\p{L})/u)) {
    if (current !== '' && (current + word).trimEnd().length > width) {
      lines.push(current.trimEnd())
      current = ''
    }
    current += word
    while (breakLong && current.trimEnd().length > width) {
      lines.push(current.slice(0, width))
      current = current.slice(width)
    }
  }
  return [...lines, current.trimEnd()]
}

function wordWrap(text: string, [width = 79, breakLong = true, wrapString]: readonly unknown[]): string {
  const limits = { width: Math.max(1, wholeArgument(width, 'width')), breakLong: truthy(breakLong) }
  const separator = typeof wrapString === 'string' ? wrapString : '\n'
  const lines = text.split('\n').map((line) => wrapLine(line, limits).join(separator))
  return lines.join(separator)
}

/** Filters take any value and work on its text, as Jinja's do. */
export const textFilters: readonly Method[] = [
  onText('upper', '', (text) => text.toUpperCase()),
  onText('lower', '', (text) => text.toLowerCase()),
  onText('capitalize', '', capitalize),
  onText('title', '', titleCase),
  onText('trim', 'chars?', (text, [characters]) => strip(text, characters)),
  onText('replace', 'old new count?', (text, [old, fresh, count]) => replaceText(text, [old, fresh], count)),
  onText('center', 'width?', (text, [width = 80]) => pad('', text, { width: wholeArgument(width, 'width'), fill: ' ', align: '^' })),
  onText('indent', 'width? first? blank?', indent),
  onText('truncate', 'length? killwords? end? leeway?', truncate),
  onText('wordcount', '', (text) => (text.match(/[\p{L}\p{N}_]+/gu) ?? []).length),
  onText('wordwrap', 'width? break_long_words? wrapstring?', wordWrap),
  onText('striptags', '', (text) =>
    text
      .replace(/<!--[\s\S]*?-->|<[^>]*>/g, '')
      .split(/\s+/u)
      .filter((word) => word !== '')
      .join(' '),
  ),
  onText('escape', '', escapeHtml),
  onText('e', '', escapeHtml),
  onText('forceescape', '', escapeHtml),
  method('safe', '', (value, _, environment) => asText(value, environment)),
  method('format', '*args **kwargs', (value, args, environment) => {
    const [positional, named] = [args.slice(0, -1), args.at(-1)]
    const byName = isDict(named) && dictEntries(named).length > 0
    if (byName && positional.length > 0) throw typeError("can't handle positional and keyword arguments at the same time")
    return percentFormat(asText(value, environment), byName ? named : tuple(positional))
  }),
  method('urlencode', '', (value, _, environment) => urlEncode(value, environment)),
  method('filesizeformat', 'binary?', (value, [binary]) => fileSize(Number(value), truthy(binary) ? binaryUnits : decimalUnits)),
  method('pprint', '', (value) => repr(value)),
  method('tojson', 'indent?', (value, [indent]) =>
    jsonText(value, { sortKeys: true, ...(isIntegral(indent) ? { indent: Number(indent) } : {}) }).replace(
      /[<>&']/g,
      (character) => jsonEscapes[character] ?? character,
    ),
  ),
]

function replaceText(text: string, [old, fresh]: readonly unknown[], count: unknown): string {
  const [from, to] = [String(old), String(fresh)]
  const parts = from === '' ? ['', ...text, ''] : text.split(from)
  const limit = count === undefined || count === null ? parts.length : Math.min(parts.length, wholeArgument(count, 'count'))
  assertTextLength(text.length + parts.length * to.length)
  return parts.slice(0, limit + 1).join(to) + (parts.length > limit + 1 ? from + parts.slice(limit + 1).join(from) : '')
}
