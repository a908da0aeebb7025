import { beforeEach, describe, expect, it } from 'vitest'
import { ask, codeOf, NOW, pageOf, withSandbox } from '../ask.ts'

const MINUTE = 60_000

describe('usage', () => {
  const sandbox = withSandbox()
  beforeEach(() => {
    sandbox().usage.clear()
    sandbox().clock.set(NOW)
  })
  const app = async () => {
    const answer = await ask(sandbox(), '/v25.0/me')
    return { answer, usage: JSON.parse(answer.headers.get('x-app-usage') ?? 'null') }
  }
  const page = async (index = 0) => {
    const { id, token } = pageOf(sandbox(), index)
    const answer = await ask(sandbox(), `/v25.0/${id}`, { token })
    return { answer, usage: JSON.parse(answer.headers.get('x-business-use-case-usage') ?? 'null')?.[id]?.[0] }
  }

  it('comes as one header or the other: the app’s for user tokens, the business use case for Page tokens', async () => {
    const user = await app()
    expect(user.usage).toEqual({ call_count: 0, total_cputime: 0, total_time: 0 })
    expect(user.answer.headers.has('x-business-use-case-usage')).toBe(false)
    const own = await page()
    expect(own.usage).toEqual({ type: 'pages', call_count: 0, total_cputime: 0, total_time: 0, estimated_time_to_regain_access: 0 })
    expect(own.answer.headers.has('x-app-usage')).toBe(false)
  })

  it.each([80, 95])('shows %i percent without refusing', async (percent) => {
    const { id } = pageOf(sandbox())
    sandbox().usage.set('app', percent)
    sandbox().usage.set(`pages:${id}`, percent)
    expect([(await app()).answer.status, (await app()).usage.call_count]).toEqual([200, percent])
    expect((await page()).usage).toMatchObject({ call_count: percent, estimated_time_to_regain_access: 0 })
    expect((await page(1)).usage.call_count).toBe(0)
  })

  it('rises by calls until the next one is refused', async () => {
    sandbox().usage.set('app', 90, { perCall: 5 })
    expect([(await app()).usage.call_count, (await app()).usage.call_count]).toEqual([95, 100])
    const { answer } = await app()
    expect([answer.status, codeOf(answer)]).toEqual([403, '4'])
    expect(answer.headers.get('www-authenticate')).toContain('(#4)')
  })

  it('refuses a Page with 80001 as HTTP 400, lengthens the block for each call, and lets go after it', async () => {
    const { id } = pageOf(sandbox())
    sandbox().usage.block(`pages:${id}`, 3)
    const first = await page()
    expect([first.answer.status, codeOf(first.answer), first.answer.headers.get('retry-after')]).toEqual([400, '80001', null])
    expect(first.usage).toMatchObject({ call_count: 100, estimated_time_to_regain_access: 4 })
    expect((await page()).usage.estimated_time_to_regain_access).toBe(5)
    expect((await page(1)).answer.status).toBe(200)
    sandbox().clock.advance(5 * MINUTE - 1)
    expect((await page()).answer.status).toBe(400)
    sandbox().clock.advance(MINUTE + 1)
    expect((await page()).answer.status).toBe(200)
    expect((await page()).usage.call_count).toBe(0)
  })

  it.each([
    ['user', '/v25.0/me', '17'],
    ['page-edges', '/v25.0/{page}', '32'],
    ['custom', '/v25.0/me', '613'],
  ] as const)('refuses the pool %s on %s with %s', async (pool, path, code) => {
    sandbox().usage.block(pool, 1)
    const answer = await ask(sandbox(), path.replace('{page}', pageOf(sandbox()).id))
    expect([answer.status, codeOf(answer)]).toEqual([400, code])
  })

  it('reports limits of batch items inside an outer 200', async () => {
    const { id, token } = pageOf(sandbox())
    sandbox().usage.set(`pages:${id}`, 99, { perCall: 1 })
    const batch = JSON.stringify([1, 2].map(() => ({ method: 'GET', relative_url: id })))
    const { status, json } = await ask(sandbox(), '/v25.0/', { method: 'POST', token, body: new URLSearchParams({ batch }) })
    expect([status, json[0].code, json[1].code]).toEqual([200, 200, 400])
    expect(JSON.parse(json[1].body).error.code).toBe(80001)
  })
})
