import nock from 'nock'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { instagramPosts } from '../../../connectors/instagram_posts/package.ts'
import type { ConnectionState } from '../../../framework/index.ts'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import { runOn } from '../harness.ts'
import { HOUR, type Post, START, series, servePosts } from './posts-api.ts'

describe('instagram_posts', () => {
  let sandbox: Sandbox
  let list: readonly Post[] = []
  let requests = 0
  let reads = 0

  beforeAll(async () => {
    sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', posts: 0 })
  })
  afterAll(() => sandbox.close())
  beforeEach(() => {
    sandbox.clock.set('2026-11-20T12:00:00Z')
    requests = 0
    servePosts(
      () => list,
      () => (requests += 1),
    )
  })
  afterEach(() => nock.cleanAll())

  async function readPosts(state: ConnectionState = {}, config: Readonly<Record<string, unknown>> = {}) {
    requests = 0
    reads += 1
    const settings = { access_token: `sandbox-token-${reads}`, ig_user_id: '17841', base_url: 'https://graph.facebook.com', ...config }
    const result = await runOn(sandbox, { connector: instagramPosts, config: settings, state })
    expect(result.summary.errors).toEqual([])
    const memory = result.state['instagram_posts']?.['memory'] as { inserted: number; updated: number } | undefined
    const ids = (result.rows['instagram_posts'] ?? []).map(({ media_id }) => String(media_id))
    return { ...result, ids, requests, inserted: memory?.inserted, updated: memory?.updated }
  }

  it('asks once when nothing is new, and writes nothing', async () => {
    list = series(1, 40)
    const first = await readPosts()
    expect(first).toMatchObject({ requests: 1, inserted: 40, updated: 0 })
    expect(first.rows['instagram_posts']?.[0]).toEqual({
      media_id: '100040',
      ig_user_id: '17841',
      caption: null,
      media_url: 'https://scontent-1.cdninstagram.com/v/100040.jpg?oh=1',
      permalink: 'https://www.instagram.com/p/100040/',
      media_type: 'IMAGE',
      timestamp: '2026-10-02T16:00:00+00:00',
      updated_at: '2026-11-20T12:00:00+00:00',
    })
    const second = await readPosts(first.state)
    expect(second).toMatchObject({ requests: 1, ids: [], inserted: 40, updated: 0 })
    expect(second.state).toEqual(first.state)
  })

  it('tells new posts from changed ones', async () => {
    list = series(1, 40)
    const first = await readPosts()
    list = [...series(41, 42), ...list.map((post) => (post.id === '100030' ? { ...post, caption: 'edited' } : post))]
    expect(await readPosts(first.state)).toMatchObject({ ids: ['100042', '100041', '100030'], inserted: 42, updated: 1 })
  })

  it('is not fooled by pinned posts, wrong clocks and exchanged neighbours', async () => {
    list = series(1, 120)
    let { state } = await readPosts({}, { pages: 3 })
    // An old post is pinned, a new one bears a time of long ago, and two neighbours stand in the wrong order.
    const [oldest] = list.slice(-1)
    const skewed = { id: '199999', time: START - 900 * HOUR }
    const [newest, next] = series(121, 122)
    list = [oldest, next, newest, skewed, ...list.slice(0, -1)].filter((post) => post !== undefined)
    const read = await readPosts(state)
    expect(read).toMatchObject({ requests: 1, inserted: 122, updated: 2 })
    expect(new Set(read.ids)).toEqual(new Set([oldest?.id, next?.id, newest?.id, '199999']))
    state = read.state
    expect(await readPosts(state)).toMatchObject({ requests: 1, ids: [] })
  })

  it('remembers a pinned post over all pages of a read', async () => {
    list = series(1, 330)
    list = [...list.slice(-1), ...list.slice(0, -1)]
    let state: ConnectionState = {}
    const seen: string[] = []
    for (let turn = 0; turn < 8; turn++) {
      const read = await readPosts(state)
      expect(read.updated).toBe(0)
      state = read.state
      seen.push(...read.ids)
    }
    expect(seen.toSorted()).toEqual(list.map(({ id }) => id).toSorted())
  })

  it('reads a long history over several reads, a few pages each, and every post once', async () => {
    list = series(1, 330)
    let state: ConnectionState = {}
    const seen: string[] = []
    for (let turn = 0; turn < 8; turn++) {
      if (turn === 2) list = [...series(331, 333), ...list]
      const read = await readPosts(state)
      expect(read.requests).toBeLessThanOrEqual(2)
      state = read.state
      seen.push(...read.ids)
    }
    expect(seen).toHaveLength(333)
    expect(new Set(seen).size).toBe(333)
    expect(await readPosts(state)).toMatchObject({ requests: 1, ids: [], inserted: 333, updated: 0 })
    expect(JSON.stringify(state).length).toBeLessThan(4_000)
  })

  it.each([
    { pages: 1, page_size: 50, pinned: 1 },
    { pages: 2, page_size: 2, pinned: 1 },
    { pages: 2, page_size: 4, pinned: 3 },
  ])(
    'reads all of a long history with $pages requests of $page_size posts each and $pinned pinned posts',
    async ({ pinned, ...settings }) => {
      list = series(1, 120)
      list = [...list.slice(list.length - pinned), ...list.slice(0, list.length - pinned)]
      let state: ConnectionState = {}
      const seen = new Set<string>()
      for (let turn = 0; turn < 30; turn++) {
        const read = await readPosts(state, settings)
        expect(read.requests).toBeLessThanOrEqual(2)
        state = read.state
        for (const id of read.ids) seen.add(id)
      }
      expect(seen.size).toBe(120)
      list = [...list.slice(0, pinned), ...series(121, 121), ...list.slice(pinned)]
      expect(await readPosts(state, settings)).toMatchObject({ requests: 1, ids: ['100121'] })
    },
  )

  it('closes the gap that many posts at once leave', async () => {
    list = series(1, 60)
    let { state } = await readPosts()
    list = series(1, 300)
    const seen: string[] = []
    for (let turn = 0; turn < 4; turn++) {
      const read = await readPosts(state)
      state = read.state
      seen.push(...read.ids)
    }
    expect(new Set(seen)).toEqual(new Set(series(61, 300).map(({ id }) => id)))
    expect(await readPosts(state)).toMatchObject({ requests: 1, ids: [], inserted: 300, updated: 0 })
  })

  it('writes the newest page again once a day, because addresses expire', async () => {
    list = series(1, 40)
    const first = await readPosts()
    sandbox.clock.advance(86_400_000)
    const second = await readPosts(first.state)
    expect(second).toMatchObject({ inserted: 40, updated: 0 })
    expect(second.ids).toHaveLength(40)
    expect(await readPosts(second.state)).toMatchObject({ ids: [] })
  })

  it('says so when a state is not its own', async () => {
    const state = { instagram_posts: { memory: { version: 7 } } }
    const settings = { access_token: 'sandbox-token', ig_user_id: '17841', base_url: 'https://graph.facebook.com' }
    const { summary } = await runOn(sandbox, { connector: instagramPosts, config: settings, state })
    expect(summary.errors).toEqual([expect.objectContaining({ code: 'ERR_STATE_INVALID' })])
  })
})
