import type { JsonSchema } from '../framework/index.ts'
import { schemaForCode, typeNames } from './schema-for-code.ts'

/**
 * Zod schemas of the rows of streams and the types inferred from them, one per kind, as a module that imports `zod`. The generator is
 * loaded when it is asked for.
 */
export async function zodOf(schemas: ReadonlyMap<string, JsonSchema>): Promise<string> {
  const { jsonSchemaToZod } = await import('json-schema-to-zod')
  const names = typeNames([...schemas.keys()], ['z'])
  const parts = ["import { z } from 'zod'\n"]
  for (const [kind, schema] of schemas) {
    const name = names.get(kind) ?? kind
    const code = jsonSchemaToZod(schemaForCode(schema), { name, module: 'esm', type: true, noImport: true, withJsdocs: true })
    parts.push(`/** A row of ${kind.replaceAll('*/', '* /')}. */\n${code.trim()}\n`)
  }
  return parts.join('\n')
}
