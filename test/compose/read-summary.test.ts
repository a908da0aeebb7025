import { describe, expect, it } from 'vitest'
import { readSummary } from '../../compose/read-summary.ts'
import type { RunSummary } from '../../framework/runtime/ports/run.ts'

const error = { code: 'ERR_X', message: 'x', failure_type: 'system_error' }
const run: RunSummary = {
  run_id: 'run-1',
  status: 'failed',
  exit_code: 1,
  streams: { complete: 2, incomplete: 1, pending: 0 },
  rows: 100,
  accounts: 3,
  media: 4,
  errors_total: 80,
  warnings_total: 0,
  errors: Array.from({ length: 80 }, () => error),
  warnings: [],
  duration_ms: 1234,
}

describe('readSummary', () => {
  it('has requests, rows, accounts, media, retries, errors, duration and usage', () => {
    const summary = readSummary(
      run,
      { requests: 12, retries: 2, cached: 3, usagePercent: 41 },
      {
        ...{ rows: { a: 60, b: 39 }, places: [], misfits: { 'a.at': 3, 'b.value': 1 } },
        changes: { a: { inserted: 50, updated: 10 }, b: { inserted: 9, updated: 29 } },
      },
    )
    const { errors, ...rest } = summary
    expect(errors).toHaveLength(50)
    expect(rest).toEqual({
      type: 'summary',
      run_id: 'run-1',
      status: 'failed',
      exit_code: 1,
      requests: 12,
      retries: 2,
      cached_responses: 3,
      usage_percent: 41,
      streams: { complete: 2, incomplete: 1, pending: 0 },
      rows: 100,
      rows_written: 99,
      rows_inserted: 59,
      rows_updated: 39,
      values_in_extra: 4,
      accounts: 3,
      media: 4,
      duration_ms: 1234,
      errors_total: 80,
      warnings_total: 0,
      warnings: [],
    })
  })

  it('says null when the provider reported no usage', () => {
    const summary = readSummary(run, { requests: 0, retries: 0, cached: 0, usagePercent: undefined }, { rows: {}, places: [], changes: {} })
    expect(summary.usage_percent).toBeNull()
  })
})
