import { describe, expect, it } from 'vitest'
import { startSandbox } from '../../../sandbox/sandbox.ts'
import { ask, codeOf, NOW, withSandbox } from '../ask.ts'
import { accountOf, askAccount } from './reading.ts'

const DAY = 86_400_000

describe('hashtags', () => {
  const sandbox = withSandbox()
  const search = (tag: string, index = 0) =>
    ask(sandbox(), `/v25.0/ig_hashtag_search?user_id=${accountOf(sandbox(), index)}&q=${encodeURIComponent(tag)}`)

  it('have an id that is the same for all accounts, and a name', async () => {
    const [one, two] = [await search('Coffee'), await search('coffee', 1)]
    expect(one.json).toEqual({ data: [{ id: expect.stringMatching(/^17843\d{12}$/) }] })
    expect([two.json, one.headers.has('x-app-usage')]).toEqual([one.json, true])
    const id = one.json.data[0].id
    expect((await ask(sandbox(), `/v25.0/${id}?fields=id,name`)).json).toEqual({ id, name: 'coffee' })
  })

  it.each([
    ['nosuchtag', '24/2207024'],
    ['☕', '100'],
    ['#coffee', '100'],
    ['', '100'],
  ])('answer %j with %s', async (tag, code) => {
    expect(codeOf(await search(tag))).toBe(code)
  })

  it.each(['recent_media', 'top_media'])('list %s under one and the same cursor', async (edge) => {
    const id = (await search('coffee')).json.data[0].id
    const fields = 'id,media_type,permalink,timestamp,like_count,comments_count,children{id}'
    const cursors = new Set<string>()
    const rows: { id: string; timestamp: string }[] = []
    let next: string | undefined = `/v25.0/${id}/${edge}?user_id=${accountOf(sandbox())}&fields=${fields}&limit=20`
    for (let calls = 0; next !== undefined && calls < 30; calls++) {
      const { json }: { json: { data: typeof rows; paging?: { cursors: Record<string, string>; next: string } } } = await ask(
        sandbox(),
        next,
      )
      rows.push(...json.data)
      if (json.paging) cursors.add(JSON.stringify(json.paging.cursors))
      next = json.paging?.next
    }
    expect([cursors.size, [...cursors][0]?.includes('before')]).toEqual([1, false])
    expect([rows.length > 40, new Set(rows.map((row) => row.id)).size]).toEqual([true, rows.length])
    const ages = rows.map(({ timestamp }) => Date.parse(NOW) - Date.parse(timestamp))
    if (edge === 'recent_media') expect(Math.max(...ages)).toBeLessThan(DAY)
    expect(ages).not.toEqual([...ages].sort((a, b) => a - b))
  })

  it('start again without the cursor, take at most 50 rows, and tell no names', async () => {
    const id = (await search('coffee')).json.data[0].id
    const list = (query: string) => ask(sandbox(), `/v25.0/${id}/recent_media?user_id=${accountOf(sandbox())}&${query}`)
    const [one, two] = [await list('limit=5'), await list('limit=5')]
    expect(two.json.data).toEqual(one.json.data)
    expect(codeOf(await list('limit=51'))).toBe('100')
    expect((await list('fields=id,username')).json.error.message).toMatch(/nonexisting field \(username\)/)
    expect(codeOf(await ask(sandbox(), `/v25.0/${id}/recent_media`))).toBe('100')
  })

  it('have a quota of 30 tags per account and seven days, also for lists read by a known id', async () => {
    const world = await startSandbox({ now: NOW, instagram: { hashtags: Array.from({ length: 32 }, (_, index) => `tag${index}`) } })
    const account = accountOf(world)
    const ask30 = (n: number, index = 0) => ask(world, `/v25.0/ig_hashtag_search?user_id=${accountOf(world, index)}&q=tag${n}`)
    const ids: string[] = []
    for (let n = 0; n < 30; n++) ids.push((await ask30(n)).json.data[0].id)
    const beyond = (await ask30(31, 1)).json.data[0].id
    expect([codeOf(await ask30(30)), (await ask30(3)).status]).toEqual(['18/2207034', 200])
    expect(codeOf(await ask(world, `/v25.0/${beyond}/recent_media?user_id=${account}`))).toBe('18/2207034')
    const { json } = await askAccount(world, '/recently_searched_hashtags?fields=id,name&limit=30')
    expect([json.data.length, json.data.at(-1)]).toEqual([30, { id: ids[0], name: 'tag0' }])
    world.clock.advance(7 * DAY - 1)
    expect((await ask30(30)).status).toBe(400)
    world.clock.advance(1)
    expect([(await ask30(30)).status, (await askAccount(world, '/recently_searched_hashtags')).json.data.length]).toEqual([200, 1])
    await world.close()
  })

  it('need the feature, and an account that the token sees', async () => {
    expect(codeOf(await ask(sandbox(), '/v25.0/ig_hashtag_search?user_id=17841400000000000&q=coffee'))).toBe('100/33')
    const world = await startSandbox({ now: NOW, instagram: { publicContent: false } })
    const { json } = await ask(world, `/v25.0/ig_hashtag_search?user_id=${accountOf(world)}&q=coffee`)
    expect([json.error.code, json.error.message]).toEqual([10, expect.stringMatching(/Instagram Public Content Access/)])
    await world.close()
  })
})
