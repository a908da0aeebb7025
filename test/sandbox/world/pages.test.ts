import { describe, expect, it } from 'vitest'
import { pageFacts, pageId } from '../../../sandbox/data/pages.ts'
import { ask, codeOf, pageOf, withSandbox } from '../ask.ts'

describe('/me/accounts', () => {
  const sandbox = withSandbox({ pages: 7 })

  it('lists the Pages with the default fields, each with its own token', async () => {
    const { json } = await ask(sandbox(), '/v25.0/me/accounts')
    expect(json.data.map((page: { id: string }) => page.id)).toEqual(Array.from({ length: 7 }, (_, index) => pageId(1, index)))
    expect(Object.keys(json.data[0]).sort()).toEqual(['access_token', 'category', 'category_list', 'id', 'name', 'tasks'])
    expect(new Set(json.data.map((page: { access_token: string }) => page.access_token)).size).toBe(7)
  })

  it('pages by cursors until next is missing, and back', async () => {
    const seen: string[] = []
    let next: string | undefined = `${sandbox().url}/v25.0/me/accounts?fields=id&limit=3`
    let last: { previous?: string } = {}
    for (let calls = 0; next !== undefined && calls < 5; calls++) {
      const { json } = await ask(sandbox(), next)
      seen.push(...json.data.map((page: { id: string }) => page.id))
      next = json.paging.next
      last = json.paging
    }
    expect(seen).toEqual(sandbox().pages.listed)
    const previous = await ask(sandbox(), last.previous ?? '')
    expect(previous.json.data.map((page: { id: string }) => page.id)).toEqual(sandbox().pages.listed.slice(3, 6))
  })

  it('puts the caller’s token into next', async () => {
    const { json } = await ask(sandbox(), '/v25.0/me/accounts?limit=2')
    expect(new URL(json.paging.next).searchParams.get('access_token')).toBe('sandbox-user-token')
  })

  it('counts with summary', async () => {
    expect((await ask(sandbox(), '/v25.0/me/accounts?summary=1&limit=1')).json.summary).toEqual({ total_count: 7 })
  })

  it.each([
    ['limit=101', /limit/],
    ['limit=x', /limit/],
    ['after=rubbish', /Invalid cursors values/],
    ['fields=id,nonsense', /nonexisting field \(nonsense\) on node type \(Page\)/],
  ])('refuses %s', async (query, message) => {
    const answer = await ask(sandbox(), `/v25.0/me/accounts?${query}`)
    expect(codeOf(answer)).toBe('100')
    expect(answer.json.error.message).toMatch(message)
  })

  it('is empty without pages_show_list, shows one Page of a granular grant, and misses a Page whose role is lost', async () => {
    expect((await ask(sandbox(), '/v25.0/me/accounts', { token: 'sandbox-no-pages-token' })).json).toEqual({ data: [] })
    expect((await ask(sandbox(), '/v25.0/me/accounts', { token: 'sandbox-granular-token' })).json.data).toHaveLength(1)
    const gone = sandbox().pages.listed[2] ?? ''
    sandbox().tokens.loseRole(gone)
    expect((await ask(sandbox(), '/v25.0/me/accounts')).text).not.toContain(gone)
    sandbox().tokens.restoreRole(gone)
    expect((await ask(sandbox(), '/v25.0/me/accounts')).text).toContain(gone)
  })
})

describe('/me and /me/permissions', () => {
  const sandbox = withSandbox()

  it('tells who asks and what was granted', async () => {
    expect((await ask(sandbox(), '/v25.0/me')).json).toEqual({ name: expect.any(String), id: expect.stringMatching(/^\d+$/) })
    const { json } = await ask(sandbox(), '/v25.0/me/permissions', { token: 'sandbox-no-insights-token' })
    expect(json.data).toContainEqual({ permission: 'pages_show_list', status: 'granted' })
    expect(json.data).not.toContainEqual({ permission: 'read_insights', status: 'granted' })
  })

  it('expands accounts', async () => {
    const { json } = await ask(sandbox(), '/v25.0/me?fields=accounts.limit(2){id}')
    expect(json.accounts.data).toHaveLength(2)
  })
})

describe('/me/businesses', () => {
  const sandbox = withSandbox()

  it('is the only way to the Pages of the business token', async () => {
    const token = 'sandbox-business-token'
    expect((await ask(sandbox(), '/v25.0/me/accounts', { token })).json).toEqual({ data: [] })
    const { json } = await ask(sandbox(), '/v25.0/me/businesses?fields=owned_pages{id,access_token},client_pages{id}', { token })
    const { business } = sandbox().pages
    expect(json.data[0].owned_pages.data.map((page: { id: string }) => page.id)).toEqual(business.ownedPages)
    expect(json.data[0].client_pages.data).toEqual(business.clientPages.map((id) => ({ id })))
    const [owned] = json.data[0].owned_pages.data
    expect((await ask(sandbox(), `/v25.0/${owned.id}/posts?limit=1`, { token: owned.access_token })).status).toBe(200)
  })

  it('is empty for the others', async () => {
    expect((await ask(sandbox(), '/v25.0/me/businesses')).json).toEqual({ data: [] })
  })
})

describe('/{page}', () => {
  const sandbox = withSandbox()

  it('gives name and id, or the fields asked for', async () => {
    const { id, token } = pageOf(sandbox())
    const facts = pageFacts(1, id)
    expect((await ask(sandbox(), `/v25.0/${id}`, { token })).json).toEqual({ name: facts.name, id })
    const { json } = await ask(sandbox(), `/v25.0/${id}?fields=fan_count,category_list{name},location{city}`, { token })
    expect(json).toEqual({
      fan_count: facts.fan_count,
      category_list: [{ name: facts.category }],
      location: { city: facts.location.city },
      id,
    })
  })

  it('expands edges', async () => {
    const { id, token } = pageOf(sandbox())
    const fields = 'posts.limit(2){id},insights.metric(page_media_view).period(day){name}'
    const { json } = await ask(sandbox(), `/v25.0/${id}?fields=${fields}`, { token })
    expect(json.posts.data).toHaveLength(2)
    expect(json.insights.data).toEqual([{ name: 'page_media_view', id: `${id}/insights/page_media_view/day` }])
  })

  it.each([
    ['/v25.0/999', 'sandbox-user-token', '100/33'],
    ['/v25.0/nobody', 'sandbox-user-token', '803'],
    ['/v25.0/{page}/nothing', 'sandbox-user-token', '2500'],
    ['/v25.0/{page}?fields=__proto__', 'sandbox-user-token', '100'],
    ['/v25.0/{page}?fields=id{', 'sandbox-user-token', '2500'],
    ['/v25.0/{page}', 'sandbox-business-token', '10'],
  ])('%s with %s answers %s', async (path, token, code) => {
    expect(codeOf(await ask(sandbox(), path.replace('{page}', pageOf(sandbox()).id), { token }))).toBe(code)
  })

  it('refuses the token of another Page', async () => {
    const answer = await ask(sandbox(), `/v25.0/${pageOf(sandbox(), 0).id}`, { token: pageOf(sandbox(), 1).token })
    expect(codeOf(answer)).toBe('10')
  })
})
