import type { CompleteRange, DriftReport, RunError, StreamOutcome } from './run.ts'

/** How one stream of one account fared in a run. */
export interface StreamRecord {
  readonly stream: string
  readonly kind: string
  readonly account_id?: string
  readonly outcome: StreamOutcome
  /** Requests sent for the stream; one that serves several streams counts for the first of them. Absent in older records. */
  readonly calls?: number
  /** Read. */
  readonly rows: number
  /** Accepted by the destination. Absent in older records and while the run is in progress. */
  readonly rows_written?: number
  /** As the destination says: new ones, and those that took the place of one with their key. Absent as `rows_written` is. */
  readonly rows_inserted?: number
  readonly rows_updated?: number
  /** Windows read to their last page. */
  readonly slices: number
  readonly failed_slices: number
  /** Ranges that this run read to their last page; absent for streams without a cursor and for those with partitions. */
  readonly complete?: readonly CompleteRange[]
  /** How often each error code was reported for the stream. */
  readonly errors?: Readonly<Record<string, number>>
}

/** One run: what `connector runs` shows. Saved when it starts, now and then, and when it ends. */
export interface RunRecord {
  readonly run_id: string
  readonly connection: string
  readonly connector: string
  /** ISO-8601, UTC. */
  readonly started_at: string
  /** Last sign of life while it runs. */
  readonly updated_at: string
  /** `running` also stands for a run that was killed. */
  readonly status: 'running' | 'complete' | 'failed' | 'stopped'
  readonly exit_code: number | null
  /** `--from`/`--to` of a backfill. */
  readonly backfill?: { readonly from?: string; readonly to?: string }
  readonly requests: number
  readonly retries: number
  readonly rows: number
  readonly rows_written: number
  /** Of all streams; absent in older records and while the run goes on. */
  readonly rows_inserted?: number
  readonly rows_updated?: number
  readonly errors: readonly RunError[]
  readonly streams: readonly StreamRecord[]
  /** Streams whose schemas drifted; absent when none did. */
  readonly drift?: readonly DriftReport[]
}

/** Runs of connections, beside their states. Bounded: the latest runs are kept, older ones live on in what they proved complete. */
export interface RunLog {
  /** Stores the run; a later record of the same run replaces it. */
  save(record: RunRecord): Promise<void>
  /** Newest first. */
  list(connection: string): Promise<readonly RunRecord[]>
  /** For each stream, the ranges that some run proved complete, merged where they overlap. */
  complete(connection: string): Promise<Readonly<Record<string, readonly CompleteRange[]>>>
}
