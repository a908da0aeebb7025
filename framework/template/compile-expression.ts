import { suggest } from '../errors.ts'
import { attributeOf, itemOf, keyOrAttributeOf, methodOf } from './access.ts'
import { add, binary, concatenate, negate, positive } from './arithmetic.ts'
import { compareWith } from './compare.ts'
import { dictEntries, dictOf } from './dict.ts'
import { typeError, undefinedError } from './failure.ts'
import { filters } from './filters.ts'
import { bind, type Method } from './functions.ts'
import { TemplateSyntaxError } from './lexer.ts'
import { globals } from './macros.ts'
import { type Names, unset } from './names.ts'
import { textOf } from './render.ts'
import { iterate, sliceOf } from './sequences.ts'
import type { CallArguments, Comparison, Expression, Statement } from './syntax.ts'
import { tests } from './tests.ts'
import { type Arguments, attributesOf, Callable, type Dialect, type Environment, isDict, truthy, tuple, typeName } from './values.ts'

/** State of one evaluation. */
export interface Frame {
  readonly scope: Readonly<Record<string, unknown>>
  readonly environment: Environment
  readonly locals: unknown[]
  iterations: number
}

export type Evaluate = (frame: Frame) => unknown

export interface CompileContext {
  readonly dialect: Dialect
  readonly names: Names
  /** Names that must come from the scope; filled while compiling. */
  readonly roots: Set<string>
  /** Compiles a block of statements to its text; here to keep the two compilers apart. */
  readonly block: (body: readonly Statement[], context: CompileContext) => (frame: Frame) => string
}

/** Old names of the slice, which are not in the scope themselves. */
export const aliases: Readonly<Record<string, string>> = { stream_interval: 'stream_slice', stream_partition: 'stream_slice' }

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

type Of<T extends Expression['type']> = Extract<Expression, { readonly type: T }>

function compileOperator(
  expression: Of<'list' | 'tuple' | 'dict' | 'slice' | 'unary' | 'binary' | 'concat'>,
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
      return (frame) => dictOf(entries.map(([key, value]) => [key(frame), value(frame)] as const))
    }
    default: {
      const items = expression.items.map(compile)
      const evaluate: Evaluate = (frame) => items.map((item) => item(frame))
      return expression.type === 'list' ? evaluate : (frame) => tuple(evaluate(frame) as unknown[])
    }
  }
}

function compileName(name: string, context: CompileContext): Evaluate {
  const { slots, external } = context.names.resolve(name)
  const [slot] = slots
  if (!external && slots.length === 1 && slot !== undefined) return ({ locals }) => locals[slot]
  if (external && !globals.has(name)) context.roots.add(name)
  const outer = compileExternal(name)
  if (slots.length === 0) return outer
  return (frame) => {
    const set = slots.find((candidate) => frame.locals[candidate] !== unset)
    return set === undefined ? outer(frame) : frame.locals[set]
  }
}

function compileExternal(name: string): Evaluate {
  const fallback = globals.get(name)
  const target = aliases[name]
  if (target !== undefined)
    return ({ scope }) => (Object.hasOwn(scope, target) ? scope[target] : Object.hasOwn(scope, name) ? scope[name] : undefined)
  return ({ scope }) => (Object.hasOwn(scope, name) ? scope[name] : fallback)
}

/** How the failing part is called in messages. */
function describe(expression: Expression): string {
  switch (expression.type) {
    case 'name':
      return expression.name
    case 'attribute':
      return `${describe(expression.object)}.${expression.name}`
    case 'item':
      return `${describe(expression.object)}[${expression.key.type === 'constant' ? JSON.stringify(String(expression.key.value)) : '…'}]`
    case 'call':
      return `${describe(expression.callee)}(…)`
    default:
      return 'the value'
  }
}

function compileAttribute({ object: inner, name }: Of<'attribute'>, context: CompileContext): Evaluate {
  const object = compileExpression(inner, context)
  if (context.dialect === 'native') return (frame) => readLeniently(object(frame), name)
  return (frame) => {
    const value = object(frame)
    if (value === undefined) throw undefinedError(`'${describe(inner)}' is undefined, so it has no attribute '${name}'`)
    return attributeOf(value, name)
  }
}

/** In our manifests data comes before methods, and a path through something missing is missing. */
function readLeniently(value: unknown, name: string): unknown {
  return value === undefined || value === null ? undefined : keyOrAttributeOf(value, name)
}

function compileItem({ object: inner, key: keyExpression }: Of<'item'>, context: CompileContext): Evaluate {
  const object = compileExpression(inner, context)
  const fixed = keyExpression.type === 'constant' && typeof keyExpression.value === 'string' ? keyExpression.value : undefined
  const key = compileExpression(keyExpression, context)
  const lenient = context.dialect === 'native'
  return (frame) => {
    const value = object(frame)
    if (fixed !== undefined && isPlain(value) && Object.hasOwn(value, fixed)) return value[fixed]
    if (value === undefined && !lenient) throw undefinedError(`'${describe(inner)}' is undefined, so it has no items`)
    return itemOf(value, fixed ?? key(frame))
  }
}

/** An ordinary data object, whose own properties are all its keys. */
function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

function compileSlice(expression: Of<'slice'>, context: CompileContext): Evaluate {
  const object = compileExpression(expression.object, context)
  const [start, stop, step] = [expression.start, expression.stop, expression.step].map((part) => part && compileExpression(part, context))
  return (frame) => sliceOf(object(frame), { start: start?.(frame), stop: stop?.(frame), step: step?.(frame) })
}

type CompiledArguments = (frame: Frame) => Arguments

const noArguments: Arguments = { positional: [], named: undefined }

function compileArguments({ positional, named, spread, namedSpread }: CallArguments, context: CompileContext): CompiledArguments {
  const items = positional.map((item) => compileExpression(item, context))
  const entries = named.map(([name, value]) => [name, compileExpression(value, context)] as const)
  const rest = spread && compileExpression(spread, context)
  const namedRest = namedSpread && compileExpression(namedSpread, context)
  if (items.length === 0 && entries.length === 0 && !rest && !namedRest) return () => noArguments
  const hasNames = entries.length > 0 || namedRest !== undefined
  return (frame) => {
    const values = items.map((item) => item(frame))
    if (rest) values.push(...iterate(rest(frame)))
    return { positional: values, named: hasNames ? namedValues(entries, namedRest, frame) : undefined }
  }
}

function namedValues(entries: readonly (readonly [string, Evaluate])[], rest: Evaluate | undefined, frame: Frame): Record<string, unknown> {
  const named: Record<string, unknown> = Object.create(null)
  for (const [name, value] of entries) named[name] = value(frame)
  const more = rest?.(frame)
  if (rest && !isDict(more)) throw typeError(`argument after ** must be a mapping, not ${typeName(more)}`)
  for (const [key, value] of isDict(more) ? dictEntries(more) : []) named[String(key)] = value
  return named
}

function compileCall({ callee, args }: Of<'call'>, context: CompileContext): Evaluate {
  const compiledArguments = compileArguments(args, context)
  if (callee.type === 'attribute') return compileMethodCall(callee, compiledArguments, context)
  const target = compileExpression(callee, context)
  return (frame) => invoke(target(frame), compiledArguments(frame), { frame, callee })
}

function compileMethodCall(callee: Of<'attribute'>, args: CompiledArguments, context: CompileContext): Evaluate {
  const object = compileExpression(callee.object, context)
  const { name } = callee
  return (frame) => {
    const value = object(frame)
    if (value === undefined) throw undefinedError(`'${describe(callee.object)}' is undefined, so it has no method '${name}'`)
    const method = attributesOf(value) ? undefined : methodOf(value, name)
    if (method) return method.call(value, bind(method.signature, args(frame)), frame.environment)
    return invoke(attributeOf(value, name), args(frame), { frame, callee })
  }
}

function invoke(target: unknown, args: Arguments, { frame, callee }: { frame: Frame; callee: Expression }): unknown {
  if (target instanceof Callable) return target.call(args, frame.environment)
  if (target === undefined) throw undefinedError(`'${describe(callee)}' is undefined`)
  throw typeError(`'${typeName(target)}' object is not callable`)
}

function compileFilter({ type, name, operand: inner, args }: Of<'filter' | 'test'>, context: CompileContext): Evaluate {
  const entry = known(type, name)
  const operand = compileExpression(inner, context)
  const compiled = compileArguments(args, context)
  return (frame) => {
    const subject = operand(frame)
    return entry.call(subject, bind(entry.signature, compiled(frame)), frame.environment)
  }
}

function known(type: 'filter' | 'test', name: string): Method {
  const table = type === 'filter' ? filters : tests
  const entry = table.get(name)
  if (!entry) throw new TemplateSyntaxError(`unknown ${type} '${name}'; ${suggest(name, [...table.keys()])}`)
  return entry
}

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

function compileLogic(operator: 'and' | 'or', left: Evaluate, right: Evaluate): Evaluate {
  const stopsAt = operator === 'or'
  return (frame) => {
    const value = left(frame)
    return truthy(value) === stopsAt ? value : right(frame)
  }
}

function compileConditional({ test, then, otherwise }: Of<'conditional'>, context: CompileContext): Evaluate {
  const [condition, yes] = [compileExpression(test, context), compileExpression(then, context)]
  const no: Evaluate = otherwise ? compileExpression(otherwise, context) : () => undefined
  return (frame) => (truthy(condition(frame)) ? yes(frame) : no(frame))
}
