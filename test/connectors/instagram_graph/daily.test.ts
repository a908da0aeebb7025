import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Row } from '../../../framework/protocol/messages.ts'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import type { RunOptions } from '../harness.ts'
import { expectedRows, sorted } from './expected.ts'
import { readInstagram } from './run.ts'

const DAY = 86_400_000
const STREAMS = ['account_insights', 'account_insights_week', 'account_insights_by_follow_type', 'online_followers'] as const

/** What a table with keys holds after these rows: the last one of a key stands. */
class Table {
  readonly #rows = new Map<string, Row>()

  upsert(rows: readonly Row[]): void {
    for (const row of rows) this.#rows.set(['ig_user_id', 'metric', 'end_time', 'follow_type'].map((key) => row[key]).join('|'), row)
  }

  get rows(): Row[] {
    return [...this.#rows.values()]
  }
}

interface Habit {
  readonly lookback: number
  /** Days from one read to the next one. */
  readonly gaps: readonly number[]
  /** Hour of the day of each read. */
  readonly hours: readonly number[]
  /** Reads that are ended after so many requests, and taken up again. */
  readonly interruptions: readonly (number | undefined)[]
}

async function readByHabit(
  sandbox: Sandbox,
  { lookback, gaps, hours, interruptions }: Habit,
  start: string,
): Promise<Record<string, Table>> {
  const tables: Record<string, Table> = {}
  const begun = Math.floor(sandbox.clock.now().getTime() / DAY) * DAY
  let state: RunOptions['state'] = {}
  let day = 0
  for (const [index, gap] of [...gaps, 0].entries()) {
    const moment = begun + day * DAY + (hours[index % hours.length] ?? 12) * 3_600_000
    sandbox.clock.set(new Date(Math.max(moment, sandbox.clock.now().getTime())))
    const config = { start_date: start, lookback_days: lookback }
    const maxRequests = interruptions[index % interruptions.length]
    for (const limit of maxRequests === undefined ? [{}] : [{ maxRequests }, {}]) {
      const run = await readInstagram(sandbox, { select: STREAMS, config, state, ...limit })
      for (const [name, rows] of Object.entries(run.rows)) {
        const kind = name.split('__')[0] ?? ''
        tables[kind] ??= new Table()
        tables[kind].upsert(rows)
      }
      state = run.state
    }
    day += gap
  }
  return tables
}

/** The API knows hours and new followers for 30 days; the table keeps them. */
function isForgotten({ metric, end_time }: Row, known: readonly Row[]): boolean {
  if (metric !== 'follower_count' && metric !== 'online_followers') return false
  const times = known.filter((row) => row['metric'] === metric).map((row) => String(row['end_time']))
  return times.every((time) => String(end_time) < time)
}

describe('reading day by day', () => {
  const habit = fc.record({
    lookback: fc.integer({ min: 2, max: 5 }),
    gaps: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 6 }),
    hours: fc.array(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 4 }),
    interruptions: fc.array(fc.option(fc.integer({ min: 2, max: 40 }), { nil: undefined }), { minLength: 1, maxLength: 3 }),
  })

  async function holds(settings: Habit, seed: number): Promise<void> {
    // Summer time ends on the 1st of November.
    const sandbox = await startSandbox({ now: '2026-10-29T00:00:00Z', instagram: { accounts: 1 }, pages: 1, days: 60, seed })
    try {
      const tables = await readByHabit(sandbox, settings, '2026-10-20')
      const [account = ''] = sandbox.truth.accounts()
      const expected = expectedRows(sandbox, { account, from: '2026-10-20' })
      for (const kind of STREAMS) {
        const own = expected[kind]?.filter(({ metric_date }) => String(metric_date) >= '2026-10-20') ?? []
        const known = tables[kind]?.rows ?? []
        expect(sorted(known.filter((row) => !isForgotten(row, own))), kind).toEqual(sorted(own))
      }
    } finally {
      await sandbox.close()
    }
  }

  it('gives the same table as reading once, whatever the hours, gaps, look-backs and interruptions', async () => {
    await fc.assert(fc.asyncProperty(habit, fc.integer({ min: 1, max: 99 }), holds), { numRuns: 12 })
  }, 120_000)

  it('gives it over 60 days', async () => {
    await holds({ lookback: 2, gaps: Array.from({ length: 59 }, () => 1), hours: [6, 9, 23], interruptions: [undefined, 5] }, 3)
  }, 120_000)
})
