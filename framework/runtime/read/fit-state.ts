import { isConcurrent } from '../../components/cursors/resume.ts'
import type { Cursor } from '../../components/read/cursor.ts'
import { ConnectorError } from '../../errors.ts'
import { isNode } from '../../manifest/definition/build.ts'
import type { StreamState } from '../../protocol/messages.ts'
import { keepLiterals } from '../../protocol/number-literals.ts'
import type { ListedStream } from '../assembly/bound-stream.ts'

/** A state as the cursor of its stream reads it, or why the cursor cannot. */
export type Fit = { readonly state: StreamState; readonly unused?: true } | { readonly problem: string }

export interface FittedStream extends Pick<ListedStream, 'stream' | 'partitioned'> {
  readonly name: string
}

/** Keys of the state of a stream with partitions. */
const partitionKeys = ['states', 'state', 'use_global_cursor', 'lookback_window', 'parent_state']

/**
 * Checks that the cursor of a stream can read a state, whoever wrote it. Cursor values that the formats of the cursor cannot read and that
 * are ISO times are rewritten. A stream without a cursor resumes nowhere: any state fits, unused.
 */
export function fitState({ stream, name, partitioned }: FittedStream, given: StreamState): Fit {
  const cursor = stream.cursor ?? stream.byState?.incremental.cursor
  if (!cursor) return keysOf(given).length === 0 ? { state: given } : { state: given, unused: true }
  try {
    const state = stream.migrateState?.(given) ?? given
    const unknown = unknownKeys(state, { cursor, partitioned })
    if (unknown) return { problem: `the state of stream '${name}' has ${unknown}; its cursor reads '${cursor.cursorField}'` }
    const fitted = rewritten(state, cursor)
    // A state that is migrated when it is read stays as it came.
    return { state: state === given ? fitted : given }
  } catch (thrown) {
    if (!(thrown instanceof ConnectorError)) throw thrown
    return { problem: `the state of stream '${name}' cannot be read: ${thrown.message}` }
  }
}

/** Without the marks of streams that have no cursor. */
const keysOf = (state: StreamState): readonly string[] => Object.keys(state).filter((key) => !key.startsWith('__ab_'))

interface Reader {
  readonly cursor: Cursor
  readonly partitioned: boolean
}

/** What of the state no cursor reads; undefined where something is read, or nothing is there to be read. */
function unknownKeys(state: StreamState, { cursor, partitioned }: Reader): string | undefined {
  const keys = keysOf(state)
  if (keys.length === 0 || isConcurrent(state)) return undefined
  if ('states' in state && !Array.isArray(state['states'])) return `a 'states' that is not a list`
  const inner = cursorStates(state).map((inside) => unknownKeys(inside, { cursor, partitioned: false }))
  const broken = inner.find((unknown) => unknown !== undefined)
  if (broken !== undefined) return broken
  const read = [cursor.cursorField, ...cursor.stateKeys, ...(partitioned || 'state' in state ? partitionKeys : [])]
  if (keys.some((key) => read.includes(key)) || isByPartition(state, cursor)) return undefined
  if (!partitioned && 'states' in state) return inner.length === 0 ? undefined : 'states of partitions, and the stream has none'
  return `only the keys ${keys.slice(0, 10).join(', ')}`
}

/** `{ "<id of a partition>": { "<cursor>": … } }` */
function isByPartition(state: StreamState, { cursorField }: Cursor): boolean {
  return Object.values(state).every((value) => isNode(value) && cursorField in value)
}

/** States inside the state of a stream with partitions. */
function cursorStates({ states, state }: StreamState): readonly StreamState[] {
  const listed = Array.isArray(states) ? states : []
  return [
    ...listed.flatMap((entry) => (isNode(entry) && isNode(entry['cursor']) ? [entry['cursor']] : [])),
    ...(isNode(state) ? [state] : []),
  ]
}

/** A state of slices is never rewritten. */
function assertReadable(state: StreamState & { readonly slices: readonly unknown[] }, cursor: Cursor): StreamState {
  for (const slice of state.slices) if (isNode(slice)) for (const bound of [slice['start'], slice['end']]) cursor.compare(bound, bound)
  return state
}

/** The same object where nothing has to be rewritten. */
function rewritten(state: StreamState, cursor: Cursor): StreamState {
  if (isConcurrent(state)) return assertReadable(state, cursor)
  const changed: Record<string, unknown> = {}
  const value = state[cursor.cursorField]
  if (value !== undefined && value !== null && !isNode(value) && !isReadable(value, cursor))
    changed[cursor.cursorField] = cursor.rewrite(value)
  if (Array.isArray(state['states'])) changed['states'] = state['states'].map((entry: unknown) => rewrittenEntry(entry, cursor))
  for (const [key, inside] of Object.entries(state)) {
    const isCursorState = isNode(inside) && cursor.cursorField in inside && key !== 'parent_state'
    if (isCursorState) changed[key] = rewritten(inside, cursor)
  }
  const isSame = Object.entries(changed).every(([key, part]) => part === state[key] || isSameList(part, state[key]))
  return isSame ? state : keepLiterals(state, { ...state, ...changed })
}

function rewrittenEntry(entry: unknown, cursor: Cursor): unknown {
  if (!isNode(entry) || !isNode(entry['cursor'])) return entry
  const inside = rewritten(entry['cursor'], cursor)
  return inside === entry['cursor'] ? entry : { ...entry, cursor: inside }
}

function isReadable(value: unknown, cursor: Cursor): boolean {
  try {
    cursor.compare(value, value)
    return true
  } catch (thrown) {
    if (!(thrown instanceof ConnectorError)) throw thrown
    return false
  }
}

const isSameList = (one: unknown, other: unknown): boolean =>
  Array.isArray(one) && Array.isArray(other) && one.every((part, index) => part === other[index])
