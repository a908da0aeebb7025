import { undefinedError } from '../failure.ts'
import { globals } from '../filters/macros.ts'
import { attributeReader, isData, isPlain, itemOf, keyOrAttributeOf } from '../python/access.ts'
import { sliceOf } from '../python/sequences.ts'
import { attributes } from '../python/values.ts'
import { aliases, type CompileContext, describe, type Evaluate, type ExpressionOf } from './compile-context.ts'
import { unset } from './names.ts'

/** Compiles the ways to data: names, attributes, items, slices. */

/** A variable of the template, a name of the scope, or a global, in this order. */
export function compileName(name: string, context: CompileContext): Evaluate {
  const resolved = context.names.resolve(name)
  const { slots } = resolved
  // The reference wants a name that is set in an `if` to exist outside too; in our manifests it is just undefined until set.
  const external = context.dialect === 'native' ? slots.length === 0 : resolved.external
  const [slot] = slots
  if (!external && slots.length === 1 && slot !== undefined) return ({ locals }) => locals[slot]
  if (external && !globals.has(name) && !isImplicit(name, context)) context.roots.add(name)
  const outer = compileExternal(name, context)
  if (slots.length === 0) return outer
  return (frame) => {
    const set = slots.find((candidate) => frame.locals[candidate] !== unset)
    return set === undefined ? outer(frame) : frame.locals[set]
  }
}

/** Jinja's `self` is always there; it has the blocks of a template, of which there are none. Real manifests use it by mistake. */
function isImplicit(name: string, { dialect }: CompileContext): boolean {
  return dialect === 'airbyte' && name === 'self'
}

function compileExternal(name: string, context: CompileContext): Evaluate {
  const fallback = isImplicit(name, context) ? { [attributes]: {} } : globals.get(name)
  const target = aliases[name]
  if (target !== undefined)
    return ({ scope }) => (Object.hasOwn(scope, target) ? scope[target] : Object.hasOwn(scope, name) ? scope[name] : undefined)
  return ({ scope }) => (Object.hasOwn(scope, name) ? scope[name] : fallback)
}

/** `object.name`; an undefined object is an error in the Airbyte dialect only. */
export function compileAttribute({ object: inner, name }: ExpressionOf<'attribute'>, context: CompileContext): Evaluate {
  const object = context.expression(inner, context)
  if (context.dialect === 'native') return (frame) => readLeniently(object(frame), name)
  const read = attributeReader(name)
  return (frame) => {
    const value = object(frame)
    if (value === undefined) throw undefinedError(`'${describe(inner)}' is undefined, so it has no attribute '${name}'`)
    return read(value)
  }
}

/** In our manifests data comes before methods, and a path through something missing is missing. */
function readLeniently(value: unknown, name: string): unknown {
  if (value === undefined || value === null) return undefined
  return isPlain(value) && Object.hasOwn(value, name) ? value[name] : keyOrAttributeOf(value, name)
}

/** `object[key]`. Nearly all keys are constant text, so that case is prepared. */
export function compileItem({ object: inner, key: keyExpression }: ExpressionOf<'item'>, context: CompileContext): Evaluate {
  const object = context.expression(inner, context)
  const fixed = keyExpression.type === 'constant' && typeof keyExpression.value === 'string' ? keyExpression.value : undefined
  const key = context.expression(keyExpression, context)
  const lenient = context.dialect === 'native'
  return (frame) => {
    const value = object(frame)
    if (fixed !== undefined && isData(value) && Object.hasOwn(value, fixed)) return value[fixed]
    if (value === undefined && !lenient) throw undefinedError(`'${describe(inner)}' is undefined, so it has no items`)
    return itemOf(value, fixed ?? key(frame))
  }
}

/** `object[start:stop:step]`. */
export function compileSlice(expression: ExpressionOf<'slice'>, context: CompileContext): Evaluate {
  const object = context.expression(expression.object, context)
  const [start, stop, step] = [expression.start, expression.stop, expression.step].map((part) => part && context.expression(part, context))
  return (frame) => sliceOf(object(frame), { start: start?.(frame), stop: stop?.(frame), step: step?.(frame) })
}
