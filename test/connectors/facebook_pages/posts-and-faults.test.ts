import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Fault } from '../../../sandbox/faults/fault.ts'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import { type RunOptions, runOn } from '../harness.ts'

let sandbox: Sandbox
let page: string

beforeEach(async () => {
  sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', pages: 1, posts: 130, days: 100 })
  page = sandbox.truth.pages()[0] ?? ''
})
afterEach(() => sandbox.close())

const run = (options: RunOptions = {}) => runOn(sandbox, options)
const texts = (rows: readonly object[] | undefined) => (rows ?? []).map((row) => JSON.stringify(row)).sort()

describe('insights of posts', () => {
  const name = () => `post_insights__${page}`
  const read = () => run({ select: ['post_insights'] })

  it('come fifty to a request, every item counted', async () => {
    const result = await read()
    const posts = sandbox.counts['GET /{post}/insights'] ?? 0
    expect(posts).toBeGreaterThan(100)
    expect(sandbox.counts['POST /']).toBe(Math.ceil(posts / 50))
    expect(result.summary.exit_code).toBe(0)
  })

  it('count one by one against the budget of the run', async () => {
    const result = await runOn(sandbox, { select: ['post_insights'], maxRequests: 70 })
    expect(result.summary.exit_code).toBe(3)
    // A full batch, then what is left of the budget: of the 70 one finds the Pages, others list the posts.
    const posts = sandbox.counts['GET /{post}/insights'] ?? 0
    const others = result.requests - (sandbox.counts['POST /'] ?? 0)
    expect([sandbox.counts['POST /'], posts + others]).toEqual([2, 70])
    expect(new Set(result.rows[name()]?.map((row) => row['post_id'])).size).toBe(posts)
    expect(result.state[`post_insights__${page}`]).not.toEqual({ end_time: '2026-11-20T00:00:00+00:00' })
  })

  it('that were not done are asked for again, and only those', async () => {
    const complete = await read()
    const before = sandbox.counts['GET /{post}/insights'] ?? 0
    sandbox.reset()
    sandbox.faults.add({ kind: 'null-batch-item', skip: 10, times: 7 })
    const result = await read()
    expect(texts(result.rows[name()])).toEqual(texts(complete.rows[name()]))
    expect(sandbox.counts['GET /{post}/insights']).toBe(before + 7)
    expect(result.summary.exit_code).toBe(0)
  })

  it('of one refused post are reported with its id, and the others arrive', async () => {
    const complete = await read()
    const post = String(complete.rows[name()]?.[30]?.['post_id'])
    sandbox.faults.add({
      kind: 'error',
      code: 100,
      subcode: 33,
      message: `Unsupported get request. Object with ID '${post}' does not exist`,
      match: { path: `/${post}/insights` },
    })
    const result = await read()
    expect(texts(result.rows[name()])).toEqual(texts(complete.rows[name()]?.filter((row) => row['post_id'] !== post)))
    expect(result.summary.errors).toMatchObject([
      { code: 'ERR_NOT_FOUND', account_id: page, media_id: post, metric: expect.stringContaining('post_clicks') },
    ])
    expect(result.summary.streams.complete).toBe(1)
  })

  it('are read without a metric that one post refuses, for this post only', async () => {
    const complete = await read()
    const post = String(complete.rows[name()]?.[0]?.['post_id'])
    const message = '(#100) The Media Insights API does not support the post_clicks metric for this media product type.'
    sandbox.faults.add({ kind: 'error', code: 100, message, match: { path: `/${post}/insights`, metric: 'post_clicks' } })
    const result = await read()
    const left = complete.rows[name()]?.filter((row) => row['post_id'] !== post || row['metric'] !== 'post_clicks')
    expect(texts(result.rows[name()])).toEqual(texts(left))
    expect(result.summary.errors).toMatchObject([{ code: 'ERR_METRIC_UNSUPPORTED', media_id: post, metric: 'post_clicks' }])
  })

  it('are read without a metric that the API no longer knows, found once', async () => {
    sandbox.faults.add({ kind: 'refuse-metric', metric: 'post_clicks' })
    const result = await read()
    expect(result.summary.errors).toMatchObject([{ code: 'ERR_METRIC_REFUSED', metric: 'post_clicks' }])
    const rows = result.rows[name()] ?? []
    expect(new Set(rows.map((row) => row['metric']))).not.toContain('post_clicks')
    expect(new Set(rows.map((row) => row['post_id'])).size).toBeGreaterThan(100)
  })

  it('leave out a metric that a small Page has no right to', async () => {
    sandbox.pages.update(page, { fan_count: 50 })
    const result = await read()
    expect(result.summary.errors).toMatchObject([{ code: 'ERR_PERMISSION', account_id: page, metric: 'post_total_media_view_unique' }])
    expect(result.rows[name()]?.length).toBeGreaterThan(100)
  })

  it('wait for the time that a limit lasts, and lose nothing', async () => {
    const complete = await read()
    sandbox.reset()
    sandbox.usage.block(`pages:${page}`, 3)
    const result = await read()
    expect(texts(result.rows[name()]).map((row) => row.length)).toEqual(texts(complete.rows[name()]).map((row) => row.length))
    expect(result.waits.reduce((sum, seconds) => sum + seconds, 0)).toBeGreaterThanOrEqual(180)
    expect(result.summary.exit_code).toBe(0)
  })
})

describe('a limit', () => {
  it.each(['app', 'custom'] as const)('of pool %s is waited for', async (pool) => {
    const complete = await run({ select: ['page_insights'] })
    sandbox.usage.block(pool, 4)
    const result = await run({ select: ['page_insights'] })
    expect(texts(result.rows[`page_insights__${page}`])).toEqual(texts(complete.rows[`page_insights__${page}`]))
    expect(result.waits.length).toBeGreaterThan(0)
    expect(result.summary.exit_code).toBe(0)
  })

  it('beyond patience ends the streams with code 5 and a resumable state', async () => {
    sandbox.usage.block(`pages:${page}`, 600)
    const result = await run({ select: ['page_insights'] })
    expect(result.summary.exit_code).toBe(5)
    expect(new Set(result.summary.errors.map(({ code }) => code))).toEqual(new Set(['ERR_RATE_LIMITED']))
  })
})

describe('post_insights with an end_date', () => {
  it('moves its state over the window, so that only the look-back is observed again', async () => {
    const config = { start_date: '2026-10-01', end_date: '2026-11-05', lookback_days: 3 }
    const name = `post_insights__${page}`
    const idsOf = (result: Awaited<ReturnType<typeof run>>) => [...new Set((result.rows[name] ?? []).map((row) => row['post_id']))].sort()
    const made = (from: string, to: string) =>
      sandbox.truth
        .posts(page)
        .filter(({ created }) => created >= Date.parse(from) && created <= Date.parse(to))
        .map(({ id }) => id)
        .sort()
    const first = await run({ select: ['post_insights'], config })
    expect([idsOf(first), first.state[name]]).toEqual([
      made('2026-10-01T00:00:00Z', '2026-11-05T23:59:59Z'),
      { end_time: '2026-11-05T23:59:59+00:00' },
    ])
    const second = await run({ select: ['post_insights'], config, state: first.state })
    expect([idsOf(second), second.state]).toEqual([made('2026-11-02T23:59:59Z', '2026-11-05T23:59:59Z'), first.state])
    expect(idsOf(second).length).toBeGreaterThan(0)
  })
})

describe('a fault', () => {
  const passing: readonly [string, Fault][] = [
    ['a truncated body', { kind: 'truncate', times: 2 }],
    ['a login page with 200', { kind: 'html', status: 200, times: 2 }],
    ['a gateway page', { kind: 'html', status: 502, times: 2 }],
    ['an empty body', { kind: 'empty', times: 2 }],
    ['an error with 200', { kind: 'error-in-200', code: 2, message: 'Service temporarily unavailable', times: 2 }],
    ['a server error', { kind: 'error', code: 1, status: 500, message: 'An unknown error occurred', times: 2 }],
    ['a body without data', { kind: 'body', body: '{"paging":{}}', times: 2 }],
    ['a connection that breaks', { kind: 'reset', bytes: 100, times: 2 }],
    ['429 with Retry-After', { kind: 'retry-after', value: '7', times: 1 }],
    ['a byte order mark', { kind: 'bom', times: 2 }],
  ]

  it.each(passing)('%s that passes costs nothing but time', async (_, fault) => {
    const select = ['page_insights', 'posts', 'page']
    const complete = await run({ select })
    for (const route of ['GET /{page}/insights', 'GET /{page}/published_posts', 'GET /{page}'])
      sandbox.faults.add({ ...fault, match: { route } })
    const result = await run({ select })
    expect(result.summary.errors).toEqual([])
    for (const stream of Object.keys(complete.rows)) expect(texts(result.rows[stream]), stream).toEqual(texts(complete.rows[stream]))
  })

  it.each(passing.filter(([, { kind }]) => kind !== 'bom' && kind !== 'retry-after'))(
    '%s that stays fails the stream and leaves its state alone',
    async (_, fault) => {
      const { times, ...lasting } = fault
      const first = await run({ select: ['page_insights'] })
      sandbox.faults.add({ ...lasting, match: { route: 'GET /{page}/insights' } } as Fault)
      const result = await run({ select: ['page_insights'], state: first.state })
      expect(times).toBeDefined()
      expect(result.summary.exit_code).toBe(1)
      expect(result.rows).toEqual({})
      expect(result.state).toEqual(first.state)
      expect(result.summary.errors[0]).toMatchObject({ account_id: page, stream: `page_insights__${page}` })
    },
  )

  it('with Retry-After costs the time that it names, not the minute of a limit without one', async () => {
    sandbox.faults.add({ kind: 'retry-after', value: '7', times: 1, match: { route: 'GET /{page}' } })
    const { waits } = await run({ select: ['page'] })
    expect(waits.length).toBeGreaterThan(0)
    expect(waits.reduce((sum, seconds) => sum + seconds, 0)).toBeLessThanOrEqual(2 * 8)
  })

  it('of paging that repeats itself ends the posts with an error', async () => {
    sandbox.faults.add({ kind: 'repeat-cursor', match: { route: 'GET /{page}/published_posts' } })
    const result = await run({ select: ['posts'] })
    expect(result.summary.exit_code).toBe(1)
    expect(sandbox.counts['GET /{page}/published_posts']).toBeLessThan(10)
  })

  it('of a next page on another host is harmless: only the cursor is used', async () => {
    const complete = await run({ select: ['posts'] })
    sandbox.faults.add({ kind: 'foreign-next', url: 'http://127.0.0.1:9/steal', match: { route: 'GET /{page}/published_posts' } })
    const result = await run({ select: ['posts'] })
    expect(texts(result.rows[`posts__${page}`])).toEqual(texts(complete.rows[`posts__${page}`]))
  })

  it('of too much data is answered with smaller pages', async () => {
    const complete = await run({ select: ['posts'] })
    const message = "Please reduce the amount of data you're asking for, then retry your request"
    sandbox.faults.add({ kind: 'error', code: 1, status: 500, message, match: { route: 'GET /{page}/published_posts', limitAbove: 30 } })
    const result = await run({ select: ['posts'] })
    expect(texts(result.rows[`posts__${page}`])).toEqual(texts(complete.rows[`posts__${page}`]))
    expect(result.summary.errors).toEqual([])
  })

  it('of a field that is gone is reported, and the others arrive', async () => {
    const message = '(#100) Tried accessing nonexisting field (overall_star_rating) on node type (Page)'
    sandbox.faults.add({ kind: 'error', code: 100, message, match: { route: 'GET /{page}' }, times: 1 })
    const result = await run({ select: ['page'] })
    expect(result.rows[`page__${page}`]?.[0]).not.toHaveProperty('overall_star_rating')
    expect(result.summary.warnings).toMatchObject([{ code: 'ERR_FIELD_UNKNOWN', message: expect.stringContaining('overall_star_rating') }])
  })
})
