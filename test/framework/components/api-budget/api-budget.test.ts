import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ApiBudget, CallRatePolicy, RequestMatcher } from '../../../../framework/components/api-budget/api-budget.ts'
import { components } from '../../../../framework/components/index.ts'
import { createHttpClient } from '../../../../framework/http/create-client.ts'
import { createBudget } from '../../../../framework/http/limits/budget.ts'
import { createWaiting } from '../../../../framework/http/limits/waiting.ts'
import { withCallRates } from '../../../../framework/http/rated-client.ts'
import { createRedactor } from '../../../../framework/http/redaction/redaction.ts'
import type { HttpRequest } from '../../../../framework/http/request.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { createLanguage } from '../../../../framework/manifest/definition/language.ts'
import { loadManifest } from '../../../../framework/manifest/manifest.ts'
import { buildManifest } from '../../../../framework/runtime/assembly/build-manifest.ts'
import { testContext } from '../../build.ts'
import { createFakeClock, createHandler, createRecordingReporter, getRequest } from '../../http/fixtures.ts'
import { type Answer, serve } from '../retrievers/scripted-server.ts'

const matcher = (node: object) => buildComponent(RequestMatcher, { type: 'HttpRequestRegexMatcher', ...node }, testContext())
const moving = (...rates: [limit: number | string, interval: string][]) => ({
  type: 'MovingWindowCallRatePolicy',
  rates: rates.map(([limit, interval]) => ({ limit, interval })),
  matchers: [] as object[],
})
const fixed = (call_limit: number, period: string) => ({ type: 'FixedWindowCallRatePolicy', call_limit, period, matchers: [] as object[] })

/** A client on a clock that jumps, with the budget of a manifest; tells when each request was answered. */
function open(budget: object, client: { patienceSeconds?: number } = {}) {
  const clock = createFakeClock()
  const report = createRecordingReporter()
  const plain = createHttpClient({ allowedOrigins: undefined, clock, report, redactor: createRedactor(), random: () => 1, ...client })
  const context = testContext({ services: { clock, report }, config: { limit: 2 } })
  const http = withCallRates(plain, buildComponent(ApiBudget, { type: 'HTTPAPIBudget', ...budget }, context))
  const seconds: number[] = []
  const send = async (request: Partial<HttpRequest> = {}) => {
    const answer = await http.send(() => getRequest('https://api.test/rows', request), createHandler(), { stream: 'rows' })
    seconds.push(clock.monotonic() / 1000)
    return answer.response.status
  }
  return { clock, report, send, seconds }
}

/** When each of many who ask at once may leave. */
async function departures(budget: object, count: number) {
  const clock = createFakeClock()
  const report = createRecordingReporter()
  const rates = buildComponent(ApiBudget, { type: 'HTTPAPIBudget', ...budget }, testContext({ services: { clock, report } }))
  const waiting = createWaiting({ clock, report, budget: createBudget({ clock }), patienceSeconds: 3600 })
  const at: number[] = []
  const leave = async () => {
    await rates.pass(getRequest('https://api.test/rows'), { waiting })
    at.push(clock.monotonic() / 1000)
  }
  await Promise.all(Array.from({ length: count }, leave))
  return { at, sleeps: clock.sleeps }
}

const ok: Answer = [200, '{}', {}]
const seconds = (list: readonly number[]) => list.map((value) => Math.round(value * 1000) / 1000)

describe('HttpRequestRegexMatcher', () => {
  const request = getRequest('https://api.test/v1/users/?page=2&tag=a&tag=b', { headers: { 'X-Kind': 'bulk' } })

  it.each<[object, boolean]>([
    [{}, true],
    [{ method: 'get' }, true],
    [{ method: 'POST' }, false],
    [{ url_base: 'https://api.test/' }, true],
    [{ url_base: 'http://api.test' }, false],
    [{ url_path_pattern: 'users$' }, true],
    [{ url_path_pattern: '^/users' }, false],
    [{ params: { page: 2 } }, true],
    [{ params: { page: 2, tag: 'b' } }, true],
    [{ params: { size: 1 } }, false],
    [{ headers: { 'x-kind': 'bulk' } }, true],
    [{ headers: { 'x-kind': 'other' } }, false],
    [{ method: 'GET', url_path_pattern: 'posts' }, false],
  ])('%o', (node, expected) => {
    expect(matcher(node).matches(request)).toBe(expected)
  })

  it.each([
    [{ url_path_pattern: '(' }, /./],
    [{ weight: 0 }, 'counts nothing'],
  ])('refuses %o', (node, message) => {
    expect(() => matcher(node)).toThrow(message)
  })
})

describe('MovingWindowCallRatePolicy', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  it('lets so many calls out within any stretch, however many ask at once', async () => {
    const { at, sleeps } = await departures({ policies: [moving([2, 'PT5S'])] }, 5)
    expect(at).toEqual([0, 0, 5, 5, 10])
    // Whoever has to wait sleeps once per opening, and nobody looks in between.
    expect(sleeps).toEqual([5, 5, 5, 5])
  })

  it('moves with the calls', async () => {
    serve(() => ok)
    const { send, seconds: at, clock } = open({ policies: [moving(['{{ config.limit }}', 'PT10S'])] })
    await send()
    clock.pass(8)
    await send()
    await send()
    await send()
    expect(seconds(at)).toEqual([0, 8, 10, 18])
  })

  it('keeps all its rates', async () => {
    serve(() => ok)
    const { send, seconds: at } = open({ policies: [moving([1, 'PT1S'], [3, 'PT1M'])] })
    for (let call = 0; call < 4; call++) await send()
    expect(seconds(at)).toEqual([0, 1, 2, 60])
  })

  it('counts requests by the weight of their matcher, or their own', async () => {
    serve(() => ok)
    const policy = {
      ...moving([10, 'PT5S']),
      matchers: [{ method: 'POST', weight: 6 }, { url_path_pattern: 'rows' }],
    }
    const { send, seconds: at } = open({ policies: [policy] })
    await send({ method: 'POST' })
    await send({ weight: 4 })
    await send()
    expect(seconds(at)).toEqual([0, 0, 5])
    await expect(send({ weight: 11 })).rejects.toMatchObject({ code: 'ERR_CALL_WEIGHT' })
  })

  it('takes a refusal for a window that is full', async () => {
    serve((_, count) => (count === 1 ? [429, '{}', {}] : ok))
    const { send, seconds: at } = open({ policies: [moving([5, 'PT30S'])] })
    await send()
    expect(seconds(at)).toEqual([30])
  })

  it('gives up when the wait is longer than patience, and tells waits of some length', async () => {
    serve(() => ok)
    const { send, report } = open({ policies: [moving([1, 'PT20S'])] })
    await send()
    await send()
    expect(report.waits).toEqual([{ stream: 'rows', seconds: 20 }])
    const hasty = open({ policies: [moving([1, 'P1D'])] })
    await hasty.send()
    await expect(hasty.send()).rejects.toMatchObject({ code: 'ERR_RATE_LIMITED', retryAfter: 86_400 })
  })

  it('holds 10,000 calls per day without remembering each of them, and lets none out too early', () => {
    const policy = buildComponent(CallRatePolicy, moving([10_000, 'P1D']), testContext())
    const day = 86_400_000
    for (let call = 0; call < 10_000; call++) policy.take(1, call)
    expect(policy.waitMs(1, 10_000)).toBeGreaterThanOrEqual(day - 10_000)
    expect(policy.waitMs(1, day + 10_000 + day / 1000)).toBe(0)
  })
})

describe('FixedWindowCallRatePolicy', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  it('restarts its count after each period', async () => {
    serve(() => ok)
    const { send, seconds: at, clock } = open({ policies: [fixed(2, 'PT1M')] })
    for (let call = 0; call < 3; call++) await send()
    clock.pass(150)
    for (let call = 0; call < 3; call++) await send()
    expect(seconds(at)).toEqual([0, 0, 60, 210, 210, 240])
    expect((await departures({ policies: [fixed(2, 'PT1M')] }, 5)).at).toEqual([0, 0, 60, 60, 120])
  })

  it.each<[string, (now: number) => string]>([
    ['a moment in seconds', (now) => String(now / 1000 + 25)],
    ['a moment in milliseconds', (now) => String(now + 25_000)],
    ['seconds from now', () => '25'],
  ])('believes answers that tell how little is left and until when: %s', async (_, reset) => {
    const headers = { ratelimit_reset_header: 'X-Reset', ratelimit_remaining_header: 'X-Left' }
    const { send, seconds: at, clock } = open({ policies: [fixed(100, 'PT1H')], ...headers })
    serve((_, count) => (count === 1 ? [200, '{}', { 'x-left': '1', 'x-reset': reset(clock.now()) }] : ok))
    for (let call = 0; call < 3; call++) await send()
    expect(seconds(at)).toEqual([0, 0, 25])
  })

  it('does not believe that more is left than it counted, nor what is not a number', async () => {
    serve(() => [200, '{}', { 'ratelimit-remaining': '500', 'ratelimit-reset': 'soon' }])
    const { send, seconds: at } = open({ policies: [fixed(1, 'PT1M')] })
    await send()
    await send()
    expect(seconds(at)).toEqual([0, 60])
  })

  it('takes the given statuses for a refusal', async () => {
    serve((_, count) => (count === 1 ? [503, '{}', {}] : ok))
    const { send, seconds: at } = open({ policies: [fixed(9, 'PT1M')], status_codes_for_ratelimit_hit: [503] })
    await send()
    expect(seconds(at)).toEqual([60])
  })

  it.each([
    [fixed(0, 'PT1M'), 'lets nothing through'],
    [fixed(1, 'P1M'), 'in weeks, days or less'],
    [fixed(1, 'soon'), /duration/],
    [moving(), 'at least one rate'],
    [moving([0, 'PT1S']), 'lets nothing through'],
  ])('refuses %o', (policy, message) => {
    expect(() => open({ policies: [policy] })).toThrow(message)
  })
})

describe('UnlimitedCallRatePolicy', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  it('takes its requests out of the policies after it', async () => {
    serve(() => ok)
    const free = { type: 'UnlimitedCallRatePolicy', matchers: [{ headers: { 'X-Sandbox': 'true' } }] }
    const { send, seconds: at } = open({ policies: [free, fixed(1, 'PT1M')] })
    await send({ headers: { 'x-sandbox': 'true' } })
    await send()
    await send({ headers: { 'x-sandbox': 'true' } })
    await send()
    expect(seconds(at)).toEqual([0, 0, 0, 60])
  })
})

describe('HTTPAPIBudget', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  const stream = (name: string) => `
  - { name: ${name}, retriever: { requester: { url_base: "https://api.test", path: ${name} }, record_selector: { extractor: { field_path: [] } } } }`
  const manifest = `
type: DeclarativeSource
check: { type: CheckStream, stream_names: [a] }
spec: { connection_specification: { type: object } }
api_budget:
  type: HTTPAPIBudget
  policies: [{ type: MovingWindowCallRatePolicy, rates: [{ limit: 1, interval: PT3S }], matchers: [] }]
streams:${stream('a')}${stream('b')}
`

  it('is shared by the streams of a manifest', async () => {
    const at: number[] = []
    const clock = createFakeClock()
    serve(() => {
      at.push(clock.monotonic() / 1000)
      return [200, '[{"id":1}]', {}]
    })
    const report = createRecordingReporter()
    const http = createHttpClient({ allowedOrigins: undefined, clock, report, redactor: createRedactor() })
    const options = { language: createLanguage(components), config: {}, services: { http, clock, report, updateConfig: () => undefined } }
    const { streams, warnings } = buildManifest(loadManifest({ file: 'm.yaml', text: manifest }), options)
    expect(warnings).toEqual([])
    const stages = { transformations: [], schema: async () => ({}) }
    const read = async ({ name, retriever }: (typeof streams)[number]) => {
      for await (const partition of retriever.partitions({})) {
        for await (const _ of retriever.read({ partition, window: undefined }, { stream: name, stages }));
      }
    }
    for (const entry of [...streams, ...streams]) await read(entry)
    expect(seconds(at)).toEqual([0, 3, 6, 9])
  })
})
