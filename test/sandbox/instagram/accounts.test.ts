import { describe, expect, it } from 'vitest'
import { startSandbox } from '../../../sandbox/sandbox.ts'
import { ask, codeOf, NOW, pageOf, withSandbox } from '../ask.ts'
import { accountOf, askAccount, askInstagram } from './reading.ts'

describe('accounts of Instagram', () => {
  const sandbox = withSandbox({ pages: 5 })

  it('belong to their Pages; each fourth Page has none', async () => {
    const { json } = await ask(sandbox(), '/v25.0/me/accounts?fields=id,instagram_business_account{id,username,media_count}')
    const found = json.data.map((page: { instagram_business_account?: { id: string } }) => page.instagram_business_account?.id)
    expect(found).toEqual([...sandbox().instagram.accounts.slice(0, 3), undefined, accountOf(sandbox(), 3)])
    expect(found[0]).toMatch(/^178414\d{11}$/)
    const { username } = sandbox().instagram.facts(found[0])
    expect(json.data[0].instagram_business_account).toEqual({ id: found[0], username, media_count: 120 })
  })

  it('are reached through the business, too', async () => {
    const fields = 'owned_pages{instagram_business_account},client_pages{instagram_business_account}'
    const { json } = await ask(sandbox(), `/v25.0/me/businesses?fields=${fields}`, { token: 'sandbox-business-token' })
    const id = json.data[0].owned_pages.data[0].instagram_business_account.id
    const { status, headers } = await ask(sandbox(), `/v25.0/${id}?fields=username`, { token: 'sandbox-business-token' })
    const usage = JSON.parse(headers.get('x-business-use-case-usage') ?? '{}')
    expect([status, Object.keys(usage).sort()]).toEqual([200, [json.data[0].id, id].sort()])
  })

  it('show their fields as the truth has them', async () => {
    const id = accountOf(sandbox())
    const expected = sandbox().truth.account(id)
    const { json } = await askAccount(sandbox(), `?fields=${Object.keys(expected)},profile_picture_url`)
    expect(json).toEqual({ ...expected, profile_picture_url: expect.stringContaining('oh=00_Af') })
    const { json: bare } = await askAccount(sandbox(), '')
    expect(bare).toEqual({ id })
  })

  it('refuse unknown fields, fields of the other host, and edges that do not exist', async () => {
    for (const [rest, text] of [
      ['?fields=id,shoe_size', /nonexisting field \(shoe_size\)/],
      ['?fields=account_type', /nonexisting field \(account_type\)/],
      ['/friends', /Unknown path components: \/friends/],
    ] as const) {
      const answer = await askAccount(sandbox(), rest)
      expect(answer.status).toBe(400)
      expect(answer.json.error.message).toMatch(text)
    }
  })

  it.each([
    ['sandbox-no-instagram-token', '10'],
    ['sandbox-business-token', '100/33'],
    ['sandbox-instagram-token', '190'],
  ])('answer %s with %s', async (token, code) => {
    expect(codeOf(await askAccount(sandbox(), '?fields=id', { token }))).toBe(code)
  })

  it('are open to the Page token of their own Page only', async () => {
    const own = await askAccount(sandbox(), '?fields=id', { token: pageOf(sandbox(), 0).token })
    const other = await askAccount(sandbox(), '?fields=id', { token: pageOf(sandbox(), 1).token })
    expect([own.status, codeOf(other)]).toEqual([200, '100/33'])
  })

  it('vanish from Pages for a token without instagram_basic', async () => {
    const { json } = await ask(sandbox(), '/v25.0/me/accounts?fields=id,instagram_business_account', {
      token: 'sandbox-no-instagram-token',
    })
    expect(json.data[0]).toEqual({ id: pageOf(sandbox()).id })
  })

  it('open up within a Page, down to the insights of their media', async () => {
    const fields = 'instagram_business_account{username,media.limit(2){id,insights.metric(reach)},stories{id}}'
    const { json } = await ask(sandbox(), `/v25.0/${pageOf(sandbox()).id}?fields=${fields}`)
    const { media, stories, id } = json.instagram_business_account
    const [expected] = sandbox().truth.media(id, { to: 1 })
    expect(media.data[0]).toMatchObject({ id: expected?.facts.id, insights: { data: [{ values: [{ value: expected?.counts.reach }] }] } })
    expect(stories.data).toHaveLength(sandbox().truth.stories(id).length)
    expect(media.paging.next).toContain(`/${id}/media?`)
  })

  it('are found by business discovery, which counts against the app', async () => {
    const { username } = sandbox().instagram.facts(accountOf(sandbox(), 1))
    const media = 'media.limit(3){id,timestamp,view_count,like_count}'
    const answer = await askAccount(sandbox(), `?fields=business_discovery.username(${username}){username,followers_count,${media}}`)
    const found = answer.json.business_discovery
    expect([answer.headers.has('x-app-usage'), found.username, found.media.data.length]).toEqual([true, username, 3])
    expect(Object.keys(found.media.paging)).toEqual(['cursors'])
    const after = `?fields=business_discovery.username(${username}){media.limit(3).after(${found.media.paging.cursors.after}){id}}`
    const { json: second } = await askAccount(sandbox(), after)
    const ids = [...found.media.data, ...second.business_discovery.media.data].map((media: { id: string }) => media.id)
    expect(new Set(ids).size).toBe(6)
    expect(codeOf(await askAccount(sandbox(), '?fields=business_discovery.username(nobody){id}'))).toBe('110/2207013')
  })

  it('grow by followers as the clock advances', async () => {
    const world = await startSandbox({ now: NOW, instagram: { accounts: 1, followers: 100_000 } })
    const before = world.truth.account(accountOf(world)).followers_count
    world.clock.advance(10 * 86_400_000)
    const { json } = await askAccount(world, '?fields=followers_count')
    expect([before, json.followers_count]).toEqual([100_000, world.truth.account(accountOf(world)).followers_count])
    expect(json.followers_count).toBeGreaterThan(before)
    await world.close()
  })
})

describe('graph.instagram.com', () => {
  const sandbox = withSandbox()

  it('knows one account per token, by /me and by its id', async () => {
    const id = accountOf(sandbox())
    const { appScopedId, username, accountType } = sandbox().instagram.facts(id)
    const { json } = await askInstagram(sandbox(), '/v25.0/me?fields=id,user_id,username,account_type')
    expect(json).toEqual({ id: appScopedId, user_id: id, username, account_type: accountType })
    expect((await askInstagram(sandbox(), `/v25.0/${id}?fields=id`)).json).toEqual({ id })
    const other = accountOf(sandbox(), 1)
    expect(codeOf(await askInstagram(sandbox(), `/v25.0/${other}`))).toBe('100/33')
    expect((await askInstagram(sandbox(), `/v25.0/${other}`, sandbox().tokens.instagram(other))).json).toEqual({ id: other })
  })

  it.each([
    ['sandbox-user-token', '190', 'OAuthException', /Cannot parse access token/],
    ['sandbox-instagram-expired-token', '190/463', 'OAuthException', /Session has expired/],
    ['sandbox-instagram-no-role-token', '100', 'IGApiException', /^Unsupported request - method type: get$/],
  ])('refuses %s with %s', async (token, code, type, text) => {
    const answer = await askInstagram(sandbox(), '/v25.0/me', token)
    expect([codeOf(answer), answer.json.error.type]).toEqual([code, type])
    expect(answer.json.error.message).toMatch(text)
  })

  it('has no Pages, no hashtags, no discovery and no batch', async () => {
    const page = pageOf(sandbox()).id
    expect(codeOf(await askInstagram(sandbox(), `/v25.0/${page}`))).toBe('100/33')
    expect((await askInstagram(sandbox(), '/v25.0/me/accounts')).status).toBe(400)
    expect((await askInstagram(sandbox(), '/v25.0/ig_hashtag_search?user_id=1&q=coffee')).status).toBe(404)
    expect((await askInstagram(sandbox(), '/v25.0/me?fields=business_discovery.username(x){id}')).json.error.message).toMatch(/nonexisting/)
    const body = new URLSearchParams({ batch: '[{"method":"GET","relative_url":"me"}]' })
    const batch = await ask(sandbox(), `${sandbox().instagramUrl}/v25.0/`, { method: 'POST', token: 'sandbox-instagram-token', body })
    expect(batch.json.error.message).toBe('Unsupported request - method type: post')
  })

  it('is distinguished in the log, with the account of each call', async () => {
    sandbox().reset()
    await askInstagram(sandbox(), '/v25.0/me/media?limit=2')
    await askAccount(sandbox(), '/stories', { index: 1 })
    expect(sandbox().requests.map(({ host, route, account }) => [host, route, account])).toEqual([
      ['instagram', 'GET /{ig-user}/media', accountOf(sandbox())],
      ['facebook', 'GET /{ig-user}/stories', accountOf(sandbox(), 1)],
    ])
  })

  it('leads on to itself in paging URLs', async () => {
    const { json } = await askInstagram(sandbox(), '/v25.0/me/media?limit=2')
    expect(json.paging.next).toContain(`${sandbox().instagramUrl}/v25.0/${accountOf(sandbox())}/media?`)
  })

  it('makes a long-lived token of a short one, and refreshes it after 24 hours', async () => {
    const world = await startSandbox({ now: NOW })
    const grant = (path: string, token: string) => askInstagram(world, `/${path}`, token)
    const exchange = 'access_token?grant_type=ig_exchange_token&client_secret=sandbox-app-secret'
    const refresh = 'refresh_access_token?grant_type=ig_refresh_token'
    const { json: long } = await grant(exchange, 'sandbox-instagram-short-token')
    expect(long).toMatchObject({ token_type: 'bearer', expires_in: 5_183_944 })
    expect((await askInstagram(world, '/v25.0/me', long.access_token)).status).toBe(200)
    expect(codeOf(await grant(refresh, long.access_token))).toBe('100')
    expect(codeOf(await grant(refresh, 'sandbox-instagram-short-token'))).toBe('190')
    expect((await grant(exchange.replace('app-secret', 'wrong'), 'sandbox-instagram-short-token')).status).toBe(400)
    world.clock.advance(86_400_000)
    const { json: fresh } = await grant(refresh, long.access_token)
    expect([fresh.expires_in, fresh.access_token === long.access_token]).toEqual([5_183_944, false])
    expect(
      codeOf(
        await ask(
          world,
          `/v25.0/oauth/access_token?grant_type=fb_exchange_token&client_id=1234567890&client_secret=sandbox-app-secret&fb_exchange_token=${fresh.access_token}`,
        ),
      ),
    ).toBe('190')
    await world.close()
  })
})

describe('instagram options', () => {
  it('give the first Pages an account each, and add Pages when they are too few', async () => {
    const world = await startSandbox({ now: NOW, instagram: { accounts: 50 } })
    expect([world.pages.listed.length, world.instagram.accounts.length, new Set(world.instagram.accounts).size]).toEqual([50, 50, 50])
    await world.close()
  })

  it.each([
    { pages: 2, instagram: { accounts: 3 } },
    { instagram: { media: -1 } },
    { instagram: { carouselShare: 1.5 } },
    { instagram: { carouselSize: 1 } },
  ])('refuse %j', async (options) => {
    await expect(startSandbox(options)).rejects.toThrow(TypeError)
  })
})
