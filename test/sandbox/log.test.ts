import { describe, expect, it } from 'vitest'
import { startSandbox } from '../../sandbox/sandbox.ts'
import { ask, NOW, pageOf, withSandbox } from './ask.ts'

describe('request log', () => {
  const sandbox = withSandbox()

  it('has method, path, route, query, status and Page of each call', async () => {
    sandbox().reset()
    const { id, token } = pageOf(sandbox())
    await ask(sandbox(), `/v25.0/${id}/insights?metric=page_follows&period=day`, { token })
    await ask(sandbox(), '/v25.0/404404')
    expect(sandbox().requests).toMatchObject([
      {
        number: 1,
        at: new Date(NOW),
        method: 'GET',
        path: `/v25.0/${id}/insights`,
        route: 'GET /{page}/insights',
        query: { metric: 'page_follows', period: 'day' },
        tokenIn: 'header',
        status: 200,
        page: id,
      },
      { number: 2, route: 'unknown', status: 400 },
    ])
    expect(sandbox().counts).toEqual({ 'GET /{page}/insights': 1, unknown: 1 })
  })

  it('never shows a token or a secret', async () => {
    sandbox().reset()
    const { token } = pageOf(sandbox())
    const secrets = `access_token=${token}&input_token=${token}&appsecret_proof=abc&client_secret=sandbox-app-secret&fb_exchange_token=${token}`
    await ask(sandbox(), `/v25.0/me?${secrets}`)
    await ask(sandbox(), `/v25.0/oauth/access_token?grant_type=fb_exchange_token&client_id=1234567890&${secrets}`)
    const batch = JSON.stringify([{ method: 'GET', relative_url: `me?access_token=${token}` }])
    await ask(sandbox(), '/v25.0/', { method: 'POST', body: new URLSearchParams({ batch, access_token: token }) })
    expect(sandbox().requests).toHaveLength(4)
    expect(JSON.stringify(sandbox().requests)).not.toMatch(/sandbox-(page|user|app)|abc/)
  })

  it('keeps the newest, counts all, and tells a logger', async () => {
    const lines: string[] = []
    const small = await startSandbox({ now: NOW, logLimit: 10, logger: { info: (_, message) => void lines.push(message) } })
    for (let call = 0; call < 25; call++) await ask(small, '/v25.0/me')
    expect(small.requests.length).toBeLessThanOrEqual(12)
    expect(small.requests.at(-1)?.number).toBe(25)
    expect(small.counts).toEqual({ 'GET /{user}': 25 })
    expect(lines).toHaveLength(25)
    await small.close()
  })
})

describe('clock', () => {
  it('does not advance when a start is given, and advances when not', async () => {
    const still = await startSandbox({ now: NOW })
    const running = await startSandbox()
    const begun = running.clock.now().getTime()
    expect(Math.abs(begun - Date.now())).toBeLessThan(5_000)
    await expect.poll(() => running.clock.now().getTime()).toBeGreaterThan(begun)
    expect(still.clock.now()).toEqual(new Date(NOW))
    running.clock.set('2030-01-01')
    expect(running.clock.now().getUTCFullYear()).toBe(2030)
    await Promise.all([still.close(), running.close()])
  })

  it.each([{ now: 'soon' }, { pages: -1 }, { posts: Number.NaN }])('refuses %j', async (options) => {
    await expect(startSandbox(options)).rejects.toThrow(TypeError)
  })
})
