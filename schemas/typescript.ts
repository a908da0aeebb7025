import type { JsonSchema } from '../framework/index.ts'
import { schemaForCode, typeNames } from './schema-for-code.ts'

/**
 * TypeScript interfaces of the rows of streams, one per kind. A field that schemas do not name is not in them. The compiler is loaded
 * when it is asked for.
 */
export async function typescriptOf(schemas: ReadonlyMap<string, JsonSchema>): Promise<string> {
  const { compile } = await import('json-schema-to-typescript')
  const names = typeNames([...schemas.keys()], ['JsonlLine'])
  const parts: string[] = [lineType]
  for (const [kind, schema] of schemas) {
    const options = { format: false, bannerComment: '', additionalProperties: false, $refOptions: { resolve: { external: false } } }
    const name = names.get(kind) ?? kind
    const code = await compile({ ...schemaForCode(schema), title: name }, name, options)
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
