import { ConfigError } from '../../errors.ts'
import { isNode } from '../../manifest/definition/build.ts'
import type { ManifestFiles } from '../../manifest/definition/component.ts'
import type { JsonSchema } from '../../protocol/messages.ts'

const MAX_NODES = 200_000

/**
 * The schema in a file beside the manifest, `$ref`s written out: `#/…` in the same file, anything else in the folder `shared`
 * beside it. `./source_x/schemas/name.json` is also looked for without its first folder, which is the manifest's own where the
 * reference runs. Undefined when there is no such file. Throws ConfigError for files that are no schema and references that do not exist.
 */
export function schemaFile(files: ManifestFiles, path: string): JsonSchema | undefined {
  const plain = path.replace(/^(\.?\/)+/, '')
  for (const place of [plain, plain.replace(/^[^/]*\//, '')]) {
    const schema = readJson(files, place)
    if (schema) return writtenOut(schema, place, files)
  }
  return undefined
}

/** What a stream looks like whose manifest does not say: `schemas/<name>.json`, or anything. */
export function defaultSchema(files: ManifestFiles, name: unknown): JsonSchema {
  return schemaFile(files, `schemas/${String(name)}.json`) ?? {}
}

function readJson(files: ManifestFiles, path: string): JsonSchema | undefined {
  const text = files.read(path)
  if (text === undefined) return undefined
  let schema: unknown
  try {
    schema = JSON.parse(text)
  } catch (cause) {
    throw new ConfigError('ERR_SCHEMA_FILE', `${path} is not valid JSON: ${cause instanceof Error ? cause.message : cause}`)
  }
  if (isNode(schema)) return schema
  throw new ConfigError('ERR_SCHEMA_FILE', `${path} must hold a JSON object to be a schema`)
}

function writtenOut(root: JsonSchema, path: string, files: ManifestFiles): JsonSchema {
  const shared = `${path.replace(/[^/]*$/, '')}shared/`
  const documents = new Map<string, JsonSchema>([[path, root]])
  const open: string[] = []
  let nodes = 0

  const documentAt = (place: string): JsonSchema => {
    const schema = documents.get(place) ?? readJson(files, place)
    if (!schema) throw new ConfigError('ERR_REFERENCE_UNDEFINED', `${path} refers to ${place}, which does not exist`)
    documents.set(place, schema)
    return schema
  }
  const target = (reference: string, from: string): unknown => {
    const [file = '', pointer = ''] = reference.split('#', 2)
    const place = file === '' ? from : `${shared}${file}`
    const key = `${place}#${pointer}`
    if (open.includes(key)) throw new ConfigError('ERR_REFERENCE_CIRCULAR', `${path}: reference ${reference} leads back to itself`)
    open.push(key)
    const found = visit(pointed(documentAt(place), pointer, key), place)
    open.pop()
    if (!isNode(found)) return found
    const { definitions: _, ...own } = found
    return own
  }
  const visit = (node: unknown, from: string): unknown => {
    nodes += 1
    if (nodes > MAX_NODES) throw new ConfigError('ERR_REFERENCE_SIZE', `${path}: references write out to more than ${MAX_NODES} nodes`)
    if (Array.isArray(node)) return node.map((item) => visit(item, from))
    if (!isNode(node)) return node
    if (typeof node['$ref'] === 'string') return target(node['$ref'], from)
    return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, visit(item, from)]))
  }
  const schema = visit(root, path)
  return isNode(schema) ? schema : {}
}

function pointed(document: JsonSchema, pointer: string, key: string): unknown {
  const steps = pointer.split('/').filter((step) => step !== '')
  return steps.reduce<unknown>((node, step) => {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    if (isNode(node) && Object.hasOwn(node, name)) return node[name]
    throw new ConfigError('ERR_REFERENCE_UNDEFINED', `unresolved reference ${key}: '${step}' does not exist`)
  }, document)
}
