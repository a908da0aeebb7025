import { defined } from '../../defined.ts'
import type { BinaryOperator } from '../python/arithmetic.ts'
import type { ComparisonOperator } from '../python/compare.ts'
import { noArguments, parseArguments } from './argument-parser.ts'
import { TemplateSyntaxError } from './lexer.ts'
import type { CallArguments, Comparison, Expression } from './syntax.ts'
import type { TokenStream } from './token-stream.ts'

/** Expressions by recursive descent, with the precedence of Jinja's parser (which is not everywhere Python's). */

/** Deeper nesting is refused, so that a template cannot exhaust the stack. */
const maxNesting = 200

const comparisons: readonly string[] = ['==', '!=', '<', '<=', '>', '>=']
const constants: Readonly<Record<string, unknown>> = { true: true, True: true, false: false, False: false, none: null, None: null }

/** Where a tuple stands decides what ends it. */
export interface TupleOptions {
  /** Whether `a if b else c` may stand unbracketed. */
  readonly conditional?: boolean
  /** A name that ends the tuple, such as `recursive`. */
  readonly until?: string
  readonly bracketed?: boolean
}

/** One method per level of precedence, lowest first. */
export class ExpressionParser {
  readonly stream: TokenStream
  #nesting = 0

  constructor(stream: TokenStream) {
    this.stream = stream
  }

  expression(): Expression {
    return this.#nested(() => this.#conditional())
  }

  #nested(parse: () => Expression): Expression {
    if (++this.#nesting > maxNesting) throw new TemplateSyntaxError(`expressions nest deeper than ${maxNesting}`)
    const result = parse()
    this.#nesting -= 1
    return result
  }

  /** One expression, or a tuple when a comma follows. */
  tuple({ conditional = true, until, bracketed = false }: TupleOptions = {}): Expression {
    const items: Expression[] = []
    let isTuple = false
    for (;;) {
      if (items.length > 0) this.stream.expectOperator(',')
      if (this.#tupleEnds(until)) break
      items.push(conditional ? this.expression() : this.#nested(() => this.#or()))
      if (!this.stream.isOperator(',')) break
      isTuple = true
    }
    const [only] = items
    if (!isTuple && only) return only
    if (!isTuple && !bracketed) throw this.stream.unexpected('an expression')
    return { type: 'tuple', items }
  }

  #tupleEnds(until: string | undefined): boolean {
    const { current } = this.stream
    return (
      current.type === 'variable_end' ||
      current.type === 'block_end' ||
      this.stream.isOperator(')') ||
      (until !== undefined && this.stream.isName(until))
    )
  }

  #conditional(): Expression {
    let result = this.#or()
    while (this.stream.acceptName('if')) {
      const test = this.#or()
      const otherwise = this.stream.acceptName('else') ? this.expression() : undefined
      result = { type: 'conditional', test, yes: result, ...defined({ otherwise }) }
    }
    return result
  }

  #or(): Expression {
    let left = this.#and()
    while (this.stream.acceptName('or')) left = { type: 'or', left, right: this.#and() }
    return left
  }

  #and(): Expression {
    let left = this.#not()
    while (this.stream.acceptName('and')) left = { type: 'and', left, right: this.#not() }
    return left
  }

  #not(): Expression {
    if (!this.stream.isName('not')) return this.#compare()
    let count = 0
    while (this.stream.acceptName('not')) count += 1
    let result = this.#compare()
    for (; count > 0; count--) result = { type: 'not', operand: result }
    return result
  }

  /** Links of one chain stay together: `(a == b) == c` is no chain, `a == b == c` is one. */
  #compare(): Expression {
    const first = this.#sum()
    const rest: Comparison[] = []
    for (let operator = this.#comparison(); operator; operator = this.#comparison()) rest.push({ operator, operand: this.#sum() })
    return rest.length === 0 ? first : { type: 'compare', first, rest }
  }

  /** `not in` is one operator of two words. */
  #comparison(): ComparisonOperator | undefined {
    const { current, following } = this.stream
    if (current.type === 'operator' && comparisons.includes(current.text)) {
      this.stream.next()
      return current.text as ComparisonOperator
    }
    if (this.stream.acceptName('in')) return 'in'
    if (!this.stream.isName('not') || following.type !== 'name' || following.text !== 'in') return undefined
    this.stream.next()
    this.stream.next()
    return 'not in'
  }

  #binary(operators: readonly BinaryOperator[], operand: () => Expression): Expression {
    let left = operand()
    for (;;) {
      const operator = operators.find((text) => this.stream.acceptOperator(text))
      if (!operator) return left
      left = { type: 'binary', operator, left, right: operand() }
    }
  }

  #sum(): Expression {
    return this.#binary(['+', '-'], () => this.#concat())
  }

  #concat(): Expression {
    const parts = [this.#product()]
    while (this.stream.acceptOperator('~')) parts.push(this.#product())
    return parts.length === 1 && parts[0] ? parts[0] : { type: 'concat', parts }
  }

  #product(): Expression {
    return this.#binary(['*', '/', '//', '%'], () => this.#power())
  }

  /** Left-associative in Jinja: 2 ** 3 ** 2 is 64. */
  #power(): Expression {
    return this.#binary(['**'], () => this.filters(this.#signed()))
  }

  /** A signed or plain operand with its postfixes; `|` and `is` belong to the outermost sign. */
  #signed(): Expression {
    const sign = this.stream.acceptOperator('-') ? '-' : this.stream.acceptOperator('+') ? '+' : undefined
    if (sign && ++this.#nesting > maxNesting) throw new TemplateSyntaxError(`signs nest deeper than ${maxNesting}`)
    const operand: Expression = sign ? { type: 'unary', operator: sign, operand: this.#signed() } : this.primary()
    if (sign) this.#nesting -= 1
    return this.postfix(operand)
  }

  primary(): Expression {
    const token = this.stream.next()
    if (token.type === 'number') return { type: 'constant', value: token.value }
    if (token.type === 'string') return this.#strings(token.text)
    if (token.type === 'name') {
      return Object.hasOwn(constants, token.text) ? { type: 'constant', value: constants[token.text] } : { type: 'name', name: token.text }
    }
    if (token.type === 'operator' && token.text === '(') return this.#group()
    if (token.type === 'operator' && token.text === '[') return { type: 'list', items: this.#items(']') }
    if (token.type === 'operator' && token.text === '{') return this.#dict()
    throw new TemplateSyntaxError('expected an expression')
  }

  #strings(first: string): Expression {
    let value = first
    for (let token = this.stream.current; token.type === 'string'; token = this.stream.current) {
      value += token.text
      this.stream.next()
    }
    return { type: 'constant', value }
  }

  #group(): Expression {
    const inner = this.tuple({ bracketed: true })
    this.stream.expectOperator(')')
    return inner
  }

  #items(end: string): Expression[] {
    const items: Expression[] = []
    while (!this.stream.acceptOperator(end)) {
      if (items.length > 0) this.stream.expectOperator(',')
      if (this.stream.acceptOperator(end)) break
      items.push(this.expression())
    }
    return items
  }

  #dict(): Expression {
    const entries: [Expression, Expression][] = []
    while (!this.stream.acceptOperator('}')) {
      if (entries.length > 0) this.stream.expectOperator(',')
      if (this.stream.acceptOperator('}')) break
      const key = this.expression()
      this.stream.expectOperator(':')
      entries.push([key, this.expression()])
    }
    return { type: 'dict', entries }
  }

  /** `.name`, `[…]` and `(…)` after an operand. */
  postfix(operand: Expression): Expression {
    let result = operand
    for (;;) {
      if (this.stream.acceptOperator('.')) result = this.#attribute(result)
      else if (this.stream.acceptOperator('[')) result = this.#subscript(result)
      else if (this.stream.acceptOperator('('))
        result = { type: 'call', callee: result, args: parseArguments(this.stream, () => this.expression()) }
      else return result
    }
  }

  #attribute(object: Expression): Expression {
    const token = this.stream.next()
    if (token.type === 'name') return { type: 'attribute', object, name: token.text }
    if (token.type === 'number') return { type: 'item', object, key: { type: 'constant', value: token.value } }
    throw new TemplateSyntaxError("expected a name or a number after '.'")
  }

  #subscript(object: Expression): Expression {
    if (this.stream.isOperator(':')) return this.#slice(object, undefined)
    const first = this.expression()
    if (this.stream.isOperator(':')) return this.#slice(object, first)
    const keys = [first]
    while (this.stream.acceptOperator(',')) keys.push(this.expression())
    this.stream.expectOperator(']')
    return { type: 'item', object, key: keys.length === 1 ? first : { type: 'tuple', items: keys } }
  }

  /** Each of the three parts may be missing. */
  #slice(object: Expression, start: Expression | undefined): Expression {
    this.stream.expectOperator(':')
    const part = (): Expression | undefined => (this.stream.isOperator(':') || this.stream.isOperator(']') ? undefined : this.expression())
    const stop = part()
    const step = this.stream.acceptOperator(':') ? part() : undefined
    this.stream.expectOperator(']')
    return { type: 'slice', object, ...(start && { start }), ...(stop && { stop }), ...(step && { step }) }
  }

  /** Filters, tests and calls after an operand, in any order. */
  filters(operand: Expression): Expression {
    let result = operand
    for (;;) {
      if (this.stream.acceptOperator('|')) result = this.filter(result)
      else if (this.stream.acceptName('is')) result = this.#test(result)
      else if (this.stream.acceptOperator('('))
        result = { type: 'call', callee: result, args: parseArguments(this.stream, () => this.expression()) }
      else return result
    }
  }

  /** One filter after its `|`. */
  filter(operand: Expression): Expression {
    const name = this.#dottedName()
    const args = this.stream.acceptOperator('(') ? parseArguments(this.stream, () => this.expression()) : noArguments
    return { type: 'filter', name, operand, args }
  }

  #dottedName(): string {
    let name = this.stream.expectName()
    while (this.stream.acceptOperator('.')) name += `.${this.stream.expectName()}`
    return name
  }

  #test(operand: Expression): Expression {
    const negated = this.stream.acceptName('not')
    const name = this.#dottedName()
    const test: Expression = { type: 'test', name, operand, args: this.#testArguments() }
    return negated ? { type: 'not', operand: test } : test
  }

  /** `is divisibleby(3)` or `is divisibleby 3`. */
  #testArguments(): CallArguments {
    if (this.stream.acceptOperator('(')) return parseArguments(this.stream, () => this.expression())
    const { current } = this.stream
    const starts =
      current.type === 'string' ||
      current.type === 'number' ||
      (current.type === 'operator' && '[{'.includes(current.text)) ||
      (current.type === 'name' && !this.stream.isName('else', 'or', 'and'))
    if (!starts) return noArguments
    if (this.stream.isName('is')) throw new TemplateSyntaxError("tests cannot be chained with 'is'")
    // Words such as `if` and `in` continue the outer expression.
    if (this.stream.isName('if', 'in', 'not')) return noArguments
    return { positional: [this.postfix(this.primary())], named: [] }
  }
}
