import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { FaultKind } from '../../sandbox/faults/fault.ts'
import { difference, NO_DIFFERENCE, repeatedKeys } from './pipeline.ts'
import { faultAt, goldenOf, openBench, ROUTES } from './world.ts'

const posts = { select: ['posts'] }
const calls = (counts: Readonly<Record<string, number>>) => counts[ROUTES.posts] ?? 0

/** A server that nobody may call. */
async function openTrap(): Promise<{ readonly url: string; readonly hits: readonly string[] }> {
  const hits: string[] = []
  const server = createServer((request, response) => {
    hits.push(`${request.method} ${request.url} ${request.headers.authorization}`)
    response.end('{"data":[]}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, hits }
}

describe('paging without end', () => {
  const endless: readonly [string, FaultKind, number][] = [
    ['a cursor that repeats', { kind: 'repeat-cursor' }, 3],
    ['a cycle of cursors', { kind: 'cursor-cycle' }, 4],
    ['a thousand empty pages', { kind: 'empty-pages', pages: 1000 }, 102],
  ]

  it.each(endless)('%s is a typed error within a bounded number of calls, and the rest completes', async (_, fault, perSlice) => {
    const settings = { select: ['posts', 'page'], concurrency: 1 }
    // Three pages in the first window.
    const world = { posts: 340 }
    const golden = await goldenOf(settings, world)
    const { sandbox, read, table } = await openBench(world, settings)
    sandbox.faults.add(faultAt('posts', fault))
    const outcome = await read()
    expect(outcome.exitCode).toBe(1)
    expect(outcome.errors.map(({ code }) => code)).toContain('ERR_PAGINATION_LOOP')
    expect(new Set(outcome.errors.map(({ code }) => code)).size).toBe(1)
    for (const error of outcome.errors)
      expect(error).toMatchObject({ account_id: expect.stringMatching(/^\d+$/), date_range: expect.any(String) })
    expect(calls(sandbox.counts)).toBeLessThanOrEqual(4 * perSlice)
    expect(outcome.summary.streams.complete).toBe(2)
    expect(repeatedKeys(outcome)).toEqual([])
    sandbox.faults.clear()
    expect((await read()).exitCode).toBe(0)
    expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
  })

  it.each(endless)('%s in the list of accounts ends the run', async (_, fault, bound) => {
    const { sandbox, read } = await openBench({ pages: 250, posts: 1 }, { select: ['page'] })
    sandbox.faults.add(faultAt('accounts', fault))
    const outcome = await read()
    expect(outcome.exitCode).toBe(1)
    expect(outcome.errors).toMatchObject([{ code: 'ERR_PAGINATION_LOOP' }])
    expect(sandbox.counts[ROUTES.accounts]).toBeLessThanOrEqual(bound)
  })

  it.each([1, 5, 60])('%i empty pages and then rows lose nothing', async (pages) => {
    const golden = await goldenOf(posts)
    const { sandbox, read, table } = await openBench({}, { ...posts, concurrency: 1 })
    sandbox.faults.add(faultAt('posts', { kind: 'empty-pages', pages }))
    const outcome = await read()
    expect(outcome.errors).toEqual([])
    expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
    expect(calls(sandbox.counts)).toBe(calls(golden.counts) + pages)
  })
})

describe('rows that come again on the next page', () => {
  it.each(['posts', 'accounts', 'insights'] as const)('of %s are written once, with a warning', async (route) => {
    const select = route === 'posts' ? ['posts', 'post_insights'] : ['page_insights', 'page']
    // One Page and one window, so that the rows that come again belong to the same list.
    const settings = { select, concurrency: 1, config: { start_date: '2026-09-01' } }
    const world = route === 'accounts' ? { pages: 120, posts: 1 } : { pages: 1, posts: 300 }
    const golden = await goldenOf(settings, world)
    const { sandbox, read, table } = await openBench(world, settings)
    sandbox.faults.add(faultAt(route, { kind: 'duplicate-rows' }))
    const outcome = await read()
    expect(outcome.errors).toEqual([])
    expect(outcome.exitCode).toBe(0)
    expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
    expect(repeatedKeys(outcome)).toEqual([])
    expect(Object.keys(outcome.emitted).sort()).toEqual(Object.keys(golden.outcome.emitted).sort())
    if (route !== 'accounts') expect(outcome.warnings.map(({ code }) => code)).toContain('ERR_DUPLICATE_ROWS')
  })
})

describe('a next page elsewhere', () => {
  const forms: readonly [string, (trap: string) => string][] = [
    ['another port', (trap) => `${trap}/v26.0/steal?after=x`],
    ['user info', (trap) => `http://graph.facebook.com@${new URL(trap).host}/steal`],
    ['no scheme', (trap) => `//${new URL(trap).host}/steal`],
    ['IPv6-mapped', (trap) => `http://[::ffff:127.0.0.1]:${new URL(trap).port}/steal`],
    ['punycode', () => 'https://xn--grph-5qa.facebook.com/steal'],
    ['a file', () => 'file:///etc/passwd'],
    ['the cloud', () => 'http://169.254.169.254/latest/meta-data/'],
  ]
  it.each(forms)('(%s) is never asked: only its cursor is used', async (_, url) => {
    const trap = await openTrap()
    const golden = await goldenOf(posts)
    const { sandbox, read, table } = await openBench({}, posts)
    for (const route of ['posts', 'accounts', 'insights'] as const)
      sandbox.faults.add(faultAt(route, { kind: 'foreign-next', url: url(trap.url) }))
    const outcome = await read()
    expect(outcome.errors).toEqual([])
    expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
    expect(trap.hits).toEqual([])
    // The last page names a next one too; the call for it comes back empty.
    expect(calls(sandbox.counts)).toBeLessThanOrEqual(calls(golden.counts) + 4)
  })

  it.each([301, 302, 303, 307, 308])('by a redirect with %i is refused, and the token stays here', async (status) => {
    const trap = await openTrap()
    for (const route of ['accounts', 'page', 'posts', 'insights', 'batch'] as const) {
      const { sandbox, read } = await openBench(
        {},
        { select: [{ accounts: 'page', page: 'page', posts: 'posts', insights: 'page_insights', batch: 'post_insights' }[route]] },
      )
      sandbox.faults.add(faultAt(route, { kind: 'redirect', location: `${trap.url}/steal`, status }))
      const outcome = await read()
      expect(outcome.exitCode).toBe(1)
      expect(new Set(outcome.errors.map(({ code }) => code))).toEqual(new Set(['ERR_REDIRECT_REFUSED']))
    }
    expect(trap.hits).toEqual([])
  })
})
