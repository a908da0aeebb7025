import { describe, expect, it } from 'vitest'
import { postInsightValue } from '../../../sandbox/data/post-insights.ts'
import { firstPostFrom, postFacts, postId, postNumber, posts, postTime } from '../../../sandbox/data/posts.ts'

const anchor = Date.parse('2026-11-20T12:00:00Z')
const series = { seed: 7, pageId: '100000000000001', count: 500_000, days: 400, anchor }

describe('posts', () => {
  it('lie before the anchor, all of them within the days, one after the other', () => {
    expect(postTime(series, 0)).toBeGreaterThanOrEqual(anchor - 400 * 86_400_000)
    expect(postTime(series, 499_999)).toBeLessThan(anchor)
    expect(postTime(series, 500_000)).toBeGreaterThanOrEqual(anchor)
    for (let n = 1; n < 5_000; n++) expect(postTime(series, n)).toBeGreaterThan(postTime(series, n - 1))
  })

  it('are found by time and by id without a walk through the others', () => {
    for (let n = 0; n < 500_000; n += 9_973) {
      expect([firstPostFrom(series, postTime(series, n)), postNumber(series, postId(series, n))]).toEqual([n, n])
      expect(firstPostFrom(series, postTime(series, n) + 1)).toBe(n + 1)
    }
  })

  it('have ids of their own', () => {
    const ids = posts(series, 0, 20_000).map((post) => post.id)
    expect(new Set(ids).size).toBe(20_000)
    expect(ids.every((id) => /^100000000000001_\d{15}$/.test(id))).toBe(true)
    const foreign = postId({ ...series, pageId: '100000000000002' }, 5)
    expect(postNumber(series, foreign)).toBeUndefined()
  })

  it('follow from the seed, whatever the clock', () => {
    const moved = postFacts({ ...series, anchor: anchor + 86_400_000 }, 99)
    const { created, updated, ...rest } = postFacts(series, 99)
    expect(moved).toMatchObject(rest)
    expect([moved.created - created, moved.updated - updated]).toEqual([86_400_000, 86_400_000])
    expect(postFacts({ ...series, seed: 8 }, 99).id).not.toBe(rest.id)
  })

  it('are none when there are none', () => {
    expect(firstPostFrom({ ...series, count: 0 }, anchor)).toBe(0)
    expect(posts({ ...series, count: 0 })).toEqual([])
  })
})

describe('post insights', () => {
  it('agree with what the post shows of itself', () => {
    for (const post of posts(series, 0, 200)) {
      const byType = postInsightValue({ seed: 7, post, metric: 'post_reactions_by_type_total' })
      const sum = Object.values(byType ?? {}).reduce((all, count) => all + Number(count), 0)
      expect(sum).toBe(post.reactions)
      const likes = typeof byType === 'object' ? (byType['like'] ?? 0) : 0
      expect(postInsightValue({ seed: 7, post, metric: 'post_reactions_like_total' })).toBe(likes)
    }
  })
})
