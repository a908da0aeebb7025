import { defined } from '../../defined.ts'
import { ConfigError, suggest } from '../../errors.ts'
import type { JsonSchema } from '../../protocol/messages.ts'
import { compileCondition, compileMapping, compileTemplate, type Scope } from '../../template/template.ts'
import { below, buildTyped, describe, isNode, type Location, locateErrors, type Node } from './build.ts'
import type { BuildContext, Family, Field } from './component.ts'
import { gatherProblems } from './problems.ts'

export interface FieldOptions {
  readonly description: string
  readonly examples?: readonly unknown[]
}

/** A template with config and parameters already in its scope. */
export interface BoundTemplate {
  readonly source: string
  /** No `{{` or `{%` inside: the text is the value. */
  readonly constant: boolean
  /** `validTypes` replaces those of the field for one call. */
  evaluate(scope: Scope, validTypes?: ValidTypes): unknown
}
export interface BoundCondition {
  readonly source: string
  evaluate(scope: Scope): boolean
}
/** A mapping (or nested structure) whose strings are templates. */
export interface BoundMapping {
  evaluate(scope: Scope): unknown
}

/** Python types that a rendered text may be read as in the foreign dialect; anything else stays text. */
export type ValidTypes = readonly ('str' | 'int' | 'float' | 'bool' | 'list' | 'dict')[]

function scalar<T>(type: string, accepts: (value: unknown) => value is T, options: FieldOptions): Field<T> {
  return {
    schema: { type, ...options },
    optional: false,
    build: (node) => {
      if (accepts(node)) return node
      throw new ConfigError('ERR_MANIFEST_INVALID', `expected ${type === 'integer' ? 'an integer' : `a ${type}`}, found ${describe(node)}`)
    },
  }
}

export const string = (options: FieldOptions): Field<string> => scalar('string', (value) => typeof value === 'string', options)
export const number = (options: FieldOptions): Field<number> => scalar('number', (value) => typeof value === 'number', options)
export const boolean = (options: FieldOptions): Field<boolean> => scalar('boolean', (value) => typeof value === 'boolean', options)
export const integer = (options: FieldOptions): Field<number> =>
  scalar('integer', (value): value is number => typeof value === 'number' && Number.isInteger(value), options)

/** One of a closed list of words. */
export function oneOf<const V extends string>(values: readonly V[], options: FieldOptions): Field<V> {
  return {
    schema: { type: 'string', enum: values, ...options },
    optional: false,
    build: (node) => {
      const found = values.find((value) => value === node)
      if (found !== undefined) return found
      throw new ConfigError('ERR_MANIFEST_INVALID', `unknown value ${describe(node)}; ${suggest(String(node), values)}`)
    },
  }
}

/** A node kept as it stands: JSON Schemas, constants. */
export function raw(schema: JsonSchema, options: FieldOptions): Field<unknown> {
  return { schema: { ...schema, ...options }, optional: false, build: (node) => node }
}

/** A mapping kept as it stands. */
export function rawObject(options: FieldOptions): Field<Node> {
  return {
    schema: { type: 'object', additionalProperties: true, ...options },
    optional: false,
    build: (node) => {
      if (isNode(node)) return node
      throw new ConfigError('ERR_MANIFEST_INVALID', `expected a mapping, found ${describe(node)}`)
    },
  }
}

function buildItem<T>(field: Field<T>, item: unknown, { node, key, context }: Location & { key: number; context: BuildContext }): T {
  const inner = below(context, key)
  return locateErrors(() => field.build(item, inner), inner, { node, key })
}

export function list<T>(items: Field<T>, options: FieldOptions): Field<readonly T[]> {
  return {
    schema: { type: 'array', items: items.schema, ...options },
    optional: false,
    build: (node, context) => {
      if (!Array.isArray(node)) throw new ConfigError('ERR_MANIFEST_INVALID', `expected a list, found ${describe(node)}`)
      const problems = gatherProblems()
      const built = node.map((item, index) => problems.attempt(() => buildItem(items, item, { node, key: index, context })))
      problems.throwAny()
      return built as T[]
    },
    ...defined({ family: items.family }),
  }
}

/** A list that may be written as its single item. */
export function listOrOne<T>(items: Field<T>, options: FieldOptions): Field<readonly T[]> {
  const many = list(items, options)
  return {
    ...many,
    schema: { anyOf: [many.schema, items.schema], ...options },
    build: (node, context) => (Array.isArray(node) ? many.build(node, context) : [items.build(node, context)]),
  }
}

/** One of two shapes, chosen by the caller; described by the first. */
export function either<A, B>(fits: (node: unknown) => boolean, first: Field<A>, second: Field<B>): Field<A | B> {
  return {
    schema: { description: first.schema['description'], anyOf: [first.schema, second.schema] },
    optional: false,
    build: (node, context) => (fits(node) ? first.build(node, context) : second.build(node, context)),
  }
}

export function optional<T>(field: Field<T>): Field<T | undefined> {
  const { default: _, ...schema } = field.schema
  return { ...field, schema, optional: true, build: (node, context) => (node === undefined ? undefined : field.build(node, context)) }
}

/** The value of an absent field. */
export function withDefault<T>(field: Field<T>, fallback: T & (string | number | boolean)): Field<T> {
  return {
    ...field,
    schema: { ...field.schema, default: fallback },
    optional: true,
    build: (node, context) => (node === undefined ? fallback : field.build(node, context)),
  }
}

function bound<A extends readonly unknown[], R>(
  context: BuildContext,
  evaluate: (scope: Scope, ...rest: A) => R,
): (scope: Scope, ...rest: A) => R {
  const { config, parameters } = context
  // One spread and plain fields: V8 copies that several times faster than two spreads, and this runs per record.
  return (scope, ...rest) =>
    evaluate({ ...scope, config: scope['config'] ?? config, parameters: scope['parameters'] ?? parameters }, ...rest)
}

function templateOptions(roots: readonly string[], context: BuildContext) {
  const now = () => context.services.clock.now()
  const once = context.services.shared
  if (context.dialect === 'airbyte') return { dialect: context.dialect, now, once }
  return { dialect: context.dialect, now, once, roots: ['config', 'parameters', ...context.roots, ...roots] }
}

export interface TemplateFieldOptions extends FieldOptions {
  readonly validTypes?: ValidTypes
}

/** A string in YAML, a compiled template in `create`. `roots` are the names it sees besides config and parameters. */
export function template(roots: readonly string[], { validTypes, ...options }: TemplateFieldOptions): Field<BoundTemplate> {
  return {
    schema: { type: ['string', 'number', 'boolean'], 'x-template': roots, ...options },
    optional: false,
    build: (node, context) => {
      if (typeof node !== 'string' && typeof node !== 'number' && typeof node !== 'boolean') {
        throw new ConfigError('ERR_MANIFEST_INVALID', `expected text or a template, found ${describe(node)}`)
      }
      // A number or boolean written as such stays what it is; only text is a template.
      if (typeof node !== 'string') return { source: String(node), constant: true, evaluate: () => node }
      const compiled = compileTemplate(node, templateOptions(roots, context))
      const types = validTypes && { validTypes }
      return {
        source: node,
        constant: compiled.constant,
        evaluate: bound(context, (scope, override?: ValidTypes) => compiled.evaluate(scope, override ? { validTypes: override } : types)),
      }
    },
  }
}

/** A template that decides: text or boolean in YAML. */
export function condition(roots: readonly string[], options: FieldOptions): Field<BoundCondition> {
  return {
    schema: { type: ['string', 'boolean'], 'x-template': roots, ...options },
    optional: false,
    build: (node, context) => {
      if (typeof node !== 'string' && typeof node !== 'boolean') {
        throw new ConfigError('ERR_MANIFEST_INVALID', `expected a condition, found ${describe(node)}`)
      }
      const compiled = compileCondition(node, templateOptions(roots, context))
      return { source: String(node), evaluate: bound(context, (scope) => compiled.evaluate(scope)) }
    },
  }
}

/** A mapping whose keys and values are templates; `nested` follows lists and mappings inside. */
export function mapping(
  roots: readonly string[],
  { validTypes, nested, ...options }: TemplateFieldOptions & { nested?: true },
): Field<BoundMapping> {
  return {
    schema: { type: ['object', 'string'], 'x-template': roots, ...options },
    optional: false,
    build: (node, context) => {
      const compiled = compileMapping(node, {
        ...templateOptions(roots, context),
        ...defined({ validTypes, nested }),
      })
      return { evaluate: bound(context, (scope) => compiled.evaluate(scope)) }
    },
  }
}

/** An integer, or a template that yields one when it is built (config and parameters only). */
export function integerOrTemplate(options: FieldOptions): Field<number> {
  return {
    schema: { type: ['integer', 'string'], 'x-template': [], ...options },
    optional: false,
    build: (node, context) => {
      const value = typeof node === 'string' ? template([], options).build(node, context).evaluate({}) : node
      const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
      if (typeof number === 'number' && Number.isInteger(number)) return number
      throw new ConfigError('ERR_MANIFEST_INVALID', `expected an integer, found ${describe(value)}`)
    },
  }
}

/** A child component: a mapping in YAML, the built runtime object in `create`. */
export function slot<T>(family: Family<T>, options: FieldOptions & { readonly default_type?: string }): Field<T> {
  const { default_type, ...rest } = options
  return {
    schema: {
      $ref: `#/definitions/${family.name}`,
      ...rest,
      ...(default_type ? { default: { type: default_type }, 'x-default-type': default_type } : {}),
    },
    optional: default_type !== undefined,
    family,
    build: (node, context) => {
      if (default_type === undefined) return buildTyped({ family }, node, context)
      // The type may be left out where only one component makes sense.
      return buildTyped({ family, type: default_type }, node ?? {}, context)
    },
  }
}
