import { defined } from '../../defined.ts'
import { ConfigError, suggest } from '../../errors.ts'
import { isObject } from '../../protocol/json.ts'
import type { JsonSchema, SyncMode } from '../../protocol/messages.ts'
import type { ConfiguredChoice, Generation } from '../assembly/configured-choice.ts'
import type { WriteMode } from '../ports/stream-write.ts'

type Node = Readonly<Record<string, unknown>>

const syncModes: readonly SyncMode[] = ['full_refresh', 'incremental']
/** The words of the protocol for the ways of writing. */
const writeModes: Readonly<Record<string, WriteMode>> = { append: 'append', append_dedup: 'merge', overwrite: 'replace' }

/** The word of the protocol for a way of writing. */
export const protocolName = (mode: WriteMode): string => Object.keys(writeModes).find((name) => writeModes[name] === mode) ?? mode

/**
 * Reads a configured catalog of the Airbyte protocol; `place` is where it came from. Fields that are null are as if they were absent.
 * Throws ConfigError ERR_CATALOG_INVALID for a value that the protocol does not know.
 */
export function readConfiguredCatalog(catalog: unknown, place: string): readonly ConfiguredChoice[] {
  const streams = isObject(catalog) ? catalog['streams'] : undefined
  if (!Array.isArray(streams)) throw noCatalog(place)
  return streams.map((entry: unknown) => {
    const stream = isObject(entry) ? entry['stream'] : undefined
    if (!isObject(entry) || !isObject(stream) || typeof stream['name'] !== 'string') throw noCatalog(place)
    const name = stream['name']
    const invalid = (message: string) => new ConfigError('ERR_CATALOG_INVALID', `${place}: stream '${name}': ${message}`)
    return { name, ...choiceOf(entry, stream['json_schema'], invalid) }
  })
}

type Invalid = (message: string) => ConfigError

function choiceOf(entry: Node, schema: unknown, invalid: Invalid): Omit<ConfiguredChoice, 'name'> {
  const cursorField = entry['cursor_field']
  const primaryKey = keyOf(entry['primary_key'], invalid)
  const syncMode = oneOf(entry, 'sync_mode', { known: syncModes, invalid })
  const write = oneOf(entry, 'destination_sync_mode', { known: Object.keys(writeModes), invalid })
  const generation = generationOf(entry, invalid)
  return {
    ...(isPath(cursorField) ? { cursorField } : {}),
    ...(isObject(schema) ? { schema: schema as JsonSchema } : {}),
    ...(primaryKey.length > 0 ? { primaryKey } : {}),
    ...defined({ syncMode }),
    ...(write === undefined ? {} : { write: writeModes[write] as WriteMode }),
    ...defined({ generation }),
  }
}

function oneOf<T extends string>(
  entry: Node,
  field: string,
  { known, invalid }: { readonly known: readonly T[]; readonly invalid: Invalid },
): T | undefined {
  const value = entry[field] ?? undefined
  const found = known.find((name) => name === value)
  if (value === undefined || found !== undefined) return found
  throw invalid(`unknown ${field} ${JSON.stringify(value)}; ${suggest(String(value), known)}`)
}

/** Platforms write an empty key where none was chosen. */
function keyOf(value: unknown, invalid: Invalid): readonly (readonly string[])[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value) && value.every((path) => isPath(path) && path.length > 0)) return value
  throw invalid(`primary_key must be a list of paths such as [["id"]], got ${JSON.stringify(value)}`)
}

function generationOf(entry: Node, invalid: Invalid): Generation | undefined {
  const id = wholeNumber(entry, 'generation_id', invalid)
  const minimum = wholeNumber(entry, 'minimum_generation_id', invalid)
  wholeNumber(entry, 'sync_id', invalid)
  if (id === undefined || minimum === undefined) return undefined
  if (minimum === 0 || minimum === id) return { id, minimum }
  throw invalid(`minimum_generation_id must be 0 (keep rows of earlier generations) or generation_id ${id} (replace them), got ${minimum}`)
}

function wholeNumber(entry: Node, field: string, invalid: Invalid): number | undefined {
  const value = entry[field]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw invalid(`${field} must be a whole number of 0 or more, got ${JSON.stringify(value)}`)
}

const noCatalog = (place: string): ConfigError =>
  new ConfigError('ERR_CATALOG_INVALID', `${place} is not a configured catalog: it needs streams[].stream.name`)

const isPath = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((part) => typeof part === 'string' && part !== '')
