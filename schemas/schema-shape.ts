import type { JsonSchema } from '../framework/index.ts'
import { defined, isObject } from '../framework/index.ts'
import { formatBit, formatName } from './formats.ts'
import {
  ANYTHING,
  BIG,
  BOOLEAN,
  INTEGER,
  merge,
  mergeRecords,
  NOTHING,
  NULL,
  NUMBER,
  normal,
  type ObjectShape,
  type Shape,
  type TextShape,
  widen,
} from './shape.ts'

/** Marks a property that every record once had and that came no more. Its column stays. */
export const ABSENT = 'x-absent'

/** Keywords whose meaning no shape carries: what they guard may be anything. */
const opaque = ['$ref', 'allOf', 'not', 'if', 'const', '$dynamicRef', 'patternProperties']
const scalarTypes: readonly (readonly [string, number])[] = [
  ['null', NULL],
  ['boolean', BOOLEAN],
  ['integer', INTEGER],
  ['number', NUMBER],
]

/** Of whole numbers beyond 64 bits, as Airbyte says it. */
const BIG_INTEGER = 'big_integer'

export interface ReadOptions {
  /** True for a schema that somebody wrote, false for what was learned from records. */
  readonly declared: boolean
}

/** The record shape that a schema of a stream allows. One without properties is a record of which nothing is known. */
export function recordShapeOf(schema: JsonSchema, options: ReadOptions): Shape {
  const shape = shapeOf({ properties: {}, ...schema }, options)
  if (shape.object) return shape
  const nothing = { fields: new Map(), values: undefined, required: new Set<string>(), declared: undefined }
  return { ...NOTHING, object: nothing }
}

/** The shape that a schema allows. */
export function shapeOf(node: unknown, options: ReadOptions): Shape {
  if (!isNode(node) || opaque.some((keyword) => keyword in node)) return ANYTHING
  const branches = node['anyOf'] ?? node['oneOf']
  if (Array.isArray(branches)) return branches.reduce<Shape>((all, branch) => merge(all, shapeOf(branch, options)), NOTHING)
  const types = typesOf(node)
  if (types.length === 0) return ANYTHING
  return {
    any: false,
    scalars: scalarsOf(node, types),
    text: types.includes('string') ? textOf(node) : undefined,
    object: types.includes('object') ? objectOf(node, options) : undefined,
    array: types.includes('array') ? elementsOf(node, options) : undefined,
  }
}

/** `type`, or what the other keywords speak of. */
function typesOf(node: JsonSchema): readonly unknown[] {
  if (node['type'] !== undefined) return [node['type']].flat()
  if ('properties' in node) return ['object']
  if ('items' in node) return ['array']
  return Array.isArray(node['enum']) && node['enum'].every((value) => typeof value === 'string') ? ['string'] : []
}

function scalarsOf(node: JsonSchema, types: readonly unknown[]): number {
  const bits = scalarTypes.reduce((all, [name, bit]) => (types.includes(name) ? all | bit : all), 0)
  return normal(bits & INTEGER && node['airbyte_type'] === BIG_INTEGER ? bits | BIG : bits)
}

function textOf(node: JsonSchema): TextShape {
  const values = Array.isArray(node['enum']) ? new Set(node['enum'].filter((value) => typeof value === 'string')) : undefined
  // A time without a zone is none of the formats that are recognised.
  const formats = node['airbyte_type'] === 'timestamp_without_timezone' ? 0 : formatBit(node['format'])
  return { formats, values }
}

function objectOf(node: JsonSchema, options: ReadOptions): ObjectShape {
  const properties = isNode(node['properties']) ? node['properties'] : undefined
  const rest = node['additionalProperties']
  const required: readonly unknown[] = Array.isArray(node['required']) ? node['required'] : []
  const names = new Set(required.filter((name) => typeof name === 'string'))
  return {
    fields: new Map(Object.entries(properties ?? {}).map(([name, inner]) => [name, shapeOf(inner, options)])),
    // An object of which nothing more is said may hold anything.
    values: isNode(rest) ? shapeOf(rest, options) : properties ? undefined : ANYTHING,
    required: names,
    declared: options.declared ? names : undefined,
  }
}

function elementsOf(node: JsonSchema, options: ReadOptions): Shape {
  const items = node['items']
  if (node['maxItems'] === 0) return NOTHING
  return Array.isArray(items) || items === undefined ? ANYTHING : shapeOf(items, options)
}

/**
 * The schema of a shape. What `over` says beyond the shape (descriptions, formats that are not recognised) is kept, and where the shape
 * is what `over` allows, it stays as it is, word for word.
 */
export function schemaOf(shape: Shape, over: JsonSchema = {}): JsonSchema {
  if (Object.keys(over).length > 0 && isSame(shapeOf(over, { declared: false }), shape)) return over
  const { type, format, enum: values, properties, required, items, maxItems, additionalProperties, anyOf, oneOf, ...rest } = over
  if (shape.any) return rest
  const kept = shape.text && formatBit(format) === 0 && format !== undefined ? { format } : {}
  return {
    ...rest,
    type: typeNames(shape),
    ...(shape.scalars & BIG ? { airbyte_type: BIG_INTEGER } : {}),
    ...kept,
    ...(shape.text ? textKeywords(shape.text, shape) : {}),
    ...(shape.object ? objectKeywords(shape.object, over) : {}),
    ...(shape.array ? arrayKeywords(shape.array, items) : {}),
  }
}

function typeNames({ scalars, text, object, array }: Shape): string | readonly string[] {
  const names = scalarTypes.filter(([, bit]) => scalars & bit).map(([name]) => name)
  if (text) names.push('string')
  if (object) names.push('object')
  if (array) names.push('array')
  const [only] = names
  return names.length === 1 && only !== undefined ? only : names
}

function textKeywords({ formats, values }: TextShape, { scalars }: Shape): JsonSchema {
  const name = formatName(formats)
  // An enum binds values of every type.
  const allowed = values && [...[...values].sort(), ...(scalars & NULL ? [null] : [])]
  return { ...defined({ format: name }), ...(allowed && (scalars & ~NULL) === 0 ? { enum: allowed } : {}) }
}

function objectKeywords({ fields, values, required }: ObjectShape, over: JsonSchema): JsonSchema {
  const known = isNode(over['properties']) ? over['properties'] : {}
  const properties: Record<string, JsonSchema> = {}
  for (const name of inOrder(fields, known)) setOwn(properties, name, schemaOf(fields.get(name) ?? NOTHING, nodeOf(known, name)))
  const rest = over['additionalProperties']
  return {
    ...(values && fields.size === 0 ? {} : { properties }),
    ...(required.size === 0 ? {} : { required: [...required].sort() }),
    ...(values && !values.any ? { additionalProperties: schemaOf(values, isNode(rest) ? rest : {}) } : {}),
    ...(!values && typeof rest === 'boolean' ? { additionalProperties: rest } : {}),
  }
}

/** Declared fields as they were declared, learned ones by name: the order in which records came must not show. */
function inOrder(fields: ReadonlyMap<string, Shape>, known: JsonSchema): readonly string[] {
  const learned = [...fields.keys()].filter((name) => !Object.hasOwn(known, name)).sort()
  return [...Object.keys(known).filter((name) => fields.has(name)), ...learned]
}

function arrayKeywords(elements: Shape, over: unknown): JsonSchema {
  if (elements.any) return isNode(over) ? { items: over } : {}
  return isEmpty(elements) ? { maxItems: 0 } : { items: schemaOf(elements, isNode(over) ? over : {}) }
}

const isEmpty = ({ any, scalars, text, object, array }: Shape): boolean => !any && scalars === 0 && !text && !object && !array

/** An assignment to `__proto__` would change the prototype instead. */
function setOwn(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}

function nodeOf(properties: JsonSchema, name: string): JsonSchema {
  const node = Object.hasOwn(properties, name) ? properties[name] : undefined
  return isNode(node) ? node : {}
}

/** Equal but for who declared what. */
export function isSame(a: Shape, b: Shape): boolean {
  if (a === b) return true
  if (a.any || b.any) return a.any && b.any
  return a.scalars === b.scalars && isSameText(a.text, b.text) && isSameObject(a.object, b.object) && both(a.array, b.array, isSame)
}

const isSameText = (a: TextShape | undefined, b: TextShape | undefined): boolean =>
  both(a, b, (one, other) => one.formats === other.formats && both(one.values, other.values, isSameSet))

function isSameObject(a: ObjectShape | undefined, b: ObjectShape | undefined): boolean {
  return both(a, b, (one, other) => {
    if (one.fields.size !== other.fields.size || !isSameSet(one.required, other.required)) return false
    if (!both(one.values, other.values, isSame)) return false
    return [...one.fields].every(([name, shape]) => isSame(shape, other.fields.get(name) ?? NOTHING))
  })
}

const isSameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => a.size === b.size && [...a].every((entry) => b.has(entry))

function both<T>(a: T | undefined, b: T | undefined, same: (a: T, b: T) => boolean): boolean {
  return a === undefined || b === undefined ? a === b : same(a, b)
}

/**
 * One schema for what two schemas allow. The words of the first stand, fields of the second are added: the first declares, the second
 * was observed.
 */
export function mergeSchemas(declared: JsonSchema, observed: JsonSchema): JsonSchema {
  const shape = mergeRecords(recordShapeOf(declared, { declared: true }), recordShapeOf(observed, { declared: false }))
  return schemaOf(shape, annotated(declared, observed))
}

/** What is known of a stream that has been read before: its declaration, and what its records had at each level. */
export function joinKnown(declared: JsonSchema, known: JsonSchema): { readonly shape: Shape; readonly schema: JsonSchema } {
  const shape = widen(recordShapeOf(known, { declared: false }), recordShapeOf(declared, { declared: true }))
  return { shape, schema: schemaOf(shape, annotated(declared, known)) }
}

/** `first` with the fields, and their words, that only `second` has. */
function annotated(first: JsonSchema, second: JsonSchema): JsonSchema {
  const properties: Record<string, unknown> = { ...(isNode(first['properties']) ? first['properties'] : {}) }
  for (const [name, node] of Object.entries(isNode(second['properties']) ? second['properties'] : {})) {
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined
    setOwn(properties, name, isNode(own) && isNode(node) && ('properties' in own || ABSENT in node) ? joined(own, node) : (own ?? node))
  }
  return { ...second, ...first, properties }
}

function joined(own: JsonSchema, learned: JsonSchema): JsonSchema {
  const inner = 'properties' in own ? { properties: annotated(own, learned)['properties'] } : {}
  return { ...own, ...inner, ...(learned[ABSENT] === true ? { [ABSENT]: true } : {}) }
}

export const isNode = (value: unknown): value is JsonSchema => isObject(value)
