import { defined } from '../../defined.ts'
import type { StreamState } from '../../protocol/messages.ts'
import type { Cursor, CursorRun } from '../read/cursor.ts'
import type { ParentStates, Partition } from '../read/partition-router.ts'
import { parentStatesOf } from './incoming-state.ts'
import { PartitionedState, type PartitionedStateOptions } from './partitioned-state.ts'

/** The state of one stream during one read. */
export interface StreamStateRun {
  /**
   * The cursor of a partition, from the state on; undefined for streams without a cursor. A partition that was opened before
   * gets a run without slices.
   */
  open(partition: Partition): CursorRun | undefined
  /** Every slice of the partition is closed. */
  done(partition: Partition): void
  /** The stream was read to its end without a failure. */
  finish(): void
  /** A value that never changes afterwards; the same object while nothing changes. */
  current(): StreamState
  /** What the router needs to read parents from where they were left. */
  parentState(): ParentStates | undefined
}

export interface StreamStateOptions extends Omit<PartitionedStateOptions, 'cursor'> {
  readonly cursor: Cursor | undefined
  /** State is kept per partition, until they are too many. */
  readonly partitioned: boolean
}

/** Says that a stream without a cursor was read as a whole. */
export const noCursorState: StreamState = { __ab_no_cursor_state_message: true }

/** Turns the state that a platform hands in into cursors for partitions, and their progress back into a state. */
export function openStreamState(options: StreamStateOptions): StreamStateRun {
  const { cursor, partitioned } = options
  if (!cursor) return cursorless
  return partitioned ? new PartitionedState({ ...options, cursor }) : singleState(cursor, options)
}

const cursorless: StreamStateRun = {
  open: () => undefined,
  done: () => undefined,
  finish: () => undefined,
  current: () => noCursorState,
  parentState: () => undefined,
}

function singleState(cursor: Cursor, { state, dialect, range }: StreamStateOptions): StreamStateRun {
  const incoming = state && dialect === 'native' ? singleOf(state) : state
  let run: CursorRun | undefined
  return {
    open: ({ scope }) => {
      run ??= cursor.open(incoming, { scope, ...defined({ range }) })
      return run
    },
    done: () => undefined,
    finish: () => undefined,
    current: () => run?.state() ?? state ?? {},
    parentState: () => state && parentStatesOf(state),
  }
}

/** A stream that had partitions once continues from the state that they shared. */
function singleOf(state: StreamState): StreamState | undefined {
  const { __ab_no_cursor_state_message: _, ...own } = state
  if (!('states' in own) && !('use_global_cursor' in own)) return own
  const shared = own['state']
  return typeof shared === 'object' && shared !== null ? (shared as StreamState) : undefined
}
