import { add, binary, concatenate, negate, positive } from '../python/arithmetic.ts'
import { compareWith } from '../python/compare.ts'
import { mapOf } from '../python/dict.ts'
import { textOf } from '../python/render.ts'
import { truthy, tuple } from '../python/values.ts'
import type { Comparison, Expression } from '../syntax/syntax.ts'
import { compileAttribute, compileItem, compileName, compileSlice } from './compile-access.ts'
import { compileCall, compileFilter } from './compile-call.ts'
import type { CompileContext, Evaluate, ExpressionOf, Frame } from './compile-context.ts'

/** Compiles expressions to closures: all decisions that the template alone allows are taken here, once. */

/** The closure for one node; its parts are compiled first. */
export function compileExpression(expression: Expression, context: CompileContext): Evaluate {
  const compile = (inner: Expression): Evaluate => compileExpression(inner, context)
  switch (expression.type) {
    case 'constant': {
      const { value } = expression
      return () => value
    }
    case 'name':
      return compileName(expression.name, context)
    case 'attribute':
      return compileAttribute(expression, context)
    case 'item':
      return compileItem(expression, context)
    case 'call':
      return compileCall(expression, context)
    case 'filter':
    case 'test':
      return compileFilter(expression, context)
    case 'compare':
      return compileComparison(expression.first, expression.rest, context)
    case 'and':
    case 'or':
      return compileLogic(expression.type, compile(expression.left), compile(expression.right))
    case 'not': {
      const operand = compile(expression.operand)
      return (frame) => !truthy(operand(frame))
    }
    case 'conditional':
      return compileConditional(expression, context)
    case 'block':
      return context.block(expression.body, context)
    default:
      return compileOperator(expression, context)
  }
}

function compileOperator(
  expression: ExpressionOf<'list' | 'tuple' | 'dict' | 'slice' | 'unary' | 'binary' | 'concat'>,
  context: CompileContext,
): Evaluate {
  const compile = (inner: Expression): Evaluate => compileExpression(inner, context)
  switch (expression.type) {
    case 'unary': {
      const operand = compile(expression.operand)
      return expression.operator === '-' ? (frame) => negate(operand(frame)) : (frame) => positive(operand(frame))
    }
    case 'binary': {
      const [left, right, operator] = [compile(expression.left), compile(expression.right), expression.operator]
      return operator === '+' ? (frame) => add(left(frame), right(frame)) : (frame) => binary(operator, left(frame), right(frame))
    }
    case 'concat': {
      const parts = expression.parts.map(compile)
      const text = textOf(context.dialect)
      return (frame) =>
        concatenate(
          parts.map((part) => part(frame)),
          text,
        )
    }
    case 'slice':
      return compileSlice(expression, context)
    case 'dict': {
      const entries = expression.entries.map(([key, value]) => [compile(key), compile(value)] as const)
      // A Map, so that keys keep their order and their type.
      return (frame) => mapOf(entries.map(([key, value]) => [key(frame), value(frame)] as const))
    }
    default: {
      const items = expression.items.map(compile)
      const evaluate = (frame: Frame): unknown[] => items.map((item) => item(frame))
      return expression.type === 'list' ? evaluate : (frame) => tuple(evaluate(frame))
    }
  }
}

/** A chain `a < b < c` evaluates each operand once and stops at the first link that does not hold. */
function compileComparison(first: Expression, rest: readonly Comparison[], context: CompileContext): Evaluate {
  const left = compileExpression(first, context)
  const steps = rest.map(({ operator, operand }) => ({ operator, operand: compileExpression(operand, context) }))
  const [only] = steps
  if (steps.length === 1 && only) return (frame) => compareWith(only.operator, left(frame), only.operand(frame))
  return (frame) => {
    let previous = left(frame)
    for (const { operator, operand } of steps) {
      const next = operand(frame)
      if (!compareWith(operator, previous, next)) return false
      previous = next
    }
    return true
  }
}

/** `and` and `or` yield one of their operands, as in Python. */
function compileLogic(operator: 'and' | 'or', left: Evaluate, right: Evaluate): Evaluate {
  const stopsAt = operator === 'or'
  return (frame) => {
    const value = left(frame)
    return truthy(value) === stopsAt ? value : right(frame)
  }
}

/** Without `else` the alternative is undefined, which renders as nothing. */
function compileConditional({ test, yes: chosen, otherwise }: ExpressionOf<'conditional'>, context: CompileContext): Evaluate {
  const [condition, yes] = [compileExpression(test, context), compileExpression(chosen, context)]
  const no: Evaluate = otherwise ? compileExpression(otherwise, context) : () => undefined
  return (frame) => (truthy(condition(frame)) ? yes(frame) : no(frame))
}
