import { limitExceeded, TemplateFailure, typeError, valueError } from '../failure.ts'
import { setNamespaceAttribute } from '../filters/macros.ts'
import { assertTextLength, maxIterations } from '../limits.ts'
import { equals } from '../python/compare.ts'
import { defineFunction } from '../python/functions.ts'
import { textOf } from '../python/render.ts'
import { iterate } from '../python/sequences.ts'
import { attributes, truthy, tuple, typeName } from '../python/values.ts'
import type { Statement, Target } from '../syntax/syntax.ts'
import type { CompileContext, Evaluate, Frame } from './compile-context.ts'
import { unset } from './names.ts'

/** A compiled statement: runs and returns its text. */
export type Render = (frame: Frame) => string
type Assign = (frame: Frame, value: unknown) => void

/** Compiles statements to a function that returns their text. */
export function compileBlock(body: readonly Statement[], context: CompileContext): Render {
  const parts = body.map((statement) => compileStatement(statement, context))
  const [only] = parts
  if (parts.length === 1 && only) return only
  return (frame) => {
    let text = ''
    for (const part of parts) text += part(frame)
    assertTextLength(text.length)
    return text
  }
}

/** The closure for one statement. */
export function compileStatement(statement: Statement, context: CompileContext): Render {
  switch (statement.type) {
    case 'text': {
      const { text } = statement
      return () => text
    }
    case 'output': {
      const value = context.expression(statement.expression, context)
      const text = textOf(context.dialect)
      return (frame) => text(value(frame))
    }
    case 'if':
      return compileIf(statement, context)
    case 'for':
      return compileFor(statement, context)
    case 'set': {
      const value = context.expression(statement.value, context)
      const assign = compileTarget(statement.target, context)
      return (frame) => {
        assign(frame, value(frame))
        return ''
      }
    }
    default:
      return compileWith(statement, context)
  }
}

type Of<T extends Statement['type']> = Extract<Statement, { readonly type: T }>

/** The branches share the variables of the scope around them. */
function compileIf({ branches, otherwise }: Of<'if'>, context: CompileContext): Render {
  const tests = branches.map(({ test }) => context.expression(test, context))
  const bodies = context.names.branches([...branches.map(({ body }) => body), otherwise].map((body) => () => compileBlock(body, context)))
  return (frame) => {
    const chosen = tests.findIndex((test) => truthy(test(frame)))
    return bodies[chosen < 0 ? tests.length : chosen]?.(frame) ?? ''
  }
}

/** Declares the target's names, so that what follows finds them. */
function compileTarget(target: Target, context: CompileContext): Assign {
  if (target.type === 'name') {
    const slot = context.names.declare(target.name)
    return ({ locals }, value) => {
      locals[slot] = value
    }
  }
  if (target.type === 'namespace') {
    const namespace = context.expression({ type: 'name', name: target.namespace }, context)
    return (frame, value) => setNamespaceAttribute(namespace(frame), target.name, value)
  }
  const assigns = target.items.map((item) => compileTarget(item, context))
  return (frame, value) => {
    const items = unpack(value, assigns.length)
    for (const [index, assign] of assigns.entries()) assign(frame, items[index])
  }
}

/** Python unpacks any iterable into exactly as many names as there are. */
function unpack(value: unknown, count: number): readonly unknown[] {
  const isContainer = value === undefined || typeof value === 'string' || (typeof value === 'object' && value !== null)
  if (!isContainer) throw typeError(`cannot unpack non-iterable ${typeName(value)} object`)
  const items = iterate(value)
  if (items.length !== count) throw valueError(`cannot unpack ${items.length} values into ${count} names`)
  return items
}

/** All values are computed before any of the names exists. */
function compileWith({ assignments, body }: Of<'with'>, context: CompileContext): Render {
  const values = assignments.map(([, value]) => context.expression(value, context))
  const { result, slots } = context.names.scoped(() => {
    const assigns = assignments.map(([target]) => compileTarget(target, context))
    return { assigns, block: compileBlock(body, context) }
  })
  return (frame) => {
    const given = values.map((value) => value(frame))
    for (const slot of slots) frame.locals[slot] = unset
    for (const [index, assign] of result.assigns.entries()) assign(frame, given[index])
    return result.block(frame)
  }
}

interface Loop {
  readonly iterable: Evaluate
  readonly assign: Assign
  readonly condition: Evaluate | undefined
  readonly body: Render
  /** Where `loop` goes; undefined when the body does not look at it. */
  readonly loopSlot: number | undefined
  /** Variables of the loop's scope, fresh in each round. */
  readonly slots: readonly number[]
}

function compileFor(statement: Of<'for'>, context: CompileContext): Render {
  const iterable = context.expression(statement.iterable, context)
  const { result, slots } = context.names.scoped(() => {
    const assign = compileTarget(statement.target, context)
    const condition = statement.condition && context.expression(statement.condition, context)
    const slot = context.names.declare('loop')
    const body = compileBlock(statement.body, context)
    return { assign, condition, body, loopSlot: context.names.isRead(slot) ? slot : undefined }
  })
  const otherwise = compileBlock(statement.otherwise, context)
  const loop: Loop = { iterable, slots, ...result }
  return (frame) => {
    const items = chosenItems(loop, frame)
    return items.length === 0 ? otherwise(frame) : runLoop(loop, items, frame)
  }
}

/** A copy, because the body may change the list; with a condition only what it lets pass, so that `loop.index` counts that. */
function chosenItems({ iterable, condition, assign }: Loop, frame: Frame): readonly unknown[] {
  const items = iterate(iterable(frame))
  if (!condition) return [...items]
  return items.filter((item) => {
    count(frame)
    assign(frame, item)
    return truthy(condition(frame))
  })
}

/** Every round of every loop counts, also those that a condition skips. */
function count(frame: Frame): void {
  frame.iterations += 1
  if (frame.iterations > maxIterations) throw limitExceeded(`a template may not loop more than ${maxIterations} times`)
}

function runLoop({ slots, loopSlot, assign, body }: Loop, items: readonly unknown[], frame: Frame): string {
  let text = ''
  const changes: { last: unknown } = { last: unset }
  for (const [index, item] of items.entries()) {
    count(frame)
    for (const slot of slots) frame.locals[slot] = unset
    if (loopSlot !== undefined) frame.locals[loopSlot] = { [attributes]: loopAttributes(items, index, changes) }
    assign(frame, item)
    text += body(frame)
    assertTextLength(text.length)
  }
  return text
}

/** Jinja's `loop`, as far as it makes sense without recursive loops. */
function loopAttributes(items: readonly unknown[], index: number, changes: { last: unknown }): Record<string, unknown> {
  return {
    index: index + 1,
    index0: index,
    revindex: items.length - index,
    revindex0: items.length - index - 1,
    first: index === 0,
    last: index === items.length - 1,
    length: items.length,
    depth: 1,
    depth0: 0,
    previtem: items[index - 1],
    nextitem: items[index + 1],
    cycle: defineFunction('cycle', '*values', (values) => {
      if (values.length === 0) throw new TemplateFailure('TypeError', 'no items for cycling given')
      return values[index % values.length]
    }),
    changed: defineFunction('changed', '*values', (values) => {
      const now = tuple([...values])
      const changed = !equals(changes.last, now)
      changes.last = now
      return changed
    }),
  }
}
