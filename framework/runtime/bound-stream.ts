import type { Partition } from '../components/partition-routers/partition-router.ts'
import type { Account } from '../components/resolvers/discovery.ts'
import type { Stream } from '../components/streams/stream.ts'
import { ConfigError, suggest } from '../errors.ts'
import type { BrokenStream } from '../manifest/broken-stream.ts'
import type { CatalogStream, JsonSchema, StreamState } from '../protocol/messages.ts'
import type { StreamInfo } from './items.ts'

/** `per_account`: one stream per kind and account, unique by name alone. `merged`: one per kind, accounts as partitions. */
export type StreamLayout = 'per_account' | 'merged'

/** A stream of the manifest bound to the accounts it is read for. */
export interface BoundStream {
  readonly info: StreamInfo
  readonly stream: Stream
  /** True when state is kept per partition. */
  readonly partitioned: boolean
  partitions(parentState: Readonly<Record<string, StreamState>> | undefined): AsyncIterable<Partition>
  /** Another way to read the same, for the same accounts. */
  rebind(stream: Stream): BoundStream
}

export interface BindOptions {
  readonly layout: StreamLayout
  readonly accounts: readonly Account[] | undefined
  /** Name of the partition value for merged streams. */
  readonly partitionField: string
}

/** Binds streams to accounts; without discovery a stream is bound to the token as a whole. */
export async function bindStreams(streams: readonly Stream[], options: BindOptions): Promise<readonly BoundStream[]> {
  const bound: BoundStream[] = []
  const schemas = await Promise.all(streams.map((stream) => stream.schema()))
  const { accounts, layout } = options
  if (!accounts) return streams.map((stream, index) => bindWhole(stream, schemas[index] ?? {}))
  if (layout === 'merged') return streams.map((stream, index) => bindMerged(stream, schemas[index] ?? {}, { ...options, accounts }))
  for (const account of accounts) {
    streams.forEach((stream, index) => {
      bound.push(bindAccount(stream, schemas[index] ?? {}, account))
    })
  }
  return bound
}

function infoOf(stream: Stream, schema: JsonSchema, account?: Account): StreamInfo {
  return {
    name: account ? `${stream.name}__${account.id}` : stream.name,
    kind: stream.name,
    accountId: account?.id,
    primaryKey: stream.primaryKey,
    cursorField: stream.cursor?.cursorField,
    schema,
  }
}

function bindWhole(stream: Stream, schema: JsonSchema): BoundStream {
  return {
    info: infoOf(stream, schema),
    stream,
    partitioned: stream.retriever.partitioned,
    partitions: (parentState) => stream.retriever.partitions({}, parentState),
    rebind: (other) => bindWhole(other, schema),
  }
}

function bindAccount(stream: Stream, schema: JsonSchema, account: Account): BoundStream {
  const scope = { account: account.fields }
  return {
    info: infoOf(stream, schema, account),
    stream,
    partitioned: stream.retriever.partitioned,
    partitions: (parentState) => stream.retriever.partitions(scope, parentState),
    rebind: (other) => bindAccount(other, schema, account),
  }
}

function bindMerged(stream: Stream, schema: JsonSchema, options: BindOptions & { accounts: readonly Account[] }): BoundStream {
  return {
    info: infoOf(stream, schema),
    stream,
    partitioned: true,
    rebind: (other) => bindMerged(other, schema, options),
    async *partitions(parentState) {
      for (const account of options.accounts) {
        const values = { [options.partitionField]: account.id }
        for await (const partition of stream.retriever.partitions({ account: account.fields }, parentState)) {
          yield { ...partition, values: { ...values, ...partition.values } }
        }
      }
    },
  }
}

/** How `discover` describes the stream. */
export function catalogEntry({ info, stream }: BoundStream): CatalogStream {
  const cursor = stream.cursor
  return {
    name: info.name,
    json_schema: info.schema,
    supported_sync_modes: cursor ? ['full_refresh', 'incremental'] : ['full_refresh'],
    ...(cursor ? { source_defined_cursor: true, default_cursor_field: [cursor.cursorField] } : {}),
    ...(info.primaryKey.length > 0 ? { source_defined_primary_key: info.primaryKey } : {}),
    is_resumable: cursor !== undefined,
    is_file_based: false,
  }
}

/** Picks streams by name or kind; `*` stands for any text. Throws ConfigError for a pattern that picks nothing. */
export function selectStreams(streams: readonly BoundStream[], patterns: readonly string[]): readonly BoundStream[] {
  if (patterns.length === 0) return streams
  const matchers = patterns.map((pattern) => ({ pattern, matches: matcher(pattern) }))
  const lost = matchers.find(({ matches }) => !streams.some(({ info }) => matches(info.name) || matches(info.kind)))
  if (lost) {
    const known = [...new Set(streams.map(({ info }) => info.kind))]
    throw new ConfigError('ERR_STREAM_UNKNOWN', `no stream matches '${lost.pattern}'; ${suggest(lost.pattern, known)}`)
  }
  return streams.filter(({ info }) => matchers.some(({ matches }) => matches(info.name) || matches(info.kind)))
}

function matcher(pattern: string): (name: string) => boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  const expression = new RegExp(`^${parts.join('.*')}$`, 's')
  return (name) => expression.test(name)
}

/** What a configured catalog asks for: the streams there are, and those of accounts that the token no longer sees. */
export interface CatalogMatch {
  readonly streams: readonly BoundStream[]
  /** Streams that were asked for and cannot be built. */
  readonly broken?: readonly BrokenStream[]
  readonly gone: readonly { readonly name: string; readonly kind: string; readonly accountId: string }[]
}

/** What names of a catalog may mean besides the streams there are. */
export interface KnownStreams {
  readonly kinds: readonly string[]
  readonly broken?: readonly BrokenStream[]
}

/** Matches a configured catalog. Throws ConfigError for a name that no account could explain. */
export function matchCatalog(
  streams: readonly BoundStream[],
  { kinds, broken = [] }: KnownStreams,
  names: readonly string[],
): CatalogMatch {
  const lost: BrokenStream[] = []
  const byName = new Map(streams.map((stream) => [stream.info.name, stream]))
  const found: BoundStream[] = []
  const gone: { name: string; kind: string; accountId: string }[] = []
  for (const name of names) {
    const stream = byName.get(name)
    const unbuilt = broken.find((candidate) => candidate.name === name)
    const kind = kinds.find((candidate) => name.startsWith(`${candidate}__`) && name.length > candidate.length + 2)
    if (stream) found.push(stream)
    else if (unbuilt) lost.push(unbuilt)
    else if (kind && !byName.has(kind)) gone.push({ name, kind, accountId: name.slice(kind.length + 2) })
    else throw unknownStream(name, [...new Set([...kinds, ...byName.keys()])])
  }
  return { streams: found, broken: lost, gone }
}

function unknownStream(name: string, known: readonly string[]): ConfigError {
  return new ConfigError(
    'ERR_STREAM_UNKNOWN',
    `the catalog asks for stream '${name}', which does not exist; ${suggest(name, known.slice(0, 50))}`,
  )
}
