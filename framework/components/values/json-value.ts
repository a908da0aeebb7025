import { ConnectorError } from '../../errors.ts'
import { describe } from '../../manifest/definition/build.ts'
import { PyFloat, pythonText } from '../../template/template.ts'
import { valueText } from './value-text.ts'

/** A value of the template language as JSON has it: dates become text, integers too long for a number too. */
export function jsonValue(value: unknown): unknown {
  switch (typeof value) {
    case 'bigint':
      return value.toString()
    case 'undefined':
      return ''
    case 'object':
      return value === null ? null : plainObject(value)
    default:
      return value
  }
}

function plainObject(value: object): unknown {
  if (Array.isArray(value)) return value.map(jsonValue)
  if (value instanceof PyFloat) return value.value
  if (value instanceof Set) return Array.from(value, jsonValue)
  if (value instanceof Map) return Object.fromEntries(Array.from(value, ([key, item]) => [pythonText(key), jsonValue(item)]))
  const prototype = Object.getPrototypeOf(value)
  // What came out of a body is plain already; copying it keeps two fields from sharing one object.
  if (prototype === Object.prototype || prototype === null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonValue(item)]))
  }
  return pythonText(value)
}

/** The value as a JSON type of our dialect. Null stays null. Throws ERR_VALUE_TYPE when it cannot be one. */
export function typedValue(value: unknown, type: 'string' | 'number' | 'integer' | 'boolean'): unknown {
  if (value === null) return null
  if (type === 'string') return valueText(value, 'native')
  if (type === 'boolean' && (value === true || value === false)) return value
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (type === 'number' && typeof number === 'number' && Number.isFinite(number)) return number
  if (type === 'integer' && typeof number === 'number' && Number.isSafeInteger(number)) return number
  throw new ConnectorError('ERR_VALUE_TYPE', `expected a value of type ${type}, found ${describe(value)}`)
}
