import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import { expectedRows, sorted } from './expected.ts'
import { ACCOUNT_STREAMS, openInstagram, readInstagram } from './run.ts'

describe('the logins of Instagram', () => {
  let sandbox: Sandbox

  beforeAll(async () => {
    sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', pages: 8, days: 60, seed: 5 })
  })
  afterAll(() => sandbox.close())
  beforeEach(() => sandbox.reset())

  async function accountsOf(config: Readonly<Record<string, unknown>>) {
    const { connector, http } = await openInstagram(sandbox, { config })
    try {
      return (await connector.accounts()) ?? []
    } finally {
      http.close()
    }
  }

  async function checkOf(config: Readonly<Record<string, unknown>>) {
    const { connector, http } = await openInstagram(sandbox, { config })
    try {
      return await connector.check()
    } finally {
      http.close()
    }
  }

  it('find the accounts of Pages, and leave out Pages without one', async () => {
    const accounts = await accountsOf({})
    expect(accounts.map(({ id }) => id)).toEqual(sandbox.truth.accounts())
    expect(accounts).toHaveLength(6)
    expect(accounts[0]?.fields).toMatchObject({
      page_id: sandbox.instagram.pageOf(accounts[0]?.id ?? ''),
      username: sandbox.instagram.facts(accounts[0]?.id ?? '').username,
    })
    expect(sandbox.counts).toEqual({ 'GET /{user}/accounts': 1, 'GET /{user}/businesses': 1 })
  })

  it('find the accounts of Pages that belong to a business, in one call', async () => {
    const accounts = await accountsOf({ access_token: 'sandbox-business-token' })
    const { ownedPages, clientPages } = sandbox.pages.business
    const expected = [...ownedPages, ...clientPages].map((page) => sandbox.instagram.accountOf(page))
    expect(expected.length).toBeGreaterThan(1)
    expect(accounts.map(({ id }) => id).sort()).toEqual(expected.sort())
    expect(sandbox.counts['GET /{user}/businesses']).toBe(1)
  })

  it('ask for nothing more when every wanted account is found', async () => {
    const [wanted = ''] = sandbox.truth.accounts()
    expect((await accountsOf({ account_ids: [wanted] })).map(({ id }) => id)).toEqual([wanted])
    expect(sandbox.counts['GET /{user}/businesses']).toBeUndefined()
  })

  it('read the one account of Instagram Login at its own host', async () => {
    const config = { access_token: 'sandbox-instagram-token', login_type: 'instagram', start_date: '2026-10-15' }
    const run = await readInstagram(sandbox, { select: ACCOUNT_STREAMS, config })
    const [account = ''] = sandbox.truth.accounts()
    expect(run.summary).toMatchObject({ status: 'complete', exit_code: 0, errors: [], warnings: [] })
    expect(Object.keys(run.rows).sort()).toEqual(ACCOUNT_STREAMS.map((kind) => `${kind}__${account}`).sort())
    for (const [kind, rows] of Object.entries(expectedRows(sandbox, { account, from: '2026-10-15' }))) {
      const own = rows.filter(({ metric_date }) => String(metric_date) >= '2026-10-15')
      expect(sorted(run.rows[`${kind}__${account}`]), kind).toEqual(sorted(own))
    }
    expect(sandbox.counts['POST /']).toBeUndefined()
    expect(new Set(sandbox.requests.map(({ tokenIn }) => tokenIn))).toEqual(new Set(['header']))
  })

  it('pass the check of a token of Facebook Login', async () => {
    const { status, message } = await checkOf({})
    expect(status).toBe('SUCCEEDED')
    expect(message).toContain('6 Instagram accounts')
    expect(message).toMatch(/60 days left|59 days left/)
  })

  it('pass the check of a token of Instagram Login', async () => {
    const { status, message } = await checkOf({ access_token: 'sandbox-instagram-token', login_type: 'instagram' })
    expect(status).toBe('SUCCEEDED')
    expect(message).toContain('1 Instagram account: ')
  })

  it.each([
    ['facebook', 'sandbox-instagram-token', 'Instagram Login', 'instagram'],
    ['instagram', 'sandbox-user-token', 'Facebook Login', 'facebook'],
  ])('name a mismatch: login_type %s with a token of %s', async (login_type, access_token, from, other) => {
    const { status, message } = await checkOf({ access_token, login_type })
    expect(status).toBe('FAILED')
    expect(message).toContain(`comes from ${from}`)
    expect(message).toContain(`set login_type: ${other}`)
  })

  it('tell a token by its beginning, and do not show it to the other host', async () => {
    const { status, message } = await checkOf({ access_token: 'IG-sandbox', login_type: 'facebook' })
    expect(status).toBe('FAILED')
    expect(message).toContain('set login_type: instagram')
    expect(sandbox.requests).toEqual([])
  })

  it('say what a token lacks', async () => {
    const facebook = await checkOf({ access_token: 'sandbox-no-instagram-insights-token' })
    expect(facebook).toMatchObject({ status: 'FAILED', message: expect.stringContaining('missing scopes: instagram_manage_insights') })
    const config = { access_token: 'sandbox-instagram-no-insights-token', login_type: 'instagram' }
    await expect(checkOf(config)).rejects.toMatchObject({ code: 'ERR_PERMISSION' })
  })

  it.each([
    ['facebook', 'sandbox-expired-token'],
    ['instagram', 'sandbox-instagram-expired-token'],
  ])('refuse an expired token of %s Login as such', async (login_type, access_token) => {
    await expect(checkOf({ access_token, login_type })).rejects.toMatchObject({ name: 'AuthenticationError', code: 'ERR_TOKEN_EXPIRED' })
  })

  it('say that an Instagram account has no role in an app that is not published', async () => {
    const config = { access_token: 'sandbox-instagram-no-role-token', login_type: 'instagram' }
    await expect(checkOf(config)).rejects.toThrow(/tester/)
  })
})
