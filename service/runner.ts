import { type Clock, ConnectorError } from '../framework/index.ts'
import type { OpenSync } from '../sync/open-sync.ts'
import type { SyncSummary } from '../sync/summary.ts'
import type { SyncOptions } from '../sync/sync-options.ts'

/** Sums over all runs since the service started. */
export interface RunTotals {
  runs: number
  failures: number
  requests: number
  retries: number
  rows: number
  inserted: number
  updated: number
  errors: number
}

export interface RunOptions extends SyncOptions {
  /** The service's own by default. */
  readonly recipeName?: string
}

/** Runs syncs one at a time, and remembers what they did. */
export class SyncRunner {
  readonly totals: RunTotals = { runs: 0, failures: 0, requests: 0, retries: 0, rows: 0, inserted: 0, updated: 0, errors: 0 }
  readonly #sync: Pick<OpenSync, 'run'>
  readonly #clock: Clock
  #since: string | undefined
  #last: SyncSummary | undefined

  constructor(sync: Pick<OpenSync, 'run'>, clock: Clock) {
    this.#sync = sync
    this.#clock = clock
  }

  /** What the last run of this process did. */
  get last(): SyncSummary | undefined {
    return this.#last
  }

  /** When the run in progress started, ISO-8601; undefined when none does. */
  get runningSince(): string | undefined {
    return this.#since
  }

  /** Throws ConnectorError ERR_SYNC_RUNNING while another run is in progress, and what ends a run as a whole. */
  async run(options: RunOptions): Promise<SyncSummary> {
    if (this.#since !== undefined) {
      throw new ConnectorError('ERR_SYNC_RUNNING', `a sync has been running since ${this.#since}`, { failureType: 'transient_error' })
    }
    this.#since = new Date(this.#clock.now()).toISOString()
    try {
      const summary = await this.#sync.run(options)
      this.#count(summary)
      return summary
    } catch (thrown) {
      this.totals.runs += 1
      this.totals.failures += 1
      throw thrown
    } finally {
      this.#since = undefined
    }
  }

  #count(summary: SyncSummary): void {
    const { totals } = this
    this.#last = summary
    totals.runs += 1
    totals.failures += summary.success ? 0 : 1
    totals.requests += summary.requests_made
    totals.retries += summary.retries
    totals.rows += summary.rows_written
    totals.inserted += summary.rows_inserted
    totals.updated += summary.rows_updated
    totals.errors += summary.errors.length
  }
}
