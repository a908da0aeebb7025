import { hasLiterals, isObject, type JsonSchema, literalAt, localTarget, type PageItem, type Row } from '../framework/index.ts'
import { ExactDecimal } from './exact-decimal.ts'

/** Gives the value with its long numbers in another form; the value itself where it has none. */
type Exact = (value: unknown) => unknown

/** A whole number beyond 2^53 as the reader hands it on: text with every digit. */
const longInteger = /^-?[1-9]\d{15,}$/

/** What becomes of a value that is neither an object nor a list, by the types that the schema allows; undefined where it stays. */
type Leaf = (types: ReadonlySet<unknown>) => Exact | undefined

const isNumeric = (types: ReadonlySet<unknown>): boolean => types.has('integer') || types.has('number')

/** Text with all digits becomes a number where the schema promises one. */
const asNumber: Leaf = (types) =>
  isNumeric(types) && !types.has('string') ? (value) => (typeof value === 'string' && isLong(value) ? BigInt(value) : value) : undefined

/** A long number stays the text that it was read as where the schema promises text: ids stay strings. */
const asText: Leaf = (types) =>
  types.has('string') && !isNumeric(types) ? (value) => (typeof value === 'bigint' ? String(value) : value) : undefined

const exactOf = bySchema(asNumber)
const textsOf = bySchema(asText)

/**
 * The rows of a page with all digits of their numbers: what the body wrote as a number that JavaScript would round is a bigint or an
 * ExactDecimal, which {@link rowText} writes as it came. Where what the body wrote is no longer known (a transformation put the value
 * elsewhere), long whole numbers are text that becomes a bigint where the schema promises a number. Rows are copied where they change.
 */
export function exactRows({ stream, rows }: PageItem): readonly Row[] {
  const exact = exactOf(stream.schema)
  const withLiterals = (row: Row): Row => (hasLiterals(row) ? asPromised(exactCopy(row) as Row, stream.schema) : row)
  if (exact) return rows.map((row) => exact(withLiterals(row)) as Row)
  return rows.some(hasLiterals) ? rows.map(withLiterals) : rows
}

const asPromised = (row: Row, schema: JsonSchema): Row => (textsOf(schema)?.(row) ?? row) as Row

function exactCopy(holder: object): unknown {
  const exactPart = (value: unknown, name: string): unknown => {
    if (typeof value === 'object' && value !== null && hasLiterals(value)) return exactCopy(value)
    const literal = literalAt(holder, name, value)
    if (literal === undefined) return value
    return typeof value === 'string' ? BigInt(literal) : new ExactDecimal(literal)
  }
  if (Array.isArray(holder)) return holder.map((value: unknown, index) => exactPart(value, String(index)))
  return Object.fromEntries(Object.entries(holder).map(([name, value]) => [name, exactPart(value, name)]))
}

/** undefined for schemas in which no value changes. */
function bySchema(leaf: Leaf): (schema: JsonSchema) => Exact | undefined {
  const known = new WeakMap<JsonSchema, Exact | undefined>()
  return (schema) => {
    if (!known.has(schema)) known.set(schema, createCompiler(schema, leaf)(schema))
    return known.get(schema)
  }
}

function createCompiler(root: JsonSchema, leaf: Leaf): (node: unknown) => Exact | undefined {
  const compiled = new Map<unknown, Exact | undefined>()
  const compile = (node: unknown): Exact | undefined => {
    const schema = localTarget(node, root)
    if (!isObject(schema)) return undefined
    if (compiled.has(schema)) return compiled.get(schema)
    // A schema that refers to itself finds this while it is compiled.
    let own: Exact | undefined
    compiled.set(schema, (value) => own?.(value) ?? value)
    own = ofSchema(schema, { compile, leaf })
    compiled.set(schema, own)
    return own
  }
  return compile
}

interface Compiling {
  readonly compile: (node: unknown) => Exact | undefined
  readonly leaf: Leaf
}

function ofSchema(schema: Readonly<Record<string, unknown>>, { compile, leaf }: Compiling): Exact | undefined {
  const alternatives = [schema['anyOf'], schema['oneOf'], schema['allOf']].flatMap((list) => (Array.isArray(list) ? list : []))
  const types = new Set([schema, ...alternatives].flatMap((part) => (isObject(part) ? [part['type']].flat() : [])))
  const ofLeaf = leaf(types)
  const nested = alternatives.flatMap((part) => compile(part) ?? [])
  const fields = fieldsOf(schema, compile)
  const items = compile(schema['items'])
  if (!ofLeaf && nested.length === 0 && !fields && !items) return undefined
  return (value) => {
    if (typeof value !== 'object' || value === null || value instanceof ExactDecimal) return ofLeaf ? ofLeaf(value) : value
    const own = Array.isArray(value) ? (items ? sameOr(value, value.map(items)) : value) : (fields?.(value) ?? value)
    return nested.reduce((result: unknown, exact) => exact(result), own)
  }
}

const isLong = (text: string): boolean => text.length >= 16 && longInteger.test(text) && !Number.isSafeInteger(Number(text))

/** A list without changes stays the same list. */
const sameOr = (before: readonly unknown[], after: readonly unknown[]): readonly unknown[] =>
  after.some((item, index) => item !== before[index]) ? after : before

function fieldsOf(schema: Readonly<Record<string, unknown>>, compile: (node: unknown) => Exact | undefined): Exact | undefined {
  const { properties } = schema
  const named = Object.entries(isObject(properties) ? properties : {}).flatMap(([name, node]) => {
    const exact = compile(node)
    return exact ? [[name, exact] as const] : []
  })
  const others = compile(schema['additionalProperties'])
  if (named.length === 0 && !others) return undefined
  const own = new Set(Object.keys(isObject(properties) ? properties : {}))
  return (value) => {
    const row = value as Row
    let copy: Row | undefined
    const set = (name: string, exact: Exact) => {
      const before = row[name]
      const after = exact(before)
      if (after === before) return
      copy ??= { ...row }
      copy[name] = after
    }
    for (const [name, exact] of named) if (row[name] !== undefined) set(name, exact)
    if (others) for (const name of Object.keys(row)) if (!own.has(name)) set(name, others)
    return copy ?? row
  }
}
