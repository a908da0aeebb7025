import nock from 'nock'
import { describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../../framework/clock.ts'
import {
  account,
  connector,
  container,
  graphError,
  host,
  media,
  onlyNock,
  publish,
  published,
} from '../../connectors/instagram_publish/nock-graph.ts'

onlyNock()
const image = 'https://cdn.example.com/one.jpg'
const video = 'https://cdn.example.com/film.mp4'

describe('InstagramConnector', () => {
  it('publishes one image, with caption and hashtags, and sends nothing else', async () => {
    const scope = nock(host, { reqheaders: { authorization: 'Bearer nock-user-token' } })
      .post(media, { image_url: image, caption: 'Good morning\n\n#coffee #berlin', alt_text: 'A cup' })
      .reply(200, { id: 'c1' })
    const rest = published('c1', 'm1')
    const result = await connector().publishFeedPost({
      caption: 'Good morning',
      hashtags: ['coffee', '#berlin'],
      mediaUrls: [image],
      altText: 'A cup',
    })
    expect(result).toMatchObject({
      success: true,
      platformPostId: 'm1',
      publishedUrl: 'https://www.instagram.com/p/m1/',
      metadata: { containerId: 'c1', state: 'PUBLISHED' },
    })
    scope.done()
    rest.done()
  })

  it('refuses a post without media before any call', async () => {
    expect(await connector().publishFeedPost({ mediaUrls: [] })).toMatchObject({
      success: false,
      error: { code: 'NO_MEDIA', retryable: false },
    })
  })

  it('refuses an address that is none before any call', async () => {
    expect(await connector().publishFeedPost({ mediaUrls: ['not-a-url'] })).toMatchObject({ error: { code: 'MEDIA_ERROR' } })
  })

  it.each([
    ['a wrong aspect ratio', 400, graphError(36003, 'The aspect ratio is not supported.', 2207009), 'MEDIA_ERROR', false],
    ['an address that cannot be fetched', 400, graphError(9004, 'Only photo or video can be accepted', 2207052), 'MEDIA_ERROR', false],
    ['an invalid parameter', 400, graphError(100, '(#100) Invalid parameter'), 'MEDIA_ERROR', false],
    ['code 4', 400, graphError(4, '(#4) Application request limit reached'), 'RATE_LIMIT', true],
    ['code 4 as 403', 403, graphError(4, '(#4) Application request limit reached'), 'RATE_LIMIT', true],
    ['the limit of the account', 400, graphError(80002, 'There have been too many calls'), 'RATE_LIMIT', true],
    ['429 without a reason', 429, '', 'RATE_LIMIT', true],
    ['an expired token', 400, graphError(190, 'Session has expired', 463), 'OAUTH_ERROR', false],
    ['a missing permission', 400, graphError(10, '(#10) Application does not have permission'), 'OAUTH_ERROR', false],
    ['401 without a reason', 401, '', 'OAUTH_ERROR', false],
    ['a failing server', 500, '<html>', 'API_ERROR', true],
    ['an unknown code', 400, graphError(31415, 'what'), 'API_ERROR', false],
    ['an answer without id', 200, {}, 'API_ERROR', true],
  ])('says %s and tries no POST twice', async (_, status, body, code, retryable) => {
    const scope = nock(host).post(media).reply(status, body)
    const result = await connector().publishFeedPost({ mediaUrls: [image] })
    expect(result).toMatchObject({ success: false, error: { code, retryable } })
    scope.done()
  })

  it('says NETWORK_ERROR when no answer comes', async () => {
    nock(host)
      .post(media)
      .replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
    expect(await connector().publishFeedPost({ mediaUrls: [image] })).toMatchObject({ error: { code: 'NETWORK_ERROR', retryable: true } })
  })

  it('asks again within a second for what is IN_PROGRESS, and publishes it', async () => {
    nock(host).post(media).reply(200, { id: 'c1' }).get(container('c1')).reply(200, { status_code: 'IN_PROGRESS' })
    published('c1', 'm1')
    const slept: number[] = []
    const clock = { ...systemClock, sleep: async (ms: number) => void slept.push(ms) }
    expect(await connector({ clock }).publishFeedPost({ mediaUrls: [image] })).toMatchObject({ success: true })
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(1000)
  })

  it('gives up after maxWaitTime', async () => {
    nock(host).post(media).reply(200, { id: 'c1' }).get(container('c1')).times(20).reply(200, { status_code: 'IN_PROGRESS' })
    const result = await connector().publishFeedPost({ mediaUrls: [image] }, { maxWaitTime: 1000, pollInterval: 100 })
    expect(result).toMatchObject({ success: false, error: { code: 'CONTAINER_TIMEOUT', retryable: true } })
  })

  it.each([
    ['ERROR', 'CONTAINER_ERROR'],
    ['EXPIRED', 'CONTAINER_EXPIRED'],
  ])('says so of a container that is %s', async (status_code, code) => {
    nock(host).post(media).reply(200, { id: 'c1' }).get(container('c1')).reply(200, { status_code })
    expect(await connector().publishFeedPost({ mediaUrls: [image] })).toMatchObject({ success: false, error: { code } })
  })

  it('is a success without an address when that cannot be read', async () => {
    nock(host).post(media).reply(200, { id: 'c1' }).get(container('c1')).reply(200, { status_code: 'FINISHED' })
    nock(host)
      .post(publish)
      .reply(200, { id: 'm1' })
      .get('/v26.0/m1?fields=permalink')
      .reply(400, graphError(100, 'Unsupported get request', 33))
    const result = await connector().publishFeedPost({ mediaUrls: [image] })
    expect(result).toMatchObject({ success: true, platformPostId: 'm1' })
    expect(result).not.toHaveProperty('publishedUrl')
  })

  it('publishes a carousel of images; its children are not polled', async () => {
    const urls = [1, 2, 3].map((n) => `https://cdn.example.com/${n}.jpg`)
    for (const [index, image_url] of urls.entries())
      nock(host)
        .post(media, { image_url, is_carousel_item: true })
        .reply(200, { id: `k${index}` })
    nock(host).post(media, { media_type: 'CAROUSEL', children: 'k0,k1,k2', caption: 'Three' }).reply(200, { id: 'c1' })
    published('c1', 'm1')
    const result = await connector().publishCarousel({ caption: 'Three', mediaUrls: urls })
    expect(result).toMatchObject({ success: true, metadata: { childContainerIds: ['k0', 'k1', 'k2'] } })
    expect(nock.pendingMocks()).toEqual([])
  })

  it('polls a video of a carousel before its parent is made', async () => {
    nock(host).post(media, { image_url: image, is_carousel_item: true }).reply(200, { id: 'k0' })
    nock(host).post(media, { media_type: 'VIDEO', video_url: video, is_carousel_item: true }).reply(200, { id: 'k1' })
    nock(host).get(container('k1')).reply(200, { status_code: 'IN_PROGRESS' }).get(container('k1')).reply(200, { status_code: 'FINISHED' })
    nock(host).post(media, { media_type: 'CAROUSEL', children: 'k0,k1' }).reply(200, { id: 'c1' })
    published('c1', 'm1')
    expect(await connector().publishCarousel({ mediaUrls: [image, video] }, { pollInterval: 10 })).toMatchObject({ success: true })
    expect(nock.pendingMocks()).toEqual([])
  })

  it('polls images when the parent says that one is not ready', async () => {
    nock(host).post(media, { image_url: image, is_carousel_item: true }).times(2).reply(200, { id: 'k0' })
    nock(host)
      .post(media, { media_type: 'CAROUSEL', children: 'k0,k0' })
      .reply(400, graphError(9007, 'Media ID is not available', 2207027))
    nock(host).get(container('k0')).times(2).reply(200, { status_code: 'FINISHED' })
    nock(host).post(media, { media_type: 'CAROUSEL', children: 'k0,k0' }).reply(200, { id: 'c1' })
    published('c1', 'm1')
    expect(await connector().publishCarousel({ mediaUrls: [image, image] })).toMatchObject({ success: true })
    expect(nock.pendingMocks()).toEqual([])
  })

  it('publishes nothing of a carousel when one child fails', async () => {
    nock(host).post(media, { image_url: image, is_carousel_item: true }).reply(200, { id: 'k0' })
    nock(host)
      .post(media)
      .reply(400, graphError(36003, 'ratio', 2207009))
    expect(await connector().publishCarousel({ mediaUrls: [image, `${image}?2`] })).toMatchObject({
      success: false,
      error: { code: 'MEDIA_ERROR' },
    })
  })

  it.each([0, 1, 11])('refuses a carousel of %i items before any call', async (count) => {
    const mediaUrls = Array.from({ length: count }, (_, n) => `https://cdn.example.com/${n}.jpg`)
    expect(await connector().publishCarousel({ mediaUrls })).toMatchObject({ success: false, error: { code: 'INVALID_CAROUSEL' } })
  })

  it('publishes a reel with its cover', async () => {
    const cover_url = 'https://cdn.example.com/cover.jpg'
    nock(host)
      .post(media, { media_type: 'REELS', video_url: video, caption: 'Look', cover_url, share_to_feed: false, audio_name: 'Song' })
      .reply(200, { id: 'c1' })
    published('c1', 'm1')
    const content = { caption: 'Look', mediaUrls: [video], thumbnailUrl: cover_url, thumbOffset: 5, shareToFeed: false, audioName: 'Song' }
    expect(await connector().publishReel(content)).toMatchObject({ success: true })
  })

  it('publishes a single video of the feed as a reel', async () => {
    nock(host).post(media, { media_type: 'REELS', video_url: video, thumb_offset: 1500 }).reply(200, { id: 'c1' })
    published('c1', 'm1')
    expect(await connector().publishFeedPost({ mediaUrls: [video], thumbOffset: 1500 })).toMatchObject({ success: true })
  })

  it.each([
    ['image', { media_type: 'STORIES', image_url: image }],
    ['video', { media_type: 'STORIES', video_url: image }],
  ] as const)('publishes a story of one %s, without caption', async (kind, body) => {
    nock(host).post(media, body).reply(200, { id: 'c1' })
    published('c1', 'm1')
    expect(await connector().publishStory({ mediaUrls: [image], caption: 'left out' }, kind)).toMatchObject({ success: true })
  })

  it('posts once for one key, and gives the first result again', async () => {
    nock(host).post(media).reply(200, { id: 'c1' })
    published('c1', 'm1')
    const instagram = connector()
    const first = await instagram.publishFeedPost({ mediaUrls: [image] }, { idempotencyKey: 'k' })
    const second = await instagram.publishFeedPost({ mediaUrls: [image] }, { idempotencyKey: 'k' })
    expect(second).toMatchObject({ success: true, platformPostId: first.platformPostId, metadata: { replayed: true } })
    expect(await instagram.publishFeedPost({ mediaUrls: [`${image}?other`] }, { idempotencyKey: 'k' })).toMatchObject({
      error: { code: 'DUPLICATE', retryable: false },
    })
  })

  it('lets one of two calls with the same key through', async () => {
    nock(host).post(media).reply(200, { id: 'c1' })
    published('c1', 'm1')
    const instagram = connector()
    const both = await Promise.all([1, 2].map(() => instagram.publishFeedPost({ mediaUrls: [image] })))
    expect(both.map(({ success }) => success).sort()).toEqual([false, true])
    expect(both.find(({ success }) => !success)).toMatchObject({ error: { code: 'DUPLICATE', retryable: true } })
  })

  it('resumes with the same container after a transient failure', async () => {
    nock(host).post(media).reply(200, { id: 'c1' }).get(container('c1')).reply(200, { status_code: 'IN_PROGRESS' })
    const instagram = connector()
    expect(await instagram.publishFeedPost({ mediaUrls: [image] }, { maxWaitTime: 1 })).toMatchObject({
      error: { code: 'CONTAINER_TIMEOUT' },
    })
    published('c1', 'm1')
    expect(await instagram.publishFeedPost({ mediaUrls: [image] })).toMatchObject({ success: true, platformPostId: 'm1' })
  })

  it('takes the address of Instagram Login and another version', async () => {
    const instagram = connector({ baseUrl: 'https://graph.instagram.com', apiVersion: 'v25.0' })
    nock('https://graph.instagram.com').get(`/v25.0/${account}?fields=id%2Cusername`).reply(200, { id: account, username: 'acme' })
    expect(await instagram.verifyCredentials()).toBe(true)
    expect(await instagram.deletePost('m1')).toMatchObject({ success: false, error: { code: 'NOT_SUPPORTED' } })
  })

  it('says false of credentials that are refused', async () => {
    nock(host).get(`/v26.0/${account}?fields=id%2Cusername`).reply(400, graphError(190, 'Invalid OAuth access token'))
    expect(await connector().verifyCredentials()).toBe(false)
  })

  it('deletes a post with Facebook Login', async () => {
    nock(host).delete('/v26.0/m1').reply(200, { success: true, deleted_id: 'm1' })
    expect(await connector().deletePost('m1')).toMatchObject({ success: true })
  })

  it.each([
    ['an account that is not an id', { instagramAccountId: '../me' }, /'instagram_account_id'/],
    ['a version that is none', { apiVersion: 'latest' }, /'api_version'/],
  ])('throws for %s, before any call', async (_, config, message) => {
    const expected = { code: 'ERR_CONFIG_INVALID', message: expect.stringMatching(message) }
    await expect(connector(config).publishFeedPost({ mediaUrls: [image] })).rejects.toMatchObject(expected)
    await expect(connector(config).verifyCredentials()).rejects.toMatchObject(expected)
  })

  it('resolves a token that is a reference to a secret', async () => {
    vi.stubEnv('TOKEN_OF_A_TEST', 'secret-of-the-environment')
    nock(host, { reqheaders: { authorization: 'Bearer secret-of-the-environment' } })
      .get(`/v26.0/${account}?fields=id%2Cusername`)
      .reply(200, { id: account })
    expect(await connector({ accessToken: 'env:TOKEN_OF_A_TEST' }).verifyCredentials()).toBe(true)
    vi.unstubAllEnvs()
  })

  it('asks for the quota only on request, with one session for both', async () => {
    const instagram = connector()
    nock(host).post(media).reply(200, { id: 'c1' })
    published('c1', 'm1')
    expect(await instagram.publishFeedPost({ mediaUrls: [image] })).toMatchObject({ success: true })
    nock(host)
      .get(`/v26.0/${account}/content_publishing_limit?fields=quota_usage%2Cconfig`)
      .reply(200, { data: [{ quota_usage: 50, config: { quota_total: 50 } }] })
    expect(await instagram.publishFeedPost({ mediaUrls: [`${image}?2`] }, { checkQuota: true })).toMatchObject({
      error: { code: 'QUOTA_EXCEEDED' },
    })
  })

  it('shows no token in an error that repeats it', async () => {
    nock(host).post(media).reply(400, graphError(190, 'Malformed access token nock-user-token'))
    expect(JSON.stringify(await connector().publishFeedPost({ mediaUrls: [image] }))).not.toContain('nock-user-token')
  })
})
