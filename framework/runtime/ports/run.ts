import type { Clock } from '../../clock.ts'
import { defined } from '../../defined.ts'
import { AuthenticationError, type ConnectorError, ownContext, RateLimitError, StoppedError } from '../../errors.ts'
import type { Diagnostic } from '../../report.ts'

export type StreamOutcome = 'complete' | 'incomplete' | 'pending'

/** From and to as the cursor writes them, both ends read. */
export interface CompleteRange {
  readonly from: string | number
  readonly to: string | number
}

/** How one stream fared. */
export interface StreamResult {
  readonly name: string
  readonly kind: string
  readonly accountId: string | undefined
  outcome: StreamOutcome
  rows: number
  /** Slices that were read to their end. */
  slices: number
  failedSlices: number
  /** The destination cannot write its rows: nothing more is read of it. */
  rejected?: true
  /** Ranges read to their end; undefined for streams without a cursor and for those with partitions. */
  complete?: readonly CompleteRange[]
}

export interface RunError {
  readonly code: string
  readonly message: string
  readonly failure_type: string
  readonly stream?: string
  readonly account_id?: string
  readonly date_range?: string
  /** What a connector says besides: `media_id`, `metric`, … */
  readonly [own: string]: string | undefined
}

/** How the schema of a kind of streams drifted during a run; told once per run and kind. */
export interface DriftReport {
  readonly stream: string
  /** Registered before the run; null for a stream that was new. */
  readonly from_version: number | null
  /** Registered by the run or before it; null when nothing is registered, as after a failure. */
  readonly to_version: number | null
  /** How many changes there are; `changes` has the first of them. */
  readonly changes_total: number
  readonly changes: readonly {
    /** Field names joined by dots; `[]` stands for the items of a list. */
    readonly path: string
    readonly kind: string
    readonly severity: string
    readonly before?: string
    readonly after?: string
    /** What was done about it. */
    readonly verb: string
    /** The first row that showed it: JSON, cut off; absent for fields that came no more. */
    readonly record?: string
  }[]
  readonly discarded_rows: number
  readonly discarded_values: number
  /** File with what was discarded. */
  readonly dead_letters?: string
}

/** What a run did: the JSON summary on the last line of stderr, and the exit code. */
export interface RunSummary {
  readonly run_id: string
  readonly status: 'complete' | 'failed' | 'stopped'
  readonly exit_code: ExitCode
  readonly streams: { readonly complete: number; readonly incomplete: number; readonly pending: number }
  readonly rows: number
  readonly accounts: number
  /** Set by connectors that count their media; so are further counters of theirs. */
  readonly media?: number
  /** All that were reported; the lists have the first thousand. */
  readonly errors_total: number
  readonly warnings_total: number
  readonly errors: readonly RunError[]
  readonly warnings: readonly RunError[]
  /** Streams whose schemas drifted; absent when none did. */
  readonly drift?: readonly DriftReport[]
  readonly duration_ms: number
}

/** 0 done; 1 a stream failed; 2 usage or configuration; 3 stopped early but resumable; 4 authentication; 5 rate-limited beyond patience. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5

/** Lists in a summary are cut here. */
const LISTED = 1_000

/** As a connector names them: `{ media: ['media', 'posts'] }`. */
export type Counters = Readonly<Record<string, readonly string[]>>

/** Collects what happens during a run. */
export class Run {
  readonly id: string
  readonly #started: number
  readonly #clock: Clock
  readonly #counters: Counters
  readonly streams: StreamResult[] = []
  readonly drift: DriftReport[] = []
  /** How often each error code was reported, by stream. */
  readonly errorCodes = new Map<string, Record<string, number>>()
  /** Streams whose rows the destination cannot write. */
  readonly rejected = new Set<string>()
  readonly #errors: ConnectorError[] = []
  readonly #warnings: ConnectorError[] = []
  readonly #totals = { error: 0, warning: 0 }
  readonly #seen = new Set<string>()
  accounts = 0

  /** `counters`: names of counters in the summary, and the kinds of streams whose rows they count. */
  constructor(clock: Clock, id: string, counters: Counters = {}) {
    this.#counters = counters
    this.id = id
    this.#clock = clock
    this.#started = clock.monotonic()
  }

  /** The stream is incomplete, also when it was read to its end. */
  reject(stream: string): void {
    this.rejected.add(stream)
    const result = this.streams.find(({ name }) => name === stream)
    if (!result) return
    result.rejected = true
    result.outcome = 'incomplete'
  }

  /** Remembers a diagnostic; false when an equal one was seen before. */
  note({ severity, error }: Diagnostic): boolean {
    const key = JSON.stringify([severity, error.code, error.message, error.context])
    if (this.#seen.has(key)) return false
    this.#seen.add(key)
    this.#totals[severity] += 1
    if (severity === 'error') this.#countCode(error)
    const list = severity === 'error' ? this.#errors : this.#warnings
    if (list.length < LISTED) list.push(error)
    return true
  }

  #countCode({ code, context: { stream } }: ConnectorError): void {
    if (stream === undefined) return
    const counts = this.errorCodes.get(stream) ?? {}
    counts[code] = (counts[code] ?? 0) + 1
    this.errorCodes.set(stream, counts)
  }

  exitCode(): ExitCode {
    if (this.#errors.length === 0) return this.streams.some(({ outcome }) => outcome !== 'complete') ? 3 : 0
    if (this.#errors.every((error) => error instanceof StoppedError)) return 3
    const serious = this.#errors.filter((error) => !(error instanceof StoppedError))
    if (serious.every((error) => error instanceof AuthenticationError) && this.#isLoginLost(serious)) return 4
    if (serious.every((error) => error instanceof RateLimitError)) return 5
    return 1
  }

  /** Accounts that were lost one by one are failures of their streams, as long as anything else could be read. */
  #isLoginLost(errors: readonly AuthenticationError[]): boolean {
    return errors.some(({ reach }) => reach !== 'account') || !this.streams.some(({ outcome }) => outcome === 'complete')
  }

  /** Rows of the kinds that a connector counts by a name of its own. */
  #counted(): Readonly<Record<string, number>> {
    const rowsOf = (kinds: readonly string[]) =>
      this.streams.filter(({ kind }) => kinds.includes(kind)).reduce((sum, { rows }) => sum + rows, 0)
    return Object.fromEntries(Object.entries(this.#counters).map(([name, kinds]) => [name, rowsOf(kinds)]))
  }

  summary(): RunSummary {
    const count = (outcome: StreamOutcome) => this.streams.filter((stream) => stream.outcome === outcome).length
    const exit_code = this.exitCode()
    return {
      run_id: this.id,
      status: statusOf(exit_code),
      exit_code,
      streams: { complete: count('complete'), incomplete: count('incomplete'), pending: count('pending') },
      rows: this.streams.reduce((sum, { rows }) => sum + rows, 0),
      accounts: this.accounts,
      ...this.#counted(),
      errors_total: this.#totals.error,
      warnings_total: this.#totals.warning,
      errors: this.#errors.map(describeError),
      warnings: this.#warnings.map(describeError),
      ...(this.drift.length > 0 ? { drift: [...this.drift] } : {}),
      duration_ms: Math.round(this.#clock.monotonic() - this.#started),
    }
  }
}

/** How a run ended, in a word. */
export function statusOf(exitCode: ExitCode): RunSummary['status'] {
  if (exitCode === 0) return 'complete'
  return exitCode === 3 ? 'stopped' : 'failed'
}

export function describeError(error: ConnectorError): RunError {
  const { stream, account_id, date_range } = error.context
  return {
    code: error.code,
    message: error.message,
    failure_type: error.failureType,
    ...defined({ stream, account_id }),
    ...ownContext(error),
    ...defined({ date_range }),
  }
}
