import type { Stream } from '../../components/read/stream.ts'
import { ConfigError, suggest } from '../../errors.ts'
import type { BrokenStream } from '../../manifest/broken-stream.ts'
import type { BoundStream, ListedStream } from '../assembly/bound-stream.ts'
import type { ConfiguredChoice } from '../assembly/configured-choice.ts'

/** What a configured catalog asks for: the streams there are, and those of accounts that the token no longer sees. */
export interface CatalogMatch<S extends ListedStream = BoundStream> {
  readonly streams: readonly S[]
  /** Streams that were asked for and cannot be built. */
  readonly broken?: readonly BrokenStream[]
  readonly gone: readonly { readonly name: string; readonly kind: string; readonly accountId: string }[]
  /** Wishes of the catalog that the source does not grant. */
  readonly warnings?: readonly string[]
}

/** What names of a catalog may mean besides the streams there are. */
export interface KnownStreams {
  readonly kinds: readonly string[]
  readonly broken?: readonly BrokenStream[]
}

/**
 * Matches a configured catalog: names of streams, or names with more of what it says. Throws ConfigError for a name that no account could
 * explain, and for a cursor field below the top level.
 */
export function matchCatalog<S extends ListedStream>(
  streams: readonly S[],
  { kinds, broken = [] }: KnownStreams,
  choices: readonly (string | ConfiguredChoice)[],
): CatalogMatch<S> {
  const lost: BrokenStream[] = []
  const byName = new Map(streams.map((stream) => [stream.info.name, stream]))
  const found: S[] = []
  const gone: { name: string; kind: string; accountId: string }[] = []
  const warnings: string[] = []
  for (const choice of choices.map((entry) => (typeof entry === 'string' ? { name: entry } : entry))) {
    const { name } = choice
    const stream = byName.get(name)
    const unbuilt = broken.find((candidate) => candidate.name === name)
    const kind = kinds.find((candidate) => name.startsWith(`${candidate}__`) && name.length > candidate.length + 2)
    if (stream) found.push(configured(stream, choice, warnings))
    else if (unbuilt) lost.push(unbuilt)
    else if (kind && !byName.has(kind)) gone.push({ name, kind, accountId: name.slice(kind.length + 2) })
    else throw unknownStream(name, [...new Set([...kinds, ...byName.keys()])])
  }
  return { streams: found, broken: lost, gone, warnings }
}

function configured<S extends ListedStream>(stream: S, choice: ConfiguredChoice, warnings: string[]): S {
  const { info } = stream
  const { primaryKey = info.primaryKey, cursorField = [] } = choice
  return withCursorField({ ...stream, configured: choice, info: { ...info, primaryKey } }, cursorField, warnings)
}

/** Platforms write an empty field where none was chosen. */
function withCursorField<S extends ListedStream>(bound: S, [field = '', ...deeper]: readonly string[], warnings: string[]): S {
  const { info, stream } = bound
  const cursor = stream.cursor ?? stream.byState?.incremental.cursor
  if (!cursor || field === '' || (field === cursor.cursorField && deeper.length === 0)) return bound
  const path = [field, ...deeper].join('.')
  if (!cursor.withField) {
    warnings.push(
      `stream ${info.name} is read by ${cursor.cursorField}: the source defines its cursor, not the catalog, which says ${path}`,
    )
    return bound
  }
  if (deeper.length > 0) {
    throw new ConfigError(
      'ERR_CATALOG_INVALID',
      `the cursor field of stream '${info.name}' is a field of its records, not ${path} below one`,
    )
  }
  return { ...bound, info: { ...info, cursorField: field }, stream: readBy(stream, field) }
}

/** The stream with its cursor, or the cursors of the ways to read it, over another field. */
function readBy({ byState, ...stream }: Stream, field: string): Stream {
  const cursor = stream.cursor?.withField?.(field) ?? stream.cursor
  if (!byState) return { ...stream, byState, cursor }
  const ways = { full: readBy(byState.full, field), incremental: readBy(byState.incremental, field) }
  return { ...stream, cursor, byState: { ...byState, ...ways } }
}

function unknownStream(name: string, known: readonly string[]): ConfigError {
  return new ConfigError(
    'ERR_STREAM_UNKNOWN',
    `the catalog asks for stream '${name}', which does not exist; ${suggest(name, known.slice(0, 50))}`,
  )
}
