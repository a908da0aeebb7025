import type { RunSummary } from '../framework/runtime/ports/run.ts'
import { type ChangedRows, changedRows, type Written } from './written.ts'

export interface NetworkTotals {
  readonly requests: number
  readonly retries: number
  /** Answers that an earlier request of the run had got already. */
  readonly cached: number
  /** The highest share of a rate limit that the provider reported, in percent; undefined when it reported none. */
  readonly usagePercent: number | undefined
}

/** Totals of a read. The CLI prints it as one line of JSON, the last on stderr. */
export interface ReadSummary extends RunSummary, ChangedRows {
  readonly type: 'summary'
  readonly requests: number
  readonly retries: number
  /** Answers that an earlier request of the run had got already; not among the requests. */
  readonly cached_responses: number
  /** null when the provider told none. */
  readonly usage_percent: number | null
  /** Accepted by the destination; `rows` were read. */
  readonly rows_written: number
  /** Values that did not fit the column of their field and were kept in `_extra` instead. */
  readonly values_in_extra: number
  /** Rows of before that gave way to those of streams that were replaced; absent when none was. */
  readonly rows_replaced?: number
}

/** Errors and warnings written out in the summary; the log has all of them. */
const listed = 50

export function readSummary(summary: RunSummary, network: NetworkTotals, { rows, changes, misfits = {}, replaced }: Written): ReadSummary {
  const { run_id, status, exit_code, errors_total, warnings_total, errors, warnings, ...counts } = summary
  return {
    type: 'summary',
    run_id,
    status,
    exit_code,
    requests: network.requests,
    retries: network.retries,
    cached_responses: network.cached,
    usage_percent: network.usagePercent ?? null,
    ...counts,
    rows_written: total(rows),
    ...changedRows(Object.values(changes)),
    values_in_extra: total(misfits),
    ...(replaced ? { rows_replaced: total(replaced) } : {}),
    errors_total,
    errors: errors.slice(0, listed),
    warnings_total,
    warnings: warnings.slice(0, listed),
  }
}

const total = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((sum, count) => sum + count, 0)
