import { beforeEach, describe, expect, it } from 'vitest'
import { ask, codeOf, NOW, pageOf, withSandbox } from '../ask.ts'
import { accountOf, askAccount, askInstagram } from './reading.ts'

const MINUTE = 60_000

describe('limits of Instagram accounts', () => {
  const sandbox = withSandbox()
  beforeEach(() => {
    sandbox().usage.clear()
    sandbox().clock.set(NOW)
  })
  const usageOf = (headers: Headers) => JSON.parse(headers.get('x-business-use-case-usage') ?? 'null')

  it('are reported under two ids, the business and the account', async () => {
    const id = accountOf(sandbox())
    sandbox().usage.set(`instagram:${id}`, 42)
    const { headers } = await askAccount(sandbox(), '/media')
    const entry = { type: 'instagram', call_count: 42, total_cputime: 10, total_time: 14, estimated_time_to_regain_access: 0 }
    expect(usageOf(headers)).toEqual({ [sandbox().instagram.businessOf(id)]: [entry], [id]: [entry] })
    expect(headers.has('x-app-usage')).toBe(false)
    expect(usageOf((await askInstagram(sandbox(), '/v25.0/me')).headers)[id]).toEqual([entry])
  })

  it('block one account with 80002 as HTTP 400 while the others continue, and end with time', async () => {
    sandbox().usage.block(`instagram:${accountOf(sandbox())}`, 9)
    const blocked = await askAccount(sandbox(), '/media')
    expect([blocked.status, codeOf(blocked)]).toEqual([400, '80002'])
    expect(usageOf(blocked.headers)[accountOf(sandbox())][0].estimated_time_to_regain_access).toBe(10)
    expect((await askAccount(sandbox(), '/media', { index: 1 })).status).toBe(200)
    expect((await ask(sandbox(), '/v25.0/me/accounts')).status).toBe(200)
    sandbox().clock.advance(10 * MINUTE)
    expect((await askAccount(sandbox(), '/media')).status).toBe(200)
  })

  it('count each item of a batch, and tell the load with it', async () => {
    const id = accountOf(sandbox())
    sandbox().usage.set(`instagram:${id}`, 98, { perCall: 1 })
    const media = sandbox()
      .truth.media(id, { to: 3 })
      .map(({ facts }) => facts.id)
    const batch = JSON.stringify(media.map((item) => ({ method: 'GET', relative_url: `${item}/insights?metric=reach` })))
    const { status, json } = await ask(sandbox(), '/v25.0/', { method: 'POST', body: new URLSearchParams({ batch }) })
    expect([status, json.map(({ code }: { code: number }) => code)]).toEqual([200, [200, 200, 400]])
    const header = json[1].headers.find(({ name }: { name: string }) => name === 'x-business-use-case-usage')
    expect(JSON.parse(header.value)[id][0].call_count).toBe(100)
  })
})

describe('faults of Instagram', () => {
  const sandbox = withSandbox({ instagram: { media: 300 } })
  beforeEach(() => {
    sandbox().faults.clear()
    sandbox().instagram.clear()
    sandbox().usage.clear()
  })
  const list = (index = 0) => askAccount(sandbox(), '/media?limit=5&fields=id,insights.metric(reach,saved)', { index })

  it('withdraw the right to one account', async () => {
    const id = accountOf(sandbox(), 1)
    sandbox().faults.add({ kind: 'revoke-account', account: id })
    expect((await list(0)).status).toBe(200)
    expect(codeOf(await list(1))).toBe('10')
    expect(codeOf(await askInstagram(sandbox(), '/v25.0/me', sandbox().tokens.instagram(id)))).toBe('190/458')
    expect(
      (await ask(sandbox(), `/v25.0/${pageOf(sandbox(), 1).id}?fields=instagram_business_account`)).json.instagram_business_account.id,
    ).toBe(id)
    sandbox().instagram.restore(id)
    expect((await list(1)).status).toBe(200)
  })

  it('lose the role on the Page, and with it the account', async () => {
    sandbox().tokens.loseRole(pageOf(sandbox(), 2).id)
    expect(codeOf(await list(2))).toBe('100/33')
    sandbox().tokens.restoreRole(pageOf(sandbox(), 2).id)
  })

  it('let one media refuse a metric', async () => {
    const media = sandbox().truth.media(accountOf(sandbox()), { to: 3 })[2]?.facts.id ?? ''
    sandbox().faults.add({ kind: 'refuse-media', media, metric: 'saved' })
    expect((await list()).json.error.message).toMatch(/does not support the saved metric/)
    expect((await ask(sandbox(), `/v25.0/${media}/insights?metric=reach`)).status).toBe(200)
    expect((await ask(sandbox(), `/v25.0/${media}/insights?metric=reach,saved`)).status).toBe(400)
    expect(sandbox().truth.mediaInsights(media).values).not.toHaveProperty('saved')
  })

  it('let one media answer 100/33 though the list shows it', async () => {
    const media = sandbox().truth.media(accountOf(sandbox()), { to: 3 })[1]?.facts.id ?? ''
    sandbox().faults.add({ kind: 'hide-media', media })
    expect(codeOf(await list())).toBe('100/33')
    const plain = await askAccount(sandbox(), '/media?limit=5')
    expect(plain.json.data[1].id).toBe(media)
    expect(codeOf(await ask(sandbox(), `/v25.0/${media}?fields=id`))).toBe('100/33')
    expect(sandbox().truth.mediaInsights(media)).toEqual({ values: {}, refused: '100/33' })
  })

  it('retire a metric in the middle of a run', async () => {
    sandbox().faults.add({ kind: 'retire-metric', object: 'ig_media', metric: 'saved', match: { metric: 'saved' }, skip: 2 })
    expect([(await list()).status, (await list()).status]).toEqual([200, 200])
    const third = await list()
    expect(third.json.error.message).toMatch(/^\(#100\) metric\[1\] must be one of the following values: /)
    expect((await list(1)).status).toBe(400)
    await ask(sandbox(), '/__sandbox/reset', { method: 'POST' })
    expect((await list()).status).toBe(200)
  })

  it('limit one account for minutes of the clock', async () => {
    sandbox().clock.set(NOW)
    sandbox().faults.add({ kind: 'rate-limit', minutes: 10, match: { account: accountOf(sandbox()) }, skip: 1 })
    expect([(await list()).status, codeOf(await list()), (await list(1)).status]).toEqual([200, '80002', 200])
    sandbox().clock.advance(11 * MINUTE)
    expect((await list()).status).toBe(200)
  })

  it('match items of a batch by account', async () => {
    sandbox().faults.add({ kind: 'null-batch-item', match: { account: accountOf(sandbox(), 1) } })
    const batch = JSON.stringify([0, 1].map((index) => ({ method: 'GET', relative_url: accountOf(sandbox(), index) })))
    const { json } = await ask(sandbox(), '/v25.0/', { method: 'POST', body: new URLSearchParams({ batch }) })
    expect([json[0].code, json[1]]).toEqual([200, null])
  })

  it('are reached by the endpoints under /__sandbox', async () => {
    const id = accountOf(sandbox(), 1)
    const post = (path: string, value: unknown) => ask(sandbox(), `/__sandbox/${path}`, { method: 'POST', body: JSON.stringify(value) })
    await post('instagram', { account: id, revoked: true, followers: 77 })
    expect([codeOf(await list(1)), sandbox().instagram.facts(id).followers]).toEqual(['10', 77])
    await post('instagram', { account: id, revoked: false })
    expect((await list(1)).status).toBe(200)
    await post('usage', { pool: `instagram:${id}`, percent: 55 })
    expect(sandbox().usage.of(`instagram:${id}`).percent).toBe(55)
    const { json } = await ask(sandbox(), `/__sandbox/truth/media?account=${id}&to=2`)
    expect(json.media.map(({ facts }: { facts: { id: string } }) => facts.id)).toEqual(
      sandbox()
        .truth.media(id, { to: 2 })
        .map(({ facts }) => facts.id),
    )
    const rows = await ask(sandbox(), `/__sandbox/truth/account?account=${id}&metric=likes&from=2026-11-10&to=2026-11-12`)
    expect(rows.json).toHaveLength(3)
    expect((await post('instagram', { account: '1' })).status).toBe(400)
  })
})

describe('recordings of Instagram', () => {
  const sandbox = withSandbox()

  it('can be exchanged for others of the same account', async () => {
    const path = '/v25.0/41408147298757123/media'
    sandbox().recordings.use('/41408147298757123/media', 'instagram/media_for_reels.json')
    expect((await ask(sandbox(), path)).json.data).toHaveLength(5)
    expect(() => sandbox().recordings.use('/x', 'instagram/nothing.json')).toThrow(/ENOENT/)
  })

  it('list the recorded account to their own token only', async () => {
    const { json } = await ask(sandbox(), '/v25.0/me/accounts', { token: 'sandbox-recorded-instagram-token' })
    expect(json.data[0].instagram_business_account.id).toBe('41462785487205123')
    expect((await ask(sandbox(), '/v25.0/me/accounts')).json.data).toHaveLength(3)
  })
})
