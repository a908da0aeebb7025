import { ConfigError } from '../../errors.ts'
import { TemplateFailure } from '../failure.ts'
import { type Budget, fullBudget, spend } from '../limits.ts'
import { equals } from '../python/compare.ts'
import { setOwn } from '../python/dict.ts'
import { literalEval, noLiteral } from '../python/literal.ts'
import { toText } from '../python/text.ts'
import { isDict, isFloat, isIntegral, kindOf, PyFloat } from '../python/values.ts'
import { assertRoots, type Compiled, inTemplate, quoted, type Scope } from './compiled.ts'

/**
 * The reference semantics of Airbyte's manifests: a template renders to Python text, and text that is a Python literal
 * becomes that literal's value.
 */

/** Python types by which a caller restricts what literals are taken for their value. */
export type ValidType = 'str' | 'int' | 'float' | 'bool' | 'list' | 'dict'

/** What stands for an empty result or an undefined value: another template, None, or nothing (empty stays, undefined fails). */
export type Fallback = Compiled | null | undefined

const unsupported = 'stream_state'

function assertSupported(source: string): void {
  if (!source.includes(unsupported)) return
  throw new ConfigError('ERR_TEMPLATE', `'${unsupported}' is no longer supported in templates; use stream_interval, in ${quoted(source)}`)
}

const typeTests: Readonly<Record<ValidType, (value: unknown) => boolean>> = {
  str: (value) => typeof value === 'string',
  int: isIntegral,
  float: isFloat,
  bool: (value) => typeof value === 'boolean',
  list: (value) => Array.isArray(value) && kindOf(value) === 'list',
  dict: isDict,
}

/** The literal in `text`, or `text` itself when there is none or its type is not wanted. */
export function literalOrText(text: string, validTypes: readonly ValidType[] | undefined): unknown {
  const value = literalEval(text)
  if (value === noLiteral) return text
  return !validTypes || validTypes.length === 0 || validTypes.some((type) => typeTests[type](value)) ? value : text
}

/** Nesting up to which a copy surely equals what Python would read back. */
const maxCopyDepth = 50

/**
 * The value that is read back from the text of `value`, without writing and reading it: a copy for JSON-like data.
 * {@link noLiteral} where only the text can tell.
 */
function readBack(value: unknown, depth = 0, budget?: Budget): unknown {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'number') return isReadBack(value) ? value + 0 : noLiteral
  // Only inside a container is a text quoted and so read back as it is.
  if (typeof value === 'string') return depth > 0 ? value : noLiteral
  if (value instanceof PyFloat) return Number.isFinite(value.value) ? value : noLiteral
  return typeof value === 'object' && depth <= maxCopyDepth ? copyContainer(value, depth, budget ?? fullBudget()) : noLiteral
}

function isReadBack(value: number): boolean {
  return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value)
}

function copyContainer(value: object, depth: number, budget: Budget): unknown {
  if (Array.isArray(value)) return kindOf(value) === 'list' ? copyItems(value, depth, budget) : noLiteral
  return Object.getPrototypeOf(value) === Object.prototype ? copyObject(value as Record<string, unknown>, depth, budget) : noLiteral
}

function copyItems(items: readonly unknown[], depth: number, budget: Budget): unknown {
  spend(budget)
  const copy: unknown[] = []
  for (const item of items) {
    const inner = readBack(item, depth + 1, budget)
    if (inner === noLiteral) return noLiteral
    copy.push(inner)
  }
  return copy
}

function copyObject(value: Record<string, unknown>, depth: number, budget: Budget): unknown {
  spend(budget)
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const inner = readBack(value[key], depth + 1, budget)
    if (inner === noLiteral) return noLiteral
    setOwn(copy, key, inner)
  }
  return copy
}

/** A template that rendered to nothing, or met an undefined value where there is something to fall back to. */
const empty: unique symbol = Symbol('empty')

interface Rules {
  readonly fallback?: Fallback
  readonly validTypes?: readonly ValidType[] | undefined
}

/** The result of one template. A TypeError yields the template's own source, as in the reference. */
function evaluateOnce({ source, roots, value, render }: Compiled, scope: Scope, { fallback, validTypes }: Rules): unknown {
  assertRoots(scope, roots)
  try {
    const result = value && !validTypes ? value(scope) : render(scope)
    const read = readBack(result)
    if (read !== noLiteral) return read
    const text = toText(result)
    return text === '' ? empty : literalOrText(text, validTypes)
  } catch (thrown) {
    if (!(thrown instanceof TemplateFailure)) throw thrown
    if (thrown.kind === 'TypeError') return literalOrText(source, validTypes)
    if (thrown.kind === 'UndefinedError' && fallback !== undefined) return empty
    throw thrown
  }
}

/** Evaluates with the reference's rules for empty and undefined results. */
export function interpolate(compiled: Compiled, scope: Scope, rules: Rules): unknown {
  const { fallback, validTypes } = rules
  try {
    assertSupported(compiled.source)
    const result = evaluateOnce(compiled, scope, rules)
    if (result !== empty) return result
    if (fallback === null) return null
    const second = fallback ? evaluateOnce(fallback, scope, { validTypes }) : ''
    return second === empty ? '' : second
  } catch (thrown) {
    throw inTemplate(thrown, compiled.source)
  }
}

const falseTexts = new Set(['False', 'false', '{}', '[]', '()', '', '0', '0.0'])

/** The reference's truth of a result: these texts, zero and empty containers are false; everything else, None too, is true. */
export function isTrueResult(value: unknown): boolean {
  if (typeof value === 'string') return !falseTexts.has(value)
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof Set) return value.size > 0
  return !equals(value, false) && !equals(value, {})
}
