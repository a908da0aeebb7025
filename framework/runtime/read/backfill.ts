import { defined } from '../../defined.ts'
import type { StreamState } from '../../protocol/messages.ts'
import type { ConnectionState } from '../ports/state-registry.ts'

/** What `--from` and `--to` ask for. ISO dates. */
export interface BackfillRange {
  readonly from?: string
  readonly to?: string
  /** Progress is kept, so that a backfill that breaks off continues where it was; needs a registry. */
  readonly resumable?: true
}

const ending = '@backfill'

/** Under this name the registry keeps how far a backfill of the stream is, apart from the stream's own state. */
export const backfillKey = (stream: string): string => `${stream}${ending}`
export const isBackfillKey = (name: string): boolean => name.endsWith(ending)

/** Where backfills of this range broke off, by stream. One that was finished, or of another range, starts over. */
export function backfillStates(streams: ConnectionState, { from, to }: BackfillRange): ConnectionState {
  const found = Object.entries(streams).flatMap(([name, state]) => {
    const { backfill, ...progress } = state
    const isSame = JSON.stringify(backfill) === JSON.stringify({ from, to, complete: false })
    return isBackfillKey(name) && isSame ? [[name.slice(0, -ending.length), progress] as const] : []
  })
  return Object.fromEntries(found)
}

/** The progress of a backfill as the registry keeps it. */
export function backfillState(
  progress: StreamState,
  { from, to }: BackfillRange,
  { complete }: { readonly complete: boolean },
): StreamState {
  const backfill = { ...defined({ from, to }), complete }
  return complete ? { backfill } : { ...progress, backfill }
}
