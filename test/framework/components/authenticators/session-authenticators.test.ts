import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Authenticator } from '../../../../framework/components/authenticators/authenticator.ts'
import { Requester } from '../../../../framework/components/read/requester.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'
import { type Answer, serve } from '../retrievers/scripted-server.ts'

const json = (body: unknown, status = 200): Answer => [status, JSON.stringify(body), {}]
const header = { type: 'RequestOption', inject_into: 'header', field_name: 'X-Session' }
const session = {
  type: 'SessionTokenAuthenticator',
  login_requester: { type: 'HttpRequester', url_base: 'https://api.example.com/login', http_method: 'POST' },
  session_token_path: ['data', 'token'],
  request_authentication: { type: 'Bearer' },
}

beforeAll(() => nock.disableNetConnect())
afterEach(() => nock.cleanAll())
afterAll(() => nock.enableNetConnect())

describe('SessionTokenAuthenticator', () => {
  const build = (fields = {}) => {
    const received = serve((_, count) => json({ data: { token: `session-${count}` } }))
    const context = testContext()
    const authenticator = buildComponent(Authenticator, { ...session, ...fields }, context)
    return { received, context, parts: () => authenticator.parts({}) }
  }

  it('logs in before every request when it does not know how long a token is valid', async () => {
    const { parts, received } = build()
    expect([await parts(), await parts()]).toEqual([
      { headers: { Authorization: 'Bearer session-1' } },
      { headers: { Authorization: 'Bearer session-2' } },
    ])
    expect(received).toHaveLength(2)
  })

  it('logs in again when the token has expired, once for many requests', async () => {
    const { parts, received, context } = build({ expiration_duration: 'PT1H' })
    await Promise.all([parts(), parts(), parts()])
    expect(received).toHaveLength(1)
    await context.services.clock.sleep(3_600_001)
    expect(await parts()).toEqual({ headers: { Authorization: 'Bearer session-2' } })
    expect(context.observed.secrets).toContain('session-1')
  })

  it.each([
    [{ type: 'ApiKey', inject_into: header }, 'session-1'],
    [{ type: 'ApiKey', inject_into: header, api_token: 'Token {{ session_token }}' }, 'Token session-1'],
  ])('carries the token as %j', async (use, value) => {
    expect(await build({ request_authentication: use }).parts()).toEqual({ headers: { 'X-Session': value } })
  })

  it('fails when the answer has no token', async () => {
    await expect(build({ session_token_path: ['nothing'] }).parts()).rejects.toMatchObject({ code: 'ERR_SESSION_TOKEN_MISSING' })
  })
})

describe('LegacySessionTokenAuthenticator', () => {
  const node = {
    ...{ type: 'LegacySessionTokenAuthenticator', header: 'X-Session', session_token: "{{ config['given'] }}" },
    ...{ session_token_response_key: 'id', login_url: 'session', validate_session_url: 'user/current' },
    ...{ username: "{{ config['user'] }}", password: "{{ config['password'] }}" },
  }
  const login = { user: 'me', password: 'pass-word' }

  async function send(config: Readonly<Record<string, string>>, validity: number, times = 1) {
    const received = serve(({ url, method }) =>
      method === 'POST' ? json({ id: 'new-token' }) : json({}, url.endsWith('current') ? validity : 200),
    )
    const context = testContext({ config: { given: '', user: '', password: '', ...config } })
    const requester = buildComponent(
      Requester,
      { type: 'HttpRequester', url_base: 'https://api.example.com/', path: 'cards', authenticator: node },
      context,
    )
    for (let count = 0; count < times; count++) await requester.send({ scope: {}, parts: {} })
    return received.map(({ method, url, headers }) => [method, new URL(url).pathname, headers['x-session']])
  }

  it('uses a token of the config that the API accepts', async () => {
    expect(await send({ given: 'old' }, 200)).toEqual([
      ['GET', '/user/current', 'old'],
      ['GET', '/cards', 'old'],
    ])
  })

  it('logs in once when that token is refused', async () => {
    expect(await send({ given: 'old', ...login }, 401, 2)).toEqual([
      ['GET', '/user/current', 'old'],
      ['POST', '/session', undefined],
      ['GET', '/cards', 'new-token'],
      ['GET', '/cards', 'new-token'],
    ])
  })

  it('asks for a login when there is neither', async () => {
    await expect(send({ given: 'old' }, 401)).rejects.toMatchObject({ code: 'ERR_LOGIN_REFUSED' })
  })
})

describe('SelectiveAuthenticator', () => {
  const node = {
    type: 'SelectiveAuthenticator',
    authenticator_selection_path: ['credentials', 'kind'],
    authenticators: { token: { type: 'BearerAuthenticator', api_token: 'a-token' }, 1: { type: 'NoAuth' } },
  }
  const build = (config: object) => buildComponent(Authenticator, node, testContext({ config: { ...config } }))

  it.each([
    ['token', { headers: { Authorization: 'Bearer a-token' } }],
    [1, {}],
  ])('takes the authenticator that the config names: %s', async (kind, parts) => {
    expect(await build({ credentials: { kind } }).parts({})).toEqual(parts)
  })

  it.each([
    [{}, /the config has no 'credentials.kind', which chooses among 1, token/],
    [{ credentials: { kind: 'tokn' } }, /is 'tokn'; did you mean token\?/],
  ])('refuses %j', (config, message) => expect(() => build(config)).toThrow(message))
})
