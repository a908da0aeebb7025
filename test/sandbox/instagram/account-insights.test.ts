import { describe, expect, it } from 'vitest'
import { startSandbox } from '../../../sandbox/sandbox.ts'
import { ask, codeOf, NOW, withSandbox } from '../ask.ts'
import { accountOf, askAccount, seconds } from './reading.ts'

const DAY = 86_400
const TOTALS =
  'views,accounts_engaged,total_interactions,likes,comments,saves,shares,replies,reposts,profile_links_taps,profile_views,website_clicks'

describe('account insights', () => {
  const sandbox = withSandbox({ instagram: { followers: [20_000, 80, 500], futureEndTime: [2] } })
  const insights = (query: string, index = 0) => askAccount(sandbox(), `/insights?${query}`, { index })
  const message = async (query: string, index = 0) => (await insights(query, index)).json.error?.message

  it('give reach day by day, as the truth has it, both ends of the window included', async () => {
    const [since, until] = [seconds('2026-10-20T07:00:00Z'), seconds('2026-11-18T08:00:00Z')]
    const { json } = await insights(`metric=reach&period=day&since=${since}&until=${until}`)
    const rows = sandbox().truth.accountInsights({ account: accountOf(sandbox()), metric: 'reach', from: '2026-10-19', to: '2026-11-17' })
    expect(json.data[0].values).toEqual(rows.map(({ value, end_time }) => ({ value, end_time })))
    expect(new Set(rows.map(({ end_time }) => end_time.slice(11)))).toEqual(new Set(['07:00:00+0000', '08:00:00+0000']))
    expect(rows.length).toBeGreaterThan(25)
    expect(rows.length).toBeLessThan(30)
  })

  it.each(['week', 'days_28'] as const)('give reach for the %s that ends with each day', async (period) => {
    const { json } = await insights(
      `metric=reach&period=${period}&since=${seconds('2026-11-01T07:00:00Z')}&until=${seconds('2026-11-18T08:00:00Z')}`,
    )
    const rows = sandbox().truth.accountInsights({
      account: accountOf(sandbox()),
      metric: 'reach',
      period,
      from: '2026-10-31',
      to: '2026-11-17',
    })
    expect(json.data[0]).toMatchObject({ period, values: rows.map(({ value, end_time }) => ({ value, end_time })) })
  })

  it('end where the delay begins', async () => {
    const { json } = await insights(
      `metric=reach&period=day&since=${seconds('2026-11-19T08:00:00Z')}&until=${seconds('2026-11-20T12:00:00Z')}`,
    )
    expect([json.data, sandbox().truth.lastDay()]).toEqual([[], '2026-11-17'])
  })

  it('give totals of one day, without rows and times', async () => {
    const since = seconds('2026-11-15T08:00:00Z')
    const { json } = await insights(`metric=${TOTALS}&period=day&metric_type=total_value&since=${since}&until=${since + DAY}`)
    const day = { from: '2026-11-15', to: '2026-11-15' }
    for (const entry of json.data) {
      const [row] = sandbox().truth.accountInsights({ account: accountOf(sandbox()), metric: entry.name, ...day })
      expect([entry.name, entry.total_value, 'values' in entry]).toEqual([entry.name, { value: row?.value }, false])
    }
    expect(json.data.map(({ name }: { name: string }) => name)).toEqual(TOTALS.split(','))
  })

  it('add days up for events, and count people once', async () => {
    const window = `period=day&metric_type=total_value&since=${seconds('2026-11-10T08:00:00Z')}&until=${seconds('2026-11-15T08:00:00Z')}`
    const { json } = await insights(`metric=likes,accounts_engaged&${window}`)
    const sum = (metric: string) =>
      sandbox()
        .truth.accountInsights({ account: accountOf(sandbox()), metric, from: '2026-11-10', to: '2026-11-14' })
        .reduce((all, { value }) => all + value, 0)
    expect(json.data[0].total_value.value).toBe(sum('likes'))
    expect(json.data[1].total_value.value).toBeLessThan(sum('accounts_engaged'))
  })

  it.each([
    ['views', ['media_product_type']],
    ['views', ['follow_type']],
    ['reach', ['media_product_type', 'follow_type']],
    ['profile_links_taps', ['contact_button_type']],
    ['follows_and_unfollows', ['follow_type']],
  ])('break %s down by %j', async (metric, breakdown) => {
    const since = seconds('2026-11-15T08:00:00Z')
    const { json } = await insights(
      `metric=${metric}&period=day&metric_type=total_value&breakdown=${breakdown}&since=${since}&until=${since + DAY}`,
    )
    const rows = sandbox().truth.accountInsights({ account: accountOf(sandbox()), metric, breakdown, from: '2026-11-15', to: '2026-11-15' })
    const results = rows.map(({ dimension_values, value }) => ({ dimension_values, value }))
    expect(json.data[0].total_value.breakdowns).toEqual([{ dimension_keys: breakdown, results }])
    expect(results.length).toBeGreaterThan(1)
  })

  it('leave total_value out of follows_and_unfollows without its breakdown', async () => {
    const { json } = await insights('metric=follows_and_unfollows&period=day&metric_type=total_value')
    expect(Object.keys(json.data[0])).toEqual(['name', 'period', 'title', 'description', 'id'])
  })

  it('give new followers for the last 30 days without today, or fail the whole call', async () => {
    const [first, last] = [seconds('2026-10-21T07:00:00Z'), seconds('2026-11-20T08:00:00Z')]
    const { json } = await insights(`metric=reach,follower_count&period=day&since=${first + DAY}&until=${last}`)
    expect(json.data.map(({ name }: { name: string }) => name)).toEqual(['reach', 'follower_count'])
    const text = '(#100) (follower_count) metric only supports querying data for the last 30 days excluding the current day'
    expect(await message(`metric=reach,follower_count&period=day&since=${first - 1}&until=${last - DAY}`)).toBe(text)
    expect(await message(`metric=reach,follower_count&period=day&since=${last - DAY}&until=${last + 1}`)).toBe(text)
  })

  it.each([
    ['metric=reach,views&period=day', '(#100) The following metrics (views) should be specified with parameter metric_type=total_value'],
    [
      'metric=follower_count&period=day&metric_type=total_value',
      '(#100) The following metrics (follower_count) should be specified with parameter metric_type=time_series',
    ],
    ['metric=reach&period=lifetime', '(#100) Incompatible metrics (reach) with period (lifetime)'],
    ['metric=reach', '(#100) The parameter period is required'],
    ['metric=reach&period=hour', '(#100) Param period must be one of {day, week, days_28, month, lifetime, total_over_range}'],
    ['metric=views&period=day&metric_type=total_value&breakdown=follower_type', 'An unknown error has occurred.'],
    [
      'metric=engaged_audience_demographics&period=lifetime&metric_type=total_value&breakdown=age',
      '(#100) timeframe must be one of the following values: this_week, this_month',
    ],
    [
      'metric=follower_demographics&period=lifetime&metric_type=total_value&breakdown=age&timeframe=last_30_days',
      '(#100) timeframe must be one of the following values: this_week, this_month',
    ],
    [
      'metric=impressions&period=day',
      '(#100) Starting from version v22.0 and above, the impressions metric is no longer supported for the queried user',
    ],
  ])('refuse %s', async (query, text) => {
    expect(await message(query)).toBe(text)
  })

  it('refuse unknown metrics with the list of known ones', async () => {
    expect(await message('metric=reach,audience_city&period=day')).toMatch(
      /^\(#100\) metric\[1\] must be one of the following values: reach, views, /,
    )
  })

  it('refuse windows over 30 days, older than two years, or in the future', async () => {
    const until = seconds('2026-11-18T08:00:00Z')
    expect((await insights(`metric=reach&period=day&since=${until - 30 * DAY}&until=${until}`)).status).toBe(200)
    const tooWide = '(#100) There cannot be more than 30 days (2592000 s) between since and until.'
    expect(await message(`metric=reach&period=day&since=${until - 30 * DAY - 1}&until=${until}`)).toBe(tooWide)
    expect(await message(`metric=likes&period=day&metric_type=total_value&since=${until - 31 * DAY}`)).toBe(tooWide)
    const invalid = '(#100) since param is not valid'
    expect(await message(`metric=reach&period=day&since=${until - 740 * DAY}&until=${until - 730 * DAY}`)).toBe(invalid)
    expect(await message(`metric=reach&period=day&since=${until + 5 * DAY}&until=${until + 6 * DAY}`)).toBe(invalid)
  })

  it('are empty before the history, without an error', async () => {
    const since = seconds('2025-01-10T08:00:00Z')
    const { status, json } = await insights(`metric=reach&period=day&since=${since}&until=${since + 5 * DAY}`)
    expect([status, json.data]).toEqual([200, []])
  })

  it('keep silent about the followers of an account with fewer than 100', async () => {
    for (const query of [
      'metric=follower_count&period=day',
      'metric=online_followers&period=lifetime',
      'metric=follows_and_unfollows&period=day&metric_type=total_value&breakdown=follow_type',
      'metric=follower_demographics&period=lifetime&metric_type=total_value&breakdown=age',
    ]) {
      const { status, json } = await insights(query, 1)
      expect([status, json.data]).toEqual([200, []])
    }
    expect((await insights('metric=reach&period=day', 1)).json.data).toHaveLength(1)
    const engaged = 'metric=engaged_audience_demographics&period=lifetime&metric_type=total_value&breakdown=age&timeframe=this_week'
    expect((await insights(engaged, 2)).json.data).toEqual([])
    expect((await insights(engaged, 0)).json.data).toHaveLength(1)
  })

  it.each([
    ['follower_demographics', ['country'], undefined],
    ['follower_demographics', ['age', 'gender'], 'this_month'],
    ['engaged_audience_demographics', ['city'], 'this_week'],
    ['reached_audience_demographics', ['gender'], 'this_month'],
  ] as const)('tell %s by %j (%s)', async (metric, dimensions, timeframe) => {
    const query = `metric=${metric}&period=lifetime&metric_type=total_value&breakdown=${dimensions}${timeframe ? `&timeframe=${timeframe}` : ''}`
    const { json } = await insights(query)
    const expected = sandbox().truth.demographics({
      account: accountOf(sandbox()),
      metric,
      dimensions,
      ...(timeframe ? { timeframe } : {}),
    })
    const label = timeframe ? [timeframe.toUpperCase()] : []
    expect(json.data[0].total_value.breakdowns[0]).toEqual({
      dimension_keys: [...(timeframe ? ['timeframe'] : []), ...dimensions],
      results: expected.map(({ dimension_values, value }) => ({ dimension_values: [...label, ...dimension_values], value })),
    })
    expect(json).not.toHaveProperty('paging')
    expect(expected.length).toBeGreaterThan(2)
    expect(expected.length).toBeLessThanOrEqual(45)
  })

  it('tell the hours in which followers are online, the newest days still empty', async () => {
    const window = `since=${seconds('2026-10-25T08:00:00Z')}&until=${seconds('2026-11-18T08:00:00Z')}`
    const { json } = await insights(`metric=online_followers&period=lifetime&${window}`)
    expect(json.data[0].values).toEqual(sandbox().truth.onlineFollowers(accountOf(sandbox())).slice(-json.data[0].values.length))
    expect(json.data[0].values.slice(-2).map(({ value }: { value: unknown }) => value)).toEqual([{}, {}])
    expect(Object.keys(json.data[0].values[0].value)).toHaveLength(24)
  })

  it('run ahead of time for accounts that do', async () => {
    const window = `since=${seconds('2026-11-15T08:00:00Z')}&until=${seconds(NOW)}`
    const ahead = (await insights(`metric=reach&period=day&${window}`, 2)).json.data[0].values.at(-1)
    expect(ahead.end_time).toBe('2026-11-22T08:00:00+0000')
    const other = (await insights(`metric=reach&period=day&${window}`, 0)).json.data[0].values.at(-1)
    expect(other.end_time).toBe('2026-11-18T08:00:00+0000')
  })

  it('page on for ever, with the token in the URL', async () => {
    const since = seconds('2026-11-10T08:00:00Z')
    const { json } = await insights(`metric=reach&period=day&since=${since}&until=${since + 2 * DAY}`)
    const next = new URL(json.paging.next)
    const read = (name: string) => next.searchParams.get(name)
    expect([read('since'), read('until'), read('access_token')]).toEqual([
      String(since + 2 * DAY + 1),
      String(since + 4 * DAY + 1),
      'sandbox-user-token',
    ])
    const before = await ask(sandbox(), json.paging.previous)
    expect(before.json.data[0].values.at(-1).end_time).toBe('2026-11-10T08:00:00+0000')
    expect(before.json.paging.previous).toBeDefined()
  })

  it('need their scope', async () => {
    const { json } = await askAccount(sandbox(), '/insights?metric=reach&period=day', { token: 'sandbox-no-instagram-insights-token' })
    expect([json.error.code, json.error.message]).toEqual([10, '(#10) Application does not have permission for this action'])
  })

  it('of days younger than the delay are lower, when the world shows them', async () => {
    const world = await startSandbox({ now: NOW, recent: 'provisional', instagram: { accounts: 1 } })
    const since = seconds('2026-11-18T08:00:00Z')
    const read = async () => {
      const day = `period=day&metric_type=total_value&since=${since}&until=${since + DAY}`
      return (await askAccount(world, `/insights?metric=views&${day}`)).json.data[0].total_value.value
    }
    const young = await read()
    world.clock.advance(2 * DAY * 1_000)
    const [expected] = world.truth.accountInsights({ account: accountOf(world), metric: 'views', from: '2026-11-18', to: '2026-11-18' })
    expect([await read(), young]).toEqual([expected?.value, Math.floor((expected?.value ?? 0) * 0.9)])
    await world.close()
  })

  it('are kept for as long as the option says', async () => {
    const world = await startSandbox({ now: NOW, instagram: { accounts: 1, retentionDays: 90 } })
    const read = async (day: string) => {
      const since = seconds(`${day}T08:00:00Z`)
      return (await askAccount(world, `/insights?metric=likes&period=day&metric_type=total_value&since=${since}&until=${since + DAY}`)).json
        .data.length
    }
    expect([await read('2026-09-01'), await read('2026-08-01')]).toEqual([1, 0])
    expect(codeOf(await askAccount(world, '/insights?metric=plays&period=day'))).toBe('100')
    await world.close()
  })
})
