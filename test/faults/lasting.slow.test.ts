import { describe, expect, it } from 'vitest'
import type { FaultKind } from '../../sandbox/faults/fault.ts'
import { difference, NO_DIFFERENCE, repeatedKeys } from './pipeline.ts'
import { faultAt, goldenOf, openBench, ROUTES, type RouteName } from './world.ts'

interface Lasting {
  readonly name: string
  readonly fault: FaultKind
  /** Requests that one slice may cost before it is given up. */
  readonly tries: number
  readonly code: string | RegExp
}

const lasting: readonly Lasting[] = [
  { name: 'truncated JSON', fault: { kind: 'truncate' }, tries: 6, code: 'ERR_BODY_NOT_JSON' },
  { name: 'a login page with 200', fault: { kind: 'html', status: 200 }, tries: 6, code: 'ERR_BODY_NOT_JSON' },
  { name: 'a gateway page with 502', fault: { kind: 'html', status: 502 }, tries: 6, code: 'ERR_BODY_NOT_JSON' },
  { name: 'an empty 200', fault: { kind: 'empty' }, tries: 6, code: 'ERR_BODY_NOT_JSON' },
  { name: 'NaN', fault: { kind: 'body', body: '{"data":[{"values":[{"value":NaN}]}]}' }, tries: 6, code: 'ERR_BODY_NOT_JSON' },
  { name: 'an error with 200', fault: { kind: 'error-in-200', code: 2, message: 'down' }, tries: 6, code: 'ERR_PROVIDER_DOWN' },
  { name: 'a dead token with 200', fault: { kind: 'error-in-200', code: 190 }, tries: 1, code: 'ERR_TOKEN_INVALID' },
  { name: 'an unknown error', fault: { kind: 'error', code: 99_999, message: 'what' }, tries: 1, code: 'ERR_GRAPH' },
  { name: 'a reset before the first byte', fault: { kind: 'reset' }, tries: 6, code: /^ERR_(CONNECTION|BODY_TRUNCATED)$/ },
  { name: 'a reset within the body', fault: { kind: 'reset', bytes: 40 }, tries: 6, code: /^ERR_(CONNECTION|BODY_TRUNCATED)$/ },
  { name: 'a gzip bomb', fault: { kind: 'gzip-bomb', megabytes: 1024 }, tries: 1, code: /^ERR_(COMPRESSION_RATIO|BODY_TOO_LARGE)$/ },
  { name: 'deep JSON', fault: { kind: 'deep-json', depth: 100_000 }, tries: 6, code: /^ERR_(JSON_TOO_DEEP|BODY_NOT_JSON)$/ },
  {
    name: 'a redirect',
    fault: { kind: 'redirect', location: 'http://169.254.169.254/latest/meta-data/' },
    tries: 1,
    code: 'ERR_REDIRECT_REFUSED',
  },
]

/** Streams of one kind per route, and an unconcerned one beside them. */
const routes: Readonly<Record<Exclude<RouteName, 'accounts'>, { readonly hit: string; readonly other: string; readonly slices: number }>> =
  {
    page: { hit: 'page', other: 'page_insights', slices: 2 },
    insights: { hit: 'page_insights', other: 'page', slices: 4 },
    posts: { hit: 'posts', other: 'page', slices: 4 },
    batch: { hit: 'post_insights', other: 'posts', slices: 2 },
  }
const cases = lasting.flatMap((each) => Object.entries(routes).map(([route, about]) => ({ ...each, ...about, route: route as RouteName })))

describe('a fault that stays', () => {
  it.each(cases)('$name on every call of $route fails its streams, moves no state, and a later read completes', async (each) => {
    const { fault, route, hit, other, slices, tries, code } = each
    const settings = { select: [hit, other] }
    const golden = await goldenOf(settings)
    const { sandbox, read, table } = await openBench({}, settings)
    const id = sandbox.faults.add(faultAt(route, fault))
    const failed = await read()
    expect(failed.exitCode).toBe(code === 'ERR_TOKEN_INVALID' ? 4 : 1)
    expect(failed.summary.streams).toEqual({ complete: 2, incomplete: 2, pending: 0 })
    expect(new Set(failed.errors.map((error) => error.code)).size).toBeGreaterThan(0)
    for (const error of failed.errors) expect(error.code).toMatch(code)
    expect(new Set(failed.errors.map(({ account_id }) => account_id))).toEqual(new Set(sandbox.truth.pages()))
    if (hit !== 'page') for (const error of failed.errors) expect(error.date_range).toMatch(/^2026-\d\d-\d\d.* – 2026-\d\d-\d\d/)
    if (hit === 'page_insights') for (const error of failed.errors) expect(error.metric).toContain('page_media_view')
    const [rule] = sandbox.faults.list()
    expect(rule?.hits).toBeGreaterThanOrEqual(2)
    expect(rule?.hits).toBeLessThanOrEqual(tries * slices)
    expect(Object.keys(failed.emitted).every((stream) => stream.startsWith(`${other}__`))).toBe(true)
    expect(JSON.stringify(Object.entries(failed.state).filter(([stream]) => stream.startsWith(`${hit}__`)))).not.toMatch(/2026-(09|1\d)/)

    sandbox.faults.clear(id)
    const repaired = await read()
    expect(repaired.exitCode).toBe(0)
    expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
    expect(repeatedKeys(repaired)).toEqual([])
  })

  it.each(lasting)('$name on the list of accounts ends the run before it begins', async ({ fault, tries, code }) => {
    const settings = { select: ['page'] }
    const golden = await goldenOf(settings)
    const { sandbox, read, table } = await openBench({}, settings)
    sandbox.faults.add(faultAt('accounts', fault))
    const failed = await read()
    expect(failed.exitCode).toBe(code === 'ERR_TOKEN_INVALID' ? 4 : 1)
    expect(failed.errors.map((error) => error.code)).toEqual([expect.stringMatching(code)])
    expect(failed.requests).toBe(tries)
    expect(failed.state).toEqual({})
    sandbox.faults.clear()
    expect((await read()).exitCode).toBe(0)
    expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
  })

  it('that begins in the middle keeps what was complete before it', async () => {
    const settings = { select: ['page_insights'], concurrency: 1 }
    const golden = await goldenOf(settings)
    const { sandbox, read, table } = await openBench({}, settings)
    const [first = '', second = ''] = sandbox.truth.pages()
    sandbox.faults.add(faultAt('insights', { kind: 'html', status: 502 }, { skip: 1 }))
    const failed = await read()
    expect(failed.exitCode).toBe(1)
    expect(Object.keys(failed.emitted)).toHaveLength(1)
    const [kept = ''] = Object.keys(failed.emitted)
    expect(kept).toMatch(new RegExp(`^page_insights__(${first}|${second})$`))
    expect(failed.state[kept]).toEqual({ end_time: '2026-10-28T07:00:00+00:00' })
    sandbox.faults.clear()
    sandbox.reset()
    expect((await read({ config: { lookback_days: 0 } })).exitCode).toBe(0)
    expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
    // The slice that was complete is not read again.
    expect(sandbox.counts[ROUTES.insights]).toBe((golden.counts[ROUTES.insights] ?? 0) - 1)
  })

  it.each([
    ['insights', 'page_insights', 0],
    ['insights', 'page_insights', 2],
    ['posts', 'posts', 0],
    ['posts', 'posts', 1],
    ['posts', 'posts', 3],
  ] as const)('in one slice of %s only keeps the state before it, whatever comes after (%s, call %i)', async (route, kind, skip) => {
    const settings = { select: [kind], concurrency: 1, config: { lookback_days: 0 } }
    const golden = await goldenOf(settings)
    const { sandbox, read, table } = await openBench({}, settings)
    sandbox.faults.add(faultAt(route, { kind: 'error', code: 99_999 }, { skip, times: 1 }))
    const failed = await read()
    expect(failed.exitCode).toBe(1)
    expect(failed.errors).toMatchObject([{ code: 'ERR_GRAPH', account_id: expect.any(String), date_range: expect.any(String) }])
    expect(failed.summary.streams).toEqual({ complete: 1, incomplete: 1, pending: 0 })
    // The slices after it were read all the same.
    expect(Object.keys(failed.emitted)).toHaveLength(2)
    expect((await read()).exitCode).toBe(0)
    expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
  })

  it('as silence is given up after its tries', async () => {
    const timeouts = { headers: 120, bodyIdle: 120 }
    const settings = { select: ['page_insights', 'page'] }
    const golden = await goldenOf(settings)
    for (const fault of [{ kind: 'stall-headers' }, { kind: 'stall-body', bytes: 50 }] as const) {
      const { sandbox, read, table } = await openBench({}, settings)
      sandbox.faults.add(faultAt('insights', fault))
      const failed = await read({ timeouts })
      expect(failed.exitCode).toBe(1)
      expect(new Set(failed.errors.map(({ code }) => code))).toEqual(new Set(['ERR_TIMEOUT']))
      expect(sandbox.faults.list()[0]?.hits).toBe(6 * 4)
      sandbox.faults.clear()
      expect((await read()).exitCode).toBe(0)
      expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
    }
  })
})
