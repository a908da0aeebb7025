import { CalendarDate, CalendarDuration, DateTime, TimeDelta } from '../datetime/datetime-value.ts'
import { type Budget, fullBudget, spend } from '../limits.ts'
import { asNumber } from './numbers.ts'
import { numberText, toText } from './text.ts'
import { Callable, type Dialect, isFloat } from './values.ts'

/** How values look inside text: Python's `str()` for Airbyte's manifests, plain text for ours. */
export function textOf(dialect: Dialect): (value: unknown) => string {
  return dialect === 'airbyte' ? toText : plainText
}

/** null and undefined are empty, objects and lists JSON, dates ISO-like; numbers without a trailing `.0`. */
export function plainText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number' || isFloat(value)) return plainNumber(asNumber(value))
  if (value instanceof DateTime || value instanceof CalendarDate || value instanceof TimeDelta || value instanceof CalendarDuration) {
    return value.toString()
  }
  if (value instanceof Callable) return `<function ${value.name}>`
  const budget = fullBudget()
  return JSON.stringify(value, (_key, item: unknown) => jsonValue(item, budget)) ?? ''
}

function plainNumber(value: number): string {
  return Number.isInteger(value) ? numberText(value) : String(value)
}

/** Values that JSON does not know: big integers keep their digits as text, sets and maps become arrays and objects. */
function jsonValue(value: unknown, budget: Budget): unknown {
  spend(budget)
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Set) return [...value]
  return value instanceof Map ? Object.fromEntries(value) : value
}
