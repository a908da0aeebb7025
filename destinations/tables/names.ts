import { createHash } from 'node:crypto'

const plain = /^[a-z_][a-z0-9_]*$/
/** PostgreSQL cuts names off after 63 bytes. */
const longest = 63

/** Columns that stand beside the data. */
export const syncedAt = '_synced_at'
export const runId = '_run_id'
/** What has no column of its own: fields that the schema does not name, values that do not fit the type of theirs. */
export const extra = '_extra'
/** The stream that a row came from, in tables that streams of several accounts share. */
export const streamColumn = '_stream'
const own: readonly string[] = [syncedAt, runId, extra, streamColumn]

/**
 * A table name for any stream or kind. Lower-case letters, digits and `_` stay; everything else becomes a readable remainder
 * and the start of a hash, so that two streams never share a table by accident, not even where case is ignored.
 */
export function tableName(name: string): string {
  return plain.test(name) && name.length <= longest && !name.startsWith('_connector') ? name : hashed(name)
}

/** Column names of fields, in order. Names stay as they are unless they are too long, reserved, or equal to another one but for case. */
export function columnNames(fields: readonly string[], taken: ReadonlySet<string> = new Set()): ReadonlyMap<string, string> {
  const reserved = new Set([...own, ...taken])
  const folded = new Map<string, number>()
  for (const field of fields) folded.set(field.toLowerCase(), (folded.get(field.toLowerCase()) ?? 0) + 1)
  return new Map(
    fields.map((field) => [field, folded.get(field.toLowerCase()) === 1 ? columnName(field, reserved) : alone(field, reserved)]),
  )
}

/** Of fields that differ by case only, the one in lower case keeps its name. */
const alone = (field: string, reserved: ReadonlySet<string>): string =>
  field === field.toLowerCase() ? columnName(field, reserved) : hashed(field)

function columnName(field: string, reserved: ReadonlySet<string>): string {
  const usable = field !== '' && Buffer.byteLength(field) <= longest && !field.includes('\u0000') && field.isWellFormed()
  return usable && !reserved.has(field.toLowerCase()) ? field : hashed(field)
}

function hashed(name: string): string {
  return hashedName(name, name)
}

/** A readable name with the start of the hash of `identity`; short enough for every database. */
export function hashedName(name: string, identity: string): string {
  return `${readable(name)}_${shortHash(identity)}`
}

function readable(name: string): string {
  const letters = name
    .slice(0, 48)
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/^_+/, '')
  return letters || 'x'
}

// UTF-16 keeps lone surrogates apart.
const shortHash = (identity: string): string => createHash('sha256').update(identity, 'utf16le').digest('hex').slice(0, 10)

interface StageOwner {
  readonly connection: string
  readonly stream: string
}

/** Tables in which rows wait until they replace old ones all start with this; those of one stream also with what its owner adds. */
export const stagePrefix = (owner?: StageOwner): string =>
  `_connector_new_${owner ? `${shortHash(JSON.stringify([owner.connection, owner.stream]))}_` : ''}`

/** No stream has a table of such a name. */
export const isStage = (table: string): boolean => table.startsWith(stagePrefix())

/** The one of them that belongs to a refresh. */
export const stageName = (owner: StageOwner, refresh: string): string => `${stagePrefix(owner)}${shortHash(refresh)}`
