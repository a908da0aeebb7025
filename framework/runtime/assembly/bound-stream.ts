import type { Partition } from '../../components/read/partition-router.ts'
import type { Stream } from '../../components/read/stream.ts'
import type { Account } from '../../components/resolvers/discovery.ts'
import { ConfigError, suggest } from '../../errors.ts'
import type { CatalogStream, Row, StreamState } from '../../protocol/messages.ts'
import type { StreamInfo } from '../ports/items.ts'
import type { ConfiguredChoice } from './configured-choice.ts'

/** `per_account`: one stream per kind and account, unique by name alone. `merged`: one per kind, accounts as partitions. */
export type StreamLayout = 'per_account' | 'merged'

/** A stream of the manifest bound to the accounts it is read for, before anybody asked for its schema. */
export interface ListedStream {
  readonly info: Omit<StreamInfo, 'schema'>
  readonly stream: Stream
  /** True when state is kept per partition. */
  readonly partitioned: boolean
  /** What the configured catalog says of it. */
  readonly configured?: ConfiguredChoice
  partitions(parentState: Readonly<Record<string, StreamState>> | undefined): AsyncIterable<Partition>
  /** Another way to read the same, for the same accounts. */
  rebind(stream: Stream): ListedStream
}

/** The same with its schema. */
export interface BoundStream extends ListedStream {
  readonly info: StreamInfo
  /** Leaves the fields that the configured catalog wants; absent when it wants all. */
  readonly project?: (row: Row) => Row
}

export interface BindOptions {
  readonly layout: StreamLayout
  readonly accounts: readonly Account[] | undefined
  /** Name of the partition value for merged streams. */
  readonly partitionField: string
}

/** Binds streams to accounts; without discovery a stream is bound to the token as a whole. */
export function bindStreams(streams: readonly Stream[], options: BindOptions): readonly ListedStream[] {
  const { accounts, layout } = options
  if (!accounts) return streams.map(bindWhole)
  if (layout === 'merged') return streams.map((stream) => bindMerged(stream, { ...options, accounts }))
  return accounts.flatMap((account) => streams.map((stream) => bindAccount(stream, account)))
}

function infoOf(stream: Stream, account?: Account): ListedStream['info'] {
  return {
    name: account ? `${stream.name}__${account.id}` : stream.name,
    kind: stream.name,
    accountId: account?.id,
    primaryKey: stream.primaryKey,
    cursorField: stream.cursor?.cursorField,
    ...(stream.files ? { fileBased: true } : {}),
  }
}

function bindWhole(stream: Stream): ListedStream {
  return {
    info: infoOf(stream),
    stream,
    partitioned: stream.retriever.partitioned,
    partitions: (parentState) => stream.retriever.partitions({}, parentState),
    rebind: bindWhole,
  }
}

function bindAccount(stream: Stream, account: Account): ListedStream {
  const scope = { account: account.fields }
  return {
    info: infoOf(stream, account),
    stream,
    partitioned: stream.retriever.partitioned,
    partitions: (parentState) => stream.retriever.partitions(scope, parentState),
    rebind: (other) => bindAccount(other, account),
  }
}

function bindMerged(stream: Stream, options: BindOptions & { accounts: readonly Account[] }): ListedStream {
  return {
    info: infoOf(stream),
    stream,
    partitioned: true,
    rebind: (other) => bindMerged(other, options),
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
    ...(cursor ? { source_defined_cursor: cursor.withField === undefined, default_cursor_field: [cursor.cursorField] } : {}),
    ...(info.primaryKey.length > 0 ? { source_defined_primary_key: info.primaryKey } : {}),
    is_resumable: cursor !== undefined,
    is_file_based: stream.files !== undefined,
  }
}

/** Picks streams by name or kind; `*` stands for any text. Throws ConfigError for a pattern that picks nothing. */
export function selectStreams<S extends ListedStream>(streams: readonly S[], patterns: readonly string[]): readonly S[] {
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
