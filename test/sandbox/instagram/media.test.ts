import { describe, expect, it } from 'vitest'
import { startSandbox } from '../../../sandbox/sandbox.ts'
import { ask, codeOf, NOW, withSandbox } from '../ask.ts'
import { accountOf, askAccount, readAll } from './reading.ts'

const FIELDS =
  'id,ig_id,caption,media_type,media_product_type,media_url,thumbnail_url,permalink,shortcode,timestamp,username,owner,like_count,comments_count,is_comment_enabled'

describe('media list', () => {
  const sandbox = withSandbox({ instagram: { media: 250 } })
  const list = (query: string) => `/v25.0/${accountOf(sandbox())}/media?${query}`

  it('holds each media once, as the truth has it', async () => {
    const { rows, pages } = await readAll(
      sandbox(),
      list('fields=id,media_type,media_product_type,like_count,comments_count,caption&limit=100'),
    )
    const expected = sandbox()
      .truth.media(accountOf(sandbox()))
      .map(({ facts, counts }) => ({
        id: facts.id,
        media_type: facts.type,
        media_product_type: facts.product,
        ...(facts.likesHidden ? {} : { like_count: counts.likes }),
        comments_count: counts.comments,
        ...(facts.caption === undefined ? {} : { caption: facts.caption }),
      }))
    expect([pages, rows.length, new Set(rows.map(({ id }) => id)).size]).toEqual([3, 250, 250])
    expect(rows).toEqual(expected.map((row) => expect.objectContaining(row)))
    expect(rows.map((row) => Object.keys(row).length)).toEqual(expected.map((row) => Object.keys(row).length))
    expect(rows.some((row) => !('like_count' in row))).toBe(true)
  })

  it('has every kind of media, a fifth of them albums, over three years', async () => {
    const media = sandbox().truth.media(accountOf(sandbox()))
    const kinds = new Set(media.map(({ facts }) => `${facts.type} ${facts.product}`))
    expect([...kinds].sort()).toEqual(['CAROUSEL_ALBUM FEED', 'IMAGE FEED', 'VIDEO FEED', 'VIDEO REELS'])
    expect(media.filter(({ facts }) => facts.children > 0)).toHaveLength(50)
    const years = media.map(({ facts }) => new Date(facts.created).getUTCFullYear())
    expect([Math.min(...years), Math.max(...years)]).toEqual([2023, 2026])
    expect(
      sandbox()
        .truth.media(accountOf(sandbox(), 2))
        .filter(({ facts }) => facts.product === 'AD'),
    ).toHaveLength(1)
  })

  it('is newest first but for two pinned media in front and neighbours that changed places', async () => {
    const times = sandbox()
      .truth.media(accountOf(sandbox()))
      .map(({ facts }) => facts.created)
    const rest = times.slice(2)
    expect(times.slice(0, 2).every((time) => time < (rest[0] ?? 0))).toBe(true)
    const rises = rest.filter((time, index) => index > 0 && time > (rest[index - 1] ?? 0))
    expect(rises.length).toBeGreaterThan(2)
    expect(rises.length).toBeLessThan(10)
  })

  it('keeps its cursors when new media appear', async () => {
    const world = await startSandbox({ now: NOW, instagram: { media: 1_000, accounts: 1 } })
    const first = await askAccount(world, '/media?limit=50')
    world.clock.advance(5 * 86_400_000)
    const second = await ask(world, first.json.paging.next)
    const all = world.truth.media(accountOf(world)).map(({ facts }) => facts.id)
    const seen: string[] = [...first.json.data, ...second.json.data].map((row) => row.id)
    const third = all.indexOf(seen[2] ?? '')
    expect(all.length).toBeGreaterThan(1_000)
    expect(seen).toEqual([...all.slice(0, 2), ...all.slice(third, third + 98)])
    await world.close()
  })

  it('takes since and until, both included', async () => {
    const media = sandbox()
      .truth.media(accountOf(sandbox()))
      .map(({ facts }) => facts)
    const times = media.map(({ created }) => created / 1_000).sort((a, b) => a - b)
    const [since, until] = [times[100] ?? 0, times[120] ?? 0]
    const { rows } = await readAll(sandbox(), list(`since=${since}&until=${until}&fields=timestamp&limit=100`))
    const inside = media.filter(({ created }) => created >= since * 1_000 && created <= until * 1_000)
    expect(rows.map(({ id }) => id).sort()).toEqual(inside.map(({ id }) => id).sort())
    expect(rows).toHaveLength(21)
  })

  it('refuses more than 100 rows, foreign cursors and unknown fields', async () => {
    for (const query of ['limit=101', 'after=nonsense', 'fields=id,followers_count']) {
      expect(codeOf(await ask(sandbox(), list(query)))).toBe('100')
    }
  })

  it('signs each address again and leaves it out for some reels', async () => {
    const read = async () => (await readAll(sandbox(), list('fields=id,media_url,media_product_type&limit=100'))).rows
    const [one, two] = [await read(), await read()]
    const plain = (row: Record<string, unknown>) => String(row['media_url']).split('?')[0]
    expect(one.map(plain)).toEqual(two.map(plain))
    expect(one.filter((row, index) => 'media_url' in row && row['media_url'] === two[index]?.['media_url'])).toEqual([])
    const without = one.filter((row) => !('media_url' in row))
    expect(without.length).toBeGreaterThan(0)
    expect(without.every((row) => row['media_product_type'] === 'REELS')).toBe(true)
  })

  it('opens albums within the call; children have no permalink and no counts', async () => {
    const fields = `children{id,media_type,media_url,permalink,thumbnail_url,timestamp,like_count}`
    const { rows } = await readAll(sandbox(), list(`fields=id,media_type,${fields}&limit=100`))
    const albums = rows.filter((row) => row['media_type'] === 'CAROUSEL_ALBUM')
    const children = albums.flatMap((row) => (row['children'] as { data: Record<string, unknown>[] }).data)
    expect(children).toHaveLength(250)
    expect(children.every((child) => !('permalink' in child) && !('like_count' in child) && 'media_url' in child)).toBe(true)
    expect(rows.every((row) => 'children' in row === (row['media_type'] === 'CAROUSEL_ALBUM'))).toBe(true)
    const edge = await ask(sandbox(), `/v25.0/${albums[0]?.id}/children?fields=id`)
    expect(edge.json.data).toEqual(children.slice(0, 5).map(({ id }) => ({ id })))
    const node = await ask(sandbox(), `/v25.0/${children[0]?.['id']}?fields=id,media_type,owner,username`)
    expect(node.json).toEqual({
      id: children[0]?.['id'],
      media_type: children[0]?.['media_type'],
      owner: { id: accountOf(sandbox()) },
      username: sandbox().instagram.facts(accountOf(sandbox())).username,
    })
  })

  it('gives a node the fields that the list gives', async () => {
    const { rows } = await readAll(sandbox(), list(`fields=${FIELDS}&limit=10&since=1780000000`))
    const volatile = (row: Record<string, unknown>) => ({ ...row, media_url: null, thumbnail_url: null })
    for (const row of rows.slice(0, 5)) {
      const { json } = await ask(sandbox(), `/v25.0/${row.id}?fields=${FIELDS}`)
      expect(volatile(json)).toEqual(volatile(row))
    }
  })

  it('lets counts grow for four weeks, and some again much later', async () => {
    const world = await startSandbox({ now: NOW, instagram: { media: 1_000, accounts: 1, followers: 20_000 } })
    const read = () => new Map(world.truth.media(accountOf(world)).map(({ facts, counts }) => [facts.id, { facts, counts }]))
    const before = read()
    world.clock.advance(86_400_000)
    const changed = [...read()].filter(([id, { counts }]) => before.has(id) && before.get(id)?.counts.likes !== counts.likes)
    const ages = changed.map(([, { facts }]) => (Date.parse(NOW) - facts.created) / 86_400_000)
    expect(ages.filter((age) => age < 28).length).toBeGreaterThan(15)
    world.clock.advance(60 * 86_400_000)
    const later = [...read()].filter(
      ([id, { counts, facts }]) => facts.created < Date.parse('2026-06-01') && before.get(id)?.counts.likes !== counts.likes,
    )
    expect(later.length).toBeGreaterThan(10)
    expect(later.length).toBeLessThan(100)
    const unseen = [...read()].filter(
      ([id, { counts }]) => before.get(id)?.counts.likes === counts.likes && before.get(id)?.counts.reach !== counts.reach,
    )
    expect(unseen.length).toBeGreaterThan(5)
    const { json } = await askAccount(world, '/media?fields=like_count&limit=1&since=2026-12-01', { token: 'sandbox-system-token' })
    const shown = world.truth.media(accountOf(world)).find(({ facts }) => facts.id === json.data[0].id)
    expect(json.data[0].like_count).toBe(shown?.counts.likes)
    await world.close()
  })
})

describe('a large account', () => {
  const sandbox = withSandbox({ instagram: { accounts: 200, media: 12_000 } })

  it('lists its 10,000 newest media', async () => {
    const { rows, pages } = await readAll(sandbox(), `/v25.0/${accountOf(sandbox(), 199)}/media?limit=100`)
    expect([pages, rows.length, new Set(rows.map(({ id }) => id)).size]).toEqual([100, 10_000, 10_000])
    expect((await askAccount(sandbox(), '?fields=media_count', { index: 199 })).json.media_count).toBe(12_000)
  })
})
