import { isObject } from '../../protocol/json.ts'
import { setOwn } from '../python/dict.ts'
import { toText } from '../python/text.ts'
import type { ValidType } from './airbyte.ts'
import type { Scope, TemplateOptions } from './compiled.ts'
import { compileInterpolation, compileTemplate, type Template } from './text-template.ts'

/** Beyond where and how: the shape, and which literals count. */
export interface MappingOptions extends TemplateOptions {
  /** Templates at any depth; entries whose value is null are left out (InterpolatedNestedMapping). */
  readonly nested?: true | undefined
  /** Airbyte dialect: types that a literal among the values may have. */
  readonly validTypes?: readonly ValidType[] | undefined
  /** The same for keys of a flat mapping; text by default, `null` for any. */
  readonly keyTypes?: readonly ValidType[] | null | undefined
}

export interface Mapping {
  /** @throws ConnectorError as {@link Template.evaluate} */
  evaluate(scope: Scope): unknown
}

type Evaluate = (scope: Scope) => unknown

/**
 * A mapping whose text keys and values are templates: InterpolatedMapping, or InterpolatedNestedMapping when `nested`.
 * Values that are not text stay as they are; an empty result is null in the Airbyte dialect. Keys become text.
 * @throws ConfigError ERR_TEMPLATE_SYNTAX
 */
export function compileMapping(source: unknown, options: MappingOptions): Mapping {
  return { evaluate: options.nested ? compileNested(source, options) : compileFlat(source, options) }
}

function compileText(source: string, options: MappingOptions): Template {
  return options.dialect === 'airbyte' ? compileInterpolation(source, options) : compileTemplate(source, options)
}

function leaf(source: unknown, options: MappingOptions, validTypes: readonly ValidType[] | undefined): Evaluate {
  if (typeof source !== 'string') return () => source
  const template = compileText(source, options)
  const settings = validTypes ? { validTypes } : {}
  return (scope) => template.evaluate(scope, settings)
}

function compileFlat(source: unknown, options: MappingOptions): Evaluate {
  if (!isObject(source)) return leaf(source, options, options.validTypes)
  const keyTypes = options.keyTypes === undefined ? (['str'] as const) : (options.keyTypes ?? undefined)
  const entries = Object.entries(source).map(
    ([key, value]) => [leaf(key, options, keyTypes), leaf(value, options, options.validTypes)] as const,
  )
  return (scope) => assemble(entries.map(([key, value]) => [key(scope), value(scope)]))
}

function compileNested(source: unknown, options: MappingOptions): Evaluate {
  if (Array.isArray(source)) {
    const items = source.map((item) => compileNested(item, options))
    return (scope) => items.map((item) => item(scope))
  }
  if (!isObject(source)) return leaf(source, options, options.validTypes)
  const entries = Object.entries(source).map(([key, value]) => [leaf(key, options, undefined), compileNested(value, options)] as const)
  return (scope) => {
    const evaluated = entries.map(([key, value]) => [key(scope), value(scope)] as const)
    return assemble(evaluated.filter(([, value]) => value !== null && value !== undefined))
  }
}

function assemble(entries: readonly (readonly [unknown, unknown])[]): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [key, value] of entries) setOwn(result, toText(key), value)
  return result
}
