import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import nock from 'nock'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ExchangeSummary } from '../../../framework/http/attempt/exchange.ts'
import { createHttpClient, type HttpClientOptions } from '../../../framework/http/create-client.ts'
import { createBudget } from '../../../framework/http/limits/budget.ts'
import { createRedactor } from '../../../framework/http/redaction/redaction.ts'
import type { Usage } from '../../../framework/http/resolution.ts'
import { createFakeClock, createHandler, createRecordingReporter, getRequest } from './fixtures.ts'

const origin = 'https://graph.facebook.com'
const token = 'sandbox-user-token'

function setUp(options: Partial<HttpClientOptions> & { maxRequests?: number; deadlineSeconds?: number } = {}) {
  const { maxRequests, deadlineSeconds, ...rest } = options
  const clock = createFakeClock()
  const report = createRecordingReporter()
  const redactor = createRedactor()
  const exchanges: ExchangeSummary[] = []
  const budget = createBudget({
    clock,
    ...(maxRequests === undefined ? {} : { maxRequests }),
    ...(deadlineSeconds === undefined ? {} : { deadlineSeconds }),
  })
  const client = createHttpClient({
    allowedOrigins: ['graph.facebook.com'],
    clock,
    report,
    redactor,
    random: () => 1,
    budget,
    onExchange: (exchange) => exchanges.push(exchange),
    ...rest,
  })
  const get = (path: string, more: Parameters<typeof getRequest>[1] = {}) =>
    client.send(() => getRequest(`${origin}${path}`, { headers: { authorization: `Bearer ${token}` }, ...more }), createHandler())
  return { client, clock, report, redactor, exchanges, get }
}

beforeEach(() => nock.disableNetConnect())
afterEach(() => {
  const pending = nock.pendingMocks()
  nock.cleanAll()
  expect(pending).toEqual([])
})

describe('createHttpClient', () => {
  it('gets JSON with the token in the header, and counts', async () => {
    const body = gzipSync('{"data":[{"id":18000000000000000123}]}')
    nock(origin, { reqheaders: { authorization: `Bearer ${token}`, 'user-agent': 'connector' } })
      .get('/v23.0/me')
      .query({ fields: 'id' })
      .reply(200, body, { 'content-encoding': 'gzip' })
    const { client, get, exchanges } = setUp()
    const { response } = await get('/v23.0/me?fields=id')
    expect(response.json()).toEqual({ data: [{ id: '18000000000000000123' }] })
    expect(client.stats()).toEqual({
      requests: 1,
      retries: 0,
      bytes: body.length,
      cached: 0,
      waitedSeconds: 0,
      usagePercent: undefined,
      ignoredReadings: 0,
    })
    expect(exchanges).toEqual([
      { method: 'GET', host: 'graph.facebook.com', status: 200, errorCode: undefined, seconds: 0, bytes: body.length },
    ])
  })

  it('retries what is transient and counts it', async () => {
    nock(origin)
      .get('/x')
      .replyWithError(Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' }))
    nock(origin).get('/x').reply(503, 'Bad gateway')
    nock(origin).get('/x').reply(429, '', { 'retry-after': '7' })
    nock(origin).get('/x').reply(200, '{}')
    const { client, clock, get, exchanges, report } = setUp()
    await get('/x')
    expect(clock.sleeps).toEqual([1, 2, 8])
    expect(client.stats()).toMatchObject({ requests: 4, retries: 3, waitedSeconds: 11 })
    expect(exchanges.map((exchange) => exchange.errorCode ?? exchange.status)).toEqual(['ERR_DNS', 503, 429, 200])
    expect(report.waits).toEqual([{ seconds: 8 }])
  })

  it('does not retry an expired certificate', async () => {
    nock(origin)
      .get('/x')
      .replyWithError(Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' }))
    const { get, client } = setUp()
    await expect(get('/x')).rejects.toMatchObject({ code: 'ERR_TLS', failureType: 'config_error' })
    expect(client.stats().requests).toBe(1)
  })

  it.each(['https://evil.example/v23.0/me', '//evil.example/', 'http://graph.facebook.com/', 'https://graph.facebook.com@evil.example/'])(
    'sends nothing to %s',
    async (url) => {
      const { client } = setUp()
      await expect(client.send(() => getRequest(url), createHandler())).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' })
      expect(client.stats().requests).toBe(0)
    },
  )

  it('sends nothing to where a redirect leads', async () => {
    nock(origin).get('/x').reply(302, '', { location: 'http://169.254.169.254/latest' })
    const { get, client } = setUp()
    await expect(get('/x')).rejects.toMatchObject({ code: 'ERR_REDIRECT_REFUSED' })
    expect(client.stats().requests).toBe(1)
  })

  it('sends exactly as many requests as the budget has, however many want to', async () => {
    nock(origin).persist().get('/x').reply(200, '{}')
    const { client, get } = setUp({ maxRequests: 15 })
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => get('/x')))
    nock.cleanAll()
    const refused = results.filter((result) => result.status === 'rejected')
    expect(client.stats().requests).toBe(15)
    expect(refused).toHaveLength(35)
    for (const { reason } of refused) expect(reason).toMatchObject({ name: 'StoppedError', code: 'ERR_REQUEST_BUDGET' })
  })

  it('books retries and the weight of batches', async () => {
    nock(origin).get('/x').times(2).reply(500)
    const { get } = setUp({ maxRequests: 7 })
    await expect(get('/x', { weight: 3 })).rejects.toMatchObject({ code: 'ERR_REQUEST_BUDGET' })
  })

  it('stops at the deadline, with the context of the request', async () => {
    nock(origin).persist().get('/x').reply(500)
    const { get } = setUp({ deadlineSeconds: 10 })
    await expect(get('/x', { context: { account_id: '17' } })).rejects.toMatchObject({ name: 'StoppedError', code: 'ERR_DEADLINE' })
    nock.cleanAll()
  })

  it('stops every request when the run is stopped', async () => {
    const controller = new AbortController()
    nock(origin).get('/x').delay(60_000).reply(200)
    const { get, client } = setUp({ signal: controller.signal })
    const got = get('/x')
    setTimeout(() => controller.abort(), 20)
    await expect(got).rejects.toMatchObject({ name: 'StoppedError', code: 'ERR_ABORTED' })
    await expect(get('/x')).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    expect(client.stats().requests).toBe(1)
  })

  it('paces by the usage that responses report', async () => {
    nock(origin).get('/a').times(2).reply(200, '{}', { 'x-usage': '90' })
    nock(origin).get('/b').reply(200, '{}')
    const usageReader = ({ headers }: { headers: Readonly<Record<string, string>> }): readonly Usage[] =>
      headers['x-usage'] === undefined ? [] : [{ pool: 'a', percent: Number(headers['x-usage']), regainSeconds: 0 }]
    const { get, clock, client } = setUp({ usageReader })
    await get('/a', { paceKey: 'a' })
    await get('/b', { paceKey: 'b' })
    await get('/a', { paceKey: 'a' })
    expect(clock.sleeps).toEqual([])
    expect(client.stats().usagePercent).toBe(90)
    nock(origin).get('/a').reply(200, '{}', { 'x-usage': '20' })
    await get('/a', { paceKey: 'a' })
    expect(clock.sleeps).toEqual([2.5])
  })

  it('keeps other requests of a refused key back until its time is over', async () => {
    nock(origin).get('/x').reply(429, '', { 'retry-after': '30' })
    nock(origin).get('/x').times(2).reply(200, '{}')
    nock(origin).get('/y').reply(200, '{}')
    const { get, clock } = setUp()
    const times: Record<string, number> = {}
    const timed = async (name: string, sent: Promise<unknown>) => {
      await sent
      times[name] = clock.monotonic() / 1000
    }
    const refused = timed('refused', get('/x', { paceKey: 'x' }))
    while (clock.sleeps.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const later = timed('later', get('/x', { paceKey: 'x' }))
    await timed('other', get('/y', { paceKey: 'y' }))
    await Promise.all([refused, later])
    expect(times['refused']).toBeGreaterThanOrEqual(31)
    expect(times['later']).toBeGreaterThanOrEqual(31)
  })

  it('registers the credentials that it sends, and shows none of them in errors', async () => {
    nock(origin)
      .get('/me')
      .query(true)
      .reply(400, `{"error":{"message":"bad token ${token} / ${encodeURIComponent(`${token}/x`)}"}}`)
    const { client, redactor } = setUp()
    const url = `${origin}/me?access_token=${token}&appsecret_proof=0a1b2c`
    const thrown = await client
      .send(() => getRequest(url, { headers: { Authorization: `Bearer ${token}` } }), createHandler())
      .catch((error: unknown) => error)
    expect(thrown).toMatchObject({
      code: 'ERR_HTTP_STATUS',
      context: { request: `GET ${origin}/me?access_token=****&appsecret_proof=****`, response: expect.stringContaining('bad token ****') },
    })
    expect(JSON.stringify([thrown, (thrown as Error).message, (thrown as Error).stack])).not.toContain(token)
    expect(redactor.redact(`x ${token} y`)).toBe('x **** y')
  })

  it('leaves Object.prototype as it was after hostile bodies', async () => {
    const before = Object.getOwnPropertyDescriptors(Object.prototype)
    const bodies = [
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
      '{"a":{"__proto__":{"toString":"x"}},"id":12345678901234567890}',
      '["__proto__"]',
    ]
    const { get } = setUp()
    for (const body of bodies) {
      nock(origin)
        .get('/x')
        .reply(200, body, { __proto__: 'x', constructor: 'y' } as Record<string, string>)
      const { response } = await get('/x')
      expect(JSON.stringify(response.json())).toBe(body.replace('12345678901234567890', '"12345678901234567890"'))
    }
    expect(Object.getOwnPropertyDescriptors(Object.prototype)).toEqual(before)
  })

  it('exports its egress list', () => {
    expect(setUp().client.egress).toEqual([{ host: 'graph.facebook.com', port: 443 }])
  })

  it('loads got with the first request only, for a quick start', () => {
    const folder = fileURLToPath(new URL('../../../framework/http/', import.meta.url))
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
    expect(sources.length).toBeGreaterThan(20)
    for (const file of sources) expect(readFileSync(`${folder}${file}`, 'utf8'), file).not.toMatch(/^import (?!type).*'got'/m)
  })
})
