import { keepLiterals } from '../../protocol/number-literals.ts'

/** A JSON value with the keys of all its objects in alphabetical order: how partitions are compared and written to the state. */
export function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, entry]): [string, unknown] => [key, sortedKeys(entry)])
  return keepLiterals(value, Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))))
}

/** Equal text for equal JSON, whatever the order of keys. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sortedKeys(value)) ?? 'null'
}
