import type { ConnectorError } from '../framework/errors.ts'
import { type DriftReport, describeError, type ExitCode, type RunError, type RunSummary, statusOf } from '../framework/runtime/ports/run.ts'
import type { CatalogMatch } from '../framework/runtime/read/catalog-match.ts'
import { exitCodeOf } from './exit-code.ts'
import { type ReadSummary, readSummary } from './read-summary.ts'
import type { Session } from './session.ts'
import { NOTHING_WRITTEN, type Written } from './written.ts'

/** How one account fared. */
export interface AccountResult {
  readonly account_id: string
  /** Every stream of the account was read to its end. */
  readonly success: boolean
  /** Rows that the destination accepted. */
  readonly total_inserted: number
  readonly total_errors: number
  /** Of the rows accepted, those of streams whose key names a metric. */
  readonly metrics_inserted: number
  /** Requests sent for its streams; one that serves several streams counts for the first of them. */
  readonly calls: number
  readonly errors: readonly RunError[]
}

/** What a read did. Plain data, ready for `JSON.stringify`; texts of errors are without secrets. */
export interface ReadResult {
  /** Every stream was read to its end: exit code 0. */
  readonly success: boolean
  readonly run_id: string
  /** Id of the connector; what was asked for when there is no such connector. */
  readonly connector: string
  readonly connection: string | null
  /** The account, when the read was of one; else null, see `accounts`. */
  readonly account_id: string | null
  /** Rows that the destination accepted, of all accounts. */
  readonly total_inserted: number
  /** Errors, those that ended the run included. */
  readonly total_errors: number
  /** Of the rows accepted, those of streams whose key names a metric. */
  readonly metrics_inserted: number
  readonly errors: readonly RunError[]
  /** In the order in which the accounts were discovered; those of a catalog that are gone come last. */
  readonly accounts: readonly AccountResult[]
  /** Where a person finds the rows: files or tables. */
  readonly places: readonly string[]
  /** What `connector read` prints on the last line of stderr. */
  readonly summary: ReadSummary
}

/** A read as it stands. */
export interface ReadState {
  readonly session: Session
  readonly connection: string
  readonly catalog: CatalogMatch | undefined
  readonly written: Written
  /** What ended the read early. */
  readonly failure: ConnectorError | undefined
}

export function readResult({ session, connection, catalog, written, failure }: ReadState): ReadResult {
  const { run, http, connector, redactor } = session
  const found = run.summary()
  const errors = [...found.errors, ...(failure ? [describeError(failure)] : [])].map((error) => redacted(error, redactor.redact))
  const warnings = found.warnings.map((warning) => redacted(warning, redactor.redact))
  const drift = found.drift ? { drift: found.drift.map((report) => withoutSecrets(report, redactor.redact)) } : {}
  const exit_code = failure ? exitCodeOf(failure) : found.exit_code
  const errors_total = found.errors_total + (failure ? 1 : 0)
  const ended = { ...found, exit_code, status: statusOf(exit_code), errors_total, errors, warnings, ...drift }
  const summary = readSummary(ended, http.stats(), written)
  const accounts = accountResults(session, { errors, written, metricStreams: metricStreams(catalog) })
  const [only] = accounts
  return {
    success: exit_code === 0,
    ...{ run_id: run.id, connector: connector.manifest.id, connection },
    account_id: only && accounts.length === 1 ? only.account_id : null,
    total_inserted: summary.rows_written,
    total_errors: errors_total,
    metrics_inserted: sum(metricStreams(catalog), (stream) => written.rows[stream] ?? 0),
    errors,
    accounts,
    places: written.places,
    summary,
  }
}

interface Unopened {
  readonly failure: RunError
  readonly exit_code: ExitCode
}

/** The result of a read that ended before there was a connector. */
export function unopened(connector: string, run_id: string, { failure, exit_code }: Unopened): ReadResult {
  const nothing: RunSummary = {
    ...{ run_id, status: statusOf(exit_code), exit_code, streams: { complete: 0, incomplete: 0, pending: 0 } },
    ...{ rows: 0, accounts: 0, errors_total: 1, warnings_total: 0, errors: [failure], warnings: [], duration_ms: 0 },
  }
  return {
    ...{ success: false, run_id, connector, connection: null, account_id: null },
    ...{ total_inserted: 0, total_errors: 1, metrics_inserted: 0, errors: [failure], accounts: [], places: [] },
    summary: readSummary(nothing, { requests: 0, retries: 0, cached: 0, usagePercent: undefined }, NOTHING_WRITTEN),
  }
}

const redacted = (error: RunError, redact: (text: string) => string): RunError => ({ ...error, message: redact(error.message) })

/** Rows may hold what a provider repeats of the credentials. */
function withoutSecrets(drift: DriftReport, redact: (text: string) => string): DriftReport {
  const clean = ({ record, ...change }: DriftReport['changes'][number]) =>
    record === undefined ? change : { ...change, record: redact(record) }
  return { ...drift, changes: drift.changes.map(clean) }
}

/** Rows of these streams are values of metrics: their key says of which. */
function metricStreams(catalog: CatalogMatch | undefined): ReadonlySet<string> {
  const streams = catalog?.streams.filter(({ stream }) => stream.primaryKey.some((path) => path.length === 1 && path[0] === 'metric')) ?? []
  return new Set(streams.map(({ info }) => info.name))
}

interface Facts {
  readonly errors: readonly RunError[]
  readonly written: Written
  readonly metricStreams: ReadonlySet<string>
}

function accountResults({ run: { streams }, http }: Session, { errors, written, metricStreams }: Facts): readonly AccountResult[] {
  const owners = new Map(streams.map(({ name, accountId }) => [name, accountId]))
  const errorsOf = groupBy(errors, ({ account_id, stream }) => account_id ?? owners.get(stream ?? ''))
  const ofAccount = groupBy(streams, ({ accountId }) => accountId)
  return Array.from(ofAccount, ([account_id, own]) => {
    const found = errorsOf.get(account_id) ?? []
    return {
      account_id,
      success: own.every(({ outcome }) => outcome === 'complete'),
      total_inserted: sum(own, ({ name }) => written.rows[name] ?? 0),
      total_errors: found.length,
      metrics_inserted: sum(own, ({ name }) => (metricStreams.has(name) ? (written.rows[name] ?? 0) : 0)),
      calls: sum(own, ({ name }) => http.calls.get(name) ?? 0),
      errors: found,
    }
  })
}

/** Values by key; those without one are left out. */
function groupBy<T>(values: readonly T[], keyOf: (value: T) => string | undefined): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const value of values) {
    const key = keyOf(value)
    if (key === undefined) continue
    const group = groups.get(key)
    if (group) group.push(value)
    else groups.set(key, [value])
  }
  return groups
}

function sum<T>(values: Iterable<T>, numberOf: (value: T) => number): number {
  let total = 0
  for (const value of values) total += numberOf(value)
  return total
}
