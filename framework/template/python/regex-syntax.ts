import { TemplateFailure } from '../failure.ts'

/** Python's regular expressions, rewritten for JavaScript's unicode mode. */

const outsideClass: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  w: '[\\p{L}\\p{N}_]',
  W: '[^\\p{L}\\p{N}_]',
  A: '(?<![\\s\\S])',
  Z: '(?![\\s\\S])',
  a: '\\x07',
}
const insideClass: Readonly<Record<string, string>> = { d: '\\p{Nd}', D: '\\P{Nd}', w: '\\p{L}\\p{N}_', a: '\\x07', b: '\\x08' }

/** The pattern and its flags in JavaScript. Throws a ValueError failure for what cannot be said there. */
export function translatePattern(source: string): { body: string; flags: string } {
  return new Translator(source).translate()
}

/** Rewrites Python's syntax to that of JavaScript's unicode mode, which refuses needless escapes. */
class Translator {
  readonly #source: string
  #position = 0
  #multiline = false

  constructor(source: string) {
    this.#source = source
  }

  translate(): { body: string; flags: string } {
    const flags = this.#leadingFlags()
    this.#multiline = flags.includes('m')
    let body = ''
    while (this.#position < this.#source.length) body += this.#piece()
    return { body, flags }
  }

  #leadingFlags(): string {
    const match = /^\(\?([aiLmsux]+)\)/.exec(this.#source)
    if (!match) return ''
    if (match[1]?.includes('x')) throw new TemplateFailure('ValueError', 'verbose regular expressions are not supported')
    this.#position = match[0].length
    return [...'ims'].filter((flag) => match[1]?.includes(flag)).join('')
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position
    const token = pattern.exec(this.#source)?.[0]
    if (token !== undefined) this.#position += token.length
    return token
  }

  #piece(): string {
    const escaped = this.#take(/\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|[\s\S])/y)
    if (escaped !== undefined) return translateEscape(escaped, outsideClass)
    if (this.#take(/\(\?#[^)]*\)/y) !== undefined) return ''
    const group = this.#take(/\(\?P[<=]\w+[>)]/y)
    if (group !== undefined) return group[3] === '<' ? `(?<${group.slice(4)}` : `\\k<${group.slice(4, -1)}>`
    const repeat = this.#take(/\{\d*,?\d*\}/y)
    if (repeat !== undefined) return translateRepeat(repeat)
    if (this.#take(/\[/y) !== undefined) return this.#class()
    const character = this.#take(/[\s\S]/uy) ?? ''
    if (character === '$' && !this.#multiline) return '(?=\\n?(?![\\s\\S]))'
    return '{}]'.includes(character) ? `\\${character}` : character
  }

  #class(): string {
    let body = `[${this.#take(/\^/y) ?? ''}`
    if (this.#take(/\]/y) !== undefined) body += '\\]'
    while (this.#take(/\]/y) === undefined) body += this.#member()
    return `${body}]`
  }

  /** One character or escape of a class, with a literal hyphen after it. */
  #member(): string {
    const escaped = this.#take(/\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|[\s\S])/y)
    const character = escaped ?? this.#take(/[\s\S]/uy)
    if (character === undefined) throw new TemplateFailure('ValueError', 'unterminated character set in a regular expression')
    const member = escaped === undefined ? (character === '[' ? '\\[' : character) : translateEscape(escaped, insideClass)
    // A class next to a hyphen is no range in Python; unicode mode wants the hyphen escaped.
    const hyphen = /^\\[dDwWsS]/.test(escaped ?? '') ? /-(?!\])/y : /-(?=\\[dDwWsS])/y
    return this.#take(hyphen) === undefined ? member : `${member}\\-`
  }
}

function translateEscape(token: string, table: Readonly<Record<string, string>>): string {
  const letter = token[1] ?? ''
  if (Object.hasOwn(table, letter)) return table[letter] ?? ''
  if (/[\dA-Za-z]/.test(letter)) return token
  return /[\^$\\.*+?()[\]{}|/-]/.test(letter) ? (letter === '-' && table === outsideClass ? '-' : token) : letter
}

function translateRepeat(repeat: string): string {
  const [, low = '', comma, high = ''] = /^\{(\d*)(,?)(\d*)\}$/.exec(repeat) ?? []
  if (low === '' && !comma) return '\\{\\}'
  return comma ? `{${low || '0'},${high}}` : `{${low}}`
}

/** Expands `\1`, `\g<1>`, `\g<name>` and escapes in the replacement of `re.sub`. */
export function expandReplacement(
  replacement: string,
  groups: readonly (string | undefined)[],
  named: Readonly<Record<string, string>>,
): string {
  return replacement.replace(/\\(?:g<(\w+)>|(\d{1,2})|([\s\S]))/g, (...[, name, digits, letter = '']: (string | undefined)[]) => {
    const reference = name ?? digits
    if (reference === undefined) return simpleEscape(letter)
    const index = Number(reference)
    if (Number.isNaN(index)) return named[reference] ?? ''
    if (index >= groups.length) throw new TemplateFailure('ValueError', `invalid group reference ${index} in a replacement`)
    return groups[index] ?? ''
  })
}

const replacementEscapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\x07', b: '\b', '\\': '\\' }

function simpleEscape(letter: string): string {
  const known = Object.hasOwn(replacementEscapes, letter) ? replacementEscapes[letter] : undefined
  if (known === undefined && /[A-Za-z]/.test(letter)) throw new TemplateFailure('ValueError', `bad escape \\${letter} in a replacement`)
  return known ?? `\\${letter}`
}
