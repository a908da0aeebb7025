import { dictOf } from './dict.ts'
import { decodeEscapes, numberOf } from './literal-tokens.ts'
import { ellipsis, isNumeric, PyFloat, toInt, tuple } from './values.ts'

/**
 * Python's `ast.literal_eval`: the value of a literal, or {@link noLiteral} when the text is none (what Python reports as
 * ValueError, SyntaxError or TypeError). Complex numbers count as no literal, as the reference keeps them as text.
 */
export const noLiteral: unique symbol = Symbol('no literal')

/** Deeper texts are no literals in Python either (its parser's stack is bounded). */
const maxDepth = 90

/** Thrown to leave the parser; a constant, because a stack trace would cost more than the parse. */
const failed = { reason: 'no literal' }

const decimalInteger = /^[1-9][0-9]{0,14}$/
/** What every literal starts with; letters only as True, False, None, set() and prefixes of strings. */
const literalStart = /^(?:[\s\\#0-9.'"([{+-]|True|False|None|set\b|(?:[uU]|[bB][rR]?|[rR][bB]?)['"])/
/** Dates, times, paths and percentages. Arithmetic is no literal either, but for complex numbers, which stay text anyway. */
const notOnlyNumber = /^[0-9]+[-:/%*+]/

/** Texts that are no literals are the rule, so most are told by their first characters. */
export function literalEval(text: string): unknown {
  if (!literalStart.test(text) || notOnlyNumber.test(text)) return noLiteral
  if (decimalInteger.test(text)) return Number(text)
  if (text.includes('\0')) return noLiteral
  try {
    return new LiteralParser(text).document()
  } catch (thrown) {
    if (thrown === failed) return noLiteral
    throw thrown
  }
}

function fail(): never {
  throw failed
}

const numberToken =
  /(?:0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|(?:(?:[0-9](?:_?[0-9])*)?\.[0-9](?:_?[0-9])*|[0-9](?:_?[0-9])*\.?)(?:[eE][+-]?[0-9](?:_?[0-9])*)?)/y
const wordToken = /[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*/y
const stringStart = /([uU]|[bB][rR]?|[rR][bB]?)?('''|"""|'|")/y

class LiteralParser {
  readonly #text: string
  #position = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n')
  }

  /** An expression or a bare tuple, then nothing but blank lines and comments. */
  document(): unknown {
    this.#skipIndent()
    const value = this.#sequenceOr(() => this.#atEnd())
    if (!this.#atEnd()) fail()
    return value
  }

  /** Blanks of the first line and empty lines before the literal; its own line must not be indented then. */
  #skipIndent(): void {
    const lead = /^[ \t]*(?:[ \t\f]*(?:\\\n|(?:#[^\n]*)?\n))*/.exec(this.#text)?.[0] ?? ''
    this.#position = lead.length
    if (lead.includes('\n') && /[ \t]/.test(this.#text[this.#position] ?? '')) fail()
  }

  /** Nothing but blank lines and comments is left. Python wants the last one empty or ended, and no continued line without a next. */
  #atEnd(): boolean {
    const rest = this.#text.slice(this.#position)
    return /^[ \t\f]*(?:#[^\n]*)?(?:\n[ \t\f]*(?:#[^\n]*)?)*$/.test(rest) && !/\n[ \t\f]+$/.test(rest) && !/^[^#]*\\\n$/.test(this.#text)
  }

  /** Blanks and continued lines; inside brackets also newlines and comments. */
  #skipBlank(): void {
    const blank = this.#depth > 0 ? /(?:[ \t\f\n]|\\\n|#[^\n]*\n)*/y : /(?:[ \t\f]|\\\n)*/y
    blank.lastIndex = this.#position
    blank.exec(this.#text)
    this.#position = blank.lastIndex
  }

  #peek(): string {
    this.#skipBlank()
    return this.#text[this.#position] ?? ''
  }

  #accept(token: string): boolean {
    if (this.#peek() !== token) return false
    this.#position += 1
    return true
  }

  #expect(token: string): void {
    if (!this.#accept(token)) fail()
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position
    const match = pattern.exec(this.#text)
    if (match) this.#position = pattern.lastIndex
    return match
  }

  /** One value, or a tuple when a comma follows. */
  #sequenceOr(ended: () => boolean): unknown {
    const first = this.#value()
    if (!this.#accept(',')) return first
    const items = [first]
    while (!ended()) {
      items.push(this.#value())
      if (!this.#accept(',')) break
    }
    return tuple(items)
  }

  #value(): unknown {
    const next = this.#peek()
    if (next === '+' || next === '-') return this.#signed(next)
    if (next === '[') return this.#inBrackets(() => this.#list())
    if (next === '(') return this.#inBrackets(() => this.#group())
    if (next === '{') return this.#inBrackets(() => this.#braces())
    if (/[0-9]/.test(next) || (next === '.' && /[0-9]/.test(this.#text[this.#position + 1] ?? ''))) return this.#number()
    if (this.#text.startsWith('...', this.#position)) return this.#ellipsis()
    const string = this.#match(stringStart)
    return string ? this.#strings(string) : this.#word()
  }

  #inBrackets(read: () => unknown): unknown {
    this.#position += 1
    this.#depth += 1
    if (this.#depth > maxDepth) fail()
    const value = read()
    this.#depth -= 1
    return value
  }

  /** A sign belongs to one number literal (or a signed one in brackets is refused, as in Python). */
  #signed(sign: string): unknown {
    this.#position += 1
    const value = this.#value()
    if (!isNumeric(value) || typeof value === 'boolean' || this.#lastWasSigned) fail()
    this.#lastWasSigned = true
    if (value instanceof PyFloat) return sign === '-' ? new PyFloat(-value.value) : value
    // The int zero has no sign.
    if (sign === '-') return typeof value === 'bigint' ? toInt(-value) : value === 0 ? 0 : -value
    return value
  }

  #lastWasSigned = false

  #number(): unknown {
    const token = this.#match(numberToken)?.[0] ?? fail()
    if (/[\w\u0080-\uffff.]/.test(this.#text[this.#position] ?? '')) fail()
    this.#lastWasSigned = false
    return numberOf(token) ?? fail()
  }

  #ellipsis(): unknown {
    this.#position += 3
    return ellipsis
  }

  #word(): unknown {
    const word = this.#match(wordToken)?.[0]
    if (word === 'True') return true
    if (word === 'False') return false
    if (word === 'None') return null
    if (word === 'set') return this.#emptySet()
    return fail()
  }

  #emptySet(): unknown {
    this.#expect('(')
    this.#depth += 1
    this.#expect(')')
    this.#depth -= 1
    return new Set()
  }

  #items(end: string): unknown[] {
    const items: unknown[] = []
    while (!this.#accept(end)) {
      items.push(this.#value())
      if (this.#accept(',')) continue
      this.#expect(end)
      break
    }
    return items
  }

  #list(): unknown {
    return this.#items(']')
  }

  #group(): unknown {
    if (this.#accept(')')) return tuple([])
    const value = this.#sequenceOr(() => this.#peek() === ')')
    this.#expect(')')
    return value
  }

  #braces(): unknown {
    if (this.#accept('}')) return {}
    const first = this.#value()
    return this.#accept(':') ? this.#dict(first) : this.#set(first)
  }

  #dict(firstKey: unknown): unknown {
    const entries: [unknown, unknown][] = [[firstKey, this.#value()]]
    while (this.#accept(',') && this.#peek() !== '}') {
      const key = this.#value()
      this.#expect(':')
      entries.push([key, this.#value()])
    }
    this.#expect('}')
    return attempt(() => dictOf(entries))
  }

  #set(first: unknown): unknown {
    const items = [first]
    if (this.#accept(',')) items.push(...this.#items('}'))
    else this.#expect('}')
    attempt(() => dictOf(items.map((item) => [item, null] as const)))
    return new Set(items)
  }

  /** One string literal and those that follow it directly. */
  #strings(start: RegExpExecArray): unknown {
    const parts = [this.#string(start)]
    for (;;) {
      this.#skipBlank()
      const next = this.#match(stringStart)
      if (!next) break
      parts.push(this.#string(next))
    }
    if (parts.every((part) => typeof part === 'string')) return parts.join('')
    const bytes = parts.filter((part) => part instanceof Uint8Array)
    return bytes.length === parts.length ? new Uint8Array(Buffer.concat(bytes)) : fail()
  }

  #string([, prefix = '', quote = "'"]: RegExpExecArray): string | Uint8Array {
    const body = quote === '"' ? /(?:[^"\\\n]|\\[\s\S])*/y : /(?:[^'\\\n]|\\[\s\S])*/y
    const raw = quote.length === 3 ? this.#tripleQuoted(quote) : (this.#match(body)?.[0] ?? fail())
    if (!this.#text.startsWith(quote, this.#position)) fail()
    this.#position += quote.length
    const kind = prefix.toLowerCase()
    const bytes = kind.includes('b')
    const value = kind.includes('r') ? raw : (decodeEscapes(raw, bytes ? 'bytes' : 'text') ?? fail())
    if (!bytes) return value
    if (/[^\0-\x7f]/.test(raw)) fail()
    return Uint8Array.from(value, (character) => character.charCodeAt(0))
  }

  #tripleQuoted(quote: string): string {
    for (let end = this.#position; end < this.#text.length; end++) {
      if (this.#text[end] === '\\') end += 1
      else if (this.#text.startsWith(quote, end)) {
        const raw = this.#text.slice(this.#position, end)
        this.#position = end
        return raw
      }
    }
    return fail()
  }
}

function attempt<T>(work: () => T): T {
  try {
    return work()
  } catch {
    // Unhashable keys are a TypeError in Python: no literal.
    return fail()
  }
}
