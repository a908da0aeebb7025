import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fault } from '../../../sandbox/faults/fault.ts'
import type { Sandbox } from '../../../sandbox/sandbox.ts'
import { type Kind, openPublishingWorld } from './sandbox-world.ts'

const onCreate = { route: 'POST /{ig-user}/media' }
const onPublish = { route: 'POST /{ig-user}/media_publish' }
const onStatus = { route: 'GET /{ig-container}' }
const onMedia = { route: 'GET /{ig-media}' }
const onList = { route: 'GET /{ig-user}/media' }

const serverError: Fault = { kind: 'error', code: -1, subcode: 2207001, status: 500, times: 1, work: 'done', match: onPublish }
const KINDS: readonly Kind[] = ['image', 'reel', 'carousel']

describe('a post that is live in spite of the answer', () => {
  it.each<[string, Fault]>([
    ['server error 2207001', serverError],
    ['the spam block 2207051', { kind: 'error', code: 4, subcode: 2207051, status: 403, times: 1, work: 'done', match: onPublish }],
    ['code 2, transient', { kind: 'error', code: 2, status: 503, transient: true, times: 1, work: 'done', match: onPublish }],
    ['code 1', { kind: 'error', code: 1, status: 500, times: 1, work: 'done', match: onPublish }],
    ['a page of a gateway', { kind: 'html', status: 502, times: 1, work: 'done', match: onPublish }],
    ['a login page with 200', { kind: 'html', status: 200, times: 1, work: 'done', match: onPublish }],
    ['an empty body', { kind: 'empty', times: 1, work: 'done', match: onPublish }],
    ['half a body', { kind: 'truncate', bytes: 5, times: 1, match: onPublish }],
    ['an answer without id', { kind: 'body', body: '{}', times: 1, work: 'done', match: onPublish }],
    ['a reset', { kind: 'reset', times: 1, match: onPublish }],
    ['a reset within the body', { kind: 'reset', bytes: 4, times: 1, match: onPublish }],
  ])('is found after %s, for every kind of post', async (_, fault) => {
    const world = await openPublishingWorld()
    for (const kind of KINDS) {
      world.break(fault)
      const result = await world.post(kind, kind)
      expect(result, kind).toMatchObject({ success: true, metadata: { foundBy: 'reconciliation' } })
      const [latest] = world.sandbox.published(world.account).posts.slice(-1)
      expect([world.live(kind), latest?.id]).toEqual([1, result.platformPostId])
    }
  })

  it('is found with Instagram Login too', async () => {
    const world = await openPublishingWorld({}, (sandbox) => ({ baseUrl: sandbox.instagramUrl, accessToken: 'sandbox-instagram-token' }))
    world.break(serverError)
    for (const kind of KINDS) {
      expect(await world.post(kind, kind), kind).toMatchObject({ success: true })
      expect(world.live(kind)).toBe(1)
    }
  })

  it('is found as a story, which has no caption', async () => {
    const world = await openPublishingWorld()
    world.break(serverError)
    const result = await world.post('story', 'story')
    const { posts } = world.sandbox.published(world.account)
    expect(posts.map(({ id }) => id)).toEqual([result.platformPostId])
  })

  it('is found although lists show it late', async () => {
    const world = await openPublishingWorld()
    world.break(serverError, { kind: 'hide-post', seconds: 1 })
    expect(await world.post('image', 'late')).toMatchObject({ success: true })
    expect(world.live('late')).toBe(1)
  })

  it('stays unknown while nothing shows it, is never posted again, and is found later', async () => {
    const world = await openPublishingWorld()
    world.break(serverError, { kind: 'hide-post', seconds: 3_600 })
    for (let run = 0; run < 3; run++) {
      expect(await world.post('image', 'hidden')).toMatchObject({ success: false, error: { code: 'UNKNOWN_OUTCOME' } })
      expect(await world.post('image', 'hidden', { resume: true })).toMatchObject({ success: false })
    }
    world.sandbox.clock.advance(3_600_000)
    expect(await world.post('image', 'hidden', { resume: true })).toMatchObject({ success: true })
    expect(world.live('hidden')).toBe(1)
  })

  it('is not confused with another one with the same caption', async () => {
    const world = await openPublishingWorld()
    const first = await world.post('image', 'twin')
    world.break(serverError)
    const second = await world.post('image', 'twin', { idempotencyKey: 'other' })
    expect(second).toMatchObject({ success: true })
    expect(second.platformPostId).not.toBe(first.platformPostId)
    expect(world.live('twin')).toBe(2)
  })

  it('is known without its address when that can not be read', async () => {
    const world = await openPublishingWorld()
    world.break({ kind: 'error', code: 100, subcode: 33, match: onMedia })
    const result = await world.post('reel', 'no address')
    expect(result).toMatchObject({ success: true, platformPostId: expect.any(String) })
    expect(result.publishedUrl).toBeUndefined()
  })

  it('is not posted again by the same key, whatever the second answer would be', async () => {
    const world = await openPublishingWorld({ publishing: { republish: 'posts-again' } })
    world.break(serverError)
    await world.post('image', 'worst')
    for (let run = 0; run < 3; run++) expect(await world.post('image', 'worst', { resume: run > 0 })).toMatchObject({ success: true })
    expect(world.live('worst')).toBe(1)
  })
})

describe('a post that is not live', () => {
  it.each<[string, Fault, string]>([
    ['the daily limit', { kind: 'error', code: 9, subcode: 2207042, times: 1, match: onPublish }, 'QUOTA_EXCEEDED'],
    ['a restricted account', { kind: 'error', code: 25, subcode: 2207050, times: 1, match: onPublish }, 'API_ERROR'],
    ['a missing permission', { kind: 'error', code: 10, times: 1, match: onPublish }, 'OAUTH_ERROR'],
    ['an expired token', { kind: 'error', code: 190, subcode: 463, times: 1, match: onPublish }, 'OAUTH_ERROR'],
    ['the limit of the app', { kind: 'error', code: 4, status: 403, times: 1, match: onPublish }, 'RATE_LIMIT'],
    ['429', { kind: 'retry-after', status: 429, times: 1, match: onPublish }, 'RATE_LIMIT'],
    ['a failed container', { kind: 'fail-container', subcode: 2207053 }, 'CONTAINER_ERROR'],
    ['a lost media', { kind: 'error', code: 9004, subcode: 2207052, times: 1, match: onCreate }, 'MEDIA_ERROR'],
    ['a timeout of the download', { kind: 'error', code: -2, subcode: 2207003, times: 1, match: onCreate }, '*'],
    ['a failed creation', { kind: 'error', code: -1, subcode: 2207032, times: 2, match: onCreate }, 'CONTAINER_ERROR'],
    ['a lost container', { kind: 'reset', times: 1, match: onCreate }, 'NETWORK_ERROR'],
  ])('fails with a code after %s, and the same key posts it once afterwards', async (_, fault, code) => {
    const world = await openPublishingWorld()
    world.break(fault)
    const failed = await world.post('image', 'again')
    expect(failed.success).toBe(false)
    if (code !== '*') expect(failed.error?.code).toBe(code)
    expect(world.live('again')).toBe(0)
    world.break()
    expect(await world.post('image', 'again')).toMatchObject({ success: true })
    expect(await world.post('image', 'again')).toMatchObject({ success: true, metadata: { replayed: true } })
    expect(world.live('again')).toBe(1)
  })

  it.each<[string, Fault]>([
    ['refused by the server', { kind: 'error', code: -1, subcode: 2207001, times: 1, match: onPublish }],
    ['lost on its way', { kind: 'reset', work: 'undone', times: 1, match: onPublish }],
  ])('is posted once after it was %s, when a person asks for it', async (_, fault) => {
    const world = await openPublishingWorld()
    world.break(fault)
    expect(await world.post('image', 'lost')).toMatchObject({ success: false, error: { code: 'UNKNOWN_OUTCOME' } })
    expect(await world.post('image', 'lost')).toMatchObject({ success: false, error: { code: 'UNKNOWN_OUTCOME' } })
    expect(world.live('lost')).toBe(0)
    world.sandbox.clock.advance(300_000)
    expect(await world.post('image', 'lost', { resume: true })).toMatchObject({ success: true })
    expect(world.live('lost')).toBe(1)
  })

  it('is not begun when the quota is used up', async () => {
    const world = await openPublishingWorld({ publishing: { quota: 1 } })
    await world.post('image', 'first')
    expect(await world.post('image', 'second', { checkQuota: true })).toMatchObject({ error: { code: 'QUOTA_EXCEEDED', retryable: true } })
    expect(world.sandbox.published(world.account).containers).toHaveLength(1)
    world.sandbox.clock.advance(86_400_000)
    expect(await world.post('image', 'second', { checkQuota: true })).toMatchObject({ success: true })
  })

  it('is made of new items when one of a carousel has failed', async () => {
    const world = await openPublishingWorld()
    world.break({ kind: 'fail-container', subcode: 2207053 })
    expect(await world.post('carousel', 'item')).toMatchObject({ success: false, error: { code: 'CONTAINER_ERROR' } })
    expect(await world.post('carousel', 'item')).toMatchObject({ success: true })
    expect(world.live('item')).toBe(1)
  })

  it('waits for a slow container, and resumes with it when the time is up', async () => {
    const world = await openPublishingWorld()
    world.break({ kind: 'slow-container', seconds: 400 })
    expect(await world.post('image', 'slow')).toMatchObject({ success: false, error: { code: 'CONTAINER_TIMEOUT', retryable: true } })
    expect(await world.post('image', 'slow')).toMatchObject({ success: true })
    expect(world.sandbox.published(world.account).containers).toHaveLength(1)
  })

  it('makes a new container when the old one has expired', async () => {
    const world = await openPublishingWorld()
    world.break({ kind: 'error', code: 9, subcode: 2207042, times: 1, match: onPublish })
    await world.post('image', 'expired')
    world.sandbox.clock.advance(25 * 3_600_000)
    expect(await world.post('image', 'expired')).toMatchObject({ success: true })
    expect(world.live('expired')).toBe(1)
  })
})

describe('reads that fail', () => {
  it('for Page tokens only are made with the token of the user', async () => {
    const pageToken = (sandbox: Sandbox) => sandbox.tokens.page(sandbox.pages.listed[0] ?? '')
    const world = await openPublishingWorld({}, (sandbox) => ({
      accessToken: pageToken(sandbox),
      fallbackAccessToken: 'sandbox-user-token',
    }))
    const outage: Fault = { kind: 'error', code: 100, subcode: 33 }
    const token = 'sandbox-page-token-*'
    world.break({ ...outage, match: { ...onStatus, token } }, { ...outage, match: { ...onMedia, token } })
    expect(await world.post('reel', 'outage')).toMatchObject({ success: true, publishedUrl: expect.stringMatching(/^https:/) })
    expect(world.live('outage')).toBe(1)
  })

  it('of the container do not make a post doubtful', async () => {
    const world = await openPublishingWorld()
    world.break({ kind: 'error', code: 100, subcode: 33, times: 2, match: onStatus })
    expect(await world.post('image', 'unreadable')).toMatchObject({ success: true })
    expect(world.live('unreadable')).toBe(1)
  })

  it('in reconciliation leave the outcome unknown, and nothing is posted', async () => {
    const world = await openPublishingWorld()
    const fault: Fault = { kind: 'error', code: 100, subcode: 33 }
    world.break(serverError, { ...fault, match: onStatus, skip: 1, times: 50 }, { ...fault, match: onList, times: 50 })
    expect((await world.post('image', 'dark')).error?.code).toBe('UNKNOWN_OUTCOME')
    world.break()
    expect(await world.post('image', 'dark')).toMatchObject({ success: true })
    expect(world.live('dark')).toBe(1)
  })
})

describe('any run of bad luck', () => {
  const faults: readonly Fault[] = [
    serverError,
    { kind: 'error', code: -1, subcode: 2207001, times: 1, match: onPublish },
    { kind: 'reset', times: 1, match: onPublish },
    { kind: 'reset', work: 'undone', times: 1, match: onPublish },
    { kind: 'html', status: 502, times: 1, work: 'done', match: onPublish },
    { kind: 'html', status: 502, times: 1, match: onPublish },
    { kind: 'reset', times: 1, match: onCreate },
    { kind: 'fail-container', subcode: 2207053 },
    { kind: 'slow-container', seconds: 1_000 },
    { kind: 'hide-post', seconds: 120 },
    { kind: 'error', code: 100, subcode: 33, times: 3, match: onStatus },
    { kind: 'error', code: 2, status: 503, times: 2, match: onList },
    { kind: 'error', code: 4, status: 403, times: 1, match: onPublish },
  ]

  it('leaves a key with at most one post, and exactly one when a run says so', { timeout: 60_000 }, async () => {
    const world = await openPublishingWorld({ publishing: { republish: 'posts-again', quota: 10_000, containers: 10_000 } })
    let number = 0
    const run = fc.record({ faults: fc.subarray([...faults], { maxLength: 3 }), resume: fc.boolean(), later: fc.nat(400) })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...KINDS), fc.array(run, { minLength: 1, maxLength: 5 }), async (kind, runs) => {
        const key = `luck ${++number}`
        for (const { faults: chosen, resume, later } of runs) {
          world.break(...chosen)
          const { success } = await world.post(kind, key, { resume })
          expect(world.live(key), key).toBeLessThanOrEqual(1)
          if (success) expect(world.live(key), key).toBe(1)
          world.sandbox.clock.advance(later * 1_000)
        }
        world.break()
        for (let last = 0; last < 3; last++) {
          await world.post(kind, key, { resume: true })
          world.sandbox.clock.advance(300_000)
        }
        expect(world.live(key), key).toBe(1)
      }),
      { numRuns: 25 },
    )
  })
})
