import { describe, expect, it } from 'vitest'
import { ask, pageOf, withSandbox } from './ask.ts'

describe('a large world', () => {
  const sandbox = withSandbox({ posts: 500_000, pages: 2_000, days: 1_100 })

  it('pages through 500,000 posts at any depth without making the others', async () => {
    const { id, token } = pageOf(sandbox(), 1_999)
    const edge = `/v25.0/${id}/published_posts?fields=id,created_time,message&limit=100`
    const deep = await ask(sandbox(), `${edge}&until=2025-01-01`, { token })
    const next = await ask(sandbox(), deep.json.paging.next, { token })
    const all = sandbox().truth.postCount(id)
    const ids = [...deep.json.data, ...next.json.data].map((post: { id: string }) => post.id)
    expect([all, new Set(ids).size]).toEqual([500_000, 200])
    const last = await ask(sandbox(), `${edge}&until=${deep.json.data.at(-1).created_time.replace('+0000', 'Z')}`, { token })
    expect(last.json.data[0].id).toBe(next.json.data[0].id)
  })

  it('gives 30,000 rows and more in one call', async () => {
    const { id, token } = pageOf(sandbox())
    const { json: names } = await ask(sandbox(), `/v25.0/${id}/insights?metric=page_media_view&period=day&since=2023-12-01`, { token })
    expect(names.data[0].values.length).toBeGreaterThan(1_000)
    const metrics = ['like', 'love', 'wow', 'haha', 'sorry', 'anger'].map((kind) => `page_actions_post_reactions_${kind}_total`)
    const more = `page_media_view,page_follows,page_views_total,page_total_actions,${metrics}`
    const { json } = await ask(sandbox(), `/v25.0/${id}/insights?metric=${more}&since=2023-12-01`, { token })
    const rows = json.data.reduce((sum: number, entry: { values: unknown[] }) => sum + entry.values.length, 0)
    expect(rows).toBeGreaterThan(30_000)
  })

  it('lists 2,000 Pages by cursors', async () => {
    let next: string | undefined = `${sandbox().url}/v25.0/me/accounts?fields=id&limit=100`
    let calls = 0
    const ids = new Set<string>()
    for (; next !== undefined; calls++) {
      const { json } = await ask(sandbox(), next)
      for (const page of json.data) ids.add(page.id)
      next = json.paging.next
    }
    expect([calls, ids.size]).toEqual([20, 2_000])
  })
})
