import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import type { RunResult } from '../harness.ts'
import { expectedInsights, readNames, texts } from './media-table.ts'
import { readInstagram } from './run.ts'

const DAY = 86_400_000
const MEDIA = ['media', 'media_insights']
const COMMON = [
  'reach',
  'views',
  'likes',
  'comments',
  'saved',
  'shares',
  'reposts',
  'total_interactions',
  'total_views',
  'total_likes',
  'total_comments',
]

/** Calls as the API counts them: items of batches one by one, the batches themselves not. */
const callsOf = ({ counts }: Sandbox) => Object.entries(counts).reduce((sum, [route, count]) => (route === 'POST /' ? sum : sum + count), 0)

describe.each([
  { depth: 'common', first: { requests: 30, calls: 30 }, next: { requests: 5, calls: 60 } },
  { depth: 'full', first: { requests: 60, calls: 1_060 }, next: { requests: 20, calls: 120 } },
])('1,000 media, a fifth of them albums of five, at depth $depth', ({ depth, first, next }) => {
  let sandbox: Sandbox
  let account: string
  let run: RunResult
  let requests: number
  let calls: number

  beforeAll(async () => {
    sandbox = await startSandbox({
      now: '2026-11-20T12:00:00Z',
      pages: 1,
      seed: 11,
      instagram: { accounts: 1, media: 1_000, carouselShare: 0.2, carouselSize: 5 },
    })
    account = sandbox.truth.accounts()[0] ?? ''
    run = await readInstagram(sandbox, { select: MEDIA, config: { insights_depth: depth } })
    requests = run.requests
    calls = callsOf(sandbox)
  })
  afterAll(() => sandbox.close())

  it('come in few requests, albums included', () => {
    expect(run.summary).toMatchObject({ status: 'complete', exit_code: 0, errors: [], warnings: [] })
    expect(requests).toBeLessThanOrEqual(first.requests)
    expect(calls).toBeLessThanOrEqual(first.calls)
    expect(sandbox.counts['GET /{ig-user}/media']).toBe(10)
    expect(run.rows[`media__${account}`]).toHaveLength(1_000)
    const albums = run.rows[`media__${account}`]?.filter((row) => row['media_type'] === 'CAROUSEL_ALBUM') ?? []
    expect(albums).toHaveLength(200)
    expect(albums.every((row) => Array.isArray(row['children']) && row['children'].length === 5)).toBe(true)
  })

  it('are the media of the seed', () => {
    const rows = new Map(run.rows[`media__${account}`]?.map((row) => [row['id'], row]))
    for (const { facts, counts } of sandbox.truth.media(account)) {
      const row = rows.get(facts.id)
      expect(row).toMatchObject({
        ig_user_id: account,
        media_product_type: facts.product,
        media_type: facts.type,
        timestamp: `${new Date(facts.created).toISOString().slice(0, 19)}+00:00`,
        comments_count: counts.comments,
      })
      expect(row?.['like_count']).toBe(facts.likesHidden ? undefined : counts.likes)
      expect(row).not.toHaveProperty('insights')
    }
  })

  it('have the insights of the seed, and no others', () => {
    const ids = sandbox.truth.media(account).map(({ facts }) => facts.id)
    const names = readNames('ig_media').filter((name) => depth === 'full' || COMMON.includes(name))
    const expected = expectedInsights(sandbox, account, { ids, names })
    expect(expected.length).toBeGreaterThan(10_000)
    expect(texts(run.rows[`media_insights__${account}`])).toEqual(texts(expected))
  })

  it('leave a state of a few kilobytes that is the same for both streams', () => {
    const media = run.state[`media__${account}`]
    expect(JSON.stringify(media).length).toBeLessThan(4_000)
    expect(run.state[`media_insights__${account}`]?.['memory']).toEqual(media?.['memory'])
  })

  describe('the next day', () => {
    let second: RunResult

    beforeAll(async () => {
      sandbox.clock.advance(DAY)
      sandbox.reset()
      second = await readInstagram(sandbox, { select: MEDIA, config: { insights_depth: depth }, state: run.state })
    })

    it('take a handful of requests', () => {
      expect(second.summary).toMatchObject({ status: 'complete', exit_code: 0 })
      expect(second.requests).toBeLessThanOrEqual(next.requests)
      expect(callsOf(sandbox)).toBeLessThanOrEqual(next.calls)
    })

    it('are those of the window, the changed ones and a thirtieth of the rest', () => {
      const edge = sandbox.clock.now().getTime() - 31 * DAY
      const now = sandbox.truth.media(account)
      const before = new Map(run.rows[`media__${account}`]?.map((row) => [row['id'], row]))
      const changed = ({ facts: { id, likesHidden }, counts }: (typeof now)[number]) =>
        before.get(id)?.['comments_count'] !== counts.comments || (!likesHidden && before.get(id)?.['like_count'] !== counts.likes)
      const seen = new Set(second.rows[`media__${account}`]?.map((row) => row['id']))
      for (const entry of now.filter((media) => media.facts.created >= edge || changed(media))) expect(seen).toContain(entry.facts.id)
      expect(seen.size).toBeLessThan(now.filter(({ facts }) => facts.created >= edge).length + 33 + 30)
      const names = readNames('ig_media').filter((name) => depth === 'full' || COMMON.includes(name))
      const expected = expectedInsights(sandbox, account, { ids: [...seen].map(String), names })
      expect(texts(second.rows[`media_insights__${account}`])).toEqual(texts(expected))
    })

    it('ask for nothing but the window when they are read again on the same day', async () => {
      sandbox.reset()
      await readInstagram(sandbox, { select: ['media'], state: second.state })
      expect(sandbox.counts['GET /{ig-user}/media']).toBe(1)
    })
  })
})

describe('the whole connector on an account of 1,000 media', () => {
  it('reads the next day in 5 requests (common), 20 (full)', async () => {
    const sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', pages: 1, instagram: { accounts: 1, media: 1_000 } })
    for (const [insights_depth, first, next] of [
      ['common', 30, 5],
      ['full', 60, 20],
    ] as const) {
      const before = await readInstagram(sandbox, { config: { insights_depth } })
      expect(before.requests).toBeLessThanOrEqual(first)
      sandbox.clock.advance(DAY)
      const after = await readInstagram(sandbox, { config: { insights_depth }, state: before.state })
      expect(after.summary).toMatchObject({ exit_code: 0 })
      expect(after.requests).toBeLessThanOrEqual(next)
    }
    await sandbox.close()
  }, 30_000)
})

describe('signed addresses', () => {
  it('differ from read to read, their keys do not', async () => {
    const sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', pages: 1, instagram: { accounts: 1, media: 30 } })
    const [one, other] = [await readInstagram(sandbox, { select: ['media'] }), await readInstagram(sandbox, { select: ['media'] })]
    const name = Object.keys(one.rows)[0] ?? ''
    for (const [index, row] of (one.rows[name] ?? []).entries()) {
      const again = other.rows[name]?.[index]
      if (row['media_url'] === undefined) continue
      expect(row['media_url']).toContain('oh=')
      expect(row['media_url']).not.toBe(again?.['media_url'])
      expect(row['media_url_key']).toBe(again?.['media_url_key'])
      const children = (found: typeof row | undefined) =>
        (found?.['children'] as { media_url_key: string }[] | undefined)?.map((child) => child.media_url_key)
      expect(children(row)).toEqual(children(again))
    }
    await sandbox.close()
  })
})
