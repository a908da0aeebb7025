import type { RunLog } from '../framework/runtime/ports/run-log.ts'
import type { ConnectionState } from '../framework/runtime/ports/state-registry.ts'

/** What was read longer ago than this is read again. */
const FRESH_MS = 3_600_000

export interface InterruptedOptions {
  readonly connection: string
  /** Streams without a state are read, whatever an earlier run did: somebody has reset them. */
  readonly states: ConnectionState
  /** Epoch milliseconds. */
  readonly now: number
}

/** What interrupted runs leave to the one after them. */
export interface Interrupted {
  /** The run before was interrupted. */
  readonly isResumed: boolean
  /** Streams that need not be read again. */
  readonly done: ReadonlySet<string>
}

export const notInterrupted: Interrupted = { isResumed: false, done: new Set() }

/**
 * Streams that need not be read again, because the runs just before this one read them to their end within the last hour and were then
 * killed or stopped: this run continues with the others. Without it a job that is interrupted again and again would spend every run on the
 * streams that are done. None when the last run came to its end.
 */
export async function doneBefore(log: RunLog, { connection, states, now }: InterruptedOptions): Promise<Interrupted> {
  const done = new Set<string>()
  let isResumed = false
  for (const { status, backfill, started_at, streams } of await log.list(connection)) {
    const isInterrupted = status === 'running' || status === 'stopped'
    if (!isInterrupted || backfill !== undefined || Date.parse(started_at) < now - FRESH_MS) break
    isResumed = true
    for (const { stream, outcome } of streams) if (outcome === 'complete' && Object.hasOwn(states, stream)) done.add(stream)
  }
  return { isResumed, done }
}
