import { describe, expect, it } from 'vitest'
import { ask, codeOf, pageOf, withSandbox } from './ask.ts'

describe('batch', () => {
  const sandbox = withSandbox()
  const send = (items: unknown, extra: Record<string, string> = {}, token?: string) => {
    const body = new URLSearchParams({ batch: typeof items === 'string' ? items : JSON.stringify(items), ...extra })
    return ask(sandbox(), '/v25.0/', { method: 'POST', token: token ?? pageOf(sandbox()).token, body })
  }
  const get = (relative_url: string, more: object = {}) => ({ method: 'GET', relative_url, ...more })

  it('answers items in order, each with its own status and the body as text', async () => {
    const { id } = pageOf(sandbox())
    const { status, json } = await send([get(`${id}?fields=name`), get('v24.0/nobody'), get(`/v24.0/${id}?fields=id`)])
    expect(status).toBe(200)
    expect(json.map((item: { code: number }) => item.code)).toEqual([200, 404, 200])
    expect(JSON.parse(json[0].body)).toEqual({ name: sandbox().pages.facts(id).name, id })
    expect(JSON.parse(json[1].body).error.code).toBe(803)
    expect(json[2].headers).toContainEqual({ name: 'facebook-api-version', value: 'v24.0' })
    expect(json[0].headers).toContainEqual({ name: 'facebook-api-version', value: 'v25.0' })
  })

  it('leaves the headers out on request', async () => {
    const { json } = await send([get(pageOf(sandbox()).id)], { include_headers: 'false' })
    expect(Object.keys(json[0])).toEqual(['code', 'body'])
  })

  it('takes JSON bodies and tokens of single items', async () => {
    const other = pageOf(sandbox(), 1)
    const batch = [get(`${other.id}?fields=id`, { access_token: other.token }), get(`${other.id}?fields=id&access_token=${other.token}`)]
    const headers = { 'content-type': 'application/json' }
    const { json } = await ask(sandbox(), '/v25.0/', { method: 'POST', body: JSON.stringify({ batch }), headers })
    expect(json.map((item: { code: number }) => item.code)).toEqual([200, 200])
  })

  it('gives null for an item that was not done in time', async () => {
    const { id } = pageOf(sandbox())
    const fault = sandbox().faults.add({ kind: 'null-batch-item', match: { path: `/${id}/posts` }, times: 1 })
    const items = [get(id), get(`${id}/posts?limit=1`), get(`${id}/posts?limit=1`)]
    const { json } = await send(items)
    expect(json.map((item: unknown) => item === null)).toEqual([false, true, false])
    sandbox().faults.clear(fault)
  })

  it('lets faults hit single items', async () => {
    const fault = sandbox().faults.add({ kind: 'error', code: 2, status: 503, skip: 1, times: 1, match: { route: 'GET /{page}' } })
    const { id } = pageOf(sandbox())
    const { status, json } = await send([get(id), get(id), get(id)])
    expect([status, ...json.map((item: { code: number }) => item.code)]).toEqual([200, 200, 503, 200])
    sandbox().faults.clear(fault)
  })

  it('logs and counts each item', async () => {
    sandbox().reset()
    const { id } = pageOf(sandbox())
    await send([get(id), get(id)])
    expect(sandbox().counts).toEqual({ 'GET /{page}': 2, 'POST /': 1 })
    expect(sandbox().requests.map((request) => request.inBatch)).toEqual([true, true, false])
  })

  it.each([
    ['51 items', Array.from({ length: 51 }, () => get('me')), '1'],
    ['no list', '{"a":1}', '100'],
    ['no JSON', 'nonsense', '100'],
    ['an empty list', [], '100'],
  ])('refuses %s', async (_, items, code) => {
    expect(codeOf(await send(items))).toBe(code)
  })

  it('takes 50 items and needs a token', async () => {
    const { json } = await send(Array.from({ length: 50 }, () => get(pageOf(sandbox()).id)))
    expect(json).toHaveLength(50)
    expect(codeOf(await send([get('me')], {}, ''))).toBe('200')
  })
})
