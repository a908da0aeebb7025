import { dictEntries, setOwn } from './dict.ts'
import { toText } from './text.ts'
import { isDict, PyFloat } from './values.ts'

/**
 * `value` as ordinary JavaScript data: floats as numbers, tuples and sets as arrays, dicts with other keys than text as
 * objects. What needs no change is returned as it is, not copied.
 */
export function plainValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value === undefined ? null : value
  if (value instanceof PyFloat) return value.value
  if (Array.isArray(value)) return plainItems(value)
  if (value instanceof Set) return [...value].map(plainValue)
  return isDict(value) ? plainObject(value) : value
}

function plainItems(items: readonly unknown[]): readonly unknown[] {
  const plain = items.map(plainValue)
  return plain.some((item, index) => item !== items[index]) ? plain : items
}

function plainObject(value: Parameters<typeof dictEntries>[0]): unknown {
  const entries = dictEntries(value).map(([key, item]) => [key, item, plainValue(item)] as const)
  if (!(value instanceof Map) && entries.every(([, before, after]) => before === after)) return value
  const result: Record<string, unknown> = {}
  for (const [key, , item] of entries) setOwn(result, toText(key), item)
  return result
}
