import { TemplateSyntaxError, type Token } from './lexer.ts'

const endToken: Token = { type: 'end' }

/** A cursor over tokens with the questions that the parsers ask. */
export class TokenStream {
  readonly #tokens: readonly Token[]
  #index = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get current(): Token {
    return this.#tokens[this.#index] ?? endToken
  }

  get following(): Token {
    return this.#tokens[this.#index + 1] ?? endToken
  }

  next(): Token {
    const token = this.current
    this.#index += 1
    return token
  }

  isOperator(text: string): boolean {
    return this.current.type === 'operator' && this.current.text === text
  }

  isName(...names: readonly string[]): boolean {
    return this.current.type === 'name' && names.includes(this.current.text)
  }

  /** Consumes the operator when it is next. */
  acceptOperator(text: string): boolean {
    if (!this.isOperator(text)) return false
    this.#index += 1
    return true
  }

  acceptName(text: string): boolean {
    if (!this.isName(text)) return false
    this.#index += 1
    return true
  }

  expectOperator(text: string): void {
    if (!this.acceptOperator(text)) throw this.unexpected(`'${text}'`)
  }

  expectName(): string {
    const token = this.current
    if (token.type !== 'name') throw this.unexpected('a name')
    this.#index += 1
    return token.text
  }

  expect(type: Token['type'], description: string): void {
    if (this.current.type !== type) throw this.unexpected(description)
    this.#index += 1
  }

  unexpected(expected: string): TemplateSyntaxError {
    return new TemplateSyntaxError(`expected ${expected}, got ${describe(this.current)}`)
  }
}

/** A token in the words of a message. */
export function describe(token: Token): string {
  switch (token.type) {
    case 'name':
    case 'operator':
      return `'${token.text}'`
    case 'string':
      return 'a string'
    case 'number':
      return 'a number'
    case 'end':
      return 'the end of the template'
    case 'variable_end':
      return "'}}'"
    case 'block_end':
      return "'%}'"
    default:
      return token.type.replace('_', ' ')
  }
}
