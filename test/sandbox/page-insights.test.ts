import { describe, expect, it } from 'vitest'
import { pageInsightValue } from '../../sandbox/data/page-insights.ts'
import { ask, codeOf, pageOf, withSandbox } from './ask.ts'

interface Row {
  readonly value: unknown
  readonly end_time: string
}

describe('/{page}/insights', () => {
  const sandbox = withSandbox({ now: '2026-11-20T12:00:00Z' })
  const read = (query: string, token?: string) => {
    const page = pageOf(sandbox())
    return ask(sandbox(), `/v25.0/${page.id}/insights?${query}`, { token: token ?? page.token })
  }

  it('has a row for each day whose end_time lies in (since, until], with values that follow from the seed', async () => {
    const { json } = await read('metric=page_media_view&period=day&since=2026-11-01&until=2026-11-05')
    const pageId = pageOf(sandbox()).id
    const expected = ['2026-11-01', '2026-11-02', '2026-11-03', '2026-11-04'].map((day) =>
      pageInsightValue({ seed: 1, pageId, metric: 'page_media_view', period: 'day', day }),
    )
    expect(json.data[0].values.map((row: Row) => row.value)).toEqual(expected)
    expect(json.data[0]).toMatchObject({ name: 'page_media_view', period: 'day', id: `${pageId}/insights/page_media_view/day` })
  })

  it('closes days at Pacific midnight, through both changes of the clock', async () => {
    const autumn = await read('metric=page_follows&period=day&since=2026-10-31&until=2026-11-03')
    expect(autumn.json.data[0].values.map((row: Row) => row.end_time)).toEqual([
      '2026-11-01T07:00:00+0000',
      '2026-11-02T08:00:00+0000',
      '2026-11-03T08:00:00+0000',
    ])
    const spring = await read('metric=page_follows&period=day&since=2026-03-07&until=2026-03-10')
    expect(spring.json.data[0].values.map((row: Row) => row.end_time)).toEqual([
      '2026-03-08T08:00:00+0000',
      '2026-03-09T07:00:00+0000',
      '2026-03-10T07:00:00+0000',
    ])
  })

  it.each([
    ['dates', 'since=2026-11-02&until=2026-11-04'],
    ['seconds', `since=${Date.parse('2026-11-02T08:00:00Z') / 1000}&until=${Date.parse('2026-11-04T08:00:00Z') / 1000}`],
    ['ISO times', 'since=2026-11-02T08:00:00Z&until=2026-11-04T00:00:00-08:00'],
    ['seconds inside the day', `since=${Date.parse('2026-11-02T20:00:00Z') / 1000}&until=${Date.parse('2026-11-05T07:59:59Z') / 1000}`],
  ])('takes %s', async (_, window) => {
    const { json } = await read(`metric=page_follows&period=day&${window}`)
    expect(json.data[0].values.map((row: Row) => row.end_time)).toEqual(['2026-11-03T08:00:00+0000', '2026-11-04T08:00:00+0000'])
  })

  it('leaves out days younger than 48 hours and shows them when the clock has moved', async () => {
    const query = 'metric=page_follows&period=day&since=2026-11-15&until=2026-11-20'
    expect((await read(query)).json.data[0].values.at(-1).end_time).toBe('2026-11-18T08:00:00+0000')
    sandbox().clock.advance(86_400_000)
    expect((await read(query)).json.data[0].values.at(-1).end_time).toBe('2026-11-19T08:00:00+0000')
    sandbox().clock.advance(-86_400_000)
  })

  it('gives the two newest days without a window, and all history with since alone', async () => {
    expect((await read('metric=page_follows&period=day')).json.data[0].values.map((row: Row) => row.end_time)).toEqual([
      '2026-11-17T08:00:00+0000',
      '2026-11-18T08:00:00+0000',
    ])
    expect((await read('metric=page_follows&period=day&since=2020-01-01')).json.data[0].values).toHaveLength(398)
  })

  it('gives as many points for week and days_28 as for day: sums that end on each day', async () => {
    const window = 'since=2026-10-01&until=2026-11-10'
    const values = async (period: string) =>
      (await read(`metric=page_media_view&period=${period}&${window}`)).json.data[0].values.map((row: Row) => row.value)
    const [day, week, month] = [await values('day'), await values('week'), await values('days_28')]
    const sum = (list: number[]) => list.reduce((all, value) => all + value, 0)
    expect([week.length, month.length]).toEqual([day.length, day.length])
    expect(week.at(-1)).toBe(sum(day.slice(-7)))
    expect(month.at(-1)).toBe(sum(day.slice(-28)))
  })

  it('counts people once: a week of a unique metric is less than its days', async () => {
    const values = async (period: string) =>
      (await read(`metric=page_total_media_view_unique&period=${period}&since=2026-11-01&until=2026-11-08`)).json.data[0].values
    const days = (await values('day')).reduce((all: number, row: { value: number }) => all + row.value, 0)
    expect((await values('week')).at(-1).value).toBeLessThan(days)
    expect((await values('total_over_range'))[0].value).toBeLessThan(days)
  })

  it('leaves some days of rare events out', async () => {
    const { json } = await read('metric=page_video_views,page_follows&period=day&since=2026-07-01&until=2026-09-29')
    const [video, follows] = json.data
    expect(follows.values).toHaveLength(90)
    expect(video.values.length).toBeGreaterThan(60)
    expect(video.values.length).toBeLessThan(90)
  })

  it('puts the part of a breakdown beside the value and leaves zero parts out', async () => {
    const { json } = await read('metric=page_media_view&period=day&breakdown=is_from_ads&since=2026-09-01&until=2026-11-01')
    const rows: { value: number; is_from_ads: string; end_time: string }[] = json.data[0].values
    expect(new Set(rows.map((row) => row.is_from_ads))).toEqual(new Set(['0', '1']))
    expect(rows.every((row) => row.value > 0)).toBe(true)
    expect(rows.length).toBeLessThan(2 * 61)
    const total = (await read('metric=page_media_view&period=day&since=2026-09-01&until=2026-09-02')).json.data[0].values[0].value
    const parts = rows.filter((row) => row.end_time === '2026-09-02T07:00:00+0000')
    expect(parts.reduce((all, row) => all + row.value, 0)).toBe(total)
  })

  it('answers map metrics with objects, and one metric under the id of another', async () => {
    const { json } = await read('metric=page_actions_post_reactions_total,page_video_views_by_uploaded_hosted&period=week')
    expect(json.data[0].values[0].value).toMatchObject({ like: expect.any(Number) })
    expect(json.data[1]).toMatchObject({
      name: 'page_video_views_by_uploaded_hosted',
      id: expect.stringContaining('/insights/page_video_view_count_by_uploaded_hosted/'),
    })
  })

  it('gives all three periods when none is asked for, and nothing for a period that a metric only pretends to have', async () => {
    const { json } = await read('metric=page_media_view')
    expect(json.data.map((entry: { period: string }) => entry.period)).toEqual(['day', 'week', 'days_28'])
    expect((await read('metric=page_daily_follows&period=week')).json.data).toEqual([])
    expect((await read('metric=page_follows_city&period=day')).json.data).toEqual([])
  })

  it('shifts the window in previous and next, for ever and with the token inside', async () => {
    const first = await read('metric=page_follows&period=day&since=2026-11-03&until=2026-11-05')
    const next = new URL(first.json.paging.next).searchParams
    expect(next.get('access_token')).toBe(pageOf(sandbox()).token)
    expect(Number(next.get('since'))).toBe(Date.parse('2026-11-05T08:00:00Z') / 1000)
    const previous = await ask(sandbox(), first.json.paging.previous, { token: '' })
    expect(previous.json.data[0].values.map((row: Row) => row.end_time)).toEqual(['2026-11-02T08:00:00+0000', '2026-11-03T08:00:00+0000'])
    const future = await read('metric=page_follows&period=day&since=2027-01-01&until=2027-02-01')
    expect(future.json.data).toEqual([])
    expect(future.json.paging.next).toBeDefined()
  })

  it.each([
    ['metric=page_media_view&period=day&since=2026-05-01&until=2026-10-30', 400, '100/1504016', /Invalid parameter/],
    ['metric=page_media_view&period=day&since=2026-11-05&until=2026-11-01', 400, '100', /since/],
    ['metric=page_media_view&period=day&since=soon', 400, '100', /since param is not valid/],
    ['period=day', 400, '3001/1504028', /Invalid query/],
    ['metric=page_impressions&period=day', 400, '100', /^\(#100\) The value must be a valid insights metric$/],
    ['metric=page_follows,page_fans&period=day', 400, '100', /valid insights metric/],
    ['metric=post_media_view&period=day', 400, '100', /valid insights metric/],
    ['metric=page_follows&period=month', 400, '100', /Param period must be one of \{day, week, days_28\}/],
    ['metric=page_follows&period=lifetime', 400, '100', /Param period must be one of/],
    ['metric=page_media_view&period=lifetime', 500, '1/99', /An unknown error occurred/],
    ['metric=page_follows&period=day&breakdown=is_from_ads', 400, '100', /breakdown/],
    ['metric=page_media_view&period=day&breakdown=age', 400, '100', /breakdown/],
    ['metric=content_monetization_earnings&period=day', 403, '200', /Monetization metrics are only visible/],
  ])('refuses %s', async (query, status, code, message) => {
    const answer = await read(query)
    expect([answer.status, codeOf(answer)]).toEqual([status, code])
    expect(answer.json.error.message).toMatch(message)
  })

  it('takes a window of exactly 90 days', async () => {
    const since = Date.parse('2026-06-01T07:00:00Z') / 1000
    const query = (until: number) => read(`metric=page_follows&period=day&since=${since}&until=${until}`)
    expect((await query(since + 90 * 86_400)).json.data[0].values).toHaveLength(90)
    expect(codeOf(await query(since + 90 * 86_400 + 1))).toBe('100/1504016')
  })

  it('answers lifetime with a range by entries without values', async () => {
    const { json } = await read('metric=page_follows&period=lifetime&since=2026-11-01&until=2026-11-05')
    expect(json.data[0].values).toEqual([])
  })

  it('refuses a metric from the day of its removal on', async () => {
    sandbox().clock.set('2026-06-14T12:00:00Z')
    expect((await read('metric=page_impressions_unique&period=day')).status).toBe(200)
    sandbox().clock.set('2026-06-15T12:00:00Z')
    expect(codeOf(await read('metric=page_impressions_unique&period=day'))).toBe('100')
    sandbox().clock.set('2026-11-20T12:00:00Z')
  })

  it.each([
    ['sandbox-user-token', '190', /must be called with a Page Access Token/],
    ['sandbox-system-token', '190', /must be called with a Page Access Token/],
  ])('refuses %s', async (token, code, message) => {
    const answer = await read('metric=page_follows&period=day', token)
    expect(codeOf(answer)).toBe(code)
    expect(answer.json.error.message).toMatch(message)
  })

  it('is empty without read_insights and refuses without pages_read_engagement', async () => {
    const { id } = pageOf(sandbox())
    const silent = await read('metric=page_follows&period=day', sandbox().tokens.page(id, 'sandbox-no-insights-token'))
    expect([silent.status, silent.json]).toEqual([200, { data: [] }])
    const refused = await read('metric=page_follows&period=day', sandbox().tokens.page(id, 'sandbox-no-engagement-token'))
    expect(codeOf(refused)).toBe('190')
    expect(refused.json.error.message).toMatch(/must be granted before impersonating a user's page/)
  })

  it('is empty for a Page with fewer than 100 likes', async () => {
    const { id, token } = pageOf(sandbox(), 2)
    sandbox().pages.update(id, { fan_count: 99 })
    const { status, json } = await ask(sandbox(), `/v25.0/${id}/insights?metric=page_follows&period=day`, { token })
    expect([status, json.data]).toEqual([200, []])
  })

  it('answers monetization metrics for a Page that has access', async () => {
    const { id, token } = pageOf(sandbox(), 1)
    sandbox().pages.update(id, { monetized: true })
    const { json } = await ask(sandbox(), `/v25.0/${id}/insights?metric=content_monetization_earnings&period=day`, { token })
    expect(json.data[0].values[0].value).toEqual({ currency: 'USD', microAmount: expect.any(Number) })
  })
})

describe('provisional days', () => {
  const sandbox = withSandbox({ recent: 'provisional' })

  it('are shown too low until they are 48 hours old', async () => {
    const { id, token } = pageOf(sandbox())
    const read = async () => {
      const path = `/v25.0/${id}/insights?metric=page_media_view&period=day&since=2026-11-19&until=2026-11-20`
      return (await ask(sandbox(), path, { token })).json.data[0].values[0].value
    }
    const early = await read()
    sandbox().clock.advance(2 * 86_400_000)
    expect(await read()).toBeGreaterThan(early)
  })
})
