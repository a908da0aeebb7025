import type { JsonSchema } from '../framework/index.ts'
import { isNode } from './schema-shape.ts'

/** Keywords that name things of their own, reach out of the schema, or put text of a schema into code. */
const left = ['title', '$id', 'id', '$schema', '$anchor', 'tsType', 'tsEnumNames', 'default', 'examples']

/**
 * TypeScript interfaces of the rows of streams, one per kind. A field that schemas do not name is not in them. The compiler is loaded
 * when it is asked for.
 */
export async function typescriptOf(schemas: ReadonlyMap<string, JsonSchema>): Promise<string> {
  const { compile } = await import('json-schema-to-typescript')
  const names = typeNames([...schemas.keys()])
  const parts: string[] = [lineType]
  for (const [kind, schema] of schemas) {
    const options = { format: false, bannerComment: '', additionalProperties: false, $refOptions: { resolve: { external: false } } }
    const name = names.get(kind) ?? kind
    const code = await compile({ ...plain(schema), title: name }, name, options)
    parts.push(`/** A row of ${kind.replaceAll('*/', '* /')}. */\n${indented(code.trim())}\n`)
  }
  return parts.join('\n')
}

/** The compiler leaves lines as they are; two spaces for each brace that is open. */
function indented(code: string): string {
  let depth = 0
  const lines = code.split('\n').map((line) => {
    const isComment = /^\s*(?:\/\*|\*)/.test(line)
    const [opened, closed] = isComment ? [0, 0] : [line.split('{').length - 1, line.split('}').length - 1]
    const here = depth - (/^[)}]/.test(line) ? closed : 0)
    depth += opened - closed
    return `${'  '.repeat(Math.max(0, here))}${line}`
  })
  return lines.join('\n')
}

/** What the destination `jsonl:` writes of a row. */
const lineType = `/** A line of a file of the destination jsonl: the row, when it was read (UTC), and the run that read it. */
export type JsonlLine<Row> = Row & { _synced_at: string; _run_id: string }
`

/** `page_insights` is PageInsights; what would be the same name twice gets a number. */
export function typeNames(kinds: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>(['JsonlLine'])
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

function plain(schema: JsonSchema): JsonSchema {
  return clean(schema, 'schema') as JsonSchema
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
