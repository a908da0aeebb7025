import { describe, expect, it } from 'vitest'
import type { FaultKind } from '../../sandbox/faults/fault.ts'
import { difference, NO_DIFFERENCE, repeatedKeys } from './pipeline.ts'
import { faultAt, goldenOf, KINDS, openBench, ROUTES, type RouteName } from './world.ts'

/** Phases short enough for a test; a slow machine only adds tries. */
const timeouts = { headers: 300, bodyIdle: 300 }

interface Passing {
  readonly name: string
  readonly fault: FaultKind
  /** Tries that a hit costs; 0 where the answer is used as it is. */
  readonly retries: 0 | 1
}

const passing: readonly Passing[] = [
  { name: 'truncated JSON', fault: { kind: 'truncate' }, retries: 1 },
  { name: 'a body of one byte', fault: { kind: 'truncate', bytes: 1 }, retries: 1 },
  { name: 'a login page with 200', fault: { kind: 'html', status: 200 }, retries: 1 },
  { name: 'a gateway page with 502', fault: { kind: 'html', status: 502 }, retries: 1 },
  { name: 'an empty 200', fault: { kind: 'empty' }, retries: 1 },
  { name: 'a bare null', fault: { kind: 'body', body: 'null' }, retries: 1 },
  { name: 'a text instead of an object', fault: { kind: 'body', body: '"maintenance"' }, retries: 1 },
  { name: 'NaN', fault: { kind: 'body', body: '{"data":[{"id":NaN,"name":"page_follows","values":[{"value":NaN}]}]}' }, retries: 1 },
  { name: 'an error with 200', fault: { kind: 'error-in-200', code: 2, message: 'Service temporarily unavailable' }, retries: 1 },
  { name: 'code 1 with 500', fault: { kind: 'error', code: 1, status: 500, message: 'An unknown error occurred' }, retries: 1 },
  { name: 'code 2 with 400', fault: { kind: 'error', code: 2, status: 400, transient: true }, retries: 1 },
  { name: 'a reset before the first byte', fault: { kind: 'reset' }, retries: 1 },
  { name: 'a reset within the body', fault: { kind: 'reset', bytes: 40 }, retries: 1 },
  { name: 'deep JSON', fault: { kind: 'deep-json' }, retries: 1 },
  { name: 'a byte order mark', fault: { kind: 'bom' }, retries: 0 },
  { name: 'a wrong content type', fault: { kind: 'wrong-content-type', contentType: 'text/html; charset=iso-8859-1' }, retries: 0 },
  { name: 'a content type that is none', fault: { kind: 'wrong-content-type', contentType: ';;;' }, retries: 0 },
]

const routes = Object.keys(ROUTES) as RouteName[]
const cases = passing.flatMap((each) => routes.map((route) => ({ ...each, route })))

describe('a fault that passes costs nothing but time', () => {
  it.each(cases)('$name at the first and at a middle call of $route', async ({ fault, route, retries }) => {
    const settings = { select: KINDS[route] }
    const golden = await goldenOf(settings)
    const middle = Math.floor((golden.counts[ROUTES[route]] ?? 0) / 2)
    const { sandbox, read, table } = await openBench({}, settings)
    sandbox.faults.add(faultAt(route, fault, { times: 1 }))
    // The list of accounts has one page: its second call is the second try.
    sandbox.faults.add(faultAt(route, fault, { skip: Math.max(1, middle), times: 1 }))
    const outcome = await read()
    expect(outcome.errors).toEqual([])
    expect(outcome.exitCode).toBe(0)
    expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
    expect(repeatedKeys(outcome)).toEqual([])
    const hits = sandbox.faults.list().reduce((sum, rule) => sum + rule.hits, 0)
    expect(hits).toBe(route === 'accounts' && retries === 0 ? 1 : 2)
    expect(outcome.requests).toBe(golden.outcome.requests + hits * retries)
    expect(outcome.waits).toHaveLength(hits * retries)
    expect(outcome.state).toEqual(golden.outcome.state)
  })

  it.each(
    [
      { name: 'no headers', fault: { kind: 'stall-headers' } as const },
      { name: 'a body that stops', fault: { kind: 'stall-body', bytes: 30 } as const },
      { name: 'a body that does not begin', fault: { kind: 'stall-body', bytes: 0 } as const },
    ].flatMap((each) => (['insights', 'posts', 'batch', 'accounts'] as const).map((route) => ({ ...each, route }))),
  )('$name on $route: timed out and asked again', async ({ fault, route }) => {
    const settings = { select: KINDS[route] }
    const golden = await goldenOf(settings)
    const { sandbox, read, table } = await openBench({}, { ...settings, timeouts })
    sandbox.faults.add(faultAt(route, fault, { times: 1 }))
    const outcome = await read()
    expect(outcome.errors).toEqual([])
    expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
    expect(outcome.requests).toBeGreaterThan(golden.outcome.requests)
    expect(outcome.requests).toBeLessThanOrEqual(golden.outcome.requests + 4)
  })
})

describe('a connection reset at byte k', () => {
  it.each(Array.from({ length: 24 }, (_, seed) => seed))('gives no half page and loses nothing (seed %i)', async (seed) => {
    const route = (['insights', 'posts', 'batch', 'page'] as const)[seed % 4] ?? 'insights'
    const settings = { select: KINDS[route] }
    const golden = await goldenOf(settings)
    const { sandbox, read, table } = await openBench({}, settings)
    // Spread over the body by the golden ratio, from its first byte to its last but one.
    const share = (seed * 0.618_034) % 1
    const length = await lengthOfAnswer(sandbox.url, route, sandbox.truth.pages()[0] ?? '')
    const bytes = 1 + Math.floor(share * (length - 2))
    sandbox.reset()
    sandbox.faults.add(faultAt(route, { kind: 'reset', bytes }, { times: 2 }))
    const outcome = await read()
    expect(outcome.errors).toEqual([])
    expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
    expect(repeatedKeys(outcome)).toEqual([])
    expect(outcome.requests).toBe(golden.outcome.requests + 2)
  })
})

/** How long about an answer of the route is; the faults of a test cut within it. */
async function lengthOfAnswer(url: string, route: 'insights' | 'posts' | 'batch' | 'page', page: string): Promise<number> {
  const authorization = `Bearer sandbox-page-token-${page}`
  const paths = {
    page: `/${page}`,
    insights: `/${page}/insights?metric=page_follows&period=day&since=2026-08-01&until=2026-08-15`,
    posts: `/${page}/published_posts?limit=20`,
    batch: `/${page}/published_posts?limit=10`,
  }
  const response = await fetch(`${url}/v26.0${paths[route]}`, { headers: { authorization } })
  return (await response.arrayBuffer()).byteLength
}
