import { beforeEach, describe, expect, it } from 'vitest'
import { ask, codeOf, NOW, pageOf, withSandbox } from '../ask.ts'

describe('/__sandbox', () => {
  const sandbox = withSandbox()
  const admin = (method: string, path: string, body?: object) =>
    ask(sandbox(), `/__sandbox${path}`, { method, token: '', ...(body ? { body: JSON.stringify(body) } : {}) })
  beforeEach(() => admin('POST', '/reset'))

  it('shows what there is', async () => {
    const { json } = await admin('GET', '')
    expect(json).toMatchObject({ url: sandbox().url, seed: 1, pages: [{ id: pageOf(sandbox()).id }, {}, {}] })
    expect(json.routes).toContain('GET /{page}/insights')
    expect(json.admin).toContain('GET /__sandbox/truth')
  })

  it('adds, lists and removes faults', async () => {
    const { json } = await admin('POST', '/faults', { kind: 'error', code: 4, status: 403, match: { path: '/me' } })
    expect(codeOf(await ask(sandbox(), '/v25.0/me'))).toBe('4')
    expect((await admin('GET', '/faults')).json).toMatchObject([{ id: json.id, hits: 1 }])
    await admin('DELETE', `/faults?id=${json.id}`)
    expect((await ask(sandbox(), '/v25.0/me')).status).toBe(200)
  })

  it('shows requests and counts, and forgets them', async () => {
    await ask(sandbox(), '/v25.0/me?fields=id')
    const { json } = await admin('GET', '/requests')
    expect(json).toMatchObject({ total: 1, counts: { 'GET /{user}': 1 }, requests: [{ path: '/v25.0/me', query: { fields: 'id' } }] })
    await admin('DELETE', '/requests')
    expect((await admin('GET', '/requests')).json).toEqual({ total: 0, counts: {}, requests: [] })
  })

  it('moves the clock', async () => {
    expect((await admin('POST', '/clock', { advance_ms: 1_000 })).json).toEqual({ now: '2026-11-20T12:00:01.000Z' })
    await admin('POST', '/clock', { set: NOW })
    expect((await admin('GET', '/clock')).json).toEqual({ now: '2026-11-20T12:00:00.000Z' })
  })

  it('changes tokens, usage and Pages', async () => {
    const { id, token } = pageOf(sandbox())
    await admin('POST', '/tokens', { action: 'lose-role', page: id })
    expect(codeOf(await ask(sandbox(), `/v25.0/${id}`, { token }))).toBe('190/492')
    await admin('POST', '/tokens', { action: 'restore-role', page: id })
    await admin('POST', '/usage', { pool: `pages:${id}`, block_minutes: 2 })
    expect(codeOf(await ask(sandbox(), `/v25.0/${id}`, { token }))).toBe('80001')
    await admin('POST', '/usage', { pool: `pages:${id}`, percent: 1 })
    await admin('POST', '/pages', { page: id, name: 'Renamed' })
    expect((await ask(sandbox(), `/v25.0/${id}`, { token })).json.name).toBe('Renamed')
    await admin('POST', '/tokens', { action: 'expire', token: 'sandbox-granular-token' })
    expect(codeOf(await ask(sandbox(), '/v25.0/me', { token: 'sandbox-granular-token' }))).toBe('190/463')
  })

  it('tells the truth: the rows that a complete reader finds', async () => {
    const { id, token } = pageOf(sandbox())
    const { json } = await admin('GET', `/truth?page=${id}&metric=page_follows&period=day&from=2026-11-10&to=2026-11-12`)
    const path = `/v25.0/${id}/insights?metric=page_follows&period=day&since=2026-11-10&until=2026-11-13`
    const rows = (await ask(sandbox(), path, { token })).json.data[0].values
    expect(json.map(({ value, end_time }: { value: number; end_time: string }) => ({ value, end_time }))).toEqual(rows)
    expect(json[0].day).toBe('2026-11-10')
    expect((await admin('GET', '/truth')).json).toEqual({ pages: sandbox().pages.listed, last_day: '2026-11-17' })
    expect((await admin('GET', `/truth/posts?page=${id}&from=118`)).json).toMatchObject({
      count: 120,
      posts: [{ number: 118 }, { number: 119 }],
    })
  })

  it.each([
    ['POST', '/faults', { kind: 'nope' }, 400, /unknown fault kind nope/],
    ['POST', '/clock', {}, 400, /advance_ms or set/],
    ['POST', '/clock', { set: 'later' }, 400, /not a time/],
    ['POST', '/tokens', { action: 'eat' }, 400, /known: revoke/],
    ['POST', '/usage', { pool: 'x' }, 400, /unknown pool x/],
    ['POST', '/pages', { page: '1' }, 400, /unknown page 1/],
    ['GET', '/nothing', undefined, 404, /no GET \/nothing/],
  ])('%s %s %j is refused with a reason', async (method, path, body, status, reason) => {
    const answer = await admin(method, path, body)
    expect([answer.status, answer.json.error]).toEqual([status, expect.stringMatching(reason)])
  })
})
