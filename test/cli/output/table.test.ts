import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { renderResultTable } from '../../../cli/output/table.ts'
import type { RunError, RunSummary, StreamResult } from '../../../framework/runtime/ports/run.ts'

const stream = (name: string, outcome: StreamResult['outcome'], rows: number): StreamResult => ({
  name,
  kind: name.split('__')[0] ?? name,
  accountId: undefined,
  outcome,
  rows,
  slices: 1,
  failedSlices: 0,
})
const summary = (errors: readonly RunError[] = []): RunSummary => ({
  run_id: 'run-1',
  status: 'complete',
  exit_code: 0,
  streams: { complete: 1, incomplete: 0, pending: 0 },
  rows: 12_345,
  accounts: 2,
  media: 0,
  errors_total: errors.length,
  warnings_total: 0,
  errors,
  warnings: [],
  duration_ms: 65_000,
})
const render = (streams: readonly StreamResult[], changes: Partial<Parameters<typeof renderResultTable>[0]> = {}) =>
  renderResultTable({ summary: summary(), streams, places: [], columns: 80, colour: false, ...changes })

describe('renderResultTable', () => {
  it('shows each stream, the total and where the rows are', () => {
    expect(
      render([stream('pages', 'complete', 2), stream('posts__1', 'incomplete', 12_343), stream('x', 'pending', 0)], {
        places: ['out/pages.jsonl'],
      }),
    ).toBe(
      `┌──────────┬────────┬─────────────┐
│ stream   │   rows │ result      │
├──────────┼────────┼─────────────┤
│ pages    │      2 │ complete    │
│ posts__1 │ 12,343 │ incomplete  │
│ x        │      0 │ not reached │
└──────────┴────────┴─────────────┘
12,345 rows from 2 accounts in 1:05
  out/pages.jsonl`,
    )
  })

  it('shows kinds instead of many streams', () => {
    const many = Array.from({ length: 1000 }, (_, index) => stream(`posts__${index}`, index === 7 ? 'incomplete' : 'complete', 10))
    const text = render([...many, stream('pages', 'complete', 1)], { places: Array.from({ length: 1000 }, (_, index) => `out/${index}`) })
    expect(text).toMatch(/posts \(1,000\) +│ 10,000 │ 999 complete, 1 incomplete/)
    expect(text).toContain('… and 995 more')
    expect(text.split('\n').length).toBeLessThan(20)
  })

  it('stays within 80 columns and neutralises names', () => {
    const text = render([stream(`\u001b[31m${'x'.repeat(300)}`, 'complete', 1_234_567)], { colour: true })
    expect(text).not.toContain('\u001b[31m')
    expect(
      Math.max(
        ...stripVTControlCharacters(text)
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(80)
  })

  it('lists the first errors with what they concern', () => {
    const errors = Array.from({ length: 25 }, (_, index) => ({
      code: 'ERR_METRIC',
      message: `refused ${index}\u001b[2J`,
      failure_type: 'system_error',
      stream: 'posts__1',
      account_id: '1',
      metric: 'reach',
    }))
    const text = render([stream('posts__1', 'incomplete', 0)], { summary: summary(errors) })
    expect(text).toContain('ERR_METRIC [posts__1, account 1, reach] refused 0\\x1b[2J')
    expect(text).toContain('… and 15 more in the log')
  })

  it('is coloured only on request', () => {
    expect(render([stream('a', 'complete', 1)])).not.toContain('\u001b')
    expect(render([stream('a', 'complete', 1)], { colour: true })).toContain('\u001b[32mcomplete')
  })
})
