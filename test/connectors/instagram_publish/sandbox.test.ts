import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../cli/run.ts'
import { CREATE, openPlace, PUBLISH } from './publishing.ts'

describe('publishing to the sandbox', () => {
  it('publishes every format, with the token in the header', async () => {
    const { instagram, sandbox, live, image, video } = await openPlace()
    const results = [
      await instagram.publishFeedPost({ caption: 'image', hashtags: ['one'], mediaUrls: [image()], altText: 'A square' }),
      await instagram.publishFeedPost({ caption: 'video', mediaUrls: [video()], mediaTypes: ['video'] }),
      await instagram.publishReel({ caption: 'reel', mediaUrls: [video(5)], thumbOffset: 1500, shareToFeed: true }),
      await instagram.publishReel({ caption: 'cover', mediaUrls: [video(6)], thumbnailUrl: image() }),
      await instagram.publishCarousel({ caption: 'carousel', mediaUrls: [image(), video(7)], mediaTypes: ['image', 'video'] }),
      await instagram.publishStory({ mediaUrls: [image()] }, 'image'),
      await instagram.publishStory({ mediaUrls: [video(8)] }, 'video'),
    ]
    expect(results.map(({ error }) => error)).toEqual(results.map(() => undefined))
    for (const { publishedUrl } of results) expect(publishedUrl).toMatch(/^https:\/\/(?:www\.)?instagram\.com\//)
    expect(live()).toEqual({ 'image\n\n#one': 1, video: 1, reel: 1, cover: 1, carousel: 1, '': 2 })
    expect(new Set(sandbox.requests.map(({ tokenIn }) => tokenIn))).toEqual(new Set(['header']))
  })

  it('publishes with Instagram Login', async () => {
    const { connect, sandbox, live, image } = await openPlace()
    const instagram = connect({ accessToken: 'sandbox-instagram-token', baseUrl: sandbox.instagramUrl })
    expect(await instagram.publishFeedPost({ caption: 'there', mediaUrls: [image()] })).toMatchObject({ success: true })
    expect(live()).toEqual({ there: 1 })
  })

  it('uploads a local video, in one piece', async () => {
    const { instagram, video, live } = await openPlace()
    const file = join(temporaryFolder(), 'film.mp4')
    writeFileSync(file, Buffer.from(await (await fetch(video())).arrayBuffer()))
    expect(await instagram.publishReel({ caption: 'mine', mediaUrls: [], videoFile: file })).toMatchObject({ success: true })
    expect(live()).toEqual({ mine: 1 })
  })

  it('says MEDIA_ERROR of a local video that is not there', async () => {
    const { instagram } = await openPlace()
    expect(await instagram.publishReel({ mediaUrls: [], videoFile: '/nowhere/film.mp4' })).toMatchObject({ error: { code: 'MEDIA_ERROR' } })
  })

  it('deletes what it published, and reads its figures', async () => {
    const { instagram, live, image } = await openPlace()
    const { platformPostId: id = '' } = await instagram.publishFeedPost({ caption: 'short-lived', mediaUrls: [image()] })
    const insights = await instagram.getMediaInsights(id)
    expect(insights).toMatchObject({ impressions: insights['views'], engagement: insights['total_interactions'] })
    expect(await instagram.deletePost(id)).toMatchObject({ success: true })
    expect(live()).toEqual({})
  })

  it.each([
    ['a PNG', 'picture.png', 'MEDIA_ERROR'],
    ['a wrong ratio', 'photo.jpg?width=400&height=1600', 'MEDIA_ERROR'],
    ['nothing at the address', '../nothing.jpg', 'MEDIA_ERROR'],
  ])('says what the API says of %s', async (_, name, code) => {
    const { instagram, live, image } = await openPlace()
    expect(await instagram.publishFeedPost({ mediaUrls: [image(name)] })).toMatchObject({ error: { code, retryable: false } })
    expect(live()).toEqual({})
  })

  it('inspects the media first on request, and sends nothing when they are wrong', async () => {
    const { instagram, sandbox, image, live } = await openPlace()
    const wrong = await instagram.publishFeedPost({ mediaUrls: [image('picture.png')] }, { probeMedia: true })
    expect(wrong).toMatchObject({ error: { code: 'MEDIA_ERROR', details: { findings: [{ rule: 'image-format' }] } } })
    expect(sandbox.requests).toEqual([])
    expect(await instagram.publishFeedPost({ caption: 'seen', mediaUrls: [image()] }, { probeMedia: true })).toMatchObject({
      success: true,
    })
    expect(live()).toEqual({ seen: 1 })
  })

  it('says CONTAINER_ERROR of a video that is too short, and publishes nothing of a carousel with it', async () => {
    const { instagram, live, image, video } = await openPlace()
    expect(await instagram.publishReel({ mediaUrls: [video(1)] })).toMatchObject({ error: { code: 'CONTAINER_ERROR' } })
    const carousel = await instagram.publishCarousel({ mediaUrls: [image(), video(1)], mediaTypes: ['image', 'video'] })
    expect(carousel).toMatchObject({ error: { code: 'CONTAINER_ERROR' } })
    expect(live()).toEqual({})
  })

  it('gives up on a slow container, and resumes with it later', async () => {
    const { instagram, sandbox, live, image, fault, account } = await openPlace()
    fault({ kind: 'slow-container', seconds: 600 })
    const content = { caption: 'slow', mediaUrls: [image()] }
    expect(await instagram.publishFeedPost(content)).toMatchObject({ error: { code: 'CONTAINER_TIMEOUT', retryable: true } })
    expect(await instagram.publishFeedPost(content)).toMatchObject({ error: { code: 'CONTAINER_TIMEOUT' } })
    expect(await instagram.publishFeedPost(content)).toMatchObject({ success: true })
    expect(live()).toEqual({ slow: 1 })
    expect(sandbox.published(account).containers).toHaveLength(1)
  })

  it('asks rarely: at once, soon, then once a minute', async () => {
    const { instagram, sandbox, video, fault } = await openPlace()
    fault({ kind: 'slow-container', seconds: 590 })
    expect(await instagram.publishReel({ mediaUrls: [video()] })).toMatchObject({ success: true })
    expect(sandbox.requests.filter(({ query }) => query['fields'] === 'status_code').length).toBeLessThan(18)
  })

  it('makes a new container once the old one is a day old', async () => {
    const { instagram, sandbox, live, image, fault, account } = await openPlace()
    fault({ kind: 'error', code: 9, subcode: 2207042, times: 1, match: { route: PUBLISH } })
    const content = { caption: 'later', mediaUrls: [image()] }
    expect(await instagram.publishFeedPost(content)).toMatchObject({ error: { code: 'QUOTA_EXCEEDED', retryable: true } })
    sandbox.clock.advance(25 * 3_600_000)
    expect(await instagram.publishFeedPost(content)).toMatchObject({ success: true })
    expect(live()).toEqual({ later: 1 })
    expect(sandbox.published(account).containers).toHaveLength(2)
  })

  it('asks for the quota on request, and makes no container when it is used up', async () => {
    const { instagram, sandbox, image, account } = await openPlace({ publishing: { quota: 1 } })
    expect(await instagram.publishFeedPost({ caption: 'one', mediaUrls: [image()] }, { checkQuota: true })).toMatchObject({ success: true })
    const second = await instagram.publishFeedPost({ caption: 'two', mediaUrls: [image()] }, { checkQuota: true })
    expect(second).toMatchObject({ error: { code: 'QUOTA_EXCEEDED', retryable: true } })
    expect(sandbox.published(account).containers).toHaveLength(1)
    expect(await instagram.publishFeedPost({ caption: 'two', mediaUrls: [image()] })).toMatchObject({ error: { code: 'QUOTA_EXCEEDED' } })
  })

  it('continues when the state of a container may not be read for a while, or at all', async () => {
    const { instagram, live, image, fault, connect } = await openPlace({ publishing: { imageSeconds: 1 } })
    fault({ kind: 'error', code: 100, subcode: 33, times: 2, match: { path: '/17*', method: 'GET' } })
    expect(await instagram.publishFeedPost({ caption: 'flapping', mediaUrls: [image()] })).toMatchObject({ success: true })
    fault({ kind: 'error', code: 100, subcode: 33, match: { path: '/17*', method: 'GET' } })
    expect(await instagram.publishFeedPost({ caption: 'blind', mediaUrls: [image()] })).toMatchObject({ success: true })
    const other = connect({ fallbackAccessToken: 'sandbox-system-token' })
    expect(await other.publishFeedPost({ caption: 'fallback', mediaUrls: [image()] })).toMatchObject({ success: true })
    expect(live()).toEqual({ flapping: 1, blind: 1, fallback: 1 })
  })

  it.each([
    ['not ready after all', 9007, 2207027, undefined],
    ['a used up quota', 9, 2207042, 'QUOTA_EXCEEDED'],
    ['a used up app', 4, undefined, 'RATE_LIMIT'],
    ['a used up account', 80002, undefined, 'RATE_LIMIT'],
    ['a restricted account', 25, 2207050, 'API_ERROR'],
    ['an expired token', 190, 463, 'OAUTH_ERROR'],
    ['a missing permission', 10, undefined, 'OAUTH_ERROR'],
    ['a refused parameter', 100, undefined, 'API_ERROR'],
  ] as const)('never doubts a clear refusal of publishing: %s', async (_, errorCode, subcode, code) => {
    const { instagram, live, image, fault } = await openPlace()
    fault({ kind: 'error', code: errorCode, ...(subcode === undefined ? {} : { subcode }), times: 1, match: { route: PUBLISH } })
    const content = { caption: 'refused', mediaUrls: [image()] }
    const result = await instagram.publishFeedPost(content)
    if (code !== undefined) {
      expect(result).toMatchObject({ success: false, error: { code }, metadata: { state: 'FAILED' } })
      expect(live()).toEqual({})
      expect(await instagram.publishFeedPost(content)).toMatchObject({ success: true })
    }
    expect(live()).toEqual({ refused: 1 })
  })

  it.each([
    ['a duplicate', 506, undefined, 'DUPLICATE'],
    ['a policy block', 368, undefined, 'API_ERROR'],
    ['the spam block', 4, 2207051, 'API_ERROR'],
    ['a container that is not found', 24, 2207006, 'CONTAINER_ERROR'],
    ['an unsupported video', 352, 2207026, 'MEDIA_ERROR'],
    ['an image that is too large', 36000, 2207004, 'MEDIA_ERROR'],
    ['an image format', 36001, 2207005, 'MEDIA_ERROR'],
    ['a caption that is too long', 36004, 2207010, 'MEDIA_ERROR'],
    ['a thumbnail outside the video', 1, 2207057, 'MEDIA_ERROR'],
    ['a download that took too long', -2, 2207003, 'MEDIA_ERROR'],
    ['a failed upload', -1, 2207053, 'MEDIA_ERROR'],
    ['a server error', -1, 2207001, 'API_ERROR'],
    ['a service that is down', 2, undefined, 'API_ERROR'],
    ['an expired media', -2, 2207020, 'CONTAINER_EXPIRED'],
    ['a carousel of the wrong size', 100, 2207028, 'INVALID_CAROUSEL'],
  ] as const)('says what a refused container means: %s', async (_, errorCode, subcode, code) => {
    const { instagram, live, image, fault } = await openPlace()
    const status = errorCode === 2 ? { status: 503 } : {}
    fault({ kind: 'error', code: errorCode, ...(subcode === undefined ? {} : { subcode }), ...status, times: 1, match: { route: CREATE } })
    const result = await instagram.publishFeedPost({ mediaUrls: [image()] })
    expect(result).toMatchObject({ success: false, error: { code, details: { code: errorCode } }, metadata: { state: 'FAILED' } })
    expect(live()).toEqual({})
  })
})
