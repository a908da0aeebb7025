import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Requester } from '../../../../framework/components/read/requester.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { type TestContext, testContext } from '../../build.ts'
import { type Answer, type Received, serve } from '../retrievers/scripted-server.ts'

/** The clock of the tests stands there, in epoch seconds. */
const now = Date.UTC(2024, 2, 15, 12, 34, 56) / 1000
const authenticator = {
  type: 'RateLimitedMultipleTokenAuthenticator',
  tokens: "{{ config['tokens'] }}",
  quota_status_source: { url: 'https://api.test/status' },
  budget_min_reserve: 0,
  budget_reserve_fraction: 0,
  quotas: [
    {
      name: 'core',
      remaining_path: ['core', 'left'],
      reset_path: ['core', 'reset'],
      remaining_header: 'X-Left',
      exhaustion_status_codes: [429],
    },
    { name: 'search', remaining_path: ['search', 'left'], reset_path: ['search', 'reset'], matchers: [{ url_path_pattern: '^/search' }] },
  ],
}

function build(more: object = {}, context: TestContext = testContext({ config: { tokens: 'one, two' } })) {
  const path = '{{ stream_slice.path }}'
  const node = { type: 'HttpRequester', url_base: 'https://api.test', path, authenticator: { ...authenticator, ...more } }
  const requester = buildComponent(Requester, node, context)
  const send = (target = 'items') => requester.send({ scope: { stream_slice: { path: target } }, parts: {}, stream: 'items' })
  return { send, context }
}

interface Source {
  /** Calls left of `core`, by token, each time it is asked. */
  readonly left: Readonly<Record<string, readonly number[]>>
  readonly items?: (token: string, request: Received) => Answer
  readonly reset?: number
}

const tokenOf = ({ headers }: Received) => String(headers['authorization']).replace('Bearer ', '')

function serveQuotas({ left, items = () => [200, '[]', {}], reset = now + 600 }: Source) {
  const asked: Record<string, number> = {}
  const received = serve((request) => {
    const token = tokenOf(request)
    if (!request.url.endsWith('/status')) return items(token, request)
    const count = asked[token] ?? 0
    asked[token] = count + 1
    const core = left[token]?.[Math.min(count, (left[token]?.length ?? 1) - 1)] ?? 0
    return [200, JSON.stringify({ core: { left: core, reset }, search: { left: 1, reset } }), {}]
  })
  return { used: () => received.filter(({ url }) => !url.endsWith('/status')).map(tokenOf), asked }
}

describe('RateLimitedMultipleTokenAuthenticator', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  it('uses a token as long as it has calls left, then the next', async () => {
    const { used, asked } = serveQuotas({ left: { one: [2], two: [5] } })
    const { send, context } = build()
    for (let call = 0; call < 4; call++) await send()
    expect(used()).toEqual(['one', 'one', 'two', 'two'])
    expect(asked).toEqual({ one: 1, two: 1 })
    expect(context.observed.secrets).toEqual(expect.arrayContaining(['one', 'two']))
  })

  it('counts requests for the quota that concerns them', async () => {
    const { used } = serveQuotas({ left: { one: [9], two: [9] } })
    const { send } = build()
    for (const path of ['search/a', 'items', 'search/b']) await send(path)
    expect(used()).toEqual(['one', 'one', 'two'])
  })

  it('waits for new calls when no token has any, and asks again', async () => {
    const { used, asked } = serveQuotas({ left: { one: [1, 3], two: [0, 0] }, reset: now + 60 })
    const { send, context } = build()
    await send()
    await send()
    expect(used()).toEqual(['one', 'one'])
    expect(asked).toEqual({ one: 2, two: 2 })
    expect(context.observed.waits.map(Math.round)).toEqual([59])
    expect(context.observed.logs).toContain('rate limited')
  })

  it('does not wait longer than it may', async () => {
    serveQuotas({ left: { one: [0], two: [0] } })
    await expect(build({ max_wait_time: 'PT5M' }).send()).rejects.toMatchObject({ code: 'ERR_RATE_LIMITED', retryAfter: 600 })
  })

  it('continues with the next token at once when a token is refused for too many calls', async () => {
    const refuse = (token: string): Answer => (token === 'one' ? [429, '', { 'retry-after': '600' }] : [200, '[]', {}])
    const { used } = serveQuotas({ left: { one: [9], two: [9] }, items: refuse })
    const { send, context } = build()
    await send()
    await send()
    expect(used()).toEqual(['one', 'two', 'two'])
    expect(context.observed.waits.reduce((sum, seconds) => sum + seconds, 0)).toBeLessThan(2)
  })

  it('believes what responses say is left', async () => {
    const { used } = serveQuotas({ left: { one: [9], two: [9] }, items: (token) => [200, '[]', token === 'one' ? { 'x-left': '0' } : {}] })
    const { send } = build()
    await send()
    await send()
    expect(used()).toEqual(['one', 'two'])
  })

  it('spreads the last calls over the time until there are new ones', async () => {
    serveQuotas({ left: { one: [20], two: [20] }, reset: now + 79 })
    const { send, context } = build({ budget_min_reserve: 50 })
    await send()
    expect(context.observed.waits.map((seconds) => seconds.toFixed(1))).toEqual(['2.0'])
  })

  it('uses tokens in turn where there are no quotas', async () => {
    const received = serve(({ url }) => (url.endsWith('/status') ? [404, '', {}] : [200, '[]', {}]))
    const { send } = build({ quota_status_source: { url: 'https://api.test/status', unavailable_status_codes: [404] } })
    for (let call = 0; call < 3; call++) await send()
    expect(received.filter(({ url }) => !url.endsWith('/status')).map(tokenOf)).toEqual(['one', 'two', 'one'])
  })

  it('fails when the status says nothing about a quota', async () => {
    serve(() => [200, '{"core":{}}', {}])
    await expect(build().send()).rejects.toMatchObject({ code: 'ERR_QUOTA_STATUS', message: expect.stringContaining('core.left') })
  })

  it('takes a list of tokens, and refuses none', () => {
    expect(() => build({ tokens: ['a', 'b'] })).not.toThrow()
    expect(() => build({}, testContext({ config: { tokens: ' , ' } }))).toThrow(/yields no token/)
  })
})
