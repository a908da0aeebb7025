import { createContext, Script } from 'node:vm'
import { limitExceeded, TemplateFailure } from './failure.ts'

/**
 * Python's `re` on JavaScript's engine: patterns are translated, and matching is bounded. A pattern may have 1,000
 * characters, a subject 1,000,000; where the pattern's shape allows much backtracking, matching runs under a watchdog
 * and stops after 250 ms with `ERR_TEMPLATE_LIMIT`.
 */

const maxPattern = 1000
const maxSubject = 1_000_000
const maxMilliseconds = 250
/** Steps that may run without the watchdog, which costs some 50 µs. */
const freeSteps = 10_000_000

export interface PythonRegex {
  readonly pattern: RegExp
  /** Unbounded quantifiers; infinite when they nest or when there are back references. */
  readonly degree: number
}

const cache = new Map<string, PythonRegex>()
const cacheLimit = 500

export function compileRegex(source: string): PythonRegex {
  const known = cache.get(source)
  if (known) return known
  if (source.length > maxPattern) throw limitExceeded(`a regular expression may not be longer than ${maxPattern} characters`)
  const { body, flags } = new Translator(source).translate()
  const compiled = { pattern: construct(body, flags, source), degree: degreeOf(body) }
  if (cache.size >= cacheLimit) cache.clear()
  cache.set(source, compiled)
  return compiled
}

function construct(body: string, flags: string, source: string): RegExp {
  try {
    return new RegExp(body, `u${flags}`)
  } catch (thrown) {
    throw new TemplateFailure(
      'ValueError',
      `invalid regular expression '${source}': ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    )
  }
}

/** A rough measure of how matching may blow up: the power of the subject's length. */
function degreeOf(body: string): number {
  const plain = body.replace(/\\./g, 'x').replace(/\[[^\]]*\]/g, 'x')
  if (/\\[1-9k]/.test(body) || hasNestedQuantifier(plain)) return Number.POSITIVE_INFINITY
  return (plain.match(/[*+]|\{\d+,\}/g) ?? []).length
}

function hasNestedQuantifier(plain: string): boolean {
  const open: boolean[] = []
  for (let index = 0; index < plain.length; index++) {
    const character = plain[index]
    if (character === '(') open.push(false)
    else if (character === '*' || character === '+' || /^\{\d+,\d*\}/.test(plain.slice(index))) open.fill(true)
    else if (character === ')' && open.pop() && /^[*+{]/.test(plain.slice(index + 1))) return true
    else if (character === '|') open.fill(true)
  }
  return false
}

let watched: { context: object; script: Script } | undefined
const holder: { work: () => unknown } = { work: () => undefined }

/** Runs `work`, which matches `subject`, under the limits above. */
export function withinLimits<T>({ degree }: PythonRegex, subject: string, work: () => T): T {
  if (subject.length > maxSubject) throw limitExceeded(`a regular expression may not search more than ${maxSubject} characters`)
  if (subject.length ** (degree + 1) <= freeSteps) return work()
  watched ??= { context: createContext(holder), script: new Script('work()') }
  holder.work = work
  try {
    return watched.script.runInContext(watched.context, { timeout: maxMilliseconds }) as T
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
      throw limitExceeded(`a regular expression took more than ${maxMilliseconds} ms`)
    }
    throw thrown
  }
}

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
    const escape = this.#take(/\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|[\s\S])/y)
    if (escape !== undefined) return translateEscape(escape, outsideClass)
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
    for (;;) {
      const escape = this.#take(/\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|[\s\S])/y)
      const character = escape ?? this.#take(/[\s\S]/uy)
      if (character === undefined) throw new TemplateFailure('ValueError', 'unterminated character set in a regular expression')
      if (escape === undefined && character === ']') return `${body}]`
      body += escape === undefined ? (character === '[' ? '\\[' : character) : translateEscape(escape, insideClass)
      // A class next to a hyphen is no range in Python; unicode mode wants the hyphen escaped.
      if (escape !== undefined && /\\[dDwWsS]/.test(escape) && this.#take(/-(?!\])/y) !== undefined) body += '\\-'
      else if (this.#take(/-(?=\\[dDwWsS])/y) !== undefined) body += '\\-'
    }
  }
}

function translateEscape(escape: string, table: Readonly<Record<string, string>>): string {
  const letter = escape[1] ?? ''
  if (Object.hasOwn(table, letter)) return table[letter] ?? ''
  if (/[\dA-Za-z]/.test(letter)) return escape
  return /[\^$\\.*+?()[\]{}|/-]/.test(letter) ? (letter === '-' && table === outsideClass ? '-' : escape) : letter
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
  return replacement.replace(
    /\\(?:g<(\w+)>|(\d{1,2})|([\s\S]))/g,
    (_, name: string | undefined, digits: string | undefined, letter: string) => {
      const reference = name ?? digits
      if (reference === undefined) return simpleEscape(letter)
      const index = Number(reference)
      if (Number.isNaN(index)) return named[reference] ?? ''
      if (index >= groups.length) throw new TemplateFailure('ValueError', `invalid group reference ${index} in a replacement`)
      return groups[index] ?? ''
    },
  )
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\x07', b: '\b', '\\': '\\' }

function simpleEscape(letter: string): string {
  const known = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined
  if (known === undefined && /[A-Za-z]/.test(letter)) throw new TemplateFailure('ValueError', `bad escape \\${letter} in a replacement`)
  return known ?? `\\${letter}`
}
