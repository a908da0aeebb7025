import { ConfigError } from '../errors.ts'
import { equals } from './compare.ts'
import { assertRoots, type Compiled, inTemplate, type Scope } from './compiled.ts'
import { TemplateFailure } from './failure.ts'
import { literalEval, noLiteral } from './literal.ts'
import { toText } from './text.ts'
import { isDict, isFloat, isIntegral, kindOf, PyFloat } from './values.ts'

/**
 * The reference semantics of Airbyte's manifests: a template renders to Python text, and text that is a Python literal
 * becomes that literal's value.
 */

export type ValidType = 'str' | 'int' | 'float' | 'bool' | 'list' | 'dict'

/** What stands for an empty result or an undefined value: another template, None, or nothing (empty stays, undefined fails). */
export type Fallback = Compiled | null | undefined

const unsupported = 'stream_state'

function assertSupported(source: string): void {
  if (!source.includes(unsupported)) return
  throw new ConfigError(
    'ERR_TEMPLATE',
    `'${unsupported}' is no longer supported in templates; use stream_interval, in the template ${JSON.stringify(source)}`,
  )
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

/** True for values whose text is read back as the same value, so that writing and reading can be left out. */
function survivesText(value: unknown): boolean {
  if (value === null || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isSafeInteger(value) || (!Number.isInteger(value) && Number.isFinite(value))
  return value instanceof PyFloat && Number.isFinite(value.value)
}

/** The result of one template. A TypeError yields the template's own source, as in the reference. */
function evaluateOnce({ source, roots, value, render }: Compiled, scope: Scope, validTypes: readonly ValidType[] | undefined): unknown {
  assertRoots(scope, roots)
  try {
    if (!value || validTypes) return literalOrText(render(scope), validTypes)
    const result = value(scope)
    return survivesText(result) ? (result === 0 ? 0 : result) : literalOrText(toText(result), undefined)
  } catch (thrown) {
    if (thrown instanceof TemplateFailure && thrown.kind === 'TypeError') return literalOrText(source, validTypes)
    throw thrown
  }
}

function isUndefinedError(thrown: unknown): boolean {
  return thrown instanceof TemplateFailure && thrown.kind === 'UndefinedError'
}

/** Evaluates with the reference's rules for empty and undefined results. */
export function interpolate(
  compiled: Compiled,
  scope: Scope,
  { fallback, validTypes }: { fallback?: Fallback; validTypes?: readonly ValidType[] | undefined },
): unknown {
  try {
    assertSupported(compiled.source)
    const result = evaluateWithin(compiled, scope, { fallback, validTypes })
    if (result !== '' || fallback === undefined) return result
    return fallback === null ? null : evaluateOnce(fallback, scope, validTypes)
  } catch (thrown) {
    throw inTemplate(thrown, compiled.source)
  }
}

/** An undefined value counts as empty where there is a fallback. */
function evaluateWithin(
  compiled: Compiled,
  scope: Scope,
  { fallback, validTypes }: { fallback: Fallback; validTypes: readonly ValidType[] | undefined },
): unknown {
  try {
    return evaluateOnce(compiled, scope, validTypes)
  } catch (thrown) {
    if (fallback !== undefined && isUndefinedError(thrown)) return ''
    throw thrown
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
