import { createHash } from 'node:crypto'
import type { JsonSchema } from '../framework/index.ts'

/** JSON in which equal values have equal texts: keys sorted, no spaces; `required`, `enum` and lists of types are sets and sorted as well. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value, undefined, 'schema'))
}

/** SHA-256 of the canonical JSON, as hex: equal for schemas that say the same. */
export function fingerprintOf(schema: JsonSchema): string {
  return createHash('sha256').update(canonicalJson(schema)).digest('hex')
}

/** The schema with its keys in order, for files that people compare. */
export const inCanonicalOrder = (schema: JsonSchema): JsonSchema => JSON.parse(canonicalJson(schema))

/** Inside `properties` every key is a name and none is a keyword. */
type Place = 'schema' | 'names'

const sets = ['required', 'enum', 'type']

function sorted(value: unknown, key: string | undefined, place: Place): unknown {
  if (Array.isArray(value)) {
    const items = value.map((entry) => sorted(entry, undefined, 'schema'))
    return place === 'schema' && key !== undefined && sets.includes(key) ? items.map(textOf).sort().map(parse) : items
  }
  if (typeof value !== 'object' || value === null) return value
  const inside: Place = place === 'schema' && key === 'properties' ? 'names' : 'schema'
  // `fromEntries` keeps a key `__proto__`, which an assignment would lose.
  const entries = Object.entries(value).map(
    ([name, inner]) => [name, sorted(inner, inside === 'names' ? undefined : name, 'schema')] as const,
  )
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}

const textOf = (value: unknown): string => JSON.stringify(value)
const parse = (text: string): unknown => JSON.parse(text)
