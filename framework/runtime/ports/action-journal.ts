import type { TrailEntry } from '../../components/actions/action-step.ts'
import { ConnectorError } from '../../errors.ts'
import type { JsonObject } from '../../protocol/messages.ts'

/**
 * `RUNNING`: begun and not ended; with nobody at it, its process died and it can be gone on with. `DONE`: took place. `FAILED`: did not
 * take place, and may be tried again. `UNKNOWN`: may have taken place; only a person, or a look that settles it, ends that.
 */
export type ActionState = 'RUNNING' | 'DONE' | 'FAILED' | 'UNKNOWN'

/** A state as programs and people see it: `PUBLISHED`, `FAILED` (nothing was posted), `UNKNOWN` (it may be live) or `RUNNING`. */
export const publishState = (state: ActionState) => (state === 'DONE' ? ('PUBLISHED' as const) : state)

/** Why an action failed, or what is not known. */
export interface ActionFailure {
  /** A word of the connector, such as `MEDIA_ERROR`. */
  readonly code: string
  readonly message: string
  readonly retryable: boolean
  readonly details?: JsonObject
}

/** One action under one key, as the journal keeps it. Holds the input, never credentials. */
export interface ActionRecord {
  readonly key: string
  /** Id of the connector. */
  readonly connector: string
  readonly action: string
  /** On whose behalf it acts. */
  readonly account: string
  /** Of action, account and input: the same key is for the same action only. */
  readonly fingerprint: string
  readonly input: JsonObject
  readonly state: ActionState
  readonly steps: Readonly<Record<string, TrailEntry>>
  readonly output?: JsonObject
  readonly failure?: ActionFailure
  /** Runs that worked on it. */
  readonly runs: number
  /** ISO-8601, UTC. */
  readonly startedAt: string
  readonly updatedAt: string
}

/** The right to work on one key. Fenced: after another process took over, `write` fails with ERR_ACTION_FENCED. */
export interface ActionClaim {
  /** As it was found; undefined for a key that is new. */
  readonly found: ActionRecord | undefined
  /** Replaces the record. Durable when it resolves. */
  write(record: ActionRecord): Promise<void>
  release(): Promise<void>
}

export interface ListedAction extends ActionRecord {
  /** Whether a process is at it. */
  readonly held: boolean
}

/** Keeps what actions did, so that none is done twice. */
export interface ActionJournal {
  /**
   * One process at a time works on a key. Throws ConnectorError ERR_ACTION_IN_PROGRESS naming the holder; the claim of a process that is
   * known to be dead, or has given no sign of life for long, is taken over.
   */
  claim(key: string): Promise<ActionClaim>
  show(key: string): Promise<ListedAction | undefined>
  /** Of one account, or all; newest first. */
  list(account?: string): Promise<readonly ListedAction[]>
  close(): Promise<void>
}

export function inProgress(key: string, who: string, cause?: unknown): ConnectorError {
  const message = `another process works on key ${JSON.stringify(key)}: ${who}. Ask for its status, or try again when it is over.`
  return new ConnectorError('ERR_ACTION_IN_PROGRESS', message, { failureType: 'transient_error', cause })
}

export function actionFenced(key: string): ConnectorError {
  const message = `another process took over key ${JSON.stringify(key)}; this one stops before it does anything more`
  return new ConnectorError('ERR_ACTION_FENCED', message, { failureType: 'transient_error' })
}

/** Newest first, then by key. */
export function byNewest(a: ActionRecord, b: ActionRecord): number {
  if (a.updatedAt !== b.updatedAt) return a.updatedAt < b.updatedAt ? 1 : -1
  return a.key < b.key ? -1 : 1
}
