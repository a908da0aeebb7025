import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { isNode } from '../../schemas/schema-shape.ts'
import { sharedFolder } from '../shared.ts'

/** Every inline schema of the foreign manifests, equal ones once. */
export function foreignSchemas(): readonly Readonly<Record<string, unknown>>[] {
  const folder = join(sharedFolder ?? '', 'corpus/airbyte')
  const found = new Map<string, Readonly<Record<string, unknown>>>()
  // A reference into the manifest is followed by the loader of manifests; what it points at stands in the same file.
  const add = (schema: unknown) => isNode(schema) && !('$ref' in schema) && found.set(JSON.stringify(schema), schema)
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const inner of node) visit(inner)
    if (!isNode(node)) return
    if (node['type'] === 'InlineSchemaLoader') add(node['schema'])
    for (const inner of Object.values(node)) visit(inner)
  }
  for (const file of readdirSync(folder)) {
    const manifest: unknown = parse(readFileSync(join(folder, file), 'utf8'), { maxAliasCount: -1, merge: true })
    visit(manifest)
    // Inline schemas mostly stand in a table of their own, which loaders refer to.
    if (isNode(manifest) && isNode(manifest['schemas'])) for (const schema of Object.values(manifest['schemas'])) add(schema)
  }
  return [...found.values()]
}
