import { defined } from '../../defined.ts'
import type { StreamState } from '../../protocol/messages.ts'
import type { MessageItem, StreamInfo } from '../ports/items.ts'
import type { ConnectionState } from '../ports/state-registry.ts'
import { type BackfillRange, backfillKey, backfillState, isBackfillKey } from './backfill.ts'
import { stateItem } from './trace.ts'

/** A stream that is read from its start although there may be a state. */
export interface StreamRefresh {
  /** Names the refresh; a run that resumes it has the same. */
  readonly id: string
  /** What the refresh is for, in one text: an interrupted one of another kind is not resumed. */
  readonly purpose: string
  readonly generation?: number
  /** Where this run begins; undefined at the start of the stream. */
  readonly state: StreamState | undefined
  /** `apart`: the stream's own state does not move until the stream is complete. */
  readonly progress: 'apart' | 'own'
  /** Whether a registry remembers that the refresh is over. */
  readonly isRecorded: boolean
}

/** True for a refresh that is done; false for a record that one is over. */
export const isWhole = (refresh: StreamRefresh | undefined): boolean => refresh !== undefined && refresh.purpose !== 'none'

/** What a registry keeps of a refresh, beside its progress. */
interface RefreshRecord {
  readonly id: string
  readonly purpose: string
  readonly generation?: number
  readonly complete: boolean
}

const ending = '@refresh'

/** Under this name the registry keeps how far a refresh of the stream is, apart from the stream's own state. */
export const refreshKey = (stream: string): string => `${stream}${ending}`

/** True for states that are ours alone: of backfills and refreshes. */
export const isOwnKey = (name: string): boolean => isBackfillKey(name) || name.endsWith(ending)

/** The last refresh of a stream and how far it came. */
export function refreshOf(states: ConnectionState, stream: string): (RefreshRecord & { readonly progress: StreamState }) | undefined {
  const { refresh, ...progress } = states[refreshKey(stream)] ?? {}
  return isRecord(refresh) ? { ...refresh, progress } : undefined
}

function isRecord(value: unknown): value is RefreshRecord {
  if (typeof value !== 'object' || value === null) return false
  const { id, purpose, complete } = value as Partial<Record<keyof RefreshRecord, unknown>>
  return typeof id === 'string' && typeof purpose === 'string' && typeof complete === 'boolean'
}

/** What a state that is to be sent belongs to. */
export interface StatePlace {
  readonly stream: StreamInfo
  /** Every row of the stream came before it. */
  readonly complete: boolean
  /** Rows since the state before. */
  readonly rows: number
  readonly range: BackfillRange | undefined
  readonly refresh: StreamRefresh | undefined
}

/** The messages that hand a state on, each under the name that it is kept under. */
export function stateItems(state: StreamState, { stream: info, complete, rows, range, refresh }: StatePlace): readonly MessageItem[] {
  const { name: stream } = info
  if (range) return [{ ...stateItem(stream, backfillState(state, range, { complete }), rows), stateKey: backfillKey(stream) }]
  if (refresh?.progress === 'apart' && !complete) return [recordItem(stream, refresh, { progress: state, rows })]
  const own = stateItem(stream, state, rows)
  if (!complete) return [own]
  return [{ ...own, completes: info }, ...(refresh?.isRecorded ? [recordItem(stream, refresh)] : [])]
}

function recordItem(
  stream: string,
  { id, purpose, generation }: StreamRefresh,
  open?: { readonly progress: StreamState; readonly rows: number },
): MessageItem {
  const refresh: RefreshRecord = { id, purpose, ...defined({ generation }), complete: open === undefined }
  return { ...stateItem(stream, { ...open?.progress, refresh }, open?.rows ?? 0), stateKey: refreshKey(stream) }
}
