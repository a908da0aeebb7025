import { suggest } from '../../errors.ts'
import { typeError, undefinedError } from '../failure.ts'
import { filters } from '../filters/filters.ts'
import { tests } from '../filters/tests.ts'
import { attributeOf, methodOf } from '../python/access.ts'
import { dictEntries } from '../python/dict.ts'
import { bind, type Method } from '../python/functions.ts'
import { iterate } from '../python/sequences.ts'
import { type Arguments, attributesOf, Callable, isDict, typeName } from '../python/values.ts'
import { TemplateSyntaxError } from '../syntax/lexer.ts'
import type { CallArguments, Expression } from '../syntax/syntax.ts'
import { type CompileContext, describe, type Evaluate, type ExpressionOf, type Frame } from './compile-context.ts'

/** Compiles calls of functions and methods, filters and tests. */

type CompiledArguments = (frame: Frame) => Arguments

const noArguments: Arguments = { positional: [], named: undefined }

/** Calls without arguments, and those with positional ones only, do no work for the rest. */
function compileArguments({ positional, named, spread, namedSpread }: CallArguments, context: CompileContext): CompiledArguments {
  const items = positional.map((item) => context.expression(item, context))
  const entries = named.map(([name, value]) => [name, context.expression(value, context)] as const)
  const rest = spread && context.expression(spread, context)
  const namedRest = namedSpread && context.expression(namedSpread, context)
  if (items.length === 0 && entries.length === 0 && !rest && !namedRest) return () => noArguments
  const hasNames = entries.length > 0 || namedRest !== undefined
  return (frame) => {
    const values = items.map((item) => item(frame))
    if (rest) values.push(...iterate(rest(frame)))
    return { positional: values, named: hasNames ? namedValues(entries, namedRest, frame) : undefined }
  }
}

/** Without a prototype, so that any name can be an argument. */
function namedValues(entries: readonly (readonly [string, Evaluate])[], rest: Evaluate | undefined, frame: Frame): Record<string, unknown> {
  const named: Record<string, unknown> = Object.create(null)
  for (const [name, value] of entries) named[name] = value(frame)
  const more = rest?.(frame)
  if (rest && !isDict(more)) throw typeError(`argument after ** must be a mapping, not ${typeName(more)}`)
  for (const [key, value] of isDict(more) ? dictEntries(more) : []) named[String(key)] = value
  return named
}

/** `callee(arguments)`. Calls of methods skip making a function value. */
export function compileCall({ callee, args }: ExpressionOf<'call'>, context: CompileContext): Evaluate {
  const compiledArguments = compileArguments(args, context)
  if (callee.type === 'attribute') return compileMethodCall(callee, compiledArguments, context)
  const target = context.expression(callee, context)
  return (frame) => invoke(target(frame), compiledArguments(frame), { frame, callee })
}

function compileMethodCall(callee: ExpressionOf<'attribute'>, args: CompiledArguments, context: CompileContext): Evaluate {
  const object = context.expression(callee.object, context)
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

/** Filters and tests are looked up while compiling: a misspelt name is a syntax error, not a surprise in production. */
export function compileFilter({ type, name, operand: inner, args }: ExpressionOf<'filter' | 'test'>, context: CompileContext): Evaluate {
  const entry = known(type, name)
  const operand = context.expression(inner, context)
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
