import { describe, expect, it } from 'vitest'
import { postInsightValue } from '../../sandbox/data/post-insights.ts'
import { ask, codeOf, pageOf, withSandbox } from './ask.ts'

const DAY = 86_400_000

describe.each(['published_posts', 'posts', 'feed'])('/{page}/%s', (edge) => {
  const sandbox = withSandbox({ posts: 47, days: 100 })

  it('pages through all posts, newest first, until next is missing', async () => {
    const { id, token } = pageOf(sandbox())
    const seen: { id: string; created_time: string }[] = []
    let next: string | undefined = `${sandbox().url}/v25.0/${id}/${edge}?fields=id,created_time&limit=10`
    let calls = 0
    for (; next !== undefined && calls < 9; calls++) {
      const { json } = await ask(sandbox(), next, { token })
      seen.push(...json.data)
      next = json.paging.next
    }
    const expected = sandbox().truth.posts(id).reverse()
    expect(seen.map((post) => post.id)).toEqual(expected.map((post) => post.id))
    expect(seen.map((post) => Date.parse(post.created_time))).toEqual(expected.map((post) => post.created))
    expect([calls, seen.length]).toEqual([5, 47])
  })
})

describe('/{page}/published_posts', () => {
  const sandbox = withSandbox({ posts: 200, days: 100 })
  const read = (query: string, token?: string) => {
    const page = pageOf(sandbox())
    return ask(sandbox(), `/v25.0/${page.id}/published_posts?${query}`, { token: token ?? page.token })
  }

  it('filters by since and until, also on the following pages', async () => {
    const first = await read('fields=created_time&limit=5&since=2026-10-01&until=2026-10-11')
    const second = await ask(sandbox(), first.json.paging.next, { token: '' })
    const times = [...first.json.data, ...second.json.data].map((post) => Date.parse(post.created_time))
    expect(times.length).toBe(10)
    expect(Math.max(...times)).toBeLessThan(Date.parse('2026-10-11T07:00:00Z'))
    expect(Math.min(...times)).toBeGreaterThanOrEqual(Date.parse('2026-10-01T07:00:00Z'))
    expect((await read('since=2026-11-21')).json).toEqual({ data: [] })
  })

  it('gives summaries, leaves shares out when there are none, and sub-fields of attachments', async () => {
    const fields = 'shares,status_type,attachments{media_type},reactions.summary(true).limit(0),comments.summary(true).limit(0)'
    const { json } = await read(`fields=${fields}&limit=100`)
    const facts = new Map(
      sandbox()
        .truth.posts(pageOf(sandbox()).id)
        .map((post) => [post.id, post]),
    )
    for (const post of json.data) {
      const { shares, reactions, comments } = facts.get(post.id) ?? { shares: -1, reactions: -1, comments: -1 }
      expect(post.shares).toEqual(shares === 0 ? undefined : { count: shares })
      expect(post.reactions).toEqual({ data: [], summary: { total_count: reactions, viewer_reaction: 'NONE' } })
      expect(post.comments.summary).toEqual({ order: 'ranked', total_count: comments, can_comment: true })
    }
    expect(json.data.some((post: { shares?: unknown }) => post.shares === undefined)).toBe(true)
    expect(json.data.some((post: { attachments?: unknown }) => post.attachments === undefined)).toBe(true)
  })

  it('carries texts that trip careless readers, and posts without a message', async () => {
    const { json } = await read('fields=message,story&limit=100')
    const texts: string[] = json.data.map((post: { message?: string }) => post.message ?? '')
    for (const part of ['\u2028', '\n', '🥐', 'مساء', '=HYPERLINK', '{{ record.id }}']) {
      expect(texts.some((text) => text.includes(part))).toBe(true)
    }
    expect(json.data.some((post: { message?: string; story?: string }) => post.message === undefined && post.story)).toBe(true)
  })

  it('shows new posts as the clock moves on, and cursors stay good', async () => {
    const first = await read('fields=id&limit=3')
    sandbox().clock.advance(10 * DAY)
    const later = await read('fields=id&limit=3')
    expect(later.json.data[0].id).not.toBe(first.json.data[0].id)
    const rest = await ask(sandbox(), first.json.paging.next, { token: '' })
    expect(rest.json.data[0].id).not.toBe(first.json.data.at(-1).id)
    expect(sandbox().truth.postCount(pageOf(sandbox()).id)).toBe(220)
    sandbox().clock.advance(-10 * DAY)
  })

  it.each([
    ['fields=id&limit=101', undefined, '100'],
    ['fields=id,nope', undefined, '100'],
    ['fields=id', 'sandbox-user-token', '210'],
    ['fields=insights.metric(post_impressions)', undefined, '100'],
  ])('refuses %s with %s', async (query, token, code) => {
    expect(codeOf(await read(query, token))).toBe(code)
  })

  it('needs pages_read_user_content for comments only', async () => {
    const token = sandbox().tokens.page(pageOf(sandbox()).id, 'sandbox-no-content-token')
    expect((await read('fields=id,message', token)).status).toBe(200)
    expect(codeOf(await read('fields=id,comments.summary(true)', token))).toBe('10')
  })

  it('expands insights, and one refusing post fails the page', async () => {
    const { id } = pageOf(sandbox())
    const good = await read('fields=id,insights.metric(post_media_view,post_clicks).period(lifetime){name,values}&limit=2')
    const post = sandbox().truth.posts(id).at(-1)
    expect(good.json.data[0].insights.data[0]).toEqual({
      name: 'post_media_view',
      values: [{ value: post && postInsightValue({ seed: 1, post, metric: 'post_media_view' }) }],
      id: `${post?.id}/insights/post_media_view/lifetime`,
    })
    const fault = sandbox().faults.add({ kind: 'refuse-metric', metric: 'post_clicks' })
    expect(codeOf(await read('fields=id,insights.metric(post_media_view,post_clicks).period(lifetime)&limit=2'))).toBe('100')
    sandbox().faults.clear(fault)
  })
})

describe('/{post}', () => {
  const sandbox = withSandbox()

  it('is read by its composite id with the Page token', async () => {
    const { id, token } = pageOf(sandbox())
    const [post] = sandbox().truth.posts(id)
    const { json } = await ask(sandbox(), `/v25.0/${post?.id}?fields=permalink_url,from`, { token })
    expect(json).toEqual({
      permalink_url: `https://www.facebook.com/${post?.id.replace('_', '/posts/')}`,
      from: { name: sandbox().pages.facts(id).name, id },
      id: post?.id,
    })
    expect(codeOf(await ask(sandbox(), `/v25.0/${post?.id}`))).toBe('210')
  })

  it('is unknown by any other id', async () => {
    const { id, token } = pageOf(sandbox())
    const [post] = sandbox().truth.posts(id)
    for (const wrong of [`${id}_1`, post?.id.split('_')[1], `${post?.id}0`]) {
      expect(codeOf(await ask(sandbox(), `/v25.0/${wrong}`, { token }))).toBe('100/33')
    }
  })
})

describe('/{post}/insights', () => {
  const sandbox = withSandbox()
  const read = (query: string, choose: (post: { kind: string }) => boolean = () => true) => {
    const { id, token } = pageOf(sandbox())
    const post = sandbox().truth.posts(id).find(choose)
    return ask(sandbox(), `/v25.0/${post?.id}/insights?${query}`, { token })
  }

  it('gives lifetime values without end_time', async () => {
    const { json } = await read('metric=post_media_view,post_reactions_by_type_total&period=lifetime')
    expect(json.data.map((entry: { name: string }) => entry.name)).toEqual(['post_media_view', 'post_reactions_by_type_total'])
    expect(json.data[0].values).toEqual([{ value: expect.any(Number) }])
    expect(json.paging).toEqual({ previous: expect.any(String), next: expect.any(String) })
  })

  it('adds a stale day row for some metrics when no period is asked for', async () => {
    const { json } = await read('metric=post_media_view,post_clicks')
    expect(json.data.map(({ name, period }: { name: string; period: string }) => [name, period])).toEqual([
      ['post_media_view', 'day'],
      ['post_media_view', 'lifetime'],
      ['post_clicks', 'lifetime'],
    ])
    expect(json.data[0].values).toEqual([{ value: 0, end_time: '2026-11-18T08:00:00+0000' }])
  })

  it('has video metrics for videos only, and nothing for limited metrics or a range', async () => {
    const query = 'metric=post_video_views&period=lifetime'
    expect((await read(query, (post) => post.kind === 'added_video')).json.data).toHaveLength(1)
    expect((await read(query, (post) => post.kind === 'added_photos')).json.data).toEqual([])
    expect((await read('metric=post_engagements&period=lifetime')).json.data).toEqual([])
    const ranged = await read('metric=post_clicks&period=lifetime&since=2026-11-01&until=2026-11-02')
    expect(ranged.json.data[0].values).toEqual([])
  })

  it('breaks views down', async () => {
    const whole = await read('metric=post_media_view&period=lifetime')
    const { json } = await read('metric=post_media_view&period=lifetime&breakdown=is_from_followers')
    const parts: { value: number; is_from_followers: string }[] = json.data[0].values
    expect(parts.map((part) => part.is_from_followers)).toEqual(['0', '1'])
    expect(parts.reduce((sum, part) => sum + part.value, 0)).toBe(whole.json.data[0].values[0].value)
  })

  it.each([
    ['', '3001/1504028'],
    ['metric=post_impressions', '100'],
    ['metric=blue_reels_play_count', '100'],
    ['metric=page_follows', '100'],
    ['metric=post_clicks&period=week', '100'],
    ['metric=post_clicks&breakdown=is_from_ads', '100'],
  ])('refuses %s with %s', async (query, code) => {
    expect(codeOf(await read(query))).toBe(code)
  })
})
