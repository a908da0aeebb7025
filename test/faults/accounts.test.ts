import { describe, expect, it } from 'vitest'
import { difference, NO_DIFFERENCE, type Outcome } from './pipeline.ts'
import { faultAt, goldenOf, openBench, ROUTES } from './world.ts'

const codes = ({ errors }: Outcome) => [...new Set(errors.map(({ code }) => code))]
const only = (table: ReadonlyMap<string, string>, keep: (key: string) => boolean) => new Map([...table].filter(([key]) => keep(key)))

describe('one Page of fifty that is revoked', () => {
  const world = { pages: 50, posts: 4 }
  const settings = {
    select: ['page_insights', 'posts'],
    config: { start_date: '2026-11-01', metrics: ['page_follows', 'page_media_view'] },
  }

  it('on the way is reported by its id, keeps its state, and the other 49 complete', async () => {
    const golden = await goldenOf(settings, world)
    const { sandbox, read, table } = await openBench(world, settings)
    const early = await read({ config: { end_date: '2026-11-05' } })
    expect(early.exitCode).toBe(0)
    const page = sandbox.truth.pages()[23] ?? ''
    sandbox.faults.add({ kind: 'revoke-page', page, match: { page } })
    sandbox.reset()
    const outcome = await read()
    expect(outcome.exitCode).toBe(1)
    expect(codes(outcome)).toEqual(['ERR_PAGE_ROLE_LOST'])
    expect(new Set(outcome.errors.map(({ account_id }) => account_id))).toEqual(new Set([page]))
    for (const error of outcome.errors) expect(error.date_range).toMatch(/2026-11/)
    expect(outcome.summary.streams).toEqual({ complete: 98, incomplete: 2, pending: 0 })
    for (const kind of settings.select) expect(outcome.state[`${kind}__${page}`]).toEqual(early.state[`${kind}__${page}`])
    // One call tells it; those that were under way at the same moment may be told as well.
    expect(sandbox.requests.filter((request) => request.page === page).length).toBeLessThanOrEqual(2)
    const others = (key: string) => !key.includes(page)
    expect(difference(only(table(), others), only(golden.table, others))).toEqual(NO_DIFFERENCE)

    sandbox.tokens.restoreRole(page)
    expect((await read()).exitCode).toBe(0)
    expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
  })
})

describe('a token that expires on the way', () => {
  it.each([0, 1, 3, 9])('after %i calls of the Pages ends the run with code 4, what was read stays', async (skip) => {
    const settings = { select: ['page', 'page_insights', 'posts'], concurrency: 1 }
    const golden = await goldenOf(settings)
    const { sandbox, read, table } = await openBench({}, settings)
    const message = 'Error validating access token: Session has expired on Friday.'
    sandbox.faults.add({ kind: 'error', code: 190, subcode: 463, message, skip, match: { path: '/6*' } })
    const outcome = await read()
    expect(outcome.exitCode).toBe(4)
    expect(codes(outcome)).toEqual(['ERR_TOKEN_EXPIRED'])
    // Nothing more is asked for a Page whose token was refused.
    expect(sandbox.faults.list()[0]?.hits).toBeLessThanOrEqual(2)
    sandbox.faults.clear()
    const repaired = await read()
    expect(repaired.exitCode).toBe(0)
    expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
  })

  it('for good (password changed) ends it likewise, and a new token resumes', async () => {
    const settings = { select: ['page_insights', 'posts'] }
    const golden = await goldenOf(settings)
    const { sandbox, read, table } = await openBench({}, settings)
    await read({ config: { end_date: '2026-09-01' } })
    sandbox.tokens.changePassword()
    const outcome = await read()
    expect(outcome.exitCode).toBe(4)
    expect(outcome.errors).toMatchObject([{ code: 'ERR_PASSWORD_CHANGED' }])
    expect(sandbox.requests.at(-1)?.status).toBe(400)
    expect((await read({ config: { access_token: 'sandbox-system-token' } })).exitCode).toBe(0)
    expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
  })
})

describe('a right that is missing', () => {
  it('read_insights: never silent, never state', async () => {
    const settings = { select: ['page_insights', 'post_insights', 'posts'] }
    const golden = await goldenOf(settings)
    const { read, table } = await openBench({}, settings)
    const outcome = await read({ config: { access_token: 'sandbox-no-insights-token' } })
    expect(outcome.exitCode).toBe(1)
    expect(codes(outcome)).toEqual(['ERR_PERMISSION'])
    for (const error of outcome.errors) expect(error.message).toContain('read_insights')
    expect(outcome.summary.streams).toEqual({ complete: 2, incomplete: 4, pending: 0 })
    expect((await read()).exitCode).toBe(0)
    expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
  })

  it('for one Page leaves the others alone', async () => {
    const settings = { select: ['page_insights'] }
    const golden = await goldenOf(settings)
    const { sandbox, read, table } = await openBench({}, settings)
    const [page = '', other = ''] = sandbox.truth.pages()
    sandbox.faults.add({ kind: 'error', code: 10, message: '(#10) denied', match: { page, route: ROUTES.insights } })
    const outcome = await read()
    expect(outcome.exitCode).toBe(1)
    expect(new Set(outcome.errors.map(({ account_id }) => account_id))).toEqual(new Set([page]))
    expect(Object.keys(outcome.emitted)).toEqual([`page_insights__${other}`])
    sandbox.faults.clear()
    expect((await read()).exitCode).toBe(0)
    expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
  })
})

describe('a metric that is retired on the way', () => {
  const settings = { select: ['page_insights'], config: { metrics: undefined } }

  it.each([0, 1, 2, 3])('(after %i calls) costs a search, is reported once, and every other metric arrives', async (skip) => {
    const golden = await goldenOf(settings)
    const { sandbox, read, table } = await openBench({}, { ...settings, concurrency: 1 })
    const metric = 'page_video_views_paid'
    sandbox.faults.add({ kind: 'refuse-metric', metric, skip, match: { route: ROUTES.insights } })
    const outcome = await read()
    const count = new Set(golden.outcome.emitted[`page_insights__${sandbox.truth.pages()[0]}`]?.map((row) => row['metric'])).size
    expect(count).toBeGreaterThan(20)
    expect(outcome.requests - golden.outcome.requests).toBeLessThanOrEqual(Math.ceil(Math.log2(count)) + 1)
    expect(outcome.errors).toMatchObject([{ code: 'ERR_METRIC_REFUSED', metric, date_range: expect.stringContaining('2026-') }])
    expect(outcome.exitCode).toBe(1)
    const others = (key: string) => !key.includes(`|${metric}|`)
    expect(difference(only(table(), others), only(golden.table, others))).toEqual(NO_DIFFERENCE)
    const days = [...table().keys()].filter((key) => key.includes(`|${metric}|`)).length
    expect(days > 0).toBe(skip > 0)
  })
})

describe('a token that the API repeats', () => {
  it.each(['accounts', 'page', 'insights', 'posts', 'batch'] as const)('in an error of %s appears nowhere', async (route) => {
    const { sandbox, read } = await openBench({}, { select: ['page', 'page_insights', 'post_insights'] })
    sandbox.faults.add(faultAt(route, { kind: 'echo-token' }))
    const outcome = await read()
    expect(outcome.exitCode).toBe(4)
    expect(outcome.output).toContain('Malformed access token')
    expect(outcome.output).not.toMatch(/sandbox-(user|page)-t/)
  })
})
