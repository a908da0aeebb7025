// What values look like, as an algebra: shapes merge in any order and in any grouping, and merging one with itself changes nothing.
import { formatsOf, hasFormats } from './formats.ts'
import { isDataKey } from './map-keys.ts'

export const NULL = 1
export const BOOLEAN = 2
export const INTEGER = 4
/** Includes whole numbers. */
export const NUMBER = 8
/** Beside INTEGER: whole numbers beyond 64 bits. */
export const BIG = 16

export interface TextShape {
  /** Bits of the formats that all texts have. */
  readonly formats: number
  /** The values allowed; only ever declared, never learned. */
  readonly values: ReadonlySet<string> | undefined
}

export interface ObjectShape {
  readonly fields: ReadonlyMap<string, Shape>
  /** What stands under keys that are no fields, in objects that are maps. */
  readonly values: Shape | undefined
  /** Fields that every object has. */
  readonly required: ReadonlySet<string>
  /** Fields that the declaration requires; undefined for what no declaration describes. Declared records never become maps. */
  readonly declared: ReadonlySet<string> | undefined
}

/** The values that were seen or are allowed; a part that is undefined was not seen. */
export interface Shape {
  /** Anything at all. */
  readonly any: boolean
  /** Bits of null, boolean and the numbers. */
  readonly scalars: number
  readonly text: TextShape | undefined
  readonly object: ObjectShape | undefined
  /** The shape of all elements. */
  readonly array: Shape | undefined
}

export const NOTHING: Shape = { any: false, scalars: 0, text: undefined, object: undefined, array: undefined }
export const ANYTHING: Shape = { ...NOTHING, any: true }

/** Keys of one kind of object beyond which it is taken for a map. */
const mostFields = 100

/** Every value of either shape. Commutative, associative, idempotent; `NOTHING` changes nothing. */
export function merge(a: Shape, b: Shape): Shape {
  return mergeWith(a, b, { root: false, required: 'both' })
}

/** As {@link merge}, for records: these never become maps. */
export function mergeRecords(a: Shape, b: Shape): Shape {
  return mergeWith(a, b, { root: true, required: 'both' })
}

/** The record shape `known`, wide enough for `seen`. What every object has stays as it was: single records say nothing about it. */
export function widen(known: Shape, seen: Shape): Shape {
  return mergeWith(known, seen, { root: true, required: 'first' })
}

interface MergeHow {
  readonly root: boolean
  readonly required: 'both' | 'first'
}

function mergeWith(a: Shape, b: Shape, how: MergeHow): Shape {
  if (a === b || b === NOTHING) return a
  if (a === NOTHING) return b
  if (a.any || b.any) return ANYTHING
  const inner: MergeHow = { root: false, required: how.required }
  return {
    any: false,
    scalars: normal(a.scalars | b.scalars),
    text: a.text && b.text ? mergeTexts(a.text, b.text) : (a.text ?? b.text),
    object: a.object && b.object ? mergeObjects(a.object, b.object, how) : (a.object ?? b.object),
    array: a.array && b.array ? mergeWith(a.array, b.array, inner) : (a.array ?? b.array),
  }
}

/** Whole numbers are numbers. */
export const normal = (scalars: number): number => (scalars & NUMBER ? scalars & ~(INTEGER | BIG) : scalars)

function mergeTexts(a: TextShape, b: TextShape): TextShape {
  const values = a.values && b.values ? new Set([...a.values, ...b.values]) : undefined
  return { formats: a.formats & b.formats, values }
}

function mergeObjects(a: ObjectShape, b: ObjectShape, how: MergeHow): ObjectShape {
  const inner: MergeHow = { root: false, required: how.required }
  const fields = new Map(a.fields)
  for (const [key, shape] of b.fields) fields.set(key, mergeWith(fields.get(key) ?? NOTHING, shape, inner))
  const declared = a.declared && b.declared ? new Set([...a.declared, ...b.declared]) : (a.declared ?? b.declared)
  const required = how.required === 'first' ? a.required : new Set([...a.required].filter((key) => b.required.has(key)))
  const isMap = a.values !== undefined || b.values !== undefined || (!how.root && !declared && fields.size > mostFields)
  if (!isMap) return { fields, values: undefined, required, declared }
  return asMap({ fields, values: mergeWith(a.values ?? NOTHING, b.values ?? NOTHING, inner), required, declared }, [a, b])
}

/** Keys that one of the maps has no field for are keys like any other. */
function asMap(whole: ObjectShape & { readonly values: Shape }, parts: readonly ObjectShape[]): ObjectShape {
  const maps = parts.filter(({ values }) => values !== undefined)
  const kept = maps.length === 0 ? [] : [...whole.fields.keys()].filter((key) => maps.every(({ fields }) => fields.has(key)))
  const stays = new Set(kept)
  let { values } = whole
  for (const [key, shape] of whole.fields) if (!stays.has(key)) values = merge(values, shape)
  return {
    fields: new Map([...whole.fields].filter(([key]) => stays.has(key))),
    values,
    required: new Set([...whole.required].filter((key) => stays.has(key))),
    declared: whole.declared,
  }
}

/**
 * The shape of one value. `guide` is the shape that it is to be merged into: only where that allows certain texts, texts are kept
 * one by one.
 */
export function shapeOfValue(value: unknown, guide: Shape = NOTHING): Shape {
  if (value === null) return { ...NOTHING, scalars: NULL }
  switch (typeof value) {
    case 'boolean':
      return { ...NOTHING, scalars: BOOLEAN }
    case 'bigint':
      return isTextOnly(guide) ? shapeOfValue(String(value), guide) : { ...NOTHING, scalars: longScalars(value) }
    case 'number':
      return { ...NOTHING, scalars: Number.isInteger(value) ? INTEGER : NUMBER }
    case 'string':
      return { ...NOTHING, text: { formats: formatsOf(value), values: guide.text?.values ? new Set([value]) : undefined } }
    case 'object':
      return Array.isArray(value) ? shapeOfArray(value, guide.array) : { ...NOTHING, object: shapeOfObject(value, guide.object) }
    default:
      return ANYTHING
  }
}

/** A field of texts takes a long whole number as text: its digits are the value of an id, and the field stays what it is. */
const isTextOnly = ({ text, scalars }: Shape): boolean => text !== undefined && (scalars & (INTEGER | NUMBER)) === 0

const longScalars = (value: bigint): number => (BigInt.asIntN(64, value) === value ? INTEGER : INTEGER | BIG)

/** Whether a shape of these parts has a long whole number. */
export function takesLong({ scalars, text }: Pick<Shape, 'scalars' | 'text'>, value: bigint): boolean {
  if ((scalars & NUMBER) !== 0) return true
  if ((scalars & INTEGER) !== 0) return (scalars & BIG) !== 0 || longScalars(value) === INTEGER
  if (text === undefined) return false
  const written = String(value)
  return hasFormats(written, text.formats) && (text.values?.has(written) ?? true)
}

/** The shape of a row: a record, whatever its keys look like. */
export function shapeOfRecord(row: object, guide: Shape = NOTHING): Shape {
  return { ...NOTHING, object: { ...fieldsOf(row, guide.object), values: undefined } }
}

function shapeOfArray(values: readonly unknown[], guide: Shape | undefined): Shape {
  let items = NOTHING
  for (const value of values) items = merge(items, shapeOfValue(value, guide))
  return { ...NOTHING, array: items }
}

function shapeOfObject(value: object, guide: ObjectShape | undefined): ObjectShape {
  const { fields, required } = fieldsOf(value, guide)
  const tooMany = fields.size > mostFields && !guide?.declared
  const isMap = fields.size > 0 && !guide?.declared && [...fields.keys()].every(isDataKey)
  if (!isMap && !tooMany) return { fields, required, values: undefined, declared: undefined }
  const values = [...fields.values()].reduce((all, shape) => merge(all, shape), NOTHING)
  return { fields: new Map(), required: new Set(), values, declared: undefined }
}

function fieldsOf(value: object, guide: ObjectShape | undefined): Omit<ObjectShape, 'values'> {
  const fields = new Map<string, Shape>()
  for (const [key, inner] of Object.entries(value)) {
    if (inner !== undefined) fields.set(key, shapeOfValue(inner, guide?.fields.get(key) ?? guide?.values))
  }
  return { fields, required: new Set(fields.keys()), declared: undefined }
}

/** Fields of which each is a number and none is always there, from this many on, are counts by some kind of thing. */
const fewestCounts = 4

/**
 * Objects inside the shape that are counts by action type, reaction and the like become maps. Asked once all records were seen:
 * how many fields there are and which are always there is known only then.
 */
export function foldCounts(shape: Shape): Shape {
  const { object, array } = shape
  const folded = object && foldFields(object)
  return { ...shape, object: folded, array: array && foldWhole(array) }
}

function foldFields(object: ObjectShape): ObjectShape {
  const fields = new Map([...object.fields].map(([name, inner]) => [name, foldWhole(inner)] as const))
  return { ...object, fields, values: object.values && foldWhole(object.values) }
}

function foldWhole(shape: Shape): Shape {
  const { object } = shape
  if (!object || object.declared || object.values || object.required.size > 0 || object.fields.size < fewestCounts) return foldCounts(shape)
  const inner = [...object.fields.values()]
  if (!inner.every(isCount)) return foldCounts(shape)
  const values = inner.reduce(merge, NOTHING)
  return { ...foldCounts(shape), object: { fields: new Map(), values, required: new Set(), declared: undefined } }
}

const isCount = ({ any, scalars, text, object, array }: Shape): boolean =>
  !any && !text && !object && !array && (scalars & (INTEGER | NUMBER)) !== 0 && (scalars & BOOLEAN) === 0
