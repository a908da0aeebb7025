import { defineFamilyWith } from '../../manifest/definition/component.ts'
import type { JsonSchema, Row, StreamState } from '../../protocol/messages.ts'
import { attributes, type Scope } from '../../template/template.ts'
import type { CursorSlice, Progress } from './cursor.ts'
import type { RecordStages } from './extractor.ts'
import type { Partition } from './partition-router.ts'

/** Unit of reading: a partition and a cursor window. */
export interface StreamSlice {
  readonly partition: Partition
  /** undefined for streams without a cursor. */
  readonly window: CursorSlice | undefined
}

/** Records of one response, in the order of the source. */
export interface Page extends Progress {
  readonly rows: Row[]
}

export interface ReadOptions {
  readonly stream: string
  readonly stages: RecordStages
  /** The part of the slice after what was read of it, as its cursor knows; undefined when it knows of nothing. */
  readonly narrow?: () => CursorSlice | undefined
  /** Schema of the stream in the configured catalog, where somebody gave one: the columns that are wanted. */
  readonly configuredSchema?: JsonSchema
  /** The stream is refreshed: what a read otherwise leaves to the following ones belongs to this one. */
  readonly whole?: true
  /** For data feeds: true when the rest of the slice is known already. */
  readonly done?: (rows: readonly Row[]) => boolean
  readonly signal?: AbortSignal
}

/** Reads the slices of a stream page by page. */
export interface Retriever {
  /** True when `partitions` gives more than the stream as a whole: its state is then kept per partition. */
  readonly partitioned: boolean
  /** True when the stream keeps one state for all partitions, see PartitionRouter. */
  readonly grouped: boolean
  /** One empty partition for streams without a router. */
  partitions(scope: Scope, parentState?: Readonly<Record<string, StreamState>>): AsyncIterable<Partition>
  parentState(): Readonly<Record<string, StreamState>> | undefined
  /** The stream will be read in this run; told to all streams before the first one is read, for those that share calls. */
  announce(): void
  /**
   * Streams of one account whose retrievers share the same object here share their calls: they are read side by side in one slot, so that
   * neither is ahead of what the other one has kept.
   */
  readonly shares: object | undefined
  /** Pages of one slice. Ends normally only when the last page was decoded, classified and extracted without error. */
  read(slice: StreamSlice, options: ReadOptions): AsyncIterable<Page>
  /** What reading this slice would cost, for `explain`; nothing when it cannot be told. */
  plan(slice: StreamSlice): Iterable<PlannedCall>
}

/** Calls that a read would make. */
export interface PlannedCall {
  readonly method: string
  /** Without credentials. */
  readonly url: string
  /** How many times, when the number of pages is known; undefined = at least once. */
  readonly times?: number
}

export const Retriever = defineFamilyWith<Retriever, 'grouped' | 'parentState' | 'announce' | 'shares' | 'plan'>('Retriever', {
  description: 'Reads the slices of a stream.',
  defaults: { grouped: false, parentState: () => undefined, announce: () => undefined, shares: undefined, plan: () => [] },
})

/** The partition of a stream that has only one. */
export function wholeStream(scope: Scope): Partition {
  return { values: {}, extra: {}, parts: {}, scope }
}

/** What templates see of a slice: `stream_slice`, its aliases, the partition's own names. */
export function sliceScope({ partition, window }: StreamSlice): Scope {
  const cursor = window?.values ?? {}
  const slice = {
    ...partition.values,
    ...cursor,
    [attributes]: { partition: partition.values, cursor_slice: cursor, extra_fields: partition.extra },
  }
  return { ...partition.scope, stream_slice: slice, stream_partition: slice, stream_interval: slice }
}
