import { describe, expect, it } from 'vitest'
import { startSandbox } from '../../sandbox/sandbox.ts'
import { ask, codeOf, NOW, withSandbox } from './ask.ts'

const APP = { client_id: '1234567890', client_secret: 'sandbox-app-secret' }
const BACK = 'http://127.0.0.1:9/callback?kept=1'

describe('login', () => {
  const sandbox = withSandbox({ pages: 2, instagram: { accounts: 2 } })

  const authorize = async (base: string, more: Record<string, string> = {}) => {
    const query = new URLSearchParams({ client_id: APP.client_id, redirect_uri: BACK, response_type: 'code', state: 's 1', ...more })
    const answer = await ask(sandbox(), `${base}?${query}`, { token: '' })
    return { answer, target: new URL(answer.headers.get('location') ?? 'none:') }
  }
  const dialog = (more?: Record<string, string>) => authorize(`${sandbox().url}/v25.0/dialog/oauth`, more)
  const page = (more?: Record<string, string>) => authorize(`${sandbox().instagramUrl}/oauth/authorize`, more)
  const redeemAtFacebook = (code: string, more: Record<string, string> = {}) =>
    ask(sandbox(), `/v25.0/oauth/access_token?${new URLSearchParams({ ...APP, redirect_uri: BACK, code, ...more })}`, { token: '' })
  const redeemAtInstagram = (code: string, more: Record<string, string> = {}) =>
    ask(sandbox(), `${sandbox().instagramUrl}/oauth/access_token`, {
      method: 'POST',
      token: '',
      body: new URLSearchParams({ ...APP, grant_type: 'authorization_code', redirect_uri: BACK, code, ...more }),
    })

  it('goes by Facebook from the dialog to a long-lived token', async () => {
    const { answer, target } = await dialog({ scope: 'pages_show_list,instagram_basic' })
    expect(answer.status).toBe(302)
    expect([target.searchParams.get('kept'), target.searchParams.get('state'), target.hash]).toEqual(['1', 's 1', '#_=_'])
    const short = await redeemAtFacebook(target.searchParams.get('code') ?? '')
    expect(short.json).toEqual({ access_token: expect.any(String), token_type: 'bearer', expires_in: 3_600 })
    const { json } = await ask(sandbox(), '/v25.0/me/accounts', { token: short.json.access_token })
    expect(json.data).toHaveLength(2)
    const permissions = (await ask(sandbox(), '/v25.0/me/permissions', { token: short.json.access_token })).json.data
    expect(permissions.map(({ permission }: { permission: string }) => permission)).toEqual(['pages_show_list', 'instagram_basic'])
    const query = new URLSearchParams({ ...APP, grant_type: 'fb_exchange_token', fb_exchange_token: short.json.access_token })
    const long = await ask(sandbox(), `/v25.0/oauth/access_token?${query}`, { token: '' })
    expect(long.json.expires_in).toBe(5_183_944)
  })

  it('goes by Instagram from the page to a token of 60 days, for the account that logs in', async () => {
    const account = sandbox().instagram.accounts[1] ?? ''
    sandbox().logins.next({ account })
    const { target } = await page()
    expect(target.hash).toBe('#_')
    const { json } = await redeemAtInstagram(target.searchParams.get('code') ?? '')
    const [first] = json.data
    expect(first).toMatchObject({ access_token: expect.any(String), permissions: expect.stringContaining('instagram_business_basic') })
    const who = await ask(sandbox(), `${sandbox().instagramUrl}/v25.0/me?fields=user_id`, { token: first.access_token })
    expect(who.json).toEqual({ user_id: account, id: first.user_id })
    const query = new URLSearchParams({
      grant_type: 'ig_exchange_token',
      client_secret: APP.client_secret,
      access_token: first.access_token,
    })
    const long = await ask(sandbox(), `${sandbox().instagramUrl}/access_token?${query}`, { token: '' })
    expect(long.json).toMatchObject({ expires_in: 5_183_944 })
  })

  it('is denied by the person, who goes back with the reason', async () => {
    sandbox().logins.next({ deny: true })
    const { target } = await page()
    expect(Object.fromEntries(target.searchParams)).toMatchObject({ error: 'access_denied', error_reason: 'user_denied', state: 's 1' })
    expect((await page()).target.searchParams.has('code')).toBe(true)
  })

  it('is granted in part', async () => {
    sandbox().logins.next({ scopes: ['instagram_business_basic'] })
    const { target } = await page()
    const { json } = await redeemAtInstagram(target.searchParams.get('code') ?? '')
    expect(json.data[0].permissions).toBe('instagram_business_basic')
  })

  it.each([
    ['another app', { client_id: '1' }, /Invalid app ID/],
    ['no address to go back to', { redirect_uri: 'callback' }, /redirect_uri/],
    ['another answer', { response_type: 'token' }, /response_type/],
  ])('shows a page instead of going back for %s', async (_, more, text) => {
    const { answer } = await dialog(more)
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
    expect(answer.text).toMatch(text)
  })

  it('takes a code once, with the same address, within an hour, at its own host', async () => {
    const code = async (start: typeof dialog) => (await start()).target.searchParams.get('code') ?? ''
    const [first, second, foreign] = [await code(dialog), await code(dialog), await code(page)]
    expect(codeOf(await redeemAtFacebook(first, { redirect_uri: 'http://127.0.0.1:9/other' }))).toBe('100/36008')
    expect((await redeemAtFacebook(first)).status).toBe(200)
    expect(codeOf(await redeemAtFacebook(first))).toBe('100/36009')
    expect(codeOf(await redeemAtFacebook(foreign))).toBe('100/36007')
    sandbox().clock.advance(3_600_000)
    expect(codeOf(await redeemAtFacebook(second))).toBe('100/36007')
    const late = await redeemAtInstagram(foreign)
    expect(late.json).toEqual({ error_type: 'OAuthException', code: 400, error_message: 'This authorization code has expired' })
  })

  it.each([
    [{ client_secret: 'x' }, /client secret/],
    [{ client_id: '1' }, /Client ID/],
    [{ grant_type: 'x' }, /grant_type/],
    [{ code: 'none' }, /Invalid authorization code/],
  ])('refuses %j in the form of api.instagram.com', async (more, text) => {
    const { status, json } = await redeemAtInstagram('none', more)
    expect([status, json.error_message]).toEqual([400, expect.stringMatching(text)])
  })

  it('answers flat on request', async () => {
    const flat = await startSandbox({ now: NOW, instagram: { codeAnswer: 'flat' } })
    const start = await ask(flat, `${flat.instagramUrl}/oauth/authorize?client_id=${APP.client_id}&redirect_uri=${BACK}`, { token: '' })
    const code = new URL(start.headers.get('location') ?? '').searchParams.get('code') ?? ''
    const body = new URLSearchParams({ ...APP, grant_type: 'authorization_code', redirect_uri: BACK, code })
    const { json } = await ask(flat, `${flat.instagramUrl}/oauth/access_token`, { method: 'POST', token: '', body })
    await flat.close()
    expect(json).toMatchObject({ access_token: expect.any(String), user_id: expect.any(String) })
  })
})
