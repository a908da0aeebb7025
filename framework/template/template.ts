import { interpolate, isTrueResult } from './compile/airbyte.ts'
import { compileSource, type Scope, type TemplateOptions } from './compile/compiled.ts'
import { nativeValue } from './compile/text-template.ts'
import { truthy } from './python/values.ts'

/** The door of the template language: text, conditions and mappings in two dialects. Dates have their own, datetime.ts. */

export type { Scope, TemplateOptions } from './compile/compiled.ts'
export { compileMapping } from './compile/mapping.ts'
export { plainValue } from './compile/plain.ts'
export { compileInterpolation, compileTemplate, type EvaluateOptions } from './compile/text-template.ts'
export { defineFunction as templateFunction } from './python/functions.ts'
export { toText as pythonText } from './python/text.ts'
export { attributes, type Dialect, PyFloat } from './python/values.ts'

/** A compiled condition. */
export interface Condition {
  readonly source: string
  readonly roots: readonly string[]
  evaluate(scope: Scope): boolean
}

const nativeFalse = new Set(['', 'false', '0', 'null', 'none'])

/**
 * A condition. Native: Python's truth, null and missing are false; text is false when it is empty or says false, 0, null
 * or none. Airbyte: InterpolatedBoolean, where None is true and an undefined value makes the condition false.
 * @throws ConfigError ERR_TEMPLATE_SYNTAX
 */
export function compileCondition(source: string | boolean, options: TemplateOptions): Condition {
  if (typeof source === 'boolean') return { source: String(source), roots: [], evaluate: () => source }
  const compiled = compileSource(source, options)
  const { roots } = compiled
  if (options.dialect === 'airbyte') {
    const fallback = compileSource('False', options)
    return { source, roots, evaluate: (scope) => isTrueResult(interpolate(compiled, scope, { fallback })) }
  }
  const required = options.roots === undefined ? roots : []
  return {
    source,
    roots,
    evaluate: (scope) => {
      const result = nativeValue(compiled, scope, required)
      return compiled.value ? truthy(result) : !nativeFalse.has(String(result).trim().toLowerCase())
    },
  }
}
