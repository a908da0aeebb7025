import { isObject } from '../../protocol/json.ts'
import { attachFile, fileOf, type JsonSchema, type Row } from '../../protocol/messages.ts'
import { keepLiterals } from '../../protocol/number-literals.ts'

/** The fields of a stream that a configured catalog wants. */
export interface Selection {
  /** Of the fields that are left. */
  readonly schema: JsonSchema
  readonly fields: ReadonlySet<string>
  isSelected(field: string): boolean
  /** A copy of the row with these fields alone. */
  project(row: Row): Row
}

/** Fields below the top level that the catalog leaves out. */
interface Pruning {
  readonly dropped: ReadonlySet<string>
  readonly inner: ReadonlyMap<string, Pruning>
  readonly items: Pruning | undefined
}

/**
 * A field that the configured schema does not name is not wanted, whether or not the stream declares it. Below the top level fields go
 * that the stream declares and the catalog does not; others stay, as schemas seldom name all of them. undefined when the configured
 * schema has no properties: everything is wanted then.
 */
export function selectProperties(declared: JsonSchema, configured: JsonSchema): Selection | undefined {
  const wanted = propertiesOf(configured)
  if (!wanted || Object.keys(wanted).length === 0) return undefined
  const known = propertiesOf(declared) ?? {}
  const own = (node: Row, name: string) => (Object.hasOwn(node, name) ? node[name] : undefined)
  const fields = new Map(Object.keys(wanted).map((name) => [name, pruningOf(own(known, name), own(wanted, name))]))
  // In the order of the stream; a field that it does not declare is what the catalog says.
  const names = [
    ...Object.keys(known).filter((name) => fields.has(name)),
    ...Object.keys(wanted).filter((name) => !Object.hasOwn(known, name)),
  ]
  const properties = Object.fromEntries(
    names.map((name) => [name, Object.hasOwn(known, name) ? prunedSchema(known[name], fields.get(name)) : wanted[name]]),
  )
  return {
    schema: withProperties(declared, properties),
    fields: new Set(fields.keys()),
    isSelected: (field) => fields.has(field),
    project: (row) => projected(row, fields),
  }
}

function projected(row: Row, fields: ReadonlyMap<string, Pruning | undefined>): Row {
  const entries = Object.entries(row).filter(([name]) => fields.has(name))
  const copy: Row = keepLiterals(row, Object.fromEntries(entries.map(([name, value]) => [name, pruned(value, fields.get(name))])))
  const file = fileOf(row)
  if (file) attachFile(copy, file)
  return copy
}

/** undefined when nothing goes. */
function pruningOf(declared: unknown, configured: unknown): Pruning | undefined {
  if (!isObject(declared) || !isObject(configured)) return undefined
  const items = pruningOf(declared['items'], configured['items'])
  const known = propertiesOf(declared) ?? {}
  const wanted = propertiesOf(configured)
  const isOpen = !wanted || Object.keys(wanted).length === 0
  const dropped = new Set(isOpen ? [] : Object.keys(known).filter((name) => !Object.hasOwn(wanted, name)))
  const inner = new Map<string, Pruning>()
  for (const [name, node] of Object.entries(isOpen ? {} : known)) {
    const pruning = pruningOf(node, wanted?.[name])
    if (pruning) inner.set(name, pruning)
  }
  return dropped.size === 0 && inner.size === 0 && !items ? undefined : { dropped, inner, items }
}

function pruned(value: unknown, pruning: Pruning | undefined): unknown {
  if (!pruning) return value
  if (Array.isArray(value)) {
    const parts: unknown[] = value.map((part) => pruned(part, pruning.items))
    return keepLiterals(value, parts)
  }
  if (!isObject(value)) return value
  const kept = Object.entries(value).filter(([name]) => !pruning.dropped.has(name))
  return keepLiterals(value, Object.fromEntries(kept.map(([name, part]) => [name, pruned(part, pruning.inner.get(name))])))
}

function prunedSchema(schema: unknown, pruning: Pruning | undefined): unknown {
  if (!pruning || !isObject(schema)) return schema
  const kept = Object.entries(propertiesOf(schema) ?? {}).filter(([name]) => !pruning.dropped.has(name))
  const properties = Object.fromEntries(kept.map(([name, node]) => [name, prunedSchema(node, pruning.inner.get(name))]))
  const narrowed = Object.hasOwn(schema, 'properties') ? withProperties(schema, properties) : schema
  return pruning.items ? { ...narrowed, items: prunedSchema(schema['items'], pruning.items) } : narrowed
}

/** The schema without properties that nobody wants; those of a registry may have been read by another catalog. */
export function withFields(schema: JsonSchema, fields: ReadonlySet<string> | undefined): JsonSchema {
  const known = propertiesOf(schema)
  if (!fields || !known) return schema
  return withProperties(schema, Object.fromEntries(Object.entries(known).filter(([name]) => fields.has(name))))
}

function withProperties(schema: JsonSchema, properties: Readonly<Record<string, unknown>>): JsonSchema {
  const { required } = schema
  const kept = Array.isArray(required) ? { required: required.filter((name) => Object.hasOwn(properties, name)) } : {}
  return { ...schema, properties, ...kept }
}

const propertiesOf = (schema: JsonSchema): Row | undefined => (isObject(schema['properties']) ? schema['properties'] : undefined)
