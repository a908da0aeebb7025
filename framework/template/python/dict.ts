import { typeError } from '../failure.ts'
import { type Dict, PyFloat, typeName } from './values.ts'

/** Own-property access to dictionaries; `__proto__` is a key like any other. */

/** Numbers that Python hashes alike are the same key. */
function mapKey(key: unknown): unknown {
  if (key instanceof PyFloat) return key.value
  return typeof key === 'boolean' ? Number(key) : key
}

/** Throws a TypeError failure for keys that Python refuses: lists, dicts and sets. */
export function assertHashable(key: unknown): void {
  const unhashable = Array.isArray(key) ? typeName(key) === 'list' : typeName(key) === 'dict' || key instanceof Set
  if (unhashable) throw typeError(`unhashable type: '${typeName(key)}'`)
}

/** Python's `key in dict`. */
export function dictHas(dict: Dict, key: unknown): boolean {
  if (dict instanceof Map)
    return dict.has(key) || (typeof key !== 'string' && [...dict.keys()].some((known) => mapKey(known) === mapKey(key)))
  return typeof key === 'string' && Object.hasOwn(dict, key)
}

/** The value, undefined when there is none. */
export function dictGet(dict: Dict, key: unknown): unknown {
  if (!(dict instanceof Map)) return typeof key === 'string' && Object.hasOwn(dict, key) ? dict[key] : undefined
  if (typeof key === 'string' || dict.has(key)) return dict.get(key)
  for (const [known, value] of dict) if (mapKey(known) === mapKey(key)) return value
  return undefined
}

/** Keys and values in their order. */
export function dictEntries(dict: Dict): [unknown, unknown][] {
  return dict instanceof Map ? [...dict.entries()] : Object.entries(dict)
}

/** Keys in their order; those of plain objects are text. */
export function dictKeys(dict: Dict): unknown[] {
  return dict instanceof Map ? [...dict.keys()] : Object.keys(dict)
}

/** Python's `len(dict)`. */
export function dictSize(dict: Dict): number {
  return dict instanceof Map ? dict.size : Object.keys(dict).length
}

/** Sets an own property even where assignment would reach the prototype. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
  else target[key] = value
}

/** Writes one key in place; a plain object takes text keys only. */
export function dictSet(dict: Dict, key: unknown, value: unknown): void {
  assertHashable(key)
  if (dict instanceof Map) dict.set(key, value)
  else if (typeof key === 'string') setOwn(dict, key, value)
  else throw typeError(`keys of this dict are text; cannot use a ${typeName(key)} key`)
}

/** Removes one key in place. */
export function dictDelete(dict: Dict, key: unknown): void {
  if (dict instanceof Map) dict.delete(key)
  else delete dict[String(key)]
}

/** A dict whose keys keep their order and type. */
export function mapOf(entries: readonly (readonly [unknown, unknown])[]): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>()
  for (const [key, value] of entries) {
    assertHashable(key)
    map.set(key, value)
  }
  return map
}

/** A plain object when every key is text, else a Map. */
export function dictOf(entries: Iterable<readonly [unknown, unknown]>): Dict {
  const list = [...entries]
  for (const [key] of list) assertHashable(key)
  if (!list.every(([key]) => typeof key === 'string')) return new Map(list)
  const result: Record<string, unknown> = {}
  for (const [key, value] of list) setOwn(result, key as string, value)
  return result
}
