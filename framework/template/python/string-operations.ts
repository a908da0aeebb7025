import { typeError, valueError } from '../failure.ts'
import { assertTextLength } from '../limits.ts'
import { codePointLength, codePoints } from './code-points.ts'
import { textArgument } from './functions.ts'
import { pad, wholeArgument } from './number-format.ts'
import { iterate } from './sequences.ts'
import { tuple, typeName } from './values.ts'

/** What Python's `str` methods do. */

/** What Python calls whitespace, for character classes. */
export const blanks = '\\s\\x1c-\\x1f\\x85'
const leadingBlanks = new RegExp(`^[${blanks}]+`, 'u')
const trailingBlanks = new RegExp(`[${blanks}]+$`, 'u')

/** `strip`, `lstrip` and `rstrip`; null strips blanks. */
export function strip(text: string, characters: unknown, sides: 'both' | 'left' | 'right' = 'both'): string {
  if (characters === null || characters === undefined) return stripBlanks(text, sides)
  const unwanted = new Set(textArgument(characters, 'strip arg'))
  const points = [...text]
  const isKept = (point: string): boolean => !unwanted.has(point)
  const start = points.findIndex(isKept)
  if (start < 0) return ''
  return points.slice(sides === 'right' ? 0 : start, sides === 'left' ? undefined : points.findLastIndex(isKept) + 1).join('')
}

function stripBlanks(text: string, sides: 'both' | 'left' | 'right'): string {
  const left = sides === 'right' ? text : text.replace(leadingBlanks, '')
  return sides === 'left' ? left : left.replace(trailingBlanks, '')
}

/** -1 for "no limit", as Python's default. */
export function limitOf(value: unknown): number {
  const limit = value === undefined ? -1 : wholeArgument(value, 'maxsplit')
  return limit < 0 ? Number.POSITIVE_INFINITY : limit
}

/** A ValueError failure for the empty text. */
export function separatorOf(value: unknown): string {
  const separator = textArgument(value, 'separator')
  if (separator === '') throw valueError('empty separator')
  return separator
}

/** At each separator, at most `limit` times; at runs of blanks without one. */
export function split(text: string, separator: unknown, limit: number): string[] {
  if (separator === null || separator === undefined) return splitBlanks(text, limit)
  const mark = separatorOf(separator)
  const parts = text.split(mark)
  return parts.length <= limit + 1 ? parts : [...parts.slice(0, limit), parts.slice(limit).join(mark)]
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

/** {@link split} counted from the end. */
export function splitFromRight(text: string, separator: unknown, limit: number): string[] {
  if (separator === null || separator === undefined) {
    const reversed = splitBlanks([...text].reverse().join(''), limit)
    return reversed.map((part) => [...part].reverse().join('')).reverse()
  }
  const mark = separatorOf(separator)
  const parts = text.split(mark)
  const cut = parts.length - limit
  return parts.length <= limit + 1 ? parts : [parts.slice(0, cut).join(mark), ...parts.slice(cut)]
}

/** At most `count` times. The empty text stands between all characters. */
export function replace(text: string, from: string, { to, count }: { readonly to: string; readonly count: number }): string {
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

/** All items must be text. */
export function join(separator: string, items: unknown): string {
  const texts = iterate(items).map((item, index) => {
    if (typeof item !== 'string') throw typeError(`sequence item ${index}: expected str instance, ${typeName(item)} found`)
    return item
  })
  assertTextLength(texts.reduce((length, text) => length + text.length + separator.length, 0))
  return texts.join(separator)
}

/** First letters of words upper, the rest lower; a word is a run of cased letters. */
export function title(text: string): string {
  return text.toLowerCase().replace(/\p{Cased}+/gu, (word) => capitalize(word))
}

/** First character upper, the rest lower. */
export function capitalize(text: string): string {
  const [first = '', ...rest] = text
  // A character that becomes two, such as ß, gives one capital.
  const [capital = '', ...more] = first.toUpperCase()
  return capital + more.join('').toLowerCase() + rest.join('').toLowerCase()
}

/** Upper becomes lower and the other way round. */
export function swapCase(text: string): string {
  return [...text].map((point) => (point === point.toUpperCase() ? point.toLowerCase() : point.toUpperCase())).join('')
}

/** `text[start:end]` and where it starts, for the searching methods. */
export function region(text: string, [start, end]: readonly unknown[]): { part: string; offset: number } {
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

/** Position in code points, -1 when absent. */
export function find(text: string, [wanted, ...bounds]: readonly unknown[], from: 'left' | 'right' = 'left'): number {
  const { part, offset } = region(text, bounds)
  const needle = textArgument(wanted, 'argument')
  const index = from === 'right' ? part.lastIndexOf(needle) : part.indexOf(needle)
  return index < 0 ? -1 : codePointLength(part.slice(0, index)) + offset
}

/** For `index`, which fails where `find` says -1. */
export function found(index: number): number {
  if (index < 0) throw valueError('substring not found')
  return index
}

/** Whether one of the affixes, given alone or as a tuple, fits. */
export function affixes(text: string, [wanted, ...bounds]: readonly unknown[], test: (part: string, affix: string) => boolean): boolean {
  const { part } = region(text, bounds)
  const options = Array.isArray(wanted) ? wanted : [wanted]
  return options.some((affix) => test(part, textArgument(affix, 'startswith first arg')))
}

/** Always three parts, at the first or the last separator. */
export function partition(text: string, wanted: unknown, from: 'left' | 'right'): unknown {
  const separator = separatorOf(wanted)
  const index = from === 'right' ? text.lastIndexOf(separator) : text.indexOf(separator)
  if (index < 0) return tuple(from === 'right' ? ['', '', text] : [text, '', ''])
  return tuple([text.slice(0, index), separator, text.slice(index + separator.length)])
}

/** Zeros go between sign and digits. */
export function zeroFill(text: string, width: number): string {
  const signed = /^[+-]/.test(text)
  return pad(signed ? (text[0] ?? '') : '', signed ? text.slice(1) : text, { width, fill: '0', align: '=' })
}

/** A method that pads on one side, or on both. */
export function align(side: '<' | '>' | '^'): (text: string, args: readonly unknown[]) => string {
  return (text, [width, fill = ' ']) =>
    pad('', text, { width: wholeArgument(width, 'width'), fill: textArgument(fill, 'fill'), align: side })
}

const lineBreaks = '\\r\\n|[\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029]'
const lineBreak = new RegExp(lineBreaks, 'g')

/** At all of Unicode's line ends. */
export function splitLines(text: string, keep: unknown): string[] {
  const lines: string[] = []
  let start = 0
  for (const match of text.matchAll(lineBreak)) {
    const end = match.index + match[0].length
    lines.push(text.slice(start, keep ? end : match.index))
    start = end
  }
  return start < text.length ? [...lines, text.slice(start)] : lines
}

/** Tabs become blanks up to the next multiple of `size`. */
export function expandTabs(text: string, size: number): string {
  assertTextLength(text.split('\t').length * size)
  let column = 0
  return [...text]
    .map((character) => {
      const width = character === '\t' && size > 0 ? size - (column % size) : 1
      column = character === '\n' || character === '\r' ? 0 : column + width
      return character === '\t' ? ' '.repeat(size > 0 ? width : 0) : character
    })
    .join('')
}

/** Once, when it is there. */
export function removePrefix(text: string, [argument]: readonly unknown[]): string {
  const prefix = textArgument(argument, 'prefix')
  return text.startsWith(prefix) ? text.slice(prefix.length) : text
}

/** Once, when it is there. */
export function removeSuffix(text: string, [argument]: readonly unknown[]): string {
  const suffix = textArgument(argument, 'suffix')
  return text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text
}
