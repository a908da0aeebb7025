import { defineFamilyWith } from '../../manifest/definition/component.ts'
import type { Row, StreamState } from '../../protocol/messages.ts'
import type { DateTime } from '../../template/python/datetime.ts'
import type { Scope } from '../../template/template.ts'
import type { RequestParts } from './requester.ts'

/** When: one window of a cursor, formatted as requests and state want it. */
export interface CursorSlice {
  /** `{ start_time, end_time }` under the names of the cursor's partition fields. */
  readonly values: Readonly<Record<string, string | number>>
  readonly parts: RequestParts
}

export interface CursorOptions {
  readonly scope: Scope
  /** Seconds subtracted from a state that stands for partitions not seen before. */
  readonly lookbackSeconds?: number
  /**
   * A backfill: replaces start and end; state is neither used nor changed. ISO dates. `resume` is where the same backfill broke off.
   */
  readonly range?: { readonly from?: string; readonly to?: string; readonly resumable?: true; readonly resume?: StreamState }
}

/** The cursor of one partition during one run. */
export interface CursorRun {
  /** Windows to read, oldest first; none when the state is already at the end. */
  slices(): Iterable<CursorSlice>
  /** Rows of a page of this slice, as emitted. */
  observe(slice: CursorSlice, rows: readonly Row[]): void
  /**
   * A page of this slice was handed on, and all before it. Where records come in the order of the cursor, or the retriever says how far
   * it is, the state may now say that part of the slice is read. True when it does.
   */
  progress(slice: CursorSlice, page: Progress): boolean
  /** The slice is complete: only now may the state move over it. */
  close(slice: CursorSlice): void
  /**
   * What is left of the slice after the latest cursor value that was observed in it, for sources that page only so far; undefined when there
   * was none, or the cursor cannot tell. The slice stays the one that is observed and closed.
   */
  narrow(slice: CursorSlice): CursorSlice | undefined
  /** For client-side incremental reads and data feeds: is the row inside start and end? */
  keep(row: Row): boolean
  /** `{ <cursor field>: <formatted> }`, and foreign keys of the state it was opened with. The same object until it changes. */
  state(): StreamState
  /** Ranges that this run read to their end, as the slices name them, joined where they touch. undefined for cursors without ranges. */
  covered(): readonly CoveredRange[] | undefined
  /** A row with a readable cursor value was seen. */
  readonly observed: boolean
}

export interface CoveredRange {
  readonly from: string | number
  readonly to: string | number
}

/** What a page says about how far its slice is. */
export interface Progress {
  readonly rows: readonly Row[]
  /**
   * What is complete once this page and all before it were handed on, in the terms of the stream's cursor; absent where only the rows
   * tell. For cursors over time: `{ to }`, everything in the slice up to this value, itself included.
   */
  readonly checkpoint?: Readonly<Record<string, unknown>>
}

/** A run that differs from another one in some of its members. */
export function cursorRunWith(run: CursorRun, members: Partial<Omit<CursorRun, 'observed'>>): CursorRun {
  return {
    slices: () => run.slices(),
    observe: (slice, rows) => run.observe(slice, rows),
    progress: (slice, page) => run.progress(slice, page),
    close: (slice) => run.close(slice),
    narrow: (slice) => run.narrow(slice),
    keep: (row) => run.keep(row),
    state: () => run.state(),
    covered: () => run.covered(),
    get observed() {
      return run.observed
    },
    ...members,
  }
}

/** Divides a stream by time or number into windows and says, after each, what its state is. Values of states are as they are written. */
export interface Cursor {
  readonly cursorField: string
  readonly clientSide: boolean
  /** Records come newest first: paging stops at the first one that is known. */
  readonly dataFeed: boolean
  /** One state for all partitions, however few they are. */
  readonly sharedState: boolean
  /** Keys of its state beside the cursor field; none by default. */
  readonly stateKeys: readonly string[]
  open(state: StreamState | undefined, options: CursorOptions): CursorRun
  /** Order of two formatted cursor values. Throws when a value cannot be read. */
  compare(a: unknown, b: unknown): number
  /** A value of a state, whoever wrote it, as this cursor writes it. Throws when it cannot be read. */
  rewrite(value: unknown): string | number
  /** The time that a cursor value stands for; undefined where values are not times. Throws when it cannot be read. */
  readonly moment: ((value: unknown) => DateTime) | undefined
  /** When a stream with this state was last read, epoch milliseconds; undefined where the value of the cursor field tells as much. */
  readAt(state: StreamState): number | undefined
  /** The same cursor over another field; undefined when the catalog may not choose the field. */
  readonly withField: ((cursorField: string) => Cursor) | undefined
}
export const Cursor = defineFamilyWith<Cursor, 'stateKeys' | 'moment' | 'readAt' | 'withField'>('Cursor', {
  description: 'Reads a stream incrementally.',
  defaults: { stateKeys: [], moment: undefined, readAt: () => undefined, withField: undefined },
})

/** The same cursor with other runs, whatever field the catalog chooses. */
export function wrapCursor(cursor: Cursor, wrap: (run: CursorRun, cursor: Cursor) => CursorRun): Cursor {
  const { withField } = cursor
  return {
    ...cursor,
    open: (state, options) => wrap(cursor.open(state, options), cursor),
    withField: withField && ((name) => wrapCursor(withField(name), wrap)),
  }
}

/** What a retriever may ask about the slice that it reads. */
export function narrowing(run: CursorRun | undefined, slice: CursorSlice | undefined): { readonly narrow?: () => CursorSlice | undefined } {
  return run && slice ? { narrow: () => run.narrow(slice) } : {}
}
