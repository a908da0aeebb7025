import { isNode } from '../../manifest/definition/build.ts'
import type { StreamState } from '../../protocol/messages.ts'
import { keepLiterals } from '../../protocol/number-literals.ts'
import type { Cursor } from '../read/cursor.ts'
import { everyParent, type ParentStates } from '../read/partition-router.ts'
import { isConcurrent } from './resume.ts'

/** The state of a partitioned stream as it was handed in, whichever of its forms it had. */
export interface IncomingState {
  readonly useGlobal: boolean
  readonly partitions: readonly { readonly partition: StreamState; readonly cursor: StreamState }[]
  /** State of partitions that are not listed. */
  readonly global: StreamState | undefined
  /** Cursor states by the text of a partition's only value: the oldest form, `{ "<id>": { "<cursor>": … } }`. */
  readonly legacy: ReadonlyMap<string, StreamState>
  /** Seconds. */
  readonly lookback: number
  readonly parents: ParentStates | undefined
}

export function readIncoming(state: StreamState, cursor: Cursor): IncomingState {
  const parents = isNode(state['parent_state']) && Object.keys(state['parent_state']).length > 0 ? state['parent_state'] : undefined
  const listed = 'states' in state || 'state' in state
  const legacy = listed ? undefined : legacyOf(state, cursor)
  return {
    useGlobal: state['use_global_cursor'] === true,
    partitions: listed ? listOf(state['states']) : [],
    global: legacy ? undefined : globalOf(listed ? state['state'] : state, cursor),
    legacy: legacy ?? new Map(),
    lookback: listed ? Math.max(0, Math.trunc(Number(state['lookback_window'] ?? 0)) || 0) : 0,
    parents: parents as ParentStates | undefined,
  }
}

function listOf(states: unknown): IncomingState['partitions'] {
  if (!Array.isArray(states)) return []
  return states.flatMap((entry) =>
    isNode(entry) && isNode(entry['partition']) && isNode(entry['cursor'])
      ? [{ partition: entry['partition'], cursor: entry['cursor'] }]
      : [],
  )
}

function globalOf(state: unknown, cursor: Cursor): StreamState | undefined {
  if (!isNode(state)) return undefined
  if (isConcurrent(state)) return cursor.open(state, { scope: {} }).state()
  const value = state[cursor.cursorField]
  return value === undefined || value === null ? undefined : keepLiterals(state, { [cursor.cursorField]: cursor.rewrite(value) })
}

function legacyOf(state: StreamState, { cursorField }: Cursor): ReadonlyMap<string, StreamState> | undefined {
  const entries = Object.entries(state)
  const legacy = entries.every(([, value]) => isNode(value) && Object.keys(value).length === 1 && cursorField in value)
  return entries.length > 0 && legacy ? new Map(entries as [string, StreamState][]) : undefined
}

/**
 * States for the parents of a child. A child that was not read by an incremental parent so far hands down its own single
 * cursor value: the parent need not go further back.
 */
export function parentStatesOf(state: StreamState): ParentStates | undefined {
  const own = state['parent_state']
  if (isNode(own) && Object.keys(own).length > 0) return own as ParentStates
  const values = Object.values(state)
  const global = isNode(state['state']) ? Object.values(state['state'])[0] : undefined
  const single = values.length === 1 && typeof values[0] !== 'object' ? values[0] : global
  return single === undefined ? undefined : { [everyParent]: { cursor: single } }
}
