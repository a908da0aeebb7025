import { interpolate, type ValidType } from './airbyte.ts'
import { assertRoots, type Compiled, compileSource, inTemplate, type Scope, type TemplateOptions } from './compiled.ts'
import { plainValue } from './plain.ts'

/** Per evaluation, because callers of one template may differ. */
export interface EvaluateOptions {
  /** Airbyte dialect: types that a literal may have; text that is a literal of another type stays text. */
  readonly validTypes?: readonly ValidType[]
}

/** A compiled text of a manifest. */
export interface Template {
  readonly source: string
  /** Outside names that the template reads, as written. */
  readonly roots: readonly string[]
  /** True when there is no `{{` or `{%` inside. */
  readonly constant: boolean
  /**
   * Native dialect: the value of a lone expression, else text. Airbyte dialect: the value of the Python literal that the
   * template renders to, else text; integral floats are {@link PyFloat}, see {@link plainValue}.
   * @throws ConnectorError ERR_TEMPLATE when the values do not fit, ERR_TEMPLATE_LIMIT beyond the limits of limits.ts
   */
  evaluate(scope: Scope, options?: EvaluateOptions): unknown
}

/** The native value of a template; a missing value is null. The scope must have the names of `required`. */
export function nativeValue({ source, value, render, builds }: Compiled, scope: Scope, required: readonly string[]): unknown {
  try {
    assertRoots(scope, required)
    if (!value) return render(scope)
    const result = value(scope)
    if (typeof result !== 'object' || result === null) return result === undefined ? null : result
    return builds ? plainValue(result) : result
  } catch (thrown) {
    throw inTemplate(thrown, source)
  }
}

/** @throws ConfigError ERR_TEMPLATE_SYNTAX */
export function compileTemplate(source: string, options: TemplateOptions): Template {
  const compiled = compileSource(source, options)
  const { roots, constant } = compiled
  if (options.dialect === 'airbyte') {
    return { source, roots, constant, evaluate: (scope, settings) => interpolate(compiled, scope, { validTypes: settings?.validTypes }) }
  }
  // Static scalars stay as written, whatever they look like.
  if (constant) return { source, roots, constant, evaluate: () => source }
  const required = options.roots === undefined ? roots : []
  return { source, roots, constant, evaluate: (scope) => nativeValue(compiled, scope, required) }
}

/**
 * The reference's raw engine, whose `default` is evaluated where the template is empty or something in it is undefined;
 * without one the result is then null. For the Airbyte dialect; {@link compileTemplate} suits everything but mappings.
 */
export function compileInterpolation(source: string, options: TemplateOptions & { readonly default?: string | undefined }): Template {
  const compiled = compileSource(source, options)
  const fallback = options.default === undefined ? null : compileSource(options.default, options)
  const { roots, constant } = compiled
  return {
    source,
    roots,
    constant,
    evaluate: (scope, settings) => interpolate(compiled, scope, { fallback, validTypes: settings?.validTypes }),
  }
}
