import { isObject } from '../../protocol/json.ts'
import { localTarget } from '../../protocol/local-reference.ts'
import type { JsonSchema, Row } from '../../protocol/messages.ts'
import { keepLiterals } from '../../protocol/number-literals.ts'
import { parsePythonFloat, parsePythonInt } from '../../template/python/numbers.ts'
import type { Dialect } from '../../template/template.ts'
import { pythonText } from '../../template/template.ts'
import { valueText } from '../values/value-text.ts'

type Convert = (value: unknown) => unknown

const trueWords = new Set(['y', 'yes', 't', 'true', 'on', '1'])
const falseWords = new Set(['n', 'no', 'f', 'false', 'off', '0'])
const scalarTypes = new Set(['string', 'number', 'integer', 'boolean', 'null'])

/**
 * Casts scalars of a record to the one type that its schema allows besides null; what cannot be cast stays. Follows
 * `properties`, `items` and local `$ref`s, nothing else, as the reference does. Rows are copied, not changed.
 */
export function createNormaliser(schema: JsonSchema, dialect: Dialect): (row: Row) => Row {
  const compiled = new Map<unknown, Convert>()
  const compile = (node: unknown): Convert => {
    const target = localTarget(node, schema)
    const known = compiled.get(target)
    if (known) return known
    let convert: Convert = (value) => value
    // Set before descending, so that a schema that refers to itself ends.
    compiled.set(target, (value) => convert(value))
    if (isObject(target)) convert = converter(target, dialect, compile)
    return (value) => convert(value)
  }
  const properties = propertiesOf(schema, compile)
  return (row) => convertProperties(row, properties)
}

function converter(schema: Readonly<Record<string, unknown>>, dialect: Dialect, compile: (node: unknown) => Convert): Convert {
  const cast = castTo(schema, dialect)
  const properties = propertiesOf(schema, compile)
  const items = isObject(schema['items']) ? compile(schema['items']) : undefined
  return (value) => {
    const own = cast(value)
    if (Array.isArray(own)) return items ? own.map(items) : own
    return isObject(own) && properties.size > 0 ? convertProperties(own, properties) : own
  }
}

function propertiesOf(schema: Readonly<Record<string, unknown>>, compile: (node: unknown) => Convert): ReadonlyMap<string, Convert> {
  const properties = schema['properties']
  if (!isObject(properties)) return new Map()
  return new Map(Object.entries(properties).map(([key, node]) => [key, compile(node)]))
}

function convertProperties(row: Readonly<Row>, properties: ReadonlyMap<string, Convert>): Row {
  const copy = keepLiterals(row, { ...row })
  for (const key of Object.keys(copy)) {
    const convert = properties.get(key)
    if (convert) copy[key] = convert(copy[key])
  }
  return copy
}

function castTo(schema: Readonly<Record<string, unknown>>, dialect: Dialect): Convert {
  const declared = schema['type']
  const types = Array.isArray(declared) ? declared.filter((type) => type !== 'null') : [declared]
  const nullable = dialect === 'native' || (Array.isArray(declared) ? declared.includes('null') : declared === 'null')
  const [type] = types
  const cast = types.length === 1 && typeof type === 'string' ? casts[type] : undefined
  if (!cast) return (value) => value
  return (value) => {
    if (value === null && nullable) return value
    try {
      return cast(value, schema, dialect)
    } catch {
      // The reference keeps what it cannot cast.
      return value
    }
  }
}

const casts: Readonly<Record<string, (value: unknown, schema: Readonly<Record<string, unknown>>, dialect: Dialect) => unknown>> = {
  string: (value, _, dialect) =>
    typeof value === 'string' ? value : dialect === 'airbyte' ? pythonText(value) : valueText(value, dialect),
  // A long whole number keeps its digits, which a float would round.
  number: (value) => (isLongInteger(value) ? value : parsePythonFloat(value)),
  integer: (value) => {
    const integer = parsePythonInt(value)
    return typeof integer === 'bigint' ? integer.toString() : integer
  },
  boolean: (value) => (typeof value === 'string' ? booleanOf(value) : Boolean(value)),
  array: (value, schema) => (isScalar(value) && holdsScalars(schema['items']) ? [value] : value),
}

const isLongInteger = (value: unknown): boolean =>
  typeof value === 'string' && /^-?[1-9]\d{15,}$/.test(value) && !Number.isSafeInteger(Number(value))

function booleanOf(text: string): boolean | string {
  if (trueWords.has(text.toLowerCase())) return true
  return falseWords.has(text.toLowerCase()) ? false : text
}

/** Only types written as a list count: the reference reads a single word letter by letter. */
function holdsScalars(items: unknown): boolean {
  const type = isObject(items) ? items['type'] : undefined
  return type === undefined || (Array.isArray(type) && type.every((name) => scalarTypes.has(name)))
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value !== 'object'
}
