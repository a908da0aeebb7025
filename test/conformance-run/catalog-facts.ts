import { type BoundStream, catalogEntry } from '../../framework/runtime/assembly/bound-stream.ts'
import { hashOf } from './canonical.ts'

const facts = [
  'supported_sync_modes',
  'default_cursor_field',
  'source_defined_primary_key',
  'source_defined_cursor',
  'is_resumable',
] as const

/** What the recordings tell of a stream's entry in the catalog. */
export function catalogFacts(bound: BoundStream): Readonly<Record<string, unknown>> {
  const entry = catalogEntry(bound)
  const known = Object.fromEntries(facts.map((name) => [name, entry[name] ?? null]))
  return { ...known, json_schema_sha256: hashOf(entry.json_schema) }
}
