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
    if (survivesText(result)) return result === 0 ? 0 : result
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
