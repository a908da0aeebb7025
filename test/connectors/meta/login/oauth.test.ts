import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { registerAccounts } from '../../../../accounts/connect.ts'
import { authorizeUrl, exchangeCode } from '../../../../connectors/meta/login/oauth.ts'
import { metaTokens } from '../../../../connectors/meta/login/provider.ts'
import type { MetaLogin } from '../../../../connectors/meta/login/token-call.ts'
import { APP, DAY_MS, type TokenWorld, tokenWorld } from '../../../accounts/world.ts'

const redirectUri = 'https://service.example.com/connect/back'

/** Where the person is led, as the browser follows it. */
async function logIn({ sandbox }: TokenWorld, login: MetaLogin) {
  const hosts = { facebookDialog: sandbox.url, instagramDialog: sandbox.instagramUrl }
  const url = authorizeUrl({ hosts }, { login, clientId: APP.clientId, redirectUri, state: 'a state/1' })
  const answer = await fetch(url, { redirect: 'manual' })
  const back = new URL(answer.headers.get('location') ?? '')
  expect(`${back.origin}${back.pathname}`).toBe(redirectUri)
  expect(back.searchParams.get('state')).toBe('a state/1')
  return { code: back.searchParams.get('code') ?? '', hash: back.hash }
}

describe('authorizeUrl', () => {
  it('leads to the page of each login', () => {
    const options = { clientId: '1', redirectUri, state: 's', scopes: ['a', 'b'], codeChallenge: 'xyz' }
    const facebook = new URL(authorizeUrl({}, { ...options, login: 'facebook' }))
    expect(`${facebook.origin}${facebook.pathname}`).toBe('https://www.facebook.com/v26.0/dialog/oauth')
    const instagram = new URL(authorizeUrl({}, { ...options, login: 'instagram' }))
    expect(`${instagram.origin}${instagram.pathname}`).toBe('https://www.instagram.com/oauth/authorize')
    for (const url of [facebook, instagram]) {
      expect(Object.fromEntries(url.searchParams)).toEqual({
        client_id: '1',
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: 'a,b',
        state: 's',
        code_challenge: 'xyz',
        code_challenge_method: 'S256',
      })
    }
  })

  it('asks for what reading needs, in the words of the login', () => {
    const scopes = (login: MetaLogin) =>
      new URL(authorizeUrl({}, { login, clientId: '1', redirectUri, state: 's' })).searchParams.get('scope')
    expect(scopes('facebook')).toContain('instagram_manage_insights')
    expect(scopes('instagram')).toBe('instagram_business_basic,instagram_business_manage_insights')
  })
})

describe('exchangeCode', () => {
  it('turns a Facebook login into a long-lived token and all accounts of its Pages', async () => {
    const world = await tokenWorld({ pages: 130 })
    const connected = await exchangeCode(world.access, { login: 'facebook', redirectUri, code: (await logIn(world, 'facebook')).code })
    expect(connected.token.expiresAt).toBe(new Date(world.clock.now() + 5_183_944_000).toISOString())
    expect(connected.accounts.map(({ externalId }) => externalId).sort()).toEqual([...world.accounts].sort())
    const saved = await registerAccounts(world.registry, metaTokens, { ...connected, owner: 'u-1' })
    expect(saved).toHaveLength(world.accounts.length)
    expect(saved[0]).toMatchObject({ login: 'facebook', status: 'active', owner: 'u-1' })
    for (const account of saved.slice(0, 2)) expect(await world.readWith(account)).toBe(200)
  })

  it('turns an Instagram login into a long-lived token and its account', async () => {
    const world = await tokenWorld()
    const { code, hash } = await logIn(world, 'instagram')
    const connected = await exchangeCode(world.access, { login: 'instagram', redirectUri, code: `${code}${hash}` })
    expect(connected.accounts).toEqual([{ externalId: world.accounts[0], name: expect.any(String) }])
    expect(Date.parse(connected.token.expiresAt ?? '') - world.clock.now()).toBeGreaterThan(59 * DAY_MS)
    const [account] = await registerAccounts(world.registry, metaTokens, connected)
    expect(account && (await world.readWith(account))).toBe(200)
  })

  it.each(['facebook', 'instagram'] as const)('says when a code of %s login was used before', async (login) => {
    const world = await tokenWorld()
    const { code } = await logIn(world, login)
    await exchangeCode(world.access, { login, redirectUri, code })
    const again = exchangeCode(world.access, { login, redirectUri, code })
    await expect(again).rejects.toMatchObject({
      code: login === 'facebook' ? 'ERR_PARAMETER' : 'ERR_GRAPH',
      message: expect.stringMatching(/used/i),
    })
  })

  it('asks for the app first', async () => {
    const world = await tokenWorld()
    const { apps: _, ...access } = world.access
    const exchanged = exchangeCode(access, { login: 'instagram', redirectUri, code: 'a-code' })
    await expect(exchanged).rejects.toMatchObject({ code: 'ERR_APP_CREDENTIALS_MISSING', failureType: 'config_error' })
    expect(world.sandbox.counts).toEqual({})
  })

  it('says when the login sees no account', async () => {
    const world = await tokenWorld({ instagram: { accounts: 0 } })
    const exchanged = exchangeCode(world.access, { login: 'facebook', redirectUri, code: (await logIn(world, 'facebook')).code })
    await expect(exchanged).rejects.toMatchObject({ code: 'ERR_NO_ACCOUNTS' })
  })

  it('leaves neither code nor token in the clear', async () => {
    const world = await tokenWorld()
    const { code } = await logIn(world, 'facebook')
    const connected = await exchangeCode(world.access, { login: 'facebook', redirectUri, code })
    await registerAccounts(world.registry, metaTokens, connected)
    const { accessToken } = connected.token
    expect(world.redactor.redact(`${code} and ${accessToken} and ${APP.clientSecret}`)).toBe('**** and **** and ****')
    const files = ['accounts.yaml', 'accounts.state.json'].map((name) => readFileSync(join(world.folder, name), 'utf8'))
    expect(files.join('\n')).not.toContain(accessToken)
  })
})
