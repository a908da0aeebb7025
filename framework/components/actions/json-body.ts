import { isNode } from '../../manifest/definition/build.ts'
import type { Json, JsonObject } from '../../protocol/messages.ts'
import { plainValue } from '../../template/template.ts'

/** A mapping of templates as JSON: fields that evaluate to nothing are left out. */
export function withoutNothing(value: Readonly<Record<string, unknown>>): JsonObject {
  const entries = Object.entries(value).flatMap(([key, entry]): [string, Json][] => {
    const json = plainValue(entry)
    return json === undefined || json === null ? [] : [[key, toJson(json)]]
  })
  return Object.fromEntries(entries)
}

function toJson(value: unknown): Json {
  if (Array.isArray(value)) return value.map(toJson)
  if (isNode(value)) return withoutNothing(value)
  if (typeof value === 'bigint') return value.toString()
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}
