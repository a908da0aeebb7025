import { describe, expect, it } from 'vitest'
import { startSandbox } from '../../sandbox/sandbox.ts'
import { ask, codeOf, NOW, pageOf, withSandbox } from './ask.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const APP = 'client_id=1234567890&client_secret=sandbox-app-secret'

describe('token in the call', () => {
  const sandbox = withSandbox()

  it('is taken from the header or the query, and the log says which', async () => {
    sandbox().reset()
    await ask(sandbox(), '/v25.0/me')
    await ask(sandbox(), '/v25.0/me?access_token=sandbox-user-token', { token: '' })
    expect(sandbox().requests.map((request) => [request.tokenIn, request.status])).toEqual([
      ['header', 200],
      ['query', 200],
    ])
  })

  it.each([
    ['/v25.0/me', {}, 400, '2500'],
    ['/v25.0/me/accounts', {}, 400, '2500'],
    ['/v25.0/123', {}, 403, '200'],
    ['/v25.0/me', { authorization: 'sandbox-user-token' }, 403, '200'],
    ['/v25.0/me?access_token=', {}, 403, '200'],
  ])('missing in %s %j gives %i and code %s', async (path, headers, status, code) => {
    const answer = await ask(sandbox(), path, { token: '', headers })
    expect([answer.status, codeOf(answer)]).toEqual([status, code])
  })

  it.each([
    ['sandbox-expired-token', '190/463', /Session has expired on Friday, 13-Nov-26 04:00:00 PST/],
    ['no-such-token', '190', /Cannot parse access token/],
    ['sandbox-instagram-token', '190', /Cannot parse access token/],
    ['sandbox-page-token-1-ffffff', '190', /Cannot parse access token/],
  ])('%s is refused with %s', async (token, code, message) => {
    const answer = await ask(sandbox(), '/v25.0/me', { token })
    expect([answer.status, codeOf(answer)]).toEqual([400, code])
    expect(answer.json.error.message).toMatch(message)
    expect(answer.headers.get('www-authenticate')).toContain('invalid_token')
  })

  it('of a Page makes me that Page', async () => {
    const { id, token } = pageOf(sandbox())
    expect((await ask(sandbox(), '/v25.0/me?fields=id', { token })).json).toEqual({ id })
  })
})

describe('Page tokens', () => {
  it('from a long-lived user token outlive it, from a short one they end with it', async () => {
    await using sandbox = await disposable()
    const [id = ''] = sandbox.pages.listed
    const short = (await ask(sandbox, '/v25.0/me/accounts', { token: 'sandbox-short-token' })).json.data[0].access_token
    const long = (await ask(sandbox, '/v25.0/me/accounts')).json.data[0].access_token
    expect((await ask(sandbox, `/v25.0/${id}`, { token: short })).status).toBe(200)
    sandbox.clock.advance(HOUR)
    expect(codeOf(await ask(sandbox, `/v25.0/${id}`, { token: short }))).toBe('190/463')
    sandbox.clock.advance(60 * DAY)
    expect(codeOf(await ask(sandbox, '/v25.0/me'))).toBe('190/463')
    expect((await ask(sandbox, `/v25.0/${id}`, { token: long })).status).toBe(200)
  })

  it('die with the password, the role, the app and revocation, each with its subcode', async () => {
    await using sandbox = await disposable()
    const read = async (index: number, parent?: string) => {
      const id = sandbox.pages.listed[index] ?? ''
      return codeOf(await ask(sandbox, `/v25.0/${id}`, { token: sandbox.tokens.page(id, parent) }))
    }
    sandbox.tokens.loseRole(sandbox.pages.listed[1] ?? '')
    expect(await read(1)).toBe('190/492')
    sandbox.tokens.revoke('sandbox-system-token')
    expect(await read(0, 'sandbox-system-token')).toBe('190/467')
    expect((await ask(sandbox, '/v25.0/me/permissions', { method: 'DELETE' })).json).toEqual({ success: true })
    expect(await read(0)).toBe('190/458')
    sandbox.tokens.changePassword('sandbox-no-content-token')
    expect(await read(0, 'sandbox-no-content-token')).toBe('190/460')
    expect((await ask(sandbox, '/v25.0/me', { token: 'sandbox-business-token' })).status).toBe(200)
  })
})

describe('/oauth/access_token', () => {
  const sandbox = withSandbox()
  const exchange = (text: string, app = APP) =>
    ask(sandbox(), `/v25.0/oauth/access_token?grant_type=fb_exchange_token&${app}&fb_exchange_token=${text}`, { token: '' })

  it('gives a new text each time, good for about 60 days', async () => {
    const [first, second] = [await exchange('sandbox-short-token'), await exchange('sandbox-short-token')]
    expect(first.json).toEqual({ access_token: expect.any(String), token_type: 'bearer', expires_in: 5_183_944 })
    expect(second.json.access_token).not.toBe(first.json.access_token)
    const accounts = await ask(sandbox(), '/v25.0/me/accounts', { token: first.json.access_token })
    expect(accounts.json.data).toHaveLength(3)
  })

  it.each([
    ['an expired token', 'sandbox-expired-token', APP, '190/463'],
    ['an unknown token', 'nothing', APP, '190'],
    ['a wrong secret', 'sandbox-user-token', 'client_id=1234567890&client_secret=x', '1'],
    ['a wrong app', 'sandbox-user-token', 'client_id=1&client_secret=x', '101'],
    ['no app', 'sandbox-user-token', '', '101'],
  ])('refuses %s', async (_, text, app, code) => {
    expect(codeOf(await exchange(text, app))).toBe(code)
  })

  it('hands out the app token, and revokes', async () => {
    const app = await ask(sandbox(), `/oauth/access_token?grant_type=client_credentials&${APP}`, { token: '' })
    expect(app.json.access_token).toBe('1234567890|sandbox-app-secret')
    const { access_token } = (await exchange('sandbox-user-token')).json
    await ask(sandbox(), `/oauth/revoke?${APP}&revoke_token=${access_token}`, { token: '' })
    expect(codeOf(await ask(sandbox(), '/v25.0/me', { token: access_token }))).toBe('190/467')
  })
})

describe('/debug_token', () => {
  const sandbox = withSandbox()
  const debug = async (text: string) =>
    (await ask(sandbox(), `/v25.0/debug_token?input_token=${text}`, { token: '1234567890|sandbox-app-secret' })).json.data

  it('tells type, scopes and times of a user token', async () => {
    const start = Date.parse(NOW) / 1000
    expect(await debug('sandbox-user-token')).toMatchObject({
      app_id: '1234567890',
      type: 'USER',
      is_valid: true,
      issued_at: start,
      expires_at: start + 60 * 86_400,
      data_access_expires_at: start + 90 * 86_400,
      scopes: expect.arrayContaining(['read_insights', 'pages_show_list']),
    })
  })

  it('tells a Page token that never expires', async () => {
    const { id, token } = pageOf(sandbox())
    expect(await debug(token)).toMatchObject({ type: 'PAGE', expires_at: 0, profile_id: id, is_valid: true })
  })

  it('tells why a token is unusable', async () => {
    expect(await debug('sandbox-expired-token')).toMatchObject({ is_valid: false, error: { code: 190, subcode: 463 } })
    expect(await debug('nothing')).toMatchObject({ is_valid: false, error: { code: 190 } })
  })

  it('names the Pages of a granular grant, and none when all are granted', async () => {
    const granular = (await debug('sandbox-granular-token')).granular_scopes
    expect(granular).toContainEqual({ scope: 'read_insights', target_ids: [sandbox().pages.listed[0]] })
    expect((await debug('sandbox-user-token')).granular_scopes).toContainEqual({ scope: 'read_insights' })
  })
})

async function disposable() {
  const sandbox = await startSandbox({ now: NOW })
  return { ...sandbox, [Symbol.asyncDispose]: () => sandbox.close() }
}
