import { decodeEscapes, numberOf } from '../python/literal-tokens.ts'

/** Cuts a template into text and the tokens inside `{{ }}` and `{% %}`, after Jinja's lexer with its default delimiters. */

/** `text` outside of tags; everything else inside. Whitespace and comments are gone, numbers and strings decoded. */
export type Token =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'variable_begin' | 'variable_end' | 'block_begin' | 'block_end' | 'end' }
  | { readonly type: 'name'; readonly text: string }
  | { readonly type: 'string'; readonly text: string }
  | { readonly type: 'number'; readonly value: unknown }
  | { readonly type: 'operator'; readonly text: string }

/** A template that cannot be read; the caller adds the template's source and makes it a ConfigError. */
export class TemplateSyntaxError extends Error {
  override readonly name = 'TemplateSyntaxError'
}

const opening = /\{\{|\{%|\{#/g
const rawBegin = /\{%[-+]?\s*raw\s*(-?)%\}/y
const rawEnd = /\{%([-+]?)\s*endraw\s*(-?)%\}/g
const commentEnd = /(?:\+#\}|-#\}\s*|#\})/g
const blank = /\s+/y
const floatNumber = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy
const integerNumber = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy
const name = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}_]*/uy
const string = /'([^'\\]*(?:\\[\s\S][^'\\]*)*)'|"([^"\\]*(?:\\[\s\S][^"\\]*)*)"/y
const operator = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}<>=.:|,]/y
const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** @throws TemplateSyntaxError */
export function tokenize(source: string): Token[] {
  return new Lexer(source).tokens()
}

class Lexer {
  readonly #source: string
  readonly #tokens: Token[] = []
  #position = 0

  constructor(source: string) {
    this.#source = source.replace(/\r\n|\r/g, '\n').replace(/\n$/, '')
  }

  tokens(): Token[] {
    while (this.#position < this.#source.length) this.#textAndTag()
    this.#tokens.push({ type: 'end' })
    return this.#tokens
  }

  #textAndTag(): void {
    opening.lastIndex = this.#position
    const match = opening.exec(this.#source)
    const end = match ? match.index : this.#source.length
    const sign = match ? this.#source[end + 2] : undefined
    const text = this.#source.slice(this.#position, end)
    this.#pushText(sign === '-' ? text.trimEnd() : text)
    this.#position = end
    if (!match) return
    if (match[0] === '{#') this.#comment()
    else if (match[0] === '{%' && this.#raw()) return
    else this.#tag(match[0] === '{{' ? 'variable' : 'block', sign === '-' || (sign === '+' && match[0] !== '{{') ? 3 : 2)
  }

  #pushText(text: string): void {
    if (text !== '') this.#tokens.push({ type: 'text', text })
  }

  #comment(): void {
    commentEnd.lastIndex = this.#position + 2
    if (!commentEnd.exec(this.#source)) throw new TemplateSyntaxError('Missing end of comment tag')
    this.#position = commentEnd.lastIndex
  }

  #raw(): boolean {
    const begin = this.#match(rawBegin)
    if (!begin) return false
    rawEnd.lastIndex = this.#position
    const end = rawEnd.exec(this.#source)
    if (!end) throw new TemplateSyntaxError('Missing end of raw directive')
    const body = this.#source.slice(this.#position, end.index)
    const lead = begin[1] === '-' ? body.trimStart() : body
    this.#pushText(end[1] === '-' ? lead.trimEnd() : lead)
    this.#position = rawEnd.lastIndex
    if (end[2] === '-') this.#match(blank)
    return true
  }

  #tag(kind: 'variable' | 'block', openLength: number): void {
    const closing = kind === 'variable' ? /(-?)\}\}/y : /([-+]?)%\}/y
    this.#tokens.push({ type: `${kind}_begin` })
    this.#position += openLength
    const open: string[] = []
    for (;;) {
      this.#match(blank)
      const close = open.length === 0 ? this.#match(closing) : null
      if (close) {
        this.#tokens.push({ type: `${kind}_end` })
        if (close[1] === '-') this.#match(blank)
        return
      }
      if (this.#position >= this.#source.length) throw new TemplateSyntaxError(`unexpected end of template, the ${kind} tag is not closed`)
      this.#tokens.push(this.#token(open))
    }
  }

  #token(open: string[]): Token {
    return this.#number() ?? this.#word() ?? this.#operator(open)
  }

  #number(): Token | undefined {
    const afterDot = this.#source[this.#position - 1] === '.'
    const match = (afterDot ? null : this.#match(floatNumber)) ?? this.#match(integerNumber)
    return match ? { type: 'number', value: numberOf(match[0]) } : undefined
  }

  #word(): Token | undefined {
    const word = this.#match(name)
    if (word) return { type: 'name', text: word[0] }
    const quoted = this.#match(string)
    if (!quoted) return undefined
    const text = decodeEscapes(quoted[1] ?? quoted[2] ?? '')
    if (text === undefined) throw new TemplateSyntaxError('malformed escape in a string')
    return { type: 'string', text }
  }

  #operator(open: string[]): Token {
    const text = this.#match(operator)?.[0]
    if (text === undefined) throw new TemplateSyntaxError(`unexpected character '${this.#source[this.#position]}'`)
    const closer = closers[text]
    if (closer !== undefined) open.push(closer)
    else if (')]}'.includes(text) && open.pop() !== text) throw new TemplateSyntaxError(`unexpected '${text}'`)
    return { type: 'operator', text }
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position
    const match = pattern.exec(this.#source)
    if (match) this.#position = pattern.lastIndex
    return match
  }
}
