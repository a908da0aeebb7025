import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Authenticator } from '../../../../framework/components/authenticators/authenticator.ts'
import { AuthenticationError } from '../../../../framework/errors.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { type TestContextOptions, testContext } from '../../build.ts'
import { type Answer, type Received, serve } from '../retrievers/scripted-server.ts'

const endpoint = 'https://auth.example.com/token'
const config = { id: 'client', secret: 'client-secret-x', refresh: 'refresh-0', access: '', expires: '' }
const plain = {
  type: 'OAuthAuthenticator',
  token_refresh_endpoint: endpoint,
  client_id: "{{ config['id'] }}",
  client_secret: "{{ config['secret'] }}",
  refresh_token: "{{ config['refresh'] }}",
}
const updating = {
  ...plain,
  refresh_token_updater: {
    access_token_config_path: ['access'],
    refresh_token_config_path: ['refresh'],
    token_expiry_date_config_path: ['expires'],
  },
}

function build(node: object, options: TestContextOptions = {}) {
  const context = testContext({ config, ...options })
  const authenticator = buildComponent(Authenticator, node, context)
  const header = async () => (await authenticator.parts({})).headers?.['Authorization']
  return { authenticator, context, header }
}

const json = (body: unknown, status = 200): Answer => [status, JSON.stringify(body), {}]
/** Numbered tokens that are good for an hour. */
const tokens = (_: Received, count: number) =>
  json({ access_token: `access-${count}`, refresh_token: `refresh-${count}`, expires_in: 3600 })
const fieldsOf = ({ body }: Received) => Object.fromEntries(new URLSearchParams(body))

describe('OAuthAuthenticator', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  it('logs in once, however many requests ask at the same time', async () => {
    const received = serve(tokens)
    const { header } = build(plain)
    expect(await Promise.all([header(), header(), header()])).toEqual(Array(3).fill('Bearer access-1'))
    expect(received.map(fieldsOf)).toEqual([
      { grant_type: 'refresh_token', client_id: 'client', client_secret: 'client-secret-x', refresh_token: 'refresh-0' },
    ])
  })

  it('shares the login between streams of one run that log in alike', async () => {
    const received = serve(tokens)
    const context = testContext({ config })
    const [one, two, other] = [plain, plain, { ...plain, scopes: ['more'] }].map((node) => buildComponent(Authenticator, node, context))
    for (const authenticator of [one, two, other]) await authenticator?.parts({})
    expect(received).toHaveLength(2)
  })

  it('gets a new token when the old one has expired', async () => {
    const received = serve(tokens)
    const { header, context } = build(plain)
    await header()
    await context.services.clock.sleep(3_600_001)
    expect(await header()).toBe('Bearer access-2')
    expect(received).toHaveLength(2)
  })

  it('replaces a rejected token, but not one that was replaced meanwhile', async () => {
    const received = serve(tokens)
    const { authenticator, header } = build(plain)
    const rejected = await authenticator.parts({})
    await Promise.all([authenticator.refresh?.(rejected), authenticator.refresh?.(rejected)])
    await authenticator.refresh?.(rejected)
    expect(await header()).toBe('Bearer access-2')
    expect(received).toHaveLength(2)
  })

  it.each([
    ['429', [429, '{}', {}] as Answer],
    ['a server error', [503, '{}', {}] as Answer],
    ['a body that is not JSON', [200, '<html>', {}] as Answer],
  ])('tries again after %s', async (_, failure) => {
    const received = serve((request, count) => (count === 1 ? failure : tokens(request, count)))
    expect(await build(plain).header()).toBe('Bearer access-2')
    expect(received).toHaveLength(2)
  })

  it('gives up after a bounded number of tries', async () => {
    const received = serve(() => json({}, 500))
    await expect(build(plain).header()).rejects.toThrow()
    expect(received).toHaveLength(9)
  })

  it.each([
    [{}, 400, { error: 'invalid_grant' }, 'ERR_REFRESH_TOKEN_INVALID'],
    [{}, 401, { error: 'invalid_client' }, 'ERR_LOGIN_REFUSED'],
    [
      { refresh_token_error_status_codes: [403], refresh_token_error_key: 'code', refresh_token_error_values: ['gone'] },
      ...([403, { code: 'gone' }, 'ERR_REFRESH_TOKEN_INVALID'] as const),
    ],
  ])('asks for a new login with %j when the endpoint says %i %j', async (fields, status, body, code) => {
    const received = serve(() => json(body, status))
    const failure = build({ ...plain, ...fields }).header()
    await expect(failure).rejects.toThrow(AuthenticationError)
    await expect(failure).rejects.toMatchObject({ code })
    expect(received).toHaveLength(1)
  })

  it('says which keys came when the token did not, and no values', async () => {
    serve(() => json({ ok: false, error: 'nothing-to-see' }))
    await expect(build(plain).header()).rejects.toThrow(/without 'access_token'; it sent: ok, error$/)
  })

  it('registers every secret', async () => {
    serve(tokens)
    const { header, context } = build(plain)
    await header()
    expect(context.observed.secrets).toEqual(expect.arrayContaining(['client-secret-x', 'refresh-0', 'access-1', 'refresh-1']))
  })

  describe('with a token updater', () => {
    it('uses the token of the config while it is good', async () => {
      const received = serve(tokens)
      const { header } = build(updating, { config: { ...config, access: 'old', expires: '2024-03-16T00:00:00Z' } })
      expect(await header()).toBe('Bearer old')
      expect(received).toEqual([])
    })

    it('writes tokens into the config, hands it on, and logs in with the new refresh token', async () => {
      const received = serve(tokens)
      const { header, context } = build(updating)
      await header()
      const changed = { ...config, access: 'access-1', refresh: 'refresh-1', expires: '2024-03-15T13:34:56.789000+00:00' }
      expect(context.observed.configs).toEqual([changed])
      await context.services.clock.sleep(3_600_001)
      await header()
      expect(received.map((request) => fieldsOf(request)['refresh_token'])).toEqual(['refresh-0', 'refresh-1'])
      expect(context.observed.configs).toHaveLength(2)
    })

    it('keeps the refresh token when none comes', async () => {
      serve(() => json({ access_token: 'a', expires_in: 1 }))
      const { header, context } = build(updating)
      await header()
      expect(context.observed.configs).toEqual([expect.objectContaining({ refresh: 'refresh-0', access: 'a' })])
    })

    it('makes the paths that the config lacks', async () => {
      serve(tokens)
      const { header, context } = build(
        { ...plain, refresh_token_updater: {} },
        { config: { ...config, credentials: { refresh_token: 'r' } } },
      )
      await header()
      expect(context.observed.configs[0]).toMatchObject({ credentials: { refresh_token: 'refresh-1', access_token: 'access-1' } })
    })
  })

  it('sends everything in the query where the provider wants it there', async () => {
    const received = serve(tokens)
    await build({ ...plain, send_refresh_request_as_query_params: true, refresh_request_body: { aud: 'x', client_id: 'no' } }).header()
    const [{ url = '', body = '' } = {}] = received
    expect([...new URL(url).searchParams.keys()]).toEqual(['grant_type', 'client_id', 'client_secret', 'refresh_token', 'aud'])
    expect(body).toBe('')
  })

  it('logs in with a signed assertion', async () => {
    const received = serve(tokens)
    await build({
      type: 'OAuthAuthenticator',
      token_refresh_endpoint: endpoint,
      use_profile_assertion: true,
      profile_assertion: { type: 'JwtAuthenticator', secret_key: 'shared-key', algorithm: 'HS256', jwt_payload: { iss: 'me' } },
    }).header()
    const fields = fieldsOf(received[0] as Received)
    expect(fields).toMatchObject({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' })
    expect(fields['assertion']?.split('.')).toHaveLength(3)
  })

  it('uses a given access token as it is without an endpoint, and until its date with one', async () => {
    const received = serve(tokens)
    expect(await build({ type: 'OAuthAuthenticator', access_token_value: 'fixed' }).header()).toBe('Bearer fixed')
    expect(await build({ ...plain, access_token_value: 'first', token_expiry_date: '2024-03-16' }).header()).toBe('Bearer first')
    expect(await build({ ...plain, access_token_value: 'first', token_expiry_date: '2024-03-14' }).header()).toBe('Bearer access-1')
    expect(received).toHaveLength(1)
  })

  it.each([
    [{ ...plain, client_secret: undefined }, /'client_id' and 'client_secret'/],
    [{ ...plain, refresh_token: undefined }, /'refresh_token'/],
    [{ ...plain, token_refresh_endpoint: undefined }, /'token_refresh_endpoint'/],
    [{ ...plain, use_profile_assertion: true }, /'profile_assertion'/],
  ])('refuses %j', (node, message) => {
    expect(() => build(node)).toThrow(message)
  })
})
