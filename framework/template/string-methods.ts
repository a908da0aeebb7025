import { codePointLength, codePoints } from './code-points.ts'
import { typeError, valueError } from './failure.ts'
import { method, methodTable, type Subjective, textArgument } from './functions.ts'
import { assertTextLength } from './limits.ts'
import { pad, wholeArgument } from './number-format.ts'
import { iterate } from './sequences.ts'
import { isNumeric, tuple, typeName } from './values.ts'

/** Python's `str` methods; `format`, which reads attributes, is in access.ts. */

const blanks = '\\s\\x1c-\\x1f\\x85'
const leadingBlanks = new RegExp(`^[${blanks}]+`, 'u')
const trailingBlanks = new RegExp(`[${blanks}]+$`, 'u')

export function strip(text: string, characters: unknown, sides: 'both' | 'left' | 'right' = 'both'): string {
  if (characters === null || characters === undefined) {
    const left = sides === 'right' ? text : text.replace(leadingBlanks, '')
    return sides === 'left' ? left : left.replace(trailingBlanks, '')
  }
  const unwanted = new Set(textArgument(characters, 'strip arg'))
  const points = [...text]
  let [start, end] = [0, points.length]
  if (sides !== 'right') while (start < end && unwanted.has(points[start] as string)) start += 1
  if (sides !== 'left') while (end > start && unwanted.has(points[end - 1] as string)) end -= 1
  return points.slice(start, end).join('')
}

/** -1 for "no limit", as Python's default. */
function limitOf(value: unknown): number {
  const limit = value === undefined ? -1 : wholeArgument(value, 'maxsplit')
  return limit < 0 ? Number.POSITIVE_INFINITY : limit
}

function separatorOf(value: unknown): string {
  const separator = textArgument(value, 'separator')
  if (separator === '') throw valueError('empty separator')
  return separator
}

function split(text: string, separator: unknown, limit: number): string[] {
  if (separator === null || separator === undefined) return splitBlanks(text, limit)
  const parts = text.split(separatorOf(separator))
  if (parts.length <= limit + 1) return parts
  return [...parts.slice(0, limit), parts.slice(limit).join(separator as string)]
}

function splitBlanks(text: string, limit: number): string[] {
  const parts: string[] = []
  let rest = strip(text, null, 'left')
  while (rest !== '' && parts.length < limit) {
    const end = rest.search(new RegExp(`[${blanks}]`, 'u'))
    if (end < 0) break
    parts.push(rest.slice(0, end))
    rest = strip(rest.slice(end), null, 'left')
  }
  return rest === '' ? parts : [...parts, parts.length < limit ? strip(rest, null, 'right') : rest]
}

function splitFromRight(text: string, separator: unknown, limit: number): string[] {
  if (separator === null || separator === undefined) {
    const reversed = splitBlanks([...text].reverse().join(''), limit)
    return reversed.map((part) => [...part].reverse().join('')).reverse()
  }
  const parts = text.split(separatorOf(separator))
  if (parts.length <= limit + 1) return parts
  const cut = parts.length - limit
  return [parts.slice(0, cut).join(separator as string), ...parts.slice(cut)]
}

function replace(text: string, from: string, to: string, count: number): string {
  const occurrences = Math.min(count, from === '' ? codePointLength(text) + 1 : text.split(from).length - 1)
  assertTextLength(text.length + occurrences * Math.max(0, to.length - from.length))
  if (from !== '') return occurrences === 0 ? text : replaceFirst(text, from, { to, count: occurrences })
  const points = [...text]
  return [...points, ''].map((point, index) => (index < occurrences ? to : '') + point).join('')
}

function replaceFirst(text: string, from: string, { to, count }: { to: string; count: number }): string {
  const parts = text.split(from)
  return parts.slice(0, count + 1).join(to) + (parts.length > count + 1 ? from + parts.slice(count + 1).join(from) : '')
}

export function join(separator: string, items: unknown): string {
  const texts = iterate(items).map((item, index) => {
    if (typeof item !== 'string') throw typeError(`sequence item ${index}: expected str instance, ${typeName(item)} found`)
    return item
  })
  assertTextLength(texts.reduce((length, text) => length + text.length + separator.length, 0))
  return texts.join(separator)
}

/** First letters of words upper, the rest lower; a word is a run of cased letters. */
function title(text: string): string {
  return text.toLowerCase().replace(/\p{Cased}+/gu, (word) => capitalize(word))
}

export function capitalize(text: string): string {
  const [first = '', ...rest] = text
  return first.toUpperCase() + rest.join('').toLowerCase()
}

function swapCase(text: string): string {
  return [...text].map((point) => (point === point.toUpperCase() ? point.toLowerCase() : point.toUpperCase())).join('')
}

/** `text[start:end]` and where it starts, for the searching methods. */
function region(text: string, [start, end]: readonly unknown[]): { part: string; offset: number } {
  if (start === undefined && end === undefined) return { part: text, offset: 0 }
  const points = codePoints(text)
  const clamp = (value: unknown, fallback: number): number => {
    if (value === null || value === undefined) return fallback
    const index = wholeArgument(value, 'index')
    return Math.min(Math.max(index < 0 ? index + points.length : index, 0), points.length)
  }
  const from = clamp(start, 0)
  return { part: Array.from(points).slice(from, clamp(end, points.length)).join(''), offset: from }
}

function find(text: string, wanted: unknown, bounds: readonly unknown[], fromRight = false): number {
  const { part, offset } = region(text, bounds)
  const needle = textArgument(wanted, 'argument')
  const index = fromRight ? part.lastIndexOf(needle) : part.indexOf(needle)
  return index < 0 ? -1 : codePointLength(part.slice(0, index)) + offset
}

function found(index: number): number {
  if (index < 0) throw valueError('substring not found')
  return index
}

function affixes(text: string, wanted: unknown, bounds: readonly unknown[], test: (part: string, affix: string) => boolean): boolean {
  const { part } = region(text, bounds)
  const options = Array.isArray(wanted) ? wanted : [wanted]
  return options.some((affix) => test(part, textArgument(affix, 'startswith first arg')))
}

function partition(text: string, wanted: unknown, fromRight: boolean): unknown {
  const separator = separatorOf(wanted)
  const index = fromRight ? text.lastIndexOf(separator) : text.indexOf(separator)
  if (index < 0) return tuple(fromRight ? ['', '', text] : [text, '', ''])
  return tuple([text.slice(0, index), separator, text.slice(index + separator.length)])
}

function zeroFill(text: string, width: number): string {
  const signed = /^[+-]/.test(text)
  return pad(signed ? (text[0] ?? '') : '', signed ? text.slice(1) : text, { width, fill: '0', align: '=' })
}

function align(side: '<' | '>' | '^'): Subjective {
  return (text, [width, fill = ' ']) =>
    pad('', text as string, { width: wholeArgument(width, 'width'), fill: textArgument(fill, 'fill'), align: side })
}

const lineBreak = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g

function splitLines(text: string, keep: unknown): string[] {
  const lines: string[] = []
  let start = 0
  for (const match of text.matchAll(lineBreak)) {
    const end = match.index + match[0].length
    lines.push(text.slice(start, keep ? end : match.index))
    start = end
  }
  return start < text.length ? [...lines, text.slice(start)] : lines
}

const every =
  (pattern: RegExp): Subjective =>
  (text) =>
    pattern.test(text as string)
/** A method of the text alone or with arguments. */
const on =
  (work: (text: string, args: readonly unknown[]) => unknown): Subjective =>
  (text, args) =>
    work(text as string, args)

export const stringMethods = methodTable([
  method(
    'upper',
    '',
    on((text) => text.toUpperCase()),
  ),
  method(
    'lower',
    '',
    on((text) => text.toLowerCase()),
  ),
  method(
    'casefold',
    '',
    on((text) => text.toLowerCase().replaceAll('ß', 'ss')),
  ),
  method('title', '', on(title)),
  method('capitalize', '', on(capitalize)),
  method('swapcase', '', on(swapCase)),
  method(
    'strip',
    'chars?',
    on((text, [chars]) => strip(text, chars)),
  ),
  method(
    'lstrip',
    'chars?',
    on((text, [chars]) => strip(text, chars, 'left')),
  ),
  method(
    'rstrip',
    'chars?',
    on((text, [chars]) => strip(text, chars, 'right')),
  ),
  method(
    'split',
    'sep? maxsplit?',
    on((text, [separator, limit]) => split(text, separator, limitOf(limit))),
  ),
  method(
    'rsplit',
    'sep? maxsplit?',
    on((text, [separator, limit]) => splitFromRight(text, separator, limitOf(limit))),
  ),
  method(
    'splitlines',
    'keepends?',
    on((text, [keep]) => splitLines(text, keep)),
  ),
  method(
    'partition',
    'sep',
    on((text, [separator]) => partition(text, separator, false)),
  ),
  method(
    'rpartition',
    'sep',
    on((text, [separator]) => partition(text, separator, true)),
  ),
  method(
    'replace',
    'old new count?',
    on((text, [old, fresh, count]) =>
      replace(text, textArgument(old, 'replace() argument 1'), textArgument(fresh, 'replace() argument 2'), limitOf(count)),
    ),
  ),
  method(
    'join',
    'iterable',
    on((text, [items]) => join(text, items)),
  ),
  method(
    'startswith',
    'prefix start? end?',
    on((text, [prefix, ...bounds]) => affixes(text, prefix, bounds, (part, affix) => part.startsWith(affix))),
  ),
  method(
    'endswith',
    'suffix start? end?',
    on((text, [suffix, ...bounds]) => affixes(text, suffix, bounds, (part, affix) => part.endsWith(affix))),
  ),
  method(
    'removeprefix',
    'prefix',
    on((text, [prefix]) => (text.startsWith(textArgument(prefix, 'prefix')) ? text.slice((prefix as string).length) : text)),
  ),
  method(
    'removesuffix',
    'suffix',
    on((text, [suffix]) =>
      suffix !== '' && text.endsWith(textArgument(suffix, 'suffix')) ? text.slice(0, -(suffix as string).length) : text,
    ),
  ),
  method(
    'find',
    'sub start? end?',
    on((text, [wanted, ...bounds]) => find(text, wanted, bounds)),
  ),
  method(
    'rfind',
    'sub start? end?',
    on((text, [wanted, ...bounds]) => find(text, wanted, bounds, true)),
  ),
  method(
    'index',
    'sub start? end?',
    on((text, [wanted, ...bounds]) => found(find(text, wanted, bounds))),
  ),
  method(
    'rindex',
    'sub start? end?',
    on((text, [wanted, ...bounds]) => found(find(text, wanted, bounds, true))),
  ),
  method(
    'count',
    'sub start? end?',
    on((text, [wanted, ...bounds]) => region(text, bounds).part.split(separatorOf(wanted)).length - 1),
  ),
  method(
    'zfill',
    'width',
    on((text, [width]) => zeroFill(text, wholeArgument(width, 'width'))),
  ),
  method('ljust', 'width fillchar?', align('<')),
  method('rjust', 'width fillchar?', align('>')),
  method('center', 'width fillchar?', align('^')),
  method('isdigit', '', every(/^[\p{Nd}\u00b2\u00b3\u00b9\u2070-\u2089]+$/u)),
  method('isdecimal', '', every(/^\p{Nd}+$/u)),
  method('isnumeric', '', every(/^\p{N}+$/u)),
  method('isalpha', '', every(/^\p{L}+$/u)),
  method('isalnum', '', every(/^[\p{L}\p{N}]+$/u)),
  method('isspace', '', every(new RegExp(`^[${blanks}]+$`, 'u'))),
  method(
    'islower',
    '',
    on((text) => text === text.toLowerCase() && text !== text.toUpperCase()),
  ),
  method(
    'isupper',
    '',
    on((text) => text === text.toUpperCase() && text !== text.toLowerCase()),
  ),
  method(
    'istitle',
    '',
    on((text) => text === title(text) && text.toLowerCase() !== text.toUpperCase()),
  ),
  method('isascii', '', every(/^[\0-\x7f]*$/)),
  method('isidentifier', '', every(/^[\p{L}_][\p{L}\p{N}_]*$/u)),
  method(
    'expandtabs',
    'tabsize?',
    on((text, [size]) => text.replaceAll('\t', ' '.repeat(isNumeric(size) ? Math.min(Number(size), 100) : 8))),
  ),
  method(
    'encode',
    'encoding? errors?',
    on((text) => new Uint8Array(Buffer.from(text, 'utf8'))),
  ),
])
