import { codePoints } from './code-points.ts'
import { bytesMethods, dictMethods, listMethods, tupleMethods } from './container-methods.ts'
import { temporalMembers } from './datetime-methods.ts'
import { dictGet, dictHas } from './dict.ts'
import { bindMethod, type Method } from './functions.ts'
import { parsePythonFloat } from './numbers.ts'
import { braceFormat } from './percent-format.ts'
import { elementAt } from './sequences.ts'
import { stringMethods } from './string-methods.ts'
import { attributes, attributesOf, Callable, isDict, isFloat, isIntegral, kindOf, PyFloat } from './values.ts'

/**
 * Reading attributes and items, which is also the sandbox: only own properties, the methods listed here, and nothing
 * that starts with two underscores. JavaScript prototypes are out of reach, whatever the name.
 */

/** Python attributes that every object has; a key of that name is hidden behind them and they yield nothing. */
const dunder = /^__\w+__$/

const noMethods: ReadonlyMap<string, Method> = new Map()

function methodsOf(value: unknown): ReadonlyMap<string, Method> {
  if (typeof value === 'string') return stringMethods
  if (isPlain(value)) return dictMethods
  if (Array.isArray(value)) return kindOf(value) === 'list' ? listMethods : kindOf(value) === 'tuple' ? tupleMethods : noMethods
  if (value instanceof Uint8Array) return bytesMethods
  return temporalMembers(value)?.methods ?? (isDict(value) ? dictMethods : noMethods)
}

/** An ordinary data object, whose own properties are its keys. */
export function isData(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/** A data object without declared attributes. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  return isData(value) && !Object.hasOwn(value, attributes)
}

/**
 * {@link attributeOf} for a name that is known beforehand. Data objects, nearly all objects there are, have no attributes
 * but the methods of dict.
 */
export function attributeReader(name: string): (value: unknown) => unknown {
  if (dictMethods.has(name) || name.startsWith('__')) return (value) => attributeOf(value, name)
  return (value) => {
    if (isPlain(value)) return Object.hasOwn(value, name) ? value[name] : undefined
    return attributeOf(value, name)
  }
}

const isIntegerMethod = (value: unknown, name: string): boolean => name === 'is_integer' && (isFloat(value) || value instanceof PyFloat)

/** The Python attribute `name`: a declared attribute, a field of a date, or a method as a function value. Undefined when there is none. */
export function pythonAttribute(value: unknown, name: string): unknown {
  const own = attributesOf(value)
  if (own && Object.hasOwn(own, name)) return own[name]
  const members = isPlain(value) ? undefined : temporalMembers(value)
  if (members) {
    const field = Object.hasOwn(members.attributes, name) ? members.attributes[name] : undefined
    if (field) return field(value as never)
  }
  const method = methodsOf(value).get(name)
  if (method) return bindMethod(method, value)
  if (typeof value === 'string' && (name === 'format' || name === 'format_map')) return formatMethod(value, name)
  if (isIntegerMethod(value, name)) return new Callable(name, () => Number.isInteger(parsePythonFloat(value)))
  return undefined
}

function formatMethod(text: string, name: string): Callable {
  const read = (object: unknown, key: string, form: 'attribute' | 'item'): unknown =>
    form === 'attribute' ? attributeOf(object, key) : itemOf(object, /^\d+$/.test(key) ? Number(key) : key)
  return new Callable(name, ({ positional, named }) => {
    if (name === 'format') return braceFormat(text, { positional, named: named ?? {}, read })
    const values = isDict(positional[0]) && !(positional[0] instanceof Map) ? positional[0] : {}
    return braceFormat(text, { positional: [], named: values, read })
  })
}

/** `value.name`: the Python attribute first, then the key. */
export function attributeOf(value: unknown, name: string): unknown {
  if (name.startsWith('__') && dunder.test(name) && name !== '__proto__') return undefined
  const attribute = pythonAttribute(value, name)
  if (attribute !== undefined) return attribute
  return isDict(value) ? dictGet(value, name) : undefined
}

/** `value.name` where data comes first: the key, then the Python attribute. */
export function keyOrAttributeOf(value: unknown, name: string): unknown {
  if (isDict(value) && dictHas(value, name)) return dictGet(value, name)
  return attributeOf(value, name)
}

/** `value[key]`: the element or key first, then the Python attribute of that name. */
export function itemOf(value: unknown, key: unknown): unknown {
  if (typeof key === 'string') {
    if (isDict(value) && dictHas(value, key)) return dictGet(value, key)
    return dunder.test(key) ? undefined : pythonAttribute(value, key)
  }
  if (value instanceof Map) return dictGet(value, key)
  return isIntegral(key) ? elementOf(value, Number(key)) : undefined
}

function elementOf(value: unknown, index: number): unknown {
  if (Array.isArray(value)) return kindOf(value) === 'list' || kindOf(value) === 'tuple' ? elementAt(value, index) : undefined
  if (typeof value === 'string') return elementAt(codePoints(value), index)
  return value instanceof Uint8Array ? elementAt(value, index) : undefined
}

/** The method `name` of `value` for a call, without making a function value. */
export function methodOf(value: unknown, name: string): Method | undefined {
  return methodsOf(value).get(name)
}
