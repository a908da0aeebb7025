import type { JsonSchema } from '../framework/index.ts'
import { isNode } from './schema-shape.ts'

/** Keywords that name things of their own, reach out of the schema, or put text of a schema into code. */
const left = ['title', '$id', 'id', '$schema', '$anchor', 'tsType', 'tsEnumNames', 'default', 'examples']

/** What a generator of code may see of a schema: its shape and its descriptions, nothing that it would take for code. */
export function schemaForCode(schema: JsonSchema): JsonSchema {
  return clean(schema, 'schema') as JsonSchema
}

/** `page_insights` is PageInsights; what would be the same name twice gets a number. */
export function typeNames(kinds: readonly string[], reserved: readonly string[] = []): ReadonlyMap<string, string> {
  const taken = new Set<string>(reserved)
  return new Map(
    kinds.map((kind) => {
      const words = kind.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
      const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
      const base = /^[A-Za-z]/.test(joined) ? joined : `Stream${joined}`
      let name = base
      for (let count = 2; taken.has(name); count++) name = `${base}${count}`
      taken.add(name)
      return [kind, name]
    }),
  )
}

/** Inside `properties` every key is a field, whatever it is called. */
function clean(value: unknown, place: 'schema' | 'fields'): unknown {
  if (Array.isArray(value)) return value.map((inner) => clean(inner, 'schema'))
  if (!isNode(value)) return typeof value === 'string' ? value.replaceAll('*/', '* /') : value
  const kept = Object.entries(value)
    .filter(([name, inner]) => place === 'fields' || !(inner === null || left.includes(name) || name.startsWith('x-')))
    // Some manifests leave the schema of a field empty.
    .map(([name, inner]) => [name, place === 'fields' && inner === null ? {} : inner] as const)
  const fields = (name: string) => place === 'schema' && ['properties', 'definitions', '$defs'].includes(name)
  return Object.fromEntries(kept.map(([name, inner]) => [name, clean(inner, fields(name) ? 'fields' : 'schema')]))
}
