import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startSandbox } from '../../../sandbox/sandbox.ts'
import { codeOf, NOW, withSandbox } from '../ask.ts'
import { accountOf, askInstagram } from '../instagram/reading.ts'
import { call, create, facebook, instagram, publish, readyImage, statusOf } from './publishing.ts'

const many = (count: number, text: string) => Array.from({ length: count }, () => text).join(' ')
const tag = (more: object) => JSON.stringify([more])

describe('a new container', () => {
  const sandbox = withSandbox({ instagram: { accounts: 2, media: 10 } })
  const photo = (query = '') => sandbox().sample(`photo.jpg${query}`)

  it.each<[string, (photo: string) => object, string]>([
    ['no image', () => ({}), '100'],
    ['an unknown type', (image_url) => ({ image_url, media_type: 'PHOTO' }), '100/2207023'],
    ['a video of the feed', (video_url) => ({ video_url, media_type: 'VIDEO' }), '100/2207023'],
    ['a reel without a video', () => ({ media_type: 'REELS' }), '100'],
    ['a child video without a type', (video_url) => ({ video_url, is_carousel_item: true }), '100'],
    ['a long caption', (image_url) => ({ image_url, caption: 'a'.repeat(2_201) }), '36004/2207010'],
    ['31 hashtags', (image_url) => ({ image_url, caption: many(31, '#a') }), '36004/2207010'],
    ['21 mentions', (image_url) => ({ image_url, caption: many(21, '@a') }), '100/2207040'],
    ['a long alternative text', (image_url) => ({ image_url, alt_text: 'a'.repeat(1_001) }), '100'],
    ['four collaborators', (image_url) => ({ image_url, collaborators: ['a', 'b', 'c', 'd'] }), '100'],
    ['a place that is not an id', (image_url) => ({ image_url, location_id: 'here' }), '100'],
    ['a tag without a place', (image_url) => ({ image_url, user_tags: tag({ username: 'a' }) }), '100'],
    ['tags that are no list', (image_url) => ({ image_url, user_tags: '{' }), '100'],
    ['a product without a place', (image_url) => ({ image_url, product_tags: tag({ product_id: '1' }) }), '100/2207035'],
    ['a product without an id', (image_url) => ({ image_url, product_tags: tag({ x: 0, y: 0 }) }), '100/2207036'],
    ['a product that is none', (image_url) => ({ image_url, product_tags: tag({ product_id: 'x', x: 0, y: 0 }) }), '100/2207037'],
    ['one child', () => ({ media_type: 'CAROUSEL', children: '1' }), '100/2207028'],
    ['eleven children', () => ({ media_type: 'CAROUSEL', children: many(11, '1,') }), '100/2207028'],
    ['unknown children', () => ({ media_type: 'CAROUSEL', children: ['1', '2'] }), '24/2207006'],
  ])('is refused for %s', async (_, body, code) => {
    expect(codeOf(await create(sandbox(), body(photo())))).toBe(code)
  })

  it.each([
    ['a PNG', 'picture.png', '36001/2207005'],
    ['a video', 'film.mp4', '9004/2207052'],
    ['a missing file', 'none.txt', '9004/2207052'],
    ['a tall image', 'photo.jpg?width=800&height=1100', '36003/2207009'],
    ['a wide image', 'photo.jpg?width=2000&height=1000', '36003/2207009'],
    ['a large image', 'photo.jpg?bytes=8388609', '36000/2207004'],
  ])('is refused for %s as image', async (_, name, code) => {
    expect(codeOf(await create(sandbox(), { image_url: sandbox().sample(name) }))).toBe(code)
  })

  it('takes what lies at the limits', async () => {
    for (const query of ['?width=800&height=1000', '?width=1910&height=1000', '?bytes=8388608']) {
      expect((await create(sandbox(), { image_url: photo(query) })).status, query).toBe(200)
    }
    expect((await create(sandbox(), { image_url: photo('?width=500&height=3000'), media_type: 'STORIES' })).status).toBe(200)
  })

  it.each([
    ['an image', 'REELS', 'photo.jpg', '2207026'],
    ['a page', 'REELS', 'none.txt', '2207052'],
    ['a short video', 'REELS', 'film.mp4?seconds=2.9', '2207026'],
    ['a long video', 'REELS', 'film.mp4?seconds=901', '2207026'],
    ['a long story', 'STORIES', 'film.mp4?seconds=61', '2207026'],
  ])('ends as ERROR for %s in %s', async (_, media_type, name, subcode) => {
    const { json } = await create(sandbox(), { media_type, video_url: sandbox().sample(name) })
    sandbox().clock.advance(60_000)
    const status = await call(sandbox(), 'GET', `/${json.id}?fields=status_code,status`)
    expect(status.json).toMatchObject({ status_code: 'ERROR', status: `Error: Media upload has failed with error code ${subcode}` })
    expect(codeOf(await publish(sandbox(), json.id))).toBe('-1/2207032')
  })

  it('takes the cover from within the video', async () => {
    const reel = { media_type: 'REELS', video_url: sandbox().sample('film.mp4?seconds=5') }
    expect(codeOf(await create(sandbox(), { ...reel, thumb_offset: 5_001 }))).toBe('1/2207057')
    expect((await create(sandbox(), { ...reel, thumb_offset: 5_000 })).status).toBe(200)
  })

  it('does not wait for ever for an image, and follows no redirect', async () => {
    await using sandbox = await disposable({ publishing: { downloadMs: 20 } })
    const server = createServer((request, response) => {
      if (request.url === '/moved') response.writeHead(302, { location: sandbox.sample('photo.jpg') }).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => server.closeAllConnections())
    onTestFinished(() => void server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    expect(codeOf(await create(sandbox, { image_url: `${url}/slow` }))).toBe('-2/2207003')
    expect(codeOf(await create(sandbox, { image_url: `${url}/moved` }))).toBe('9004/2207052')
    expect(codeOf(await create(sandbox, { image_url: 'http://127.0.0.1:1/a.jpg' }))).toBe('9004/2207052')
  })

  it('needs the scope, the account and the host of the token', async () => {
    const image_url = photo()
    expect(codeOf(await create(sandbox(), { image_url }, facebook(sandbox(), 'sandbox-no-publish-token')))).toBe('10')
    expect(codeOf(await create(sandbox(), { image_url }, instagram(sandbox(), 'sandbox-instagram-no-publish-token')))).toBe('10')
    expect(codeOf(await create(sandbox(), { image_url }, facebook(sandbox(), 'sandbox-instagram-token')))).toBe('190')
    const other = accountOf(sandbox(), 1)
    expect(codeOf(await call(sandbox(), 'POST', `/${other}/media`, { side: instagram(sandbox()), body: { image_url } }))).toBe('100/33')
    const page = sandbox().tokens.page(sandbox().instagram.pageOf(accountOf(sandbox())) ?? '')
    expect((await create(sandbox(), { image_url }, facebook(sandbox(), page))).status).toBe(200)
  })

  it('takes a form as well as JSON', async () => {
    const body = new URLSearchParams({ image_url: photo(), caption: 'form' })
    const response = await fetch(`${sandbox().url}/v25.0/${accountOf(sandbox())}/media`, {
      method: 'POST',
      headers: { authorization: 'Bearer sandbox-user-token' },
      body,
    })
    expect(await response.json()).toEqual({ id: expect.any(String) })
  })
})

describe('media_publish', () => {
  const sandbox = withSandbox({ instagram: { accounts: 2, media: 10 } })

  it('refuses what is not there, not its own, or part of a carousel', async () => {
    const id = await readyImage(sandbox())
    const item = await readyImage(sandbox(), { is_carousel_item: true })
    expect(codeOf(await publish(sandbox(), '123'))).toBe('24/2207006')
    expect(codeOf(await publish(sandbox(), item))).toBe('24/2207006')
    const path = `/${accountOf(sandbox(), 1)}/media_publish`
    expect(codeOf(await call(sandbox(), 'POST', path, { body: { creation_id: id } }))).toBe('24/2207006')
    expect(codeOf(await call(sandbox(), 'POST', `/${accountOf(sandbox())}/media_publish`, { body: {} }))).toBe('100')
    expect(codeOf(await publish(sandbox(), id, facebook(sandbox(), 'sandbox-no-publish-token')))).toBe('10')
    expect(sandbox().published(accountOf(sandbox())).posts).toEqual([])
  })

  it('takes a container once, unless the world is worse', async () => {
    const id = await readyImage(sandbox(), { caption: 'once' })
    expect((await publish(sandbox(), id)).status).toBe(200)
    expect(codeOf(await publish(sandbox(), id))).toBe('24/2207006')
    expect(sandbox().published(accountOf(sandbox())).by_caption).toMatchObject({ once: 1 })
    await using worse = await disposable({ publishing: { republish: 'posts-again' } })
    const again = await readyImage(worse, { caption: 'twice' })
    await publish(worse, again)
    expect((await publish(worse, again)).status).toBe(200)
    expect(worse.published(accountOf(worse)).by_caption).toEqual({ twice: 2 })
  })

  it('has a quota for any 24 hours, which a deleted post uses too', async () => {
    await using small = await disposable({ publishing: { quota: 2 } })
    const limit = async () => (await call(small, 'GET', `/${accountOf(small)}/content_publishing_limit?fields=quota_usage,config`)).json
    expect(await limit()).toEqual({ data: [{ quota_usage: 0, config: { quota_total: 2, quota_duration: 86_400 } }] })
    const first = await publish(small, await readyImage(small))
    await call(small, 'DELETE', `/${first.json.id}`)
    await publish(small, await readyImage(small))
    const third = await readyImage(small)
    expect(codeOf(await publish(small, third))).toBe('9/2207042')
    expect((await limit()).data[0].quota_usage).toBe(2)
    expect(await statusOf(small, third)).toBe('FINISHED')
    small.clock.advance(86_400_000 - 5_000)
    const fourth = await readyImage(small)
    expect((await publish(small, fourth)).status).toBe(200)
    const since = Math.floor(small.clock.now().getTime() / 1_000)
    const late = await call(small, 'GET', `/${accountOf(small)}/content_publishing_limit?since=${since}`)
    expect(late.json.data).toEqual([{ quota_usage: 1 }])
  })

  it('lets an account make so many containers in 24 hours', async () => {
    await using small = await disposable({ publishing: { containers: 2 } })
    await readyImage(small)
    await readyImage(small)
    const image_url = small.sample('photo.jpg')
    expect(codeOf(await create(small, { image_url }))).toBe('9/2207042')
    small.clock.advance(86_400_000)
    expect((await create(small, { image_url })).status).toBe(200)
  })

  it('switches comments off', async () => {
    const { json } = await publish(sandbox(), await readyImage(sandbox()))
    expect(codeOf(await call(sandbox(), 'POST', `/${json.id}`, { body: {} }))).toBe('100')
    expect((await call(sandbox(), 'POST', `/${json.id}`, { body: { comment_enabled: false } })).json).toEqual({ success: true })
    const { json: read } = await askInstagram(sandbox(), `/v25.0/${json.id}?fields=is_comment_enabled`)
    expect(read.is_comment_enabled).toBe(false)
  })
})

async function disposable(options: Parameters<typeof startSandbox>[0] = {}) {
  const sandbox = await startSandbox({ now: NOW, instagram: { accounts: 1, media: 10 }, ...options })
  return { ...sandbox, [Symbol.asyncDispose]: () => sandbox.close() }
}
