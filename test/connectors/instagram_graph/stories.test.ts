import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import type { RunOptions } from '../harness.ts'
import { readNames, Table, texts } from './media-table.ts'
import { readInstagram } from './run.ts'

const HOUR = 3_600_000

let sandbox: Sandbox
let account: string

beforeEach(async () => {
  sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', pages: 1, seed: 3, instagram: { accounts: 1, media: 10, stories: 40 } })
  account = sandbox.truth.accounts()[0] ?? ''
})
afterEach(() => sandbox.close())

const read = (options: RunOptions = {}) => readInstagram(sandbox, { select: ['stories', 'story_insights'], ...options })
const living = () => sandbox.truth.stories(account).map(({ facts }) => facts)
const expected = () =>
  living().flatMap(({ id }) =>
    Object.entries(sandbox.truth.mediaInsights(id).values)
      .filter(([metric]) => readNames('ig_story').includes(metric))
      .map(([metric, value]) => ({
        ig_user_id: account,
        story_id: id,
        metric,
        period: 'lifetime',
        end_time: '2026-11-20T00:00:00+00:00',
        metric_date: '2026-11-20',
        value,
      })),
  )

describe('stories', () => {
  it('are read while they live, with their insights', async () => {
    const run = await read()
    expect(run.summary).toMatchObject({ exit_code: 0, errors: [], warnings: [] })
    expect(run.rows[`stories__${account}`]?.map(({ id }) => id).sort()).toEqual(
      living()
        .map(({ id }) => id)
        .sort(),
    )
    expect(run.rows[`stories__${account}`]?.[0]).toMatchObject({
      ig_user_id: account,
      media_product_type: 'STORY',
      timestamp: expect.stringMatching(/\+00:00$/),
    })
    expect(texts(run.rows[`story_insights__${account}`])).toEqual(texts(expected()))
  })

  it('with fewer than five viewers have no insights, which is not a failure', async () => {
    const lonely = living().filter(({ id }) => sandbox.truth.mediaInsights(id).refused === '10')
    expect(lonely.length).toBeGreaterThan(0)
    const run = await read()
    expect(run.summary).toMatchObject({ exit_code: 0, errors: [], warnings: [] })
    for (const { id } of lonely) expect(run.output).toContain(`ig_story ${id} of account ${account} has no insights`)
  })

  it('that are gone by the time of their insights cause no failure either', async () => {
    const [gone] = living()
    sandbox.instagram.hide(gone?.id ?? '')
    const run = await read()
    expect(run.summary).toMatchObject({ exit_code: 0, errors: [] })
    expect(run.rows[`story_insights__${account}`]?.some((row) => row['story_id'] === gone?.id)).toBe(false)
  })

  it('of a day are all caught by reading every few hours', async () => {
    const stories = new Table()
    const seen = new Set<string>()
    let state: RunOptions['state'] = {}
    for (let hour = 0; hour < 48; hour += 6) {
      for (const { id } of living()) seen.add(id)
      const run = await read({ state })
      stories.upsert(run.rows[`stories__${account}`])
      expect(run.rows[`stories__${account}`]).toHaveLength(living().length)
      state = run.state
      sandbox.clock.advance(6 * HOUR)
    }
    expect(
      stories
        .rows()
        .map(({ id }) => id)
        .sort(),
    ).toEqual([...seen].sort())
    expect(seen.size).toBeGreaterThan(80)
  })

  it('of an account without any are none', async () => {
    await sandbox.close()
    sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', pages: 1, instagram: { accounts: 1, media: 10, stories: 0 } })
    const run = await read()
    expect(run.summary).toMatchObject({ exit_code: 0, rows: 0 })
  })
})
