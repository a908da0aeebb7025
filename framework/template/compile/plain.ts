import { type Budget, fullBudget, spend } from '../limits.ts'
import { dictEntries, setOwn } from '../python/dict.ts'
import { toText } from '../python/text.ts'
import { type Dict, isDict, PyFloat } from '../python/values.ts'

/**
 * `value` as ordinary JavaScript data: floats as numbers, tuples and sets as arrays, dicts with other keys than text as
 * objects. What needs no change is returned as it is, not copied.
 */
export function plainValue(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? plain(value, fullBudget()) : plain(value, noBudget)
}

const noBudget: Budget = { left: 0 }

function plain(value: unknown, budget: Budget): unknown {
  if (typeof value !== 'object' || value === null) return value === undefined ? null : value
  if (value instanceof PyFloat) return value.value
  spend(budget)
  if (Array.isArray(value)) return plainItems(value, budget)
  if (value instanceof Set) return [...value].map((item) => plain(item, budget))
  return isDict(value) ? plainObject(value, budget) : value
}

function plainItems(items: readonly unknown[], budget: Budget): readonly unknown[] {
  const converted = items.map((item) => plain(item, budget))
  return converted.some((item, index) => item !== items[index]) ? converted : items
}

function plainObject(value: Dict, budget: Budget): unknown {
  const entries = dictEntries(value).map(([key, item]) => [key, item, plain(item, budget)] as const)
  if (!(value instanceof Map) && entries.every(([, before, after]) => before === after)) return value
  const result: Record<string, unknown> = {}
  for (const [key, , item] of entries) setOwn(result, toText(key), item)
  return result
}
