import { describe, expect, it } from 'vitest'
import { inspectToken, registerAccounts } from '../../accounts/connect.ts'
import { refreshToken } from '../../accounts/refresh.ts'
import { metaTokens } from '../../connectors/meta/login/provider.ts'
import type { MetaLogin } from '../../connectors/meta/login/token-call.ts'
import { APP, DAY_MS, fileIn, type TokenWorld, tokenWorld } from './world.ts'

const TOKENS: Readonly<Record<MetaLogin, string>> = { facebook: 'sandbox-user-token', instagram: 'sandbox-instagram-token' }
const ROUTES: Readonly<Record<MetaLogin, string>> = { facebook: '*/oauth/access_token', instagram: '/refresh_access_token' }

/** An account whose token is old enough to be refreshed: the clock moves on two days. */
async function withDueToken(login: MetaLogin, world?: TokenWorld) {
  const opened = world ?? (await tokenWorld())
  opened.sandbox.clock.advance(2 * DAY_MS)
  return { ...opened, account: await opened.add(TOKENS[login], login) }
}

describe('refreshToken', () => {
  describe.each(['facebook', 'instagram'] as const)('%s login', (login) => {
    it('replaces a token that is due by one that works', async () => {
      const { life, account, registry, readWith, clock } = await withDueToken(login)
      const outcome = await refreshToken(life, account, 'due')
      expect(outcome).toMatchObject({ outcome: 'refreshed', expiresAt: new Date(clock.now() + 5_183_944_000).toISOString() })
      const token = await registry.token(account.id)
      expect(token.accessToken).not.toBe(TOKENS[login])
      expect(token.expiresAt).toBe(outcome.expiresAt)
      expect(await readWith(account)).toBe(200)
    })

    it('asks nothing for a token that is fresh', async () => {
      const { life, add, sandbox } = await tokenWorld()
      const account = await add(TOKENS[login], login, { ageDays: 10, leftDays: 50 })
      expect(await refreshToken(life, account, 'due')).toMatchObject({ outcome: 'fresh', expiresAt: account.tokenExpiresAt })
      expect(sandbox.counts).toEqual({})
    })

    it('replaces a fresh token on request', async () => {
      const world = await tokenWorld()
      world.sandbox.clock.advance(2 * DAY_MS)
      const account = await world.add(TOKENS[login], login, { ageDays: 10, leftDays: 50 })
      expect(await refreshToken(world.life, account, 'now')).toMatchObject({ outcome: 'refreshed' })
    })

    it('calls the provider once for two callers', async () => {
      const { life, account, sandbox } = await withDueToken(login)
      sandbox.reset()
      const outcomes = await Promise.all([refreshToken(life, account, 'now'), refreshToken(life, account, 'now')])
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['fresh', 'refreshed'])
      expect(outcomes[0]?.expiresAt).toBe(outcomes[1]?.expiresAt)
      expect(sandbox.requests.filter(({ path }) => path.includes('access_token'))).toHaveLength(1)
    })

    const passing = [
      ['a server that is down', { kind: 'html', status: 502 }],
      ['errors 2', { kind: 'error', code: 2, status: 503 }],
      ['connections that break', { kind: 'reset', bytes: 0 }],
      ['the limit of the app', { kind: 'error', code: 4 }],
      ['half an answer', { kind: 'truncate', bytes: 20 }],
      ['an error with status 200', { kind: 'error-in-200', code: 2 }],
    ] as const
    it.each(passing)('keeps the old token in spite of %s', async (_, fault) => {
      const { life, account, sandbox, registry, readWith } = await withDueToken(login)
      sandbox.faults.add({ match: { path: ROUTES[login] }, ...fault })
      sandbox.reset()
      expect(await refreshToken(life, account, 'due')).toMatchObject({ outcome: 'kept', account: { status: 'active' } })
      // Bounded: the first try and three more.
      expect(sandbox.requests.length).toBeLessThanOrEqual(4)
      expect((await registry.token(account.id)).accessToken).toBe(TOKENS[login])
      expect((await registry.find(account.id))?.status).toBe('active')
      expect(await readWith(account)).toBe(200)
    })

    it('gets over failures that pass', async () => {
      const { life, account, sandbox } = await withDueToken(login)
      sandbox.faults.add({ match: { path: ROUTES[login] }, kind: 'error', code: 2, status: 503, times: 2 })
      expect(await refreshToken(life, account, 'due')).toMatchObject({ outcome: 'refreshed' })
    })

    const good = 'sandbox-user-token-garbage'
    const garbage: readonly (readonly [string, string])[] = [
      ['no token', '{"token_type":"bearer","expires_in":5183944}'],
      ['an empty token', '{"access_token":"","expires_in":5183944}'],
      ['a token that is not a text', '{"access_token":{"a":1},"expires_in":5183944}'],
      ['a token with spaces', '{"access_token":"please log in again now","expires_in":5183944}'],
      ['a token that is too short', '{"access_token":"abc","expires_in":5183944}'],
      ['a token that is too long', `{"access_token":"${'x'.repeat(5000)}","expires_in":5183944}`],
      ['a life of zero', `{"access_token":"${good}","expires_in":0}`],
      ['a life of -1', `{"access_token":"${good}","expires_in":-1}`],
      ['a life of 1e12', `{"access_token":"${good}","expires_in":1000000000000}`],
      ['a life that is not a number', `{"access_token":"${good}","expires_in":"soon"}`],
      ['another kind of token', `{"access_token":"${good}","token_type":"mac","expires_in":5183944}`],
      ['a token that does not work', `{"access_token":"${good}","token_type":"bearer","expires_in":5183944}`],
      ['a list', '[]'],
      ['nothing', '{}'],
    ]
    it.each(garbage)('never stores an answer with %s', async (_, body) => {
      const { life, account, sandbox, registry, readWith } = await withDueToken(login)
      sandbox.faults.add({ match: { path: ROUTES[login] }, kind: 'body', status: 200, body, contentType: 'application/json' })
      expect(await refreshToken(life, account, 'due')).toMatchObject({ outcome: 'kept' })
      expect(await registry.token(account.id)).toMatchObject({ accessToken: TOKENS[login], expiresAt: account.tokenExpiresAt })
      expect(await readWith(account)).toBe(200)
      // The next run does not stumble over what was left behind.
      sandbox.faults.clear()
      expect(await refreshToken(life, account, 'due')).toMatchObject({ outcome: 'refreshed' })
    })

    it('tries a new token later that could not be tried at once', async () => {
      const { life, account, sandbox, registry } = await withDueToken(login)
      const probe = login === 'facebook' ? `*/${account.externalId}` : '*/me'
      sandbox.faults.add({ match: { path: probe }, kind: 'html', status: 502 })
      expect(await refreshToken(life, account, 'due')).toMatchObject({ outcome: 'kept' })
      expect((await registry.token(account.id)).accessToken).toBe(TOKENS[login])
      sandbox.faults.clear()
      sandbox.reset()
      expect(await refreshToken(life, account, 'due')).toMatchObject({ outcome: 'refreshed' })
      expect(sandbox.requests.map(({ path }) => path).filter((path) => path.includes('access_token'))).toEqual([])
      expect((await registry.token(account.id)).accessToken).not.toBe(TOKENS[login])
    })

    it('lives on with a new token that was kept, should the provider have ended the old one', async () => {
      const { life, account, sandbox, readWith } = await withDueToken(login)
      sandbox.faults.add({ match: { path: login === 'facebook' ? `*/${account.externalId}` : '*/me' }, kind: 'html', status: 502 })
      expect(await refreshToken(life, account, 'due')).toMatchObject({ outcome: 'kept' })
      sandbox.faults.clear()
      // Its own end; a revoked one would take its children with it.
      sandbox.tokens.expire(TOKENS[login])
      expect(await readWith(account)).not.toBe(200)
      expect(await refreshToken(life, account, 'due')).toMatchObject({ outcome: 'refreshed' })
      expect(await readWith(account)).toBe(200)
    })

    const deaths: readonly (readonly [string, string, (world: TokenWorld) => void])[] = [
      ['it expired', 'ERR_TOKEN_EXPIRED', ({ sandbox }) => sandbox.tokens.expire(TOKENS[login])],
      ['its time ran out', 'ERR_TOKEN_EXPIRED', ({ sandbox }) => sandbox.clock.advance(61 * DAY_MS)],
      ['it was revoked', 'ERR_TOKEN_INVALID', ({ sandbox }) => sandbox.tokens.revoke(TOKENS[login])],
      ['the app was removed', 'ERR_APP_REMOVED', ({ sandbox }) => sandbox.tokens.removeApp(TOKENS[login])],
      ['the password was changed', 'ERR_PASSWORD_CHANGED', ({ sandbox }) => sandbox.tokens.changePassword(TOKENS[login])],
      ['of a checkpoint', 'ERR_USER_CHECKPOINTED', refuse(459)],
      ['the user is unconfirmed', 'ERR_USER_UNCONFIRMED', refuse(464)],
      ['the role is lost', 'ERR_PAGE_ROLE_LOST', refuse(492)],
      ['it is not known', 'ERR_TOKEN_INVALID', refuse()],
    ]
    it.each(deaths)('says that the account needs a login when %s', async (_, code, kill) => {
      const world = await withDueToken(login, await tokenWorld({}, { loginUrl: ({ login }) => `https://example.com/connect/${login}` }))
      const { life, account, registry } = world
      kill(world)
      const outcome = await refreshToken(life, account, 'due')
      const loginUrl = `https://example.com/connect/${login}`
      expect(outcome).toMatchObject({ outcome: 'needs_login', code, loginUrl, reason: expect.stringContaining(loginUrl) })
      expect(await registry.find(account.id)).toMatchObject({ status: 'needs_login', reason: expect.stringMatching(/Graph API error 190/) })
      // Dead tokens are not asked about again until somebody says so.
      world.sandbox.reset()
      const found = (await registry.find(account.id)) ?? account
      expect(await refreshToken(life, found, 'due')).toMatchObject({ outcome: 'needs_login' })
      expect(world.sandbox.counts).toEqual({})
    })

    it('does not give an account up whose token works, whatever the exchange says', async () => {
      const { life, account, sandbox, registry } = await withDueToken(login)
      sandbox.faults.add({ match: { path: ROUTES[login] }, kind: 'error', code: 190, subcode: 467 })
      expect(await refreshToken(life, account, 'due')).toMatchObject({ outcome: 'kept', code: 'ERR_TOKEN_NOT_REPLACED' })
      expect((await registry.find(account.id))?.status).toBe('active')
    })

    it('makes an account active again whose token works after all', async () => {
      const { life, account, registry } = await withDueToken(login)
      await registry.setStatus(account.id, 'needs_login', 'expired')
      const found = (await registry.find(account.id)) ?? account
      expect(await refreshToken(life, found, 'now')).toMatchObject({ outcome: 'refreshed' })
      expect(await registry.find(account.id)).toMatchObject({ status: 'active', reason: undefined })
    })

    it.each([100, 190])('shows no token in outcomes and in what is stored of them: error %i', async (code) => {
      const { life, account, sandbox, registry } = await withDueToken(login)
      const body = JSON.stringify({ error: { code, message: `Malformed access token ${TOKENS[login]} of ${APP.clientSecret}` } })
      sandbox.faults.add({ match: {}, kind: 'body', status: 400, body, contentType: 'application/json' })
      const outcome = await refreshToken(life, account, 'due')
      expect(outcome.outcome).toBe(code === 190 ? 'needs_login' : 'kept')
      const texts = JSON.stringify([outcome, await registry.list()])
      expect(texts).not.toContain(TOKENS[login])
      if (login === 'facebook') expect(texts).not.toContain(APP.clientSecret)
    })
  })

  it('lets accounts share the file of a token', async () => {
    const world = await tokenWorld()
    const path = fileIn(world, 'token', 'sandbox-user-token\n')
    const { registry, life, accounts, clock } = world
    const old = {
      createdAt: new Date(clock.now() - 58 * DAY_MS).toISOString(),
      expiresAt: new Date(clock.now() + 2 * DAY_MS).toISOString(),
    }
    for (const externalId of accounts) {
      const account = { externalId, name: externalId, provider: 'meta', login: 'facebook', tokenReference: `file:${path}` } as const
      await registry.save(account, { accessToken: 'sandbox-user-token', ...old })
    }
    for (let run = 0; run < 2; run++) {
      const outcomes = await Promise.all((await registry.list()).map((account) => refreshToken(life, account, 'due')))
      expect(outcomes.map(({ outcome }) => outcome)).not.toContain('needs_login')
    }
    for (const account of await registry.list()) expect(await world.readWith(account)).toBe(200)
    expect((await registry.list()).map(({ tokenExpiresAt }) => tokenExpiresAt)).not.toContain(old.expiresAt)
  })

  it('does not ask Instagram for a token younger than a day', async () => {
    const { life, add, sandbox } = await tokenWorld()
    const account = await add('sandbox-instagram-token', 'instagram', { ageDays: 0.9, leftDays: 3 })
    expect(await refreshToken(life, account, 'due')).toMatchObject({ outcome: 'fresh' })
    expect(sandbox.counts).toEqual({})
  })

  it('learns the end of a token of Instagram login at the first chance', async () => {
    const { life, registry, access, sandbox } = await tokenWorld()
    const connected = await inspectToken(metaTokens, access, { token: 'sandbox-instagram-token', login: 'instagram' })
    const [account] = await registerAccounts(registry, metaTokens, connected)
    if (!account) throw new Error('no account')
    sandbox.reset()
    expect(await refreshToken(life, account, 'due')).toMatchObject({ outcome: 'fresh', expiresAt: undefined })
    expect(sandbox.counts).toEqual({})
    sandbox.clock.advance(1.01 * DAY_MS)
    expect(await refreshToken(life, account, 'due')).toMatchObject({ outcome: 'refreshed', expiresAt: expect.any(String) })
  })

  it('keeps the token when the app is not known or wrong', async () => {
    const { life, account } = await withDueToken('facebook')
    const { apps: _, ...access } = life.access
    expect(await refreshToken({ ...life, access }, account, 'due')).toMatchObject({ outcome: 'kept', code: 'ERR_APP_CREDENTIALS_MISSING' })
    const wrong = { ...access, apps: { facebook: { clientId: '1234567890', clientSecret: 'another' } } }
    expect(await refreshToken({ ...life, access: wrong }, account, 'due')).toMatchObject({ outcome: 'kept', code: 'ERR_APP_CREDENTIALS' })
  })

  it('learns once that a token of a system user does not expire', async () => {
    const { life, registry, accounts, sandbox } = await tokenWorld()
    const token = { accessToken: 'sandbox-system-token', createdAt: undefined, expiresAt: undefined }
    const account = await registry.save({ externalId: accounts[0] ?? '', name: 'acme', provider: 'meta', login: 'facebook' }, token)
    expect(await refreshToken(life, account, 'due')).toMatchObject({ outcome: 'permanent' })
    sandbox.reset()
    const found = (await registry.find(account.id)) ?? account
    expect(await refreshToken(life, found, 'due')).toMatchObject({ outcome: 'permanent' })
    expect(sandbox.counts).toEqual({})
  })

  it('works with an app that demands proofs', async () => {
    const { life, account, readWith } = await withDueToken('facebook', await tokenWorld({ appSecret: 'sandbox-app-secret' }))
    expect(await refreshToken(life, account, 'due')).toMatchObject({ outcome: 'refreshed' })
    expect(await readWith(account)).toBe(400)
  })
})

function refuse(subcode?: number): (world: TokenWorld) => void {
  return ({ sandbox }) => {
    sandbox.faults.add({ match: {}, kind: 'error', code: 190, ...(subcode === undefined ? {} : { subcode }) })
  }
}
