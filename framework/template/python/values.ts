import { CalendarDate, CalendarDuration, DateTime, TimeDelta } from '../datetime/datetime-value.ts'

/**
 * How Python's values look in JavaScript.
 *
 * | Python | JavaScript |
 * |---|---|
 * | None, bool, str | null, boolean, string |
 * | Jinja's Undefined | undefined |
 * | int | an integral number, or a bigint beyond 2^53 |
 * | float | a fractional number; {@link PyFloat} when integral (`2.0`) |
 * | list, tuple, generator, dict views | an array, the last three marked by {@link arrayOf} |
 * | dict | a plain object; a Map once a key is not a string |
 * | set, bytes, Ellipsis | Set, Uint8Array, {@link ellipsis} |
 * | datetime, date, timedelta, isodate's Duration | the classes of datetime-value.ts |
 */

/** A Python float whose value is integral, so that it prints as `2.0`. Behaves as the number in JSON and arithmetic. */
export class PyFloat {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }

  valueOf(): number {
    return this.value
  }

  toString(): string {
    return String(this.value)
  }

  toJSON(): number {
    return this.value
  }
}

/** The float `value`: wrapped when a bare number would pass for an int. */
export function toFloat(value: number): number | PyFloat {
  return Number.isInteger(value) ? new PyFloat(value) : value
}

/** The int `value` in its canonical form: a number while that is exact. */
export function toInt(value: bigint | number): number | bigint {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value + 0 : BigInt(value)
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}

/** Python's `...`. */
export const ellipsis: unique symbol = Symbol('Ellipsis')

/**
 * Python attributes of an object besides its keys: `{ ...keys, [attributes]: { extra_fields } }` reads `slice.extra_fields`
 * as attribute and `slice['id']` as key. Attributes win in `.name` form, as in Python.
 */
export const attributes: unique symbol = Symbol('attributes')

/** Python sequences that are no lists. */
export type ArrayKind = 'tuple' | 'generator' | 'dict_keys' | 'dict_values' | 'dict_items'

const kinds = new WeakMap<readonly unknown[], ArrayKind>()

/** Marks `items` as another Python sequence than a list. Outside the template language it is an ordinary array. */
export function arrayOf<T extends readonly unknown[]>(kind: ArrayKind, items: T): T {
  kinds.set(items, kind)
  return items
}

/** What {@link arrayOf} said, else a list. */
export function kindOf(items: readonly unknown[]): ArrayKind | 'list' {
  return kinds.get(items) ?? 'list'
}

/** A Python tuple. */
export const tuple = (items: readonly unknown[]): readonly unknown[] => arrayOf('tuple', items)

/** A function of the template language. Only these can be called: functions found in data cannot. */
export class Callable {
  readonly name: string
  readonly call: (args: Arguments, environment: Environment) => unknown

  constructor(name: string, call: Callable['call']) {
    this.name = name
    this.call = call
  }
}

/** What a call passes; `named` is undefined when there are none. */
export interface Arguments {
  readonly positional: readonly unknown[]
  readonly named: Readonly<Record<string, unknown>> | undefined
}

/** `native`: our manifests. `airbyte`: the reference semantics, for manifests written for Airbyte. */
export type Dialect = 'native' | 'airbyte'

/** What functions may ask of their surroundings. */
export interface Environment {
  readonly dialect: Dialect
  /** Epoch milliseconds; the fraction carries microseconds. */
  readonly now: () => number
}

/** A Python dict. */
export type Dict = Record<string, unknown> | Map<unknown, unknown>
/** Whatever Python calculates with; bools are ints. */
export type Numeric = number | bigint | PyFloat | boolean

/** Any object that is none of the language's own; instances of foreign classes count by their own properties. */
export function isDict(value: unknown): value is Dict {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  if (value instanceof Map) return true
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || !isOwnClass(value)
}

function isOwnClass(value: object): boolean {
  return (
    value instanceof PyFloat ||
    value instanceof DateTime ||
    value instanceof CalendarDate ||
    value instanceof TimeDelta ||
    value instanceof CalendarDuration ||
    value instanceof Callable ||
    value instanceof Set ||
    value instanceof Uint8Array
  )
}

/** The value as a JS number when it is a Python number that is no bigint. */
export function isNumeric(value: unknown): value is Numeric {
  const type = typeof value
  return type === 'number' || type === 'boolean' || type === 'bigint' || value instanceof PyFloat
}

/** A Python float. */
export function isFloat(value: unknown): value is number | PyFloat {
  return typeof value === 'number' ? !Number.isInteger(value) : value instanceof PyFloat
}

/** int or bool. */
export function isIntegral(value: unknown): value is number | bigint | boolean {
  return typeof value === 'boolean' || typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
}

/** The name Python's `type(value).__name__` has. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'Undefined'
  if (value === null) return 'NoneType'
  if (value === ellipsis) return 'ellipsis'
  if (Array.isArray(value)) return kindOf(value)
  switch (typeof value) {
    case 'string':
      return 'str'
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int'
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float'
    default:
      return objectTypeName(value)
  }
}

function objectTypeName(value: unknown): string {
  if (value instanceof PyFloat) return 'float'
  if (value instanceof DateTime) return 'datetime'
  if (value instanceof CalendarDate) return 'date'
  if (value instanceof TimeDelta) return 'timedelta'
  if (value instanceof CalendarDuration) return 'Duration'
  if (value instanceof Set) return 'set'
  if (value instanceof Uint8Array) return 'bytes'
  if (value instanceof Callable) return 'function'
  return isDict(value) ? 'dict' : 'object'
}

/** Python's truth of a value: empty, zero, None and Undefined are false. */
export function truthy(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  if (value === null || value === undefined) return false
  if (typeof value === 'string') return value.length > 0
  if (typeof value === 'number') return value !== 0
  if (typeof value === 'bigint') return value !== 0n
  if (Array.isArray(value)) return value.length > 0 || kindOf(value) === 'generator'
  if (value instanceof PyFloat) return value.value !== 0
  if (value instanceof TimeDelta) return value.seconds !== 0 || value.micro !== 0
  if (value instanceof Set || value instanceof Map) return value.size > 0
  if (value instanceof Uint8Array) return value.length > 0
  return isDict(value) ? hasKeys(value) : true
}

function hasKeys(value: Dict): boolean {
  if (Object.hasOwn(value, attributes)) return Object.keys(value).length > 0 || !isSlice(value)
  for (const _ in value) return true
  return false
}

/** Objects that are attributes only (`loop`, a namespace) are true; a slice without keys is an empty mapping. */
function isSlice(value: object): boolean {
  return Object.hasOwn(attributesOf(value) ?? {}, 'partition')
}

/** What the object declares under {@link attributes}. */
export function attributesOf(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, attributes)) return undefined
  return (value as { [attributes]: Record<string, unknown> })[attributes]
}
