import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isDefault, metricsOf } from '../../../connectors/meta/metrics/catalogue.ts'
import { postInsightRows } from '../../../sandbox/data/post-insights.ts'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import { type RunResult, runOn } from '../harness.ts'

const utc = (time: string) => time.replace('+0000', '+00:00')
const valueField = (value: unknown) => (typeof value === 'object' ? { value_map: value } : { value })
const sorted = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort()
const metrics = (object: 'fb_page' | 'fb_post') => metricsOf([object]).filter((entry) => isDefault(entry, '2026-11-20'))

describe('a full read of Facebook Pages', () => {
  let sandbox: Sandbox
  let first: RunResult
  let requests: Readonly<Record<string, number>>

  beforeAll(async () => {
    sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', pages: 3, posts: 130, days: 250, seed: 7 })
    first = await runOn(sandbox, { config: { start_date: '2026-05-01' } })
    requests = { ...sandbox.counts }
  })
  afterAll(() => sandbox.close())

  it('is complete', () => {
    expect(first.summary).toMatchObject({ status: 'complete', exit_code: 0, errors: [], warnings: [] })
    expect(Object.keys(first.rows)).toHaveLength(3 * 8)
  })

  it.each([
    ['page_insights', 'day'],
    ['page_insights_week', 'week'],
    ['page_insights_days_28', 'days_28'],
  ] as const)('gives every row of %s that is there, and no other', (kind, period) => {
    for (const page of sandbox.truth.pages()) {
      const expected = metrics('fb_page')
        .filter(({ periods }) => periods?.includes(period))
        .flatMap(({ metric }) =>
          sandbox.truth.pageInsights({ page, metric, period, from: '2026-05-01' }).map((row) => ({
            page_id: page,
            metric,
            period,
            end_time: utc(row.end_time),
            metric_date: row.day,
            ...valueField(row.value),
          })),
        )
      expect(expected.length).toBeGreaterThan(1_000)
      expect(sorted(first.rows[`${kind}__${page}`] ?? [])).toEqual(sorted(expected))
    }
  })

  it.each(['is_from_ads', 'is_from_followers'] as const)('gives every part of the breakdown by %s', (breakdown) => {
    for (const page of sandbox.truth.pages()) {
      const expected = sandbox.truth.pageInsights({ page, metric: 'page_media_view', breakdown, from: '2026-05-01' }).map((row) => ({
        page_id: page,
        metric: 'page_media_view',
        period: 'day',
        end_time: utc(row.end_time),
        metric_date: row.day,
        [breakdown]: row[breakdown],
        value: row.value,
      }))
      expect(expected.length).toBeGreaterThan(100)
      expect(sorted(first.rows[`page_insights_by_${breakdown}__${page}`] ?? [])).toEqual(sorted(expected))
    }
  })

  it('gives every post once, with times in UTC', () => {
    for (const page of sandbox.truth.pages()) {
      const since = Date.parse('2026-05-01T00:00:00Z')
      const expected = sandbox.truth.posts(page).filter(({ created }) => created >= since)
      const rows = first.rows[`posts__${page}`] ?? []
      expect(rows.map(({ id }) => id).sort()).toEqual(expected.map(({ id }) => id).sort())
      for (const post of expected.slice(0, 20)) {
        expect(rows.find(({ id }) => id === post.id)).toMatchObject({
          page_id: page,
          created_time: `${new Date(post.created).toISOString().slice(0, 19)}+00:00`,
          reactions: { summary: { total_count: post.reactions } },
        })
      }
    }
  })

  it('gives the lifetime values of every post with the day of observation', () => {
    for (const page of sandbox.truth.pages()) {
      const since = Date.parse('2026-05-01T00:00:00Z')
      const posts = sandbox.truth.posts(page).filter(({ created }) => created >= since)
      const expected = posts.flatMap((post) =>
        metrics('fb_post').flatMap(({ metric }) =>
          postInsightRows({ seed: 7, post, metric }).map((row) => ({
            page_id: page,
            post_id: post.id,
            metric,
            period: 'lifetime',
            end_time: '2026-11-20T00:00:00+00:00',
            metric_date: '2026-11-20',
            ...valueField(row['value']),
          })),
        ),
      )
      expect(expected.length).toBeGreaterThan(posts.length)
      expect(sorted(first.rows[`post_insights__${page}`] ?? [])).toEqual(sorted(expected))
    }
  })

  it('gives the metadata of every Page without its token', () => {
    for (const page of sandbox.truth.pages()) {
      const [row] = first.rows[`page__${page}`] ?? []
      expect(row).toMatchObject({ id: page, name: sandbox.pages.facts(page).name, fan_count: sandbox.pages.facts(page).fan_count })
      expect(row).not.toHaveProperty('access_token')
    }
  })

  it('keeps every key once', () => {
    for (const [name, rows] of Object.entries(first.rows)) {
      const keys = rows.map((row) =>
        ['id', 'page_id', 'post_id', 'metric', 'end_time', 'is_from_ads', 'is_from_followers'].map((key) => row[key]).join('|'),
      )
      expect(new Set(keys).size, name).toBe(keys.length)
    }
  })

  it('keeps state at the cursor field', () => {
    const [page] = sandbox.truth.pages()
    expect(first.state[`page_insights__${page}`]).toEqual({ end_time: '2026-11-18T08:00:00+00:00' })
    expect(first.state[`posts__${page}`]).toEqual({ created_time: expect.stringMatching(/^2026-11-1\dT\d\d:\d\d:\d\d\+00:00$/) })
    expect(first.state[`post_insights__${page}`]).toEqual({ end_time: '2026-11-20T00:00:00+00:00' })
  })

  it('asks in as few calls as windows and groups need', () => {
    // 203 days in windows of 88 days, five streams of insights, three Pages.
    expect(requests['GET /{page}/insights']).toBe(3 * 5 * 3)
    expect(requests['GET /{user}/accounts']).toBe(1)
  })

  it('puts no token into an address', () => {
    expect(new Set(sandbox.requests.map(({ tokenIn }) => tokenIn))).toEqual(new Set(['header']))
  })

  describe('and a second one', () => {
    let second: RunResult

    beforeAll(async () => {
      sandbox.clock.advance(86_400_000)
      sandbox.reset()
      second = await runOn(sandbox, { config: { start_date: '2026-05-01' }, state: first.state })
    })

    it('asks for the look-back window only', () => {
      const insights = sandbox.requests.filter(({ route }) => route === 'GET /{page}/insights')
      expect(insights).toHaveLength(3 * 5)
      for (const { query } of insights) expect(Number(query['since']) * 1000).toBeGreaterThanOrEqual(Date.parse('2026-11-10T08:00:00Z'))
      const posts = sandbox.requests.filter(({ route }) => route === 'GET /{page}/published_posts')
      for (const { query } of posts) expect(Number(query['since']) * 1000).toBeGreaterThan(Date.parse('2026-11-05T00:00:00Z'))
    })

    it('finds the day that has become visible', () => {
      for (const page of sandbox.truth.pages()) {
        const days = new Set(second.rows[`page_insights__${page}`]?.map((row) => row['metric_date']))
        expect([...days].sort()).toEqual(
          sandbox.truth.pageInsights({ page, metric: 'page_follows', from: '2026-11-10' }).map(({ day }) => day),
        )
        expect(second.state[`page_insights__${page}`]).toEqual({ end_time: '2026-11-19T08:00:00+00:00' })
      }
    })

    it('observes the young posts again', () => {
      const [page] = sandbox.truth.pages()
      const rows = second.rows[`post_insights__${page}`] ?? []
      expect(new Set(rows.map((row) => row['end_time']))).toEqual(new Set(['2026-11-21T00:00:00+00:00']))
      const young = sandbox.truth.posts(page ?? '').filter(({ created }) => created >= Date.parse('2026-11-13T00:00:00Z'))
      expect(new Set(rows.map((row) => row['post_id']))).toEqual(new Set(young.map(({ id }) => id)))
    })
  })
})
