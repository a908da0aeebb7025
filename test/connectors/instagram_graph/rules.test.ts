import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../sandbox/sandbox.ts'
import type { RunOptions, RunResult } from '../harness.ts'
import { ACCOUNT_STREAMS, readInstagram } from './run.ts'

const DAY = 86_400_000
const world: SandboxOptions = { now: '2026-11-20T12:00:00Z', instagram: { accounts: 1 }, pages: 1, days: 120, seed: 11 }

const running: Sandbox[] = []
let sandbox: Sandbox
let account: string

async function start(options: SandboxOptions = {}): Promise<void> {
  sandbox = await startSandbox({ ...world, ...options, instagram: { ...world.instagram, ...options.instagram } })
  account = sandbox.truth.accounts()[0] ?? ''
  running.push(sandbox)
}

beforeEach(() => start())
afterEach(async () => {
  for (const started of running.splice(0)) await started.close()
})

const run = (kind: string, options: RunOptions = {}) => {
  return readInstagram(sandbox, { select: [kind], ...options, config: { start_date: '2026-10-01', ...options.config } })
}
const rowsOf = ({ rows }: RunResult, kind: string) => rows[`${kind}__${account}`] ?? []
const metricsOf = (result: RunResult, kind: string) => new Set(rowsOf(result, kind).map(({ metric }) => metric))
const calls = () => sandbox.requests.filter(({ route }) => route === 'GET /{ig-user}/insights').map(({ query }) => query)
const callsWith = (metric: string) => calls().filter((query) => query['metric']?.split(',').includes(metric))
const spanOf = (query: Readonly<Record<string, string>>) => Number(query['until']) - Number(query['since'])

describe('windows', () => {
  it('are never longer than 30 days, also when the clocks go back', async () => {
    await run('account_insights', { config: { start_date: '2026-08-01' } })
    for (const query of calls()) expect(spanOf(query)).toBeLessThanOrEqual(2_592_000)
  })

  it('reach back two years at most, with a warning', async () => {
    const result = await run('account_insights_week', { config: { start_date: '2020-01-01' } })
    expect(result.summary).toMatchObject({ exit_code: 0, errors: [] })
    expect(result.summary.warnings.map(({ code }) => code)).toEqual(['ERR_HISTORY_CLAMPED'])
    const oldest = Math.min(...calls().map(({ since }) => Number(since) * 1000))
    expect(oldest).toBeGreaterThanOrEqual(Date.parse('2024-11-20T12:00:00Z'))
  })

  it('begin and end at midnight in California', async () => {
    await run('account_insights_week')
    const moments = calls().flatMap(({ since, until }) => [Number(since), Number(until)])
    for (const moment of moments) expect(['07:00', '08:00']).toContain(new Date(moment * 1000).toISOString().slice(11, 16))
    const days = rowsOf(await run('account_insights_week'), 'account_insights_week')
    expect(days.find(({ end_time }) => end_time === '2026-11-01T07:00:00+00:00')).toMatchObject({ metric_date: '2026-10-31' })
    expect(days.find(({ end_time }) => end_time === '2026-11-02T08:00:00+00:00')).toMatchObject({ metric_date: '2026-11-01' })
  })
})

describe('follower_count', () => {
  it('is asked for alone, for its last 30 days without today', async () => {
    const result = await run('account_insights', { config: { start_date: '2026-08-01' } })
    expect(result.summary.errors).toEqual([])
    const own = callsWith('follower_count')
    expect(own.length).toBeGreaterThan(0)
    for (const query of own) {
      expect(query['metric']).toBe('follower_count')
      expect(Number(query['since']) * 1000).toBeGreaterThanOrEqual(Date.parse('2026-10-21T07:00:00Z'))
      expect(Number(query['until']) * 1000).toBeLessThanOrEqual(Date.parse('2026-11-20T08:00:00Z'))
    }
    const days = rowsOf(result, 'account_insights').filter(({ metric }) => metric === 'follower_count')
    expect(days[0]).toMatchObject({ metric_date: '2026-10-21' })
  })
})

describe('totals', () => {
  it('take one call for each day, all metrics of a day together', async () => {
    await run('account_insights', { config: { start_date: '2026-11-01' } })
    const own = callsWith('views')
    expect(own).toHaveLength(19)
    for (const query of own) {
      expect(query).toMatchObject({ metric_type: 'total_value', period: 'day' })
      expect(spanOf(query)).toBeLessThanOrEqual(25 * 3_600)
      expect(query['metric']?.split(',')).toEqual(
        expect.arrayContaining(['views', 'accounts_engaged', 'total_interactions', 'likes', 'comments', 'saves', 'shares', 'replies']),
      )
    }
  })

  it('that are no longer documented are asked for apart, and their refusal is a warning', async () => {
    sandbox.faults.add({ kind: 'refuse-metric', metric: 'website_clicks' })
    const result = await run('account_insights', { config: { start_date: '2026-11-01' } })
    for (const query of callsWith('profile_views')) expect(['profile_views', 'profile_views,website_clicks']).toContain(query['metric'])
    expect(metricsOf(result, 'account_insights')).toContain('profile_views')
    expect(result.summary).toMatchObject({ exit_code: 0, errors: [] })
    expect(result.summary.warnings).toMatchObject([{ code: 'ERR_METRIC_REFUSED', metric: 'website_clicks', account_id: account }])
  })

  it('that the API no longer keeps cause no error, and are not asked for day by day', async () => {
    await start({ instagram: { retentionDays: 90 }, days: 400 })
    const result = await run('account_insights_by_media_product_type', { config: { start_date: '2025-11-01' } })
    expect(result.summary).toMatchObject({ status: 'complete', errors: [], warnings: [] })
    expect(rowsOf(result, 'account_insights_by_media_product_type')[0]).toMatchObject({ metric_date: '2026-08-22' })
    // Three days of each of the nine months that are gone; every day of the others.
    expect(calls().length).toBeLessThan(160)
  })
})

describe('follows_and_unfollows', () => {
  it('is asked for by its breakdown only', async () => {
    const plain = await run('account_insights')
    expect(callsWith('follows_and_unfollows')).toEqual([])
    expect(metricsOf(plain, 'account_insights')).not.toContain('follows_and_unfollows')
    const parts = await run('account_insights_by_follow_type')
    expect(metricsOf(parts, 'account_insights_by_follow_type')).toEqual(new Set(['reach', 'views', 'follows_and_unfollows']))
    for (const query of callsWith('follows_and_unfollows')) expect(query['breakdown']).toBe('follow_type')
  })
})

describe('parts of a breakdown', () => {
  it('may have names that nobody knows yet', async () => {
    const total_value = {
      value: 9,
      breakdowns: [{ dimension_keys: ['media_product_type'], results: [{ dimension_values: ['HOLOGRAM'], value: 9 }] }],
    }
    const body = JSON.stringify({ data: [{ name: 'views', period: 'day', total_value }] })
    sandbox.faults.add({ kind: 'body', body, match: { metric: 'saves' } })
    const result = await run('account_insights_by_media_product_type')
    expect(new Set(rowsOf(result, 'account_insights_by_media_product_type').map((row) => row['media_product_type']))).toEqual(
      new Set(['HOLOGRAM']),
    )
  })
})

describe('an end_time in the future', () => {
  it('is left for the day on which it has come', async () => {
    await start({ instagram: { futureEndTime: [0] } })
    const body = {
      name: 'reach',
      period: 'week',
      values: [
        { value: 5, end_time: '2026-11-19T08:00:00+0000' },
        { value: 1, end_time: '2026-11-22T08:00:00+0000' },
      ],
    }
    sandbox.faults.add({ kind: 'body', body: JSON.stringify({ data: [body] }), match: { metric: 'reach' }, skip: 1 })
    const result = await run('account_insights_week')
    const ends = rowsOf(result, 'account_insights_week').map(({ end_time }) => String(end_time))
    expect(ends).toContain('2026-11-19T08:00:00+00:00')
    expect(ends.every((end) => end <= '2026-11-20T12:00:00+00:00')).toBe(true)
    expect(result.state[`account_insights_week__${account}`]).toEqual({ end_time: '2026-11-19T08:00:00+00:00' })
  })

  it('in a state is brought back to now, with a warning', async () => {
    const state = { [`account_insights_week__${account}`]: { end_time: '2026-12-24T08:00:00+00:00' } }
    const result = await run('account_insights_week', { state })
    expect(result.summary).toMatchObject({ exit_code: 0, errors: [] })
    expect(result.summary.warnings.map(({ code }) => code)).toEqual(['ERR_STATE_IN_FUTURE'])
    for (const { since } of calls()) expect(Number(since) * 1000).toBeLessThan(sandbox.clock.now().getTime())
  })
})

describe('accounts with fewer than 100 followers', () => {
  it('have no figures about followers; that is logged once and is not an error', async () => {
    await start({ instagram: { followers: 60 } })
    const result = await readInstagram(sandbox, { select: ACCOUNT_STREAMS })
    expect(result.summary).toMatchObject({ status: 'complete', exit_code: 0, errors: [], warnings: [] })
    expect(metricsOf(result, 'account_insights')).toContain('views')
    expect(metricsOf(result, 'account_insights')).not.toContain('follower_count')
    expect(metricsOf(result, 'account_insights_by_follow_type')).not.toContain('follows_and_unfollows')
    expect(rowsOf(result, 'online_followers')).toEqual([])
    expect(rowsOf(result, 'account_demographics')).toEqual([])
    for (const metric of ['follower_count', 'online_followers', 'follows_and_unfollows', 'follower_demographics'])
      expect(callsWith(metric)).toEqual([])
    expect(result.output.split('\n').filter((line) => line.includes('has 60 followers'))).toHaveLength(1)
  })
})

describe('what the API leaves out', () => {
  it('has no row', async () => {
    const result = await run('account_insights')
    const expected = sandbox.truth.accountInsights({ account, metric: 'reach', from: '2026-10-01' })
    const days = rowsOf(result, 'account_insights').filter(({ metric }) => metric === 'reach')
    // The series is silent about one day in 41.
    expect(expected.length).toBeLessThan(48)
    expect(days.map(({ metric_date }) => metric_date)).toEqual(expected.map(({ day }) => day))
  })

  it('keeps nobody from moving on: nothing is asked for again every day', async () => {
    await start({ instagram: { followers: 100 } })
    sandbox.faults.add({
      kind: 'body',
      body: '{"data":[{"name":"profile_links_taps","period":"day"}]}',
      match: { metric: 'profile_links_taps' },
    })
    const first = await run('account_insights_by_contact_button_type')
    expect(rowsOf(first, 'account_insights_by_contact_button_type')).toEqual([])
    expect(first.state[`account_insights_by_contact_button_type__${account}`]).toEqual({ end_time: '2026-11-18T08:00:00+00:00' })
    sandbox.reset()
    sandbox.clock.advance(DAY)
    await run('account_insights_by_contact_button_type', { state: first.state })
    expect(calls()).toHaveLength(6)
  })
})

describe('online_followers', () => {
  it('is asked for alone, for 30 days, without the newest ones', async () => {
    const result = await run('online_followers', { config: { start_date: '2026-08-01' } })
    for (const query of calls()) {
      expect(query['metric']).toBe('online_followers')
      expect(Number(query['since']) * 1000).toBeGreaterThanOrEqual(Date.parse('2026-10-21T07:00:00Z'))
      expect(Number(query['until']) * 1000).toBeLessThanOrEqual(Date.parse('2026-11-18T08:00:00Z'))
    }
    expect(Object.keys(rowsOf(result, 'online_followers')[0]?.['value_map'] ?? {})).toHaveLength(24)
  })

  it('may be gone, which is a warning', async () => {
    sandbox.faults.add({ kind: 'refuse-metric', metric: 'online_followers' })
    const result = await run('online_followers')
    expect(result.summary).toMatchObject({ status: 'complete', exit_code: 0, errors: [] })
    expect(result.summary.warnings).toMatchObject([{ code: 'ERR_METRIC_REFUSED', metric: 'online_followers', account_id: account }])
  })
})

describe('demographics', () => {
  it('are asked for with all audiences in one call, for each breakdown and timeframe', async () => {
    const result = await run('account_demographics')
    expect(calls()).toHaveLength(8)
    for (const query of calls()) {
      expect(query['metric']).toBe('follower_demographics,engaged_audience_demographics,reached_audience_demographics')
      expect(query).not.toHaveProperty('since')
    }
    expect(metricsOf(result, 'account_demographics').size).toBe(3)
    const places = rowsOf(result, 'account_demographics').filter(({ breakdown }) => breakdown === 'city')
    expect(places.length).toBeLessThanOrEqual(2 * 3 * 45)
  })

  it('are combined where the config says so', async () => {
    const result = await run('account_demographics', { config: { demographics_combinations: ['age,gender'] } })
    expect(calls()).toHaveLength(10)
    const combined = rowsOf(result, 'account_demographics').filter(({ breakdown }) => breakdown === 'age,gender')
    const expected = (['this_week', 'this_month'] as const).flatMap((timeframe) =>
      sandbox.truth
        .demographics({ account, metric: 'follower_demographics', dimensions: ['age', 'gender'], timeframe })
        .map(({ dimension_values, value }) => [timeframe, dimension_values.join(' | '), value]),
    )
    const found = combined.filter(({ metric }) => metric === 'follower_demographics')
    expect(found.map(({ timeframe, breakdown_value, value }) => [timeframe, breakdown_value, value]).sort()).toEqual(expected.sort())
    expect(expected.length).toBeGreaterThan(10)
  })

  it('are observed at the interval of the config, also when there was nothing to see', async () => {
    const config = { demographics_every_days: 7 }
    let result = await run('account_demographics', { config })
    expect(result.state[`account_demographics__${account}`]).toEqual({ end_time: '2026-11-20T00:00:00+00:00' })
    const seen: string[] = []
    for (let day = 0; day < 15; day++) {
      sandbox.clock.advance(DAY)
      result = await run('account_demographics', { config, state: result.state })
      if (rowsOf(result, 'account_demographics').length > 0) seen.push(String(rowsOf(result, 'account_demographics')[0]?.['metric_date']))
    }
    expect(seen).toEqual(['2026-11-27', '2026-12-04'])
  })
})

describe('metrics of the config', () => {
  it('may have retired names, which are answered with their replacement', async () => {
    const metrics = ['impressions', 'email_contacts', 'audience_locale']
    const result = await run('account_insights', { config: { metrics } })
    expect(metricsOf(result, 'account_insights')).toEqual(new Set(['views', 'profile_links_taps']))
    expect(result.summary.warnings.map(({ code, metric }) => [code, metric])).toEqual(
      metrics.map((metric) => ['ERR_METRIC_RETIRED', metric]),
    )
    expect(result.summary.exit_code).toBe(0)
  })

  it('that do not exist stop before anything is read', async () => {
    await expect(run('account_insights', { config: { metrics: ['acounts_engaged'] } })).rejects.toThrow(/did you mean accounts_engaged\?/)
    expect(sandbox.requests).toEqual([])
  })
})
