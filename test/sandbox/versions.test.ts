import { describe, expect, it } from 'vitest'
import { ask, codeOf, pageOf, withSandbox } from './ask.ts'

const V26_FIELDS = ['current_location', 'genre', 'network', 'parking', 'start_info', 'auto_publish_page_info_updates']

describe('versions', () => {
  const sandbox = withSandbox()

  it.each([
    ['/v21.0/me', 'v21.0'],
    ['/v24.0/me', 'v24.0'],
    ['/v26.0/me', 'v26.0'],
    ['/v18.0/me', 'v21.0'],
    ['/v2.0/me', 'v21.0'],
    ['/v27.0/me', 'v21.0'],
    ['/me', 'v21.0'],
  ])('serves %s with %s', async (path, version) => {
    const answer = await ask(sandbox(), path)
    expect([answer.status, answer.headers.get('facebook-api-version')]).toEqual([200, version])
  })

  it('takes a version far off for a path', async () => {
    const answer = await ask(sandbox(), '/v99.0/me')
    expect(answer.status).toBe(400)
    expect(answer.json.error).toMatchObject({ code: 2500, message: 'Unknown path components: /me' })
  })

  it.each(['v21.0', 'v25.0', 'v26.0'])('refuses multi-id reads on %s', async (version) => {
    const answer = await ask(sandbox(), `/${version}/?ids=${sandbox().pages.listed.join(',')}`)
    expect(answer.status).toBe(500)
    expect(answer.json.error).toMatchObject({ code: 100, message: 'The ids query parameter is deprecated in v26.0+' })
  })

  it.each(V26_FIELDS)('refuses the Page field %s', async (field) => {
    const { id, token } = pageOf(sandbox())
    const answer = await ask(sandbox(), `/v25.0/${id}?fields=id,${field}`, { token })
    expect(codeOf(answer)).toBe('100')
    expect(answer.json.error.message).toBe(`(#100) Tried accessing nonexisting field (${field}) on node type (Page)`)
  })
})

describe('versions on other days', () => {
  const sandbox = withSandbox({ now: '2026-10-26T12:00:00Z' })

  it('reads several ids below v26 before the removal reaches all versions, and refuses afterwards', async () => {
    const [first = '', second = ''] = sandbox().pages.listed
    const path = `/v25.0/?ids=${first},${second}&fields=name`
    const before = await ask(sandbox(), path)
    expect(Object.keys(before.json).sort()).toEqual([first, second].sort())
    expect((await ask(sandbox(), `/v26.0/?ids=${first}`)).status).toBe(500)
    sandbox().clock.set('2026-10-27T00:00:00Z')
    expect((await ask(sandbox(), path)).status).toBe(500)
  })

  it.each([
    ['2026-09-23T23:00:00Z', '/v20.0/me', 'v20.0'],
    ['2026-09-24T00:00:00Z', '/v20.0/me', 'v21.0'],
    ['2026-07-28T12:00:00Z', '/v26.0/me', 'v20.0'],
    ['2026-07-29T00:00:00Z', '/v26.0/me', 'v26.0'],
    ['2027-01-21T00:00:00Z', '/v21.0/me', 'v22.0'],
  ])('on %s serves %s with %s', async (now, path, version) => {
    sandbox().clock.set(now)
    const answer = await ask(sandbox(), path, { token: 'sandbox-system-token' })
    expect(answer.headers.get('facebook-api-version')).toBe(version)
  })
})
