import type { DestinationReport } from '../../framework/runtime/destination.ts'
import type { RunSummary } from '../../framework/runtime/run.ts'

export interface NetworkTotals {
  readonly requests: number
  readonly retries: number
  /** The highest share of a rate limit that the provider reported, in percent; undefined when it reported none. */
  readonly usagePercent: number | undefined
}

/** Errors and warnings written out in the summary; the log has all of them. */
const listed = 50

/**
 * The last line on stderr of a run: one JSON object with
 * `requests, retries, usage_percent (null when unknown), rows, rows_written, accounts, media, errors, warnings, duration_ms` and how it ended.
 * `rows` were read, `rows_written` were accepted by the destination.
 */
export function summaryLine(summary: RunSummary, network: NetworkTotals, destination: DestinationReport): string {
  const { run_id, status, exit_code, errors, warnings, ...counts } = summary
  const rows_written = Object.values(destination.rows).reduce((sum, rows) => sum + rows, 0)
  return JSON.stringify({
    type: 'summary',
    run_id,
    status,
    exit_code,
    requests: network.requests,
    retries: network.retries,
    usage_percent: network.usagePercent ?? null,
    ...counts,
    rows_written,
    errors_total: errors.length,
    errors: errors.slice(0, listed),
    warnings_total: warnings.length,
    warnings: warnings.slice(0, listed),
  })
}
