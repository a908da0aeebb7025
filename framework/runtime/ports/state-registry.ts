import type { Query } from '../../postgres/database.ts'
import type { StreamState } from '../../protocol/messages.ts'
import type { RunLog } from './run-log.ts'

/** State of a connection: stream name to stream state. */
export type ConnectionState = Readonly<Record<string, StreamState>>

export interface StateVersion {
  /** Id of the connector that the states belong to. */
  readonly connector: string
  /** Grows by one with every commit. */
  readonly version: number
  /** ISO-8601, UTC. */
  readonly committedAt: string
  readonly runId: string
  readonly streams: ConnectionState
}

export interface LeaseHolder {
  readonly runId: string
  readonly host: string
  readonly pid: number
  /** ISO-8601, UTC. */
  readonly since: string
}

/** The right to write the state of one connection. Fenced: after another holder took over, commits fail with ERR_STATE_FENCED. */
export interface StateLease {
  /** Fencing token: grows with every lease of the connection. */
  readonly token: number
  /** undefined when nothing was ever committed. Throws ConfigError ERR_STATE_UNREADABLE, never an empty state for a broken file. */
  load(): Promise<StateVersion | undefined>
  /**
   * Replaces the state of the streams given, keeps the others. Durable when it resolves. `position` is that of the newest state among
   * them: a state of a stream that was committed with this position or a higher one stays, so that a state never goes back. Without a
   * position a commit is newer than all before it.
   */
  commit(streams: ConnectionState, position?: number): Promise<void>
  /** The states given are all there are: others go. For a reset and an import; reads commit. */
  replace(streams: ConnectionState): Promise<void>
  release(): Promise<void>
  /** Only of registries inside a database. */
  readonly joined?: JoinedCommit
}

/** States that are committed together, and the position of the newest of them. */
export interface StateCommit {
  readonly streams: ConnectionState
  readonly position: number | undefined
}

/** Commits states inside somebody else's transaction, so that they and what they stand for are stored together or not at all. */
export interface JoinedCommit {
  /** `PostgresDatabase.identity` of where the states are. */
  readonly database: string
  /**
   * Runs `transaction`, which has to call `write` before it commits; `write` stores the states in it. Takes turns with the commits of the
   * lease, under the same rule: a `commit` of the same states has nothing left to do.
   */
  commit<T>(commit: StateCommit, transaction: (write: (query: Query) => Promise<void>) => Promise<T>): Promise<T>
}

/** Keeps the states of connections, and what every run did. Throws ConnectorError when what it holds cannot be read or written. */
export interface StateRegistry {
  /** Throws ConnectorError ERR_STATE_LOCKED naming the holder and since when. A dead holder's lease is taken over. */
  acquire(connection: string, connector: string, runId: string): Promise<StateLease>
  /** Read without a lease. */
  show(connection: string): Promise<StateVersion | undefined>
  /** Newest first. */
  history(connection: string): Promise<readonly StateVersion[]>
  /** Names of the connections that have a state, sorted. */
  connections(): Promise<readonly string[]>
  /** What every run did, beside the states. */
  readonly runs: RunLog
  close(): Promise<void>
}
