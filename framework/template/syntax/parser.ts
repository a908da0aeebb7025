import { ExpressionParser } from './expression-parser.ts'
import { TemplateSyntaxError, tokenize } from './lexer.ts'
import type { Branch, Expression, Statement, Target } from './syntax.ts'
import { TokenStream } from './token-stream.ts'

const reserved = new Set(['true', 'false', 'none', 'True', 'False', 'None'])
const maxDepth = 50

/**
 * Parses a template. Statements: if, for, set (also as block), with, filter, raw. Macros, inheritance and includes are
 * not part of the language: a manifest has no use for them, and without macros every template ends.
 * @throws TemplateSyntaxError
 */
export function parseTemplate(source: string): Statement[] {
  const parser = new Parser(new TokenStream(tokenize(source)))
  const body = parser.statements([])
  parser.stream.expect('end', 'the end of the template')
  return body
}

class Parser {
  readonly stream: TokenStream
  readonly #expressions: ExpressionParser
  #depth = 0

  constructor(stream: TokenStream) {
    this.stream = stream
    this.#expressions = new ExpressionParser(stream)
  }

  /** Statements up to a block tag with one of the given names, which stays unread behind its `{%`. */
  statements(ends: readonly string[]): Statement[] {
    if (++this.#depth > maxDepth) throw new TemplateSyntaxError(`blocks nest deeper than ${maxDepth}`)
    const body: Statement[] = []
    for (;;) {
      const token = this.stream.current
      if (token.type === 'text') {
        body.push(token)
        this.stream.next()
      } else if (token.type === 'variable_begin') body.push(this.#output())
      else if (token.type !== 'block_begin') break
      else {
        this.stream.next()
        if (ends.length > 0 && this.stream.isName(...ends)) break
        body.push(this.#statement())
      }
    }
    this.#depth -= 1
    if (ends.length > 0 && this.stream.current.type === 'end') throw new TemplateSyntaxError(`missing {% ${ends[ends.length - 1]} %}`)
    return body
  }

  #output(): Statement {
    this.stream.next()
    const expression = this.#expressions.tuple()
    this.stream.expect('variable_end', "'}}'")
    return { type: 'output', expression }
  }

  #statement(): Statement {
    const name = this.stream.expectName()
    switch (name) {
      case 'if':
        return this.#if()
      case 'for':
        return this.#for()
      case 'set':
        return this.#set()
      case 'with':
        return this.#with()
      case 'filter':
        return this.#filterBlock()
      default:
        throw new TemplateSyntaxError(`unknown statement '${name}'; known: filter, for, if, raw, set, with`)
    }
  }

  /** A body in its tags: `%}` (a colon before it is tolerated, as in Jinja), statements, and the name that ended them. */
  #body(ends: readonly string[]): { body: Statement[]; end: string } {
    this.stream.acceptOperator(':')
    this.stream.expect('block_end', "'%}'")
    const body = this.statements(ends)
    return { body, end: this.stream.expectName() }
  }

  #if(): Statement {
    const branches: Branch[] = []
    for (;;) {
      const test = this.#expressions.tuple({ conditional: false })
      const { body, end } = this.#body(['elif', 'else', 'endif'])
      branches.push({ test, body })
      if (end === 'elif') continue
      const otherwise = end === 'else' ? this.#body(['endif']).body : []
      this.stream.expect('block_end', "'%}'")
      return { type: 'if', branches, otherwise }
    }
  }

  #for(): Statement {
    const target = this.#target('in')
    if (!this.stream.acceptName('in')) throw this.stream.unexpected("'in'")
    const iterable = this.#expressions.tuple({ conditional: false, until: 'recursive' })
    const condition = this.stream.acceptName('if') ? this.#expressions.expression() : undefined
    if (this.stream.isName('recursive')) throw new TemplateSyntaxError('recursive loops are not part of the language')
    const { body, end } = this.#body(['else', 'endfor'])
    const otherwise = end === 'else' ? this.#body(['endfor']).body : []
    this.stream.expect('block_end', "'%}'")
    return { type: 'for', target, iterable, ...(condition && { condition }), body, otherwise }
  }

  #set(): Statement {
    const target = this.#target('=')
    if (this.stream.acceptOperator('=')) {
      const value = this.#expressions.tuple()
      this.stream.expect('block_end', "'%}'")
      return { type: 'set', target, value }
    }
    return { type: 'set', target, value: this.#filteredBlock(this.#expressions.filters(placeholder), 'endset') }
  }

  #filterBlock(): Statement {
    const filters = this.#expressions.filters(this.#expressions.filter(placeholder))
    return { type: 'output', expression: this.#filteredBlock(filters, 'endfilter') }
  }

  #filteredBlock(filters: Expression, end: string): Expression {
    const { body } = this.#body([end])
    this.stream.expect('block_end', "'%}'")
    return graft(filters, { type: 'block', body })
  }

  #with(): Statement {
    const assignments: [Target, Expression][] = []
    while (this.stream.current.type !== 'block_end') {
      if (assignments.length > 0) this.stream.expectOperator(',')
      const target = this.#target('=')
      this.stream.expectOperator('=')
      assignments.push([target, this.#expressions.expression()])
    }
    const { body } = this.#body(['endwith'])
    this.stream.expect('block_end', "'%}'")
    return { type: 'with', assignments, body }
  }

  /** A name, names with commas (brackets allowed) or `namespace.name`, up to the word or operator that follows targets here. */
  #target(end: 'in' | '='): Target {
    const items: Target[] = []
    let isTuple = false
    while (!this.#targetEnds(end)) {
      if (items.length > 0) {
        this.stream.expectOperator(',')
        isTuple = true
        if (this.#targetEnds(end)) break
      }
      items.push(this.#singleTarget(end))
    }
    const [only] = items
    if (!only) throw this.stream.unexpected('a name')
    return isTuple ? { type: 'tuple', items } : only
  }

  #targetEnds(end: 'in' | '='): boolean {
    if (this.stream.current.type === 'block_end' || this.stream.isOperator(')') || this.stream.isOperator('|')) return true
    return end === 'in' ? this.stream.isName('in') : this.stream.isOperator('=')
  }

  #singleTarget(end: 'in' | '='): Target {
    if (this.stream.acceptOperator('(')) {
      const inner = this.#target(end)
      this.stream.expectOperator(')')
      return inner
    }
    const name = this.stream.expectName()
    if (reserved.has(name)) throw new TemplateSyntaxError(`cannot assign to '${name}'`)
    if (end === '=' && this.stream.acceptOperator('.')) return { type: 'namespace', namespace: name, name: this.stream.expectName() }
    return { type: 'name', name }
  }
}

/** Stands for the body of a block while its filters are read. */
const placeholder: Expression = { type: 'constant', value: undefined }

/** `expression` with `body` in place of the placeholder at the start of its filter chain. */
function graft(expression: Expression, body: Expression): Expression {
  if (expression === placeholder) return body
  if (expression.type === 'filter' || expression.type === 'test') return { ...expression, operand: graft(expression.operand, body) }
  return expression
}
