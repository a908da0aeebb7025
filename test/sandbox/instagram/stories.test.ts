import { describe, expect, it } from 'vitest'
import { startSandbox } from '../../../sandbox/sandbox.ts'
import { ask, codeOf, NOW } from '../ask.ts'
import { accountOf, askAccount } from './reading.ts'

const HOUR = 3_600_000

describe('stories', () => {
  it('live for 24 hours of the clock, and their insights with them', async () => {
    const world = await startSandbox({ now: NOW, instagram: { accounts: 1, stories: 8, followers: 9_000 } })
    const list = async () => (await askAccount(world, '/stories?fields=id,timestamp,media_product_type,permalink')).json.data
    const before = await list()
    expect(before.map(({ id }: { id: string }) => id)).toEqual(world.truth.stories(accountOf(world)).map(({ facts }) => facts.id))
    expect(before.length).toBeGreaterThan(5)
    const { username } = world.instagram.facts(accountOf(world))
    expect(before[0]).toMatchObject({
      media_product_type: 'STORY',
      permalink: expect.stringMatching(`^https://instagram.com/stories/${username}/\\d+$`),
    })
    const oldest = before.at(-1).id
    expect((await ask(world, `/v25.0/${oldest}?fields=id,media_type`)).status).toBe(200)
    world.clock.advance(12 * HOUR)
    const after = (await list()).map(({ id }: { id: string }) => id)
    expect([after.includes(oldest), after.includes(before[0].id)]).toEqual([false, true])
    for (const path of [`/v25.0/${oldest}`, `/v25.0/${oldest}/insights?metric=reach`]) expect(codeOf(await ask(world, path))).toBe('100/33')
    await world.close()
  })

  it('grow by the hour and are not part of the media', async () => {
    const world = await startSandbox({ now: NOW, instagram: { accounts: 1, stories: 4, followers: 50_000 } })
    const story = world.truth.stories(accountOf(world)).find(({ counts }) => counts.reach > 50)?.facts.id ?? ''
    const reach = async () => (await ask(world, `/v25.0/${story}/insights?metric=reach`)).json.data[0].values[0].value
    const first = await reach()
    expect(first).toBe(world.truth.mediaInsights(story).values['reach'])
    world.clock.advance(4 * HOUR)
    expect(await reach()).toBeGreaterThan(first)
    expect(world.truth.media(accountOf(world)).some(({ facts }) => facts.id === story)).toBe(false)
    await world.close()
  })

  it('with fewer than five viewers refuse with code 10', async () => {
    const world = await startSandbox({ now: NOW, instagram: { accounts: 1, stories: 48 } })
    const stories = world.truth.stories(accountOf(world)).map(({ facts, counts }) => ({ id: facts.id, few: counts.reach < 5 }))
    expect(stories.filter(({ few }) => few).length).toBeGreaterThan(1)
    for (const { id, few } of stories) {
      const { status, json } = await ask(world, `/v25.0/${id}/insights?metric=reach,views,replies`)
      expect([status, json.error?.message]).toEqual(
        few ? [400, '(#10) Not enough viewers for the media to show insights'] : [200, undefined],
      )
      expect(world.truth.mediaInsights(id).refused).toBe(few ? '10' : undefined)
    }
    await world.close()
  })

  it('are read in pages', async () => {
    const world = await startSandbox({ now: NOW, instagram: { accounts: 1, stories: 48 } })
    const first = await askAccount(world, '/stories?limit=30')
    const second = await ask(world, first.json.paging.next)
    const ids = [...first.json.data, ...second.json.data].map(({ id }: { id: string }) => id)
    expect(ids).toEqual(world.truth.stories(accountOf(world)).map(({ facts }) => facts.id))
    await world.close()
  })

  it('are none when the option says so', async () => {
    const world = await startSandbox({ now: NOW, instagram: { accounts: 1, stories: 0 } })
    expect((await askAccount(world, '/stories')).json).toEqual({ data: [] })
    await world.close()
  })
})
