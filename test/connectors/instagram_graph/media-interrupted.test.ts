import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import type { RunOptions } from '../harness.ts'
import { expectedInsights, readNames, Table } from './media-table.ts'
import { readInstagram } from './run.ts'

const DAY = 86_400_000
const MEDIA = ['media', 'media_insights']

interface Habit {
  readonly seed: number
  readonly media: number
  readonly days: number
  readonly windowDays: number
  readonly sweepDays: number
  /** Requests after which a run is cut off and begun again; undefined: never. */
  readonly cuts: readonly (number | undefined)[]
  /** Days from one run to the next. */
  readonly gaps: readonly number[]
}

const habits: fc.Arbitrary<Habit> = fc.record({
  seed: fc.integer({ min: 1, max: 50 }),
  media: fc.integer({ min: 12, max: 260 }),
  days: fc.integer({ min: 60, max: 900 }),
  windowDays: fc.constantFrom(3, 10, 30),
  sweepDays: fc.constantFrom(5, 9),
  cuts: fc.array(fc.option(fc.integer({ min: 3, max: 12 }), { nil: undefined }), { minLength: 1, maxLength: 4 }),
  gaps: fc.array(fc.constantFrom(1, 1, 1, 2, 7), { minLength: 8, maxLength: 14 }),
})

/** Reads day by day; `each` looks at what a day's runs came to. */
async function live(sandbox: Sandbox, habit: Habit, each: (tables: Tables) => void): Promise<Tables> {
  const account = sandbox.truth.accounts()[0] ?? ''
  const tables = { media: new Table(), insights: new Table(), account }
  const config = { insights_depth: 'common', media_window_days: habit.windowDays, sweep_days: habit.sweepDays }
  let state: RunOptions['state'] = {}
  for (const [index, gap] of [0, ...habit.gaps].entries()) {
    sandbox.clock.advance(gap * DAY)
    const cut = habit.cuts[index % habit.cuts.length]
    for (const limit of cut === undefined ? [{}] : [{ maxRequests: cut }, {}]) {
      const run = await readInstagram(sandbox, { select: MEDIA, config, state, ...limit })
      tables.media.upsert(run.rows[`media__${account}`])
      tables.insights.upsert(run.rows[`media_insights__${account}`])
      state = run.state
    }
    each(tables)
  }
  return tables
}

interface Tables {
  readonly media: Table
  readonly insights: Table
  readonly account: string
}

/** The columns of media whose changes are looked for every day. */
const watched = ({ id, caption, timestamp, media_type, like_count, comments_count }: Record<string, unknown>) =>
  JSON.stringify({ id, caption, timestamp, media_type, like_count, comments_count })

/**
 * Reading day by day gives the same as reading once on the last day, as far as observations of a day allow:
 * 1. the table of media has the same media with the same captions, likes and comments;
 * 2. what is written for a day is what the API showed on that day, so that nothing was ever changed afterwards;
 * 3. the newest values of likes and comments are those of the last day, for every media;
 * 4. within sweep_days + 1 days every media was observed, whether it changed or not;
 * whatever the windows, the gaps between runs and the moments at which a run was cut off.
 */
describe('reading media day by day', () => {
  it('gives the table of a single read', async () => {
    await fc.assert(
      fc.asyncProperty(habits, async (habit) => {
        const { seed, media, days } = habit
        const sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', pages: 1, seed, instagram: { accounts: 1, media, days } })
        try {
          const shown = new Map<string, unknown>()
          const tables = await live(sandbox, habit, ({ account }) => {
            const ids = sandbox.truth.media(account).map(({ facts }) => facts.id)
            for (const { media_id, metric, end_time, value } of expectedInsights(sandbox, account, { ids, names: readNames('ig_media') })) {
              shown.set(`${media_id} ${metric} ${end_time}`, value)
            }
          })
          const { account } = tables
          const config = { insights_depth: 'common' }
          const once = await readInstagram(sandbox, { select: MEDIA, config })
          expect(tables.media.rows().map(watched).sort()).toEqual((once.rows[`media__${account}`] ?? []).map(watched).sort())
          for (const row of tables.insights.rows()) {
            expect(row['value'], JSON.stringify(row)).toBe(shown.get(`${row['media_id']} ${row['metric']} ${row['end_time']}`))
          }
          const latest = tables.insights.latest()
          const today = sandbox.clock.now().getTime()
          for (const row of once.rows[`media_insights__${account}`] ?? []) {
            const newest = latest.get(`${row['media_id']} ${row['metric']}`)
            if (row['metric'] === 'comments') expect(newest?.['value']).toBe(row['value'])
            const age = today - Date.parse(String(newest?.['end_time']))
            // A gap of days between runs delays the sweep by as much.
            expect(age).toBeLessThanOrEqual((habit.sweepDays + 1 + Math.max(...habit.gaps)) * DAY)
          }
        } finally {
          await sandbox.close()
        }
      }),
      { numRuns: 12, seed: 3 },
    )
  }, 120_000)
})

describe('a first read that is cut off', () => {
  it('resumes where it was, page by page, and repeats at most one', async () => {
    const sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', pages: 1, instagram: { accounts: 1, media: 1_000 } })
    const account = sandbox.truth.accounts()[0] ?? ''
    const config = { insights_depth: 'common' }
    const first = await readInstagram(sandbox, { select: MEDIA, config, maxRequests: 8 })
    expect(first.summary.exit_code).toBe(3)
    expect(first.rows[`media__${account}`]).toHaveLength(600)
    sandbox.reset()
    const second = await readInstagram(sandbox, { select: MEDIA, config, state: first.state })
    expect(second.summary.exit_code).toBe(0)
    const ids = (rows: readonly Record<string, unknown>[] = []) => rows.map(({ id }) => id)
    const repeated = ids(second.rows[`media__${account}`]).filter((id) => ids(first.rows[`media__${account}`]).includes(id))
    // Besides the window, which every read looks at.
    expect(repeated.length).toBeLessThanOrEqual(140)
    expect(new Set([...ids(first.rows[`media__${account}`]), ...ids(second.rows[`media__${account}`])]).size).toBe(1_000)
    expect(second.state[`media__${account}`]?.['memory']).not.toHaveProperty('rest')
    await sandbox.close()
  })
})

describe('a budget that does not suffice for all accounts', () => {
  it('is never exceeded, and reaches the stalest accounts first in the next run', async () => {
    const sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', pages: 4, instagram: { accounts: 4, media: 90 } })
    const accounts = sandbox.truth.accounts()
    const config = { insights_depth: 'common' }
    let state: RunOptions['state'] = {}
    for (let day = 0; day < 9; day++) {
      if (day > 0) sandbox.clock.advance(DAY)
      sandbox.reset()
      const run = await readInstagram(sandbox, { select: ['media'], config, state, maxRequests: 5 })
      // Two calls are for discovery, so that three are left: one account a day once there is something to look up.
      const calls = Object.entries(sandbox.counts).reduce((sum, [route, count]) => (route === 'POST /' ? sum : sum + count), 0)
      // Calls that go together are not sent in part.
      expect([4, 5]).toContain(calls)
      expect(run.summary.exit_code).toBe(3)
      state = run.state
    }
    const ages = accounts.map((account) => sandbox.clock.now().getTime() - Date.parse(String(state?.[`media__${account}`]?.['looked_at'])))
    expect(Math.max(...ages)).toBeLessThanOrEqual(3 * DAY)
    await sandbox.close()
  })
})
