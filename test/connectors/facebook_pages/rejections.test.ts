import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import { open, type RunOptions, type RunResult, runOn } from '../harness.ts'

let sandbox: Sandbox
let pages: readonly string[]

beforeEach(async () => {
  sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', pages: 3, posts: 60, days: 60 })
  pages = sandbox.truth.pages()
})
afterEach(() => sandbox.close())

const config = { start_date: '2026-10-01' }
const run = (options: RunOptions = {}) => runOn(sandbox, { ...options, config: { ...config, ...options.config } })
const codes = ({ summary }: RunResult) => summary.errors.map(({ code }) => code)
const metricsIn = (rows: readonly object[] | undefined) => new Set(rows?.map((row) => ('metric' in row ? row.metric : undefined)))

describe('a refused metric', () => {
  it('costs at most ⌈log2 n⌉ + 1 calls, is reported once, and every other metric arrives', async () => {
    const complete = await run({ select: ['page_insights'] })
    const before = sandbox.counts['GET /{page}/insights'] ?? 0
    sandbox.reset()
    sandbox.faults.add({ kind: 'refuse-metric', metric: 'page_video_views_paid' })
    const result = await run({ select: ['page_insights'] })
    const calls = (sandbox.counts['GET /{page}/insights'] ?? 0) - before
    // 34 metrics; the first calls of the other two Pages were under way when the offending metric was found.
    expect(calls).toBeLessThanOrEqual(Math.ceil(Math.log2(34)) + 1 + 2)
    expect(codes(result)).toEqual(['ERR_METRIC_REFUSED'])
    expect(result.summary.errors[0]).toMatchObject({
      metric: 'page_video_views_paid',
      account_id: expect.any(String),
      date_range: '2026-10-01 – 2026-11-19',
    })
    expect(result.summary.exit_code).toBe(1)
    expect(result.summary.streams).toEqual({ complete: 3, incomplete: 0, pending: 0 })
    for (const page of pages) {
      const name = `page_insights__${page}`
      const expected = complete.rows[name]?.filter((row) => row['metric'] !== 'page_video_views_paid')
      expect(result.rows[name]).toHaveLength(expected?.length ?? 0)
    }
  })

  it('is left out of the other periods as well, without a search', async () => {
    sandbox.faults.add({ kind: 'refuse-metric', metric: 'page_follows' })
    const result = await run({ select: ['page_insights', 'page_insights_week', 'page_insights_days_28'] })
    expect(codes(result)).toEqual(['ERR_METRIC_REFUSED'])
    // Nine calls, nine refusals at most, one search.
    expect(sandbox.counts['GET /{page}/insights']).toBeLessThanOrEqual(9 + 9 + 7)
  })

  it('for lack of a right is reported for each Page that lacks it', async () => {
    sandbox.pages.update(pages[0] ?? '', { monetized: true })
    sandbox.pages.update(pages[1] ?? '', { monetized: false })
    sandbox.pages.update(pages[2] ?? '', { monetized: false })
    const metrics = ['page_follows', 'content_monetization_earnings']
    const result = await run({ select: ['page_insights'], config: { metrics } })
    expect(metricsIn(result.rows[`page_insights__${pages[0]}`])).toEqual(new Set(metrics))
    expect(metricsIn(result.rows[`page_insights__${pages[1]}`])).toEqual(new Set(['page_follows']))
    expect(result.summary.errors.map(({ code, account_id, metric }) => [code, account_id, metric]).sort()).toEqual(
      [pages[1], pages[2]].map((page) => ['ERR_METRIC_PERMISSION', page, 'content_monetization_earnings']).sort(),
    )
  })

  it('by its retired name is answered with its replacement', async () => {
    const result = await run({ select: ['page_insights'], config: { metrics: ['page_impressions', 'page_consumptions'] } })
    expect(metricsIn(result.rows[`page_insights__${pages[0]}`])).toEqual(new Set(['page_media_view']))
    expect(result.summary.warnings.map(({ code, metric }) => [code, metric])).toEqual([
      ['ERR_METRIC_RETIRED', 'page_impressions'],
      ['ERR_METRIC_RETIRED', 'page_consumptions'],
    ])
    expect(result.summary.exit_code).toBe(0)
  })

  it('that does not exist stops before anything is read', async () => {
    await expect(run({ config: { metrics: ['page_folows'] } })).rejects.toThrow(/unknown metric 'page_folows'; did you mean page_follows\?/)
    expect(sandbox.requests).toEqual([])
  })
})

describe('history', () => {
  it('is clamped to two years, with a warning', async () => {
    const result = await run({ select: ['page_insights'], config: { start_date: '2019-01-01' } })
    expect(result.summary.warnings.map(({ code }) => code)).toEqual(['ERR_HISTORY_CLAMPED'])
    const since = sandbox.requests.filter(({ route }) => route === 'GET /{page}/insights').map(({ query }) => Number(query['since']) * 1000)
    expect(Math.min(...since)).toBeGreaterThanOrEqual(Date.parse('2024-11-20T12:00:00Z'))
    expect(result.summary.exit_code).toBe(0)
  })

  it('is read in halves when the API takes smaller windows only', async () => {
    const options = { select: ['page_insights'], config: { page_ids: pages.slice(0, 1) } }
    const complete = await run(options)
    sandbox.reset()
    const match = { route: 'GET /{page}/insights' }
    sandbox.faults.add({ kind: 'error', code: 100, subcode: 1504016, message: 'Invalid parameter', match, times: 2 })
    const result = await run(options)
    const name = `page_insights__${pages[0]}`
    expect(new Set(result.rows[name]?.map((row) => JSON.stringify(row)))).toEqual(
      new Set(complete.rows[name]?.map((row) => JSON.stringify(row))),
    )
    expect(result.rows[name]).toHaveLength(complete.rows[name]?.length ?? 0)
    // The whole, its first half, two quarters, the second half.
    expect(sandbox.counts['GET /{page}/insights']).toBe(5)
    expect(result.summary.exit_code).toBe(0)
  })
})

describe('a Page', () => {
  it('that was revoked is reported with its days, keeps its state, and the others finish', async () => {
    const first = await run()
    sandbox.clock.advance(3 * 86_400_000)
    const page = pages[1] ?? ''
    sandbox.faults.add({ kind: 'error', code: 190, subcode: 492, message: 'Error validating access token: role lost', match: { page } })
    const result = await run({ state: first.state })
    expect(result.summary.exit_code).toBe(1)
    expect(result.summary.errors[0]).toMatchObject({ code: 'ERR_PAGE_ROLE_LOST', account_id: page })
    const located = result.summary.errors.find(({ metric }) => metric !== undefined)
    expect(located).toMatchObject({
      account_id: page,
      metric: expect.stringContaining('page_media_view'),
      date_range: expect.stringContaining('2026-11'),
    })
    expect(result.state[`page_insights__${page}`]).toEqual(first.state[`page_insights__${page}`])
    for (const other of pages.filter((id) => id !== page)) {
      expect(result.state[`page_insights__${other}`]).toEqual({ end_time: '2026-11-21T08:00:00+00:00' })
    }
    const calls = sandbox.requests.filter((request) => request.page === page && request.status === 400 && !request.inBatch)
    expect(calls.length).toBeLessThanOrEqual(8)
  })

  it('without the ANALYZE task gives metadata and posts, and its insights are reported', async () => {
    const page = pages[0] ?? ''
    sandbox.pages.update(page, { tasks: ['CREATE_CONTENT'] })
    const result = await run()
    expect(result.rows[`page__${page}`]).toHaveLength(1)
    expect(result.rows[`posts__${page}`]?.length).toBeGreaterThan(10)
    expect(result.rows[`page_insights__${page}`]).toBeUndefined()
    const reported = result.summary.errors.map(({ code, account_id, stream }) => `${code} ${account_id} ${stream}`)
    expect(reported).toHaveLength(6)
    expect(reported).toContain(`ERR_PERMISSION ${page} page_insights__${page}`)
    expect(result.rows[`page_insights__${pages[1]}`]?.length).toBeGreaterThan(100)
  })

  it('that was asked for and is not there is reported', async () => {
    const result = await run({ select: ['page'], config: { page_ids: [pages[2], '4711'] } })
    expect(Object.keys(result.rows)).toEqual([`page__${pages[2]}`])
    expect(result.summary.errors).toMatchObject([{ code: 'ERR_ACCOUNT_NOT_FOUND', account_id: '4711' }])
  })

  it('of a business is found, with its token', async () => {
    const result = await run({ select: ['page', 'page_insights'], config: { access_token: 'sandbox-business-token' } })
    expect(Object.keys(result.rows).filter((name) => name.startsWith('page__'))).toHaveLength(3)
    expect(result.summary.exit_code).toBe(0)
  })

  it('is a partition in the merged layout', async () => {
    const result = await run({ select: ['page_insights'], config: { stream_layout: 'merged' } })
    expect(Object.keys(result.rows)).toEqual(['page_insights'])
    expect(new Set(result.rows['page_insights']?.map((row) => row['page_id']))).toEqual(new Set(pages))
    expect(JSON.stringify(result.state)).not.toMatch(/token/)
    sandbox.reset()
    const second = await run({ select: ['page_insights'], config: { stream_layout: 'merged' }, state: result.state })
    expect(sandbox.counts['GET /{page}/insights']).toBe(3)
    const days = new Set(second.rows['page_insights']?.map((row) => String(row['metric_date'])))
    expect([...days].sort()[0]).toBe('2026-11-10')
  })

  it('too small to have insights causes no diagnostic', async () => {
    sandbox.pages.update(pages[0] ?? '', { fan_count: 40 })
    const result = await run({ select: ['page_insights'], config: { page_ids: [pages[0]] } })
    expect(result.summary).toMatchObject({ exit_code: 0, rows: 0, warnings: [] })
  })

  it('of some size whose insights are all empty is pointed out', async () => {
    const result = await run({ select: ['page_insights'], config: { page_ids: [pages[0]], metrics: ['page_follows_city'] } })
    expect(result.summary.warnings).toMatchObject([
      { code: 'ERR_INSIGHTS_EMPTY', account_id: pages[0], date_range: '2026-10-01 – 2026-11-19' },
    ])
    expect(result.summary.exit_code).toBe(0)
  })
})

describe('a token', () => {
  it.each([
    ['sandbox-expired-token', 'ERR_TOKEN_EXPIRED'],
    ['sandbox-instagram-token', 'ERR_TOKEN_INVALID'],
    ['nonsense', 'ERR_TOKEN_INVALID'],
  ])('%s ends the run with %s', async (access_token, code) => {
    await expect(run({ config: { access_token } })).rejects.toMatchObject({ name: 'AuthenticationError', code })
  })

  it('that dies on the way fails every stream with code 4 when nothing was read', async () => {
    sandbox.faults.add({ kind: 'error', code: 190, subcode: 463, message: 'Session has expired', match: { path: `/*/insights` } })
    const result = await run({ select: ['page_insights'] })
    expect(result.summary.exit_code).toBe(4)
    expect(new Set(codes(result))).toEqual(new Set(['ERR_TOKEN_EXPIRED']))
    expect(sandbox.counts['GET /{page}/insights']).toBe(3)
  })

  it('without read_insights is not taken for silence', async () => {
    const result = await run({ select: ['page_insights', 'post_insights'], config: { access_token: 'sandbox-no-insights-token' } })
    expect(result.summary.exit_code).toBe(1)
    expect(result.summary.errors.every(({ code, message }) => code === 'ERR_PERMISSION' && message.includes('lacks read_insights'))).toBe(
      true,
    )
    expect(result.summary.streams).toMatchObject({ complete: 0, incomplete: 6 })
    expect(sandbox.counts['GET /{user}/permissions']).toBe(1)
    expect(result.state[`page_insights__${pages[0]}`]).not.toMatchObject({ end_time: expect.stringContaining('2026-11') })
  })

  it('without pages_read_engagement is distinguished from an expired one', async () => {
    const result = await run({ select: ['page_insights'], config: { access_token: 'sandbox-no-engagement-token' } })
    expect(new Set(codes(result))).toEqual(new Set(['ERR_PERMISSION']))
    expect(result.summary.exit_code).toBe(1)
  })

  it('without pages_read_user_content gives posts without comments, with a warning per Page', async () => {
    const result = await run({ select: ['posts'], config: { access_token: 'sandbox-no-content-token' } })
    const rows = result.rows[`posts__${pages[0]}`] ?? []
    expect(rows.length).toBeGreaterThan(10)
    expect(rows[0]).toHaveProperty('reactions')
    expect(rows.some((row) => 'comments' in row)).toBe(false)
    expect(result.summary.warnings.map(({ code, account_id }) => [code, account_id]).sort()).toEqual(
      pages.map((page) => ['ERR_PERMISSION', page]).sort(),
    )
    expect(result.summary.exit_code).toBe(0)
  })

  it('sends its proof when the app secret is known, one per token', async () => {
    await sandbox.close()
    sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', pages: 2, posts: 20, days: 30, appSecret: 'sandbox-app-secret-1' })
    await expect(run({ select: ['page'] })).rejects.toMatchObject({ code: 'ERR_APPSECRET_PROOF' })
    const result = await run({ config: { app_secret: 'sandbox-app-secret-1' } })
    expect(result.summary.errors).toEqual([])
    expect(result.output).not.toContain('sandbox-app-secret-1')
  })

  it('never comes out, also when the API repeats it', async () => {
    sandbox.faults.add({ kind: 'echo-token', match: { route: 'GET /{page}/insights' } })
    const result = await run()
    expect(result.summary.exit_code).toBe(4)
    expect(result.output).not.toMatch(/sandbox-(user|page)-token/)
  })
})

describe('check', () => {
  it('tells token, days, Pages and version', async () => {
    const { connector, http } = await open(sandbox)
    const { status, message } = await connector.check()
    http.close()
    expect(status).toBe('SUCCEEDED')
    expect(message).toMatch(/^user token of Robin Sand, 60 days left; 3 Pages: .+; served by v26\.0$/)
  })

  it('tells which scopes are missing', async () => {
    const { connector, http } = await open(sandbox, { config: { access_token: 'sandbox-no-insights-token' } })
    expect(await connector.check()).toMatchObject({ status: 'FAILED', message: expect.stringContaining('missing scopes: read_insights') })
    http.close()
  })

  it('fails when no Page is seen', async () => {
    const { connector, http } = await open(sandbox, { config: { access_token: 'sandbox-no-pages-token' } })
    expect(await connector.check()).toMatchObject({ status: 'FAILED', message: expect.stringContaining('no Page found') })
    http.close()
  })

  it('warns when another version answers than was asked', async () => {
    const { connector, run: current, http } = await open(sandbox, { config: { api_version: 'v19.0' } })
    expect(await connector.check()).toMatchObject({ message: expect.stringContaining('asked for v19.0, served by v21.0') })
    expect(current.summary().warnings.map(({ code }) => code)).toEqual(['ERR_API_VERSION'])
    http.close()
  })

  it('falls back to the permissions when debug_token does not answer', async () => {
    sandbox.faults.add({
      kind: 'error',
      code: 100,
      message: '(#100) You must provide an app access token',
      match: { path: '/debug_token' },
    })
    const { connector, http, output } = await open(sandbox)
    expect(await connector.check()).toMatchObject({
      status: 'SUCCEEDED',
      message: expect.stringContaining('access token of Robin Sand, expiry unknown'),
    })
    expect(output.join('\n')).not.toContain('sandbox-user-token')
    http.close()
  })

  it('throws what is wrong with a refused token', async () => {
    const { connector, http } = await open(sandbox, { config: { access_token: 'sandbox-expired-token' } })
    await expect(connector.check()).rejects.toMatchObject({ code: 'ERR_TOKEN_EXPIRED' })
    http.close()
  })
})
