import { describe, expect, it } from 'vitest'
import { codeOf, withSandbox } from '../ask.ts'
import { accountOf, readAll } from '../instagram/reading.ts'
import { call, create, facebook, instagram, publish, readyImage, statusOf } from './publishing.ts'

const HOUR = 3_600_000

describe('publishing', () => {
  const sandbox = withSandbox({ instagram: { media: 30, accounts: 2 } })

  it.each([
    ['graph.facebook.com', facebook],
    ['graph.instagram.com', instagram],
  ] as const)('goes from a container to a post that can be read, at %s', async (_, sideOf) => {
    const side = sideOf(sandbox())
    const caption = `Grüße 🌿 #one @two ${side.url}`
    const { json } = await create(
      sandbox(),
      { image_url: sandbox().sample('photo.jpg?width=1080&height=1350'), caption, alt_text: 'A' },
      side,
    )
    expect(json).toEqual({ id: expect.stringMatching(/^1788\d{13}$/) })
    expect(await statusOf(sandbox(), json.id)).toBe('IN_PROGRESS')
    expect(codeOf(await publish(sandbox(), json.id, side))).toBe('9007/2207027')
    sandbox().clock.advance(5_000)
    const status = await call(sandbox(), 'GET', `/${json.id}?fields=id,status_code,status`, { side })
    expect(status.json).toEqual({ id: json.id, status_code: 'FINISHED', status: expect.stringMatching(/^Finished: /) })
    const posted = await publish(sandbox(), json.id, side)
    expect(posted.json).toEqual({ id: expect.stringMatching(/^179\d{14}$/) })
    expect(await statusOf(sandbox(), json.id)).toBe('PUBLISHED')
    const media = await call(
      sandbox(),
      'GET',
      `/${posted.json.id}?fields=caption,permalink,timestamp,media_type,media_product_type,alt_text,shortcode`,
      { side },
    )
    expect(media.json).toMatchObject({ id: posted.json.id, caption, media_type: 'IMAGE', media_product_type: 'FEED', alt_text: 'A' })
    expect(media.json.permalink).toBe(`https://www.instagram.com/p/${media.json.shortcode}/`)
    expect(sandbox().published(accountOf(sandbox())).by_caption[caption]).toBe(1)
  })

  it('makes reels, stories and carousels', async () => {
    const video = await create(sandbox(), { media_type: 'REELS', video_url: sandbox().sample('film.mp4?seconds=20'), caption: 'reel' })
    const story = await create(sandbox(), { media_type: 'STORIES', image_url: sandbox().sample('photo.jpg') })
    sandbox().clock.advance(5_000)
    expect(await statusOf(sandbox(), video.json.id)).toBe('IN_PROGRESS')
    const posted = await publish(sandbox(), story.json.id)
    const stories = await call(sandbox(), 'GET', `/${accountOf(sandbox())}/stories?fields=id,media_product_type&limit=1`)
    expect(stories.json.data).toEqual([{ id: posted.json.id, media_product_type: 'STORY' }])
    sandbox().clock.advance(60_000)
    const reel = await publish(sandbox(), video.json.id)
    const fields = '?fields=media_type,media_product_type,permalink,children{id,media_type}'
    expect((await call(sandbox(), 'GET', `/${reel.json.id}${fields}`)).json).toMatchObject({
      media_type: 'VIDEO',
      media_product_type: 'REELS',
    })
    const items = [
      { image_url: sandbox().sample('photo.jpg'), is_carousel_item: true },
      { video_url: sandbox().sample('film.mp4'), media_type: 'VIDEO', is_carousel_item: true },
    ]
    const children = await Promise.all(items.map(async (item) => (await create(sandbox(), item)).json.id))
    expect(codeOf(await create(sandbox(), { media_type: 'CAROUSEL', children }))).toBe('9007/2207027')
    sandbox().clock.advance(60_000)
    const parent = await create(sandbox(), { media_type: 'CAROUSEL', children: children.join(','), caption: 'both' })
    sandbox().clock.advance(5_000)
    const album = await publish(sandbox(), parent.json.id)
    const { json } = await call(sandbox(), 'GET', `/${album.json.id}${fields}`)
    expect(json).toMatchObject({ media_type: 'CAROUSEL_ALBUM', children: { data: [{ media_type: 'IMAGE' }, { media_type: 'VIDEO' }] } })
    const child = json.children.data[0].id
    expect((await call(sandbox(), 'GET', `/${child}?fields=media_type`)).json).toEqual({ media_type: 'IMAGE', id: child })
    expect(codeOf(await call(sandbox(), 'DELETE', `/${child}`))).toBe('-1/2207073')
  })

  it('lets a container expire after 24 hours', async () => {
    const id = await readyImage(sandbox())
    sandbox().clock.advance(24 * HOUR)
    expect(await statusOf(sandbox(), id)).toBe('EXPIRED')
    expect(codeOf(await publish(sandbox(), id))).toBe('24/2207008')
  })

  it('deletes a post at graph.facebook.com only', async () => {
    const { json } = await publish(sandbox(), await readyImage(sandbox(), { caption: 'short-lived' }))
    expect(codeOf(await call(sandbox(), 'DELETE', `/${json.id}`, { side: instagram(sandbox()) }))).toBe('100/33')
    expect((await call(sandbox(), 'DELETE', `/${json.id}`)).json).toEqual({ success: true, deleted_id: json.id })
    expect(codeOf(await call(sandbox(), 'GET', `/${json.id}`))).toBe('100/33')
    const ledger = sandbox().published(accountOf(sandbox()))
    expect(ledger.by_caption['short-lived']).toBeUndefined()
    expect(ledger.posts.at(-1)).toMatchObject({ id: json.id, deleted: true })
  })
})

describe('the list of media', () => {
  const sandbox = withSandbox({ instagram: { media: 300, accounts: 2 } })

  it('shows posts in the list of media, each once and in its place', async () => {
    const fields = `/v25.0/${accountOf(sandbox())}/media?fields=id,timestamp,caption&limit=7`
    const before = (await readAll(sandbox(), fields)).rows
    const ids: string[] = []
    for (const caption of ['first', 'second']) {
      ids.push((await publish(sandbox(), await readyImage(sandbox(), { caption }))).json.id)
      sandbox().clock.advance(20 * 24 * HOUR)
    }
    const { rows } = await readAll(sandbox(), fields)
    const mine = rows.filter(({ id }) => ids.includes(id)).map(({ caption }) => caption)
    expect(mine).toEqual(['second', 'first'])
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
    const known = new Set(before.map(({ id }) => id))
    const made = rows.filter(({ id }) => !known.has(id) && !ids.includes(id))
    expect(made.length).toBeGreaterThan(0)
    const times = rows.slice(2).map(({ timestamp }) => Date.parse(timestamp))
    expect(times.filter((time, index) => index > 0 && time > (times[index - 1] ?? 0) + 40 * 24 * HOUR)).toEqual([])
    const since = Date.parse(rows.find(({ id }) => id === ids[1])?.timestamp ?? '') / 1_000
    const late = await readAll(sandbox(), `${fields}&since=${since}`)
    expect(late.rows.map(({ id }) => id)).toContain(ids[1])
    expect(late.rows.map(({ id }) => id)).not.toContain(ids[0])
  })
})
