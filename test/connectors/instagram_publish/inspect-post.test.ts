import { describe, expect, it } from 'vitest'
import { openPublishingWorld } from './sandbox-world.ts'

describe('InstagramConnector with probeMedia', () => {
  const look = { probeMedia: true }

  it('refuses media that the API would refuse, before any call', async () => {
    const world = await openPublishingWorld()
    const result = await world.postSample('photo.jpg?width=800&height=1100', 'tall', look)
    expect(result).toMatchObject({
      success: false,
      error: { code: 'MEDIA_ERROR', retryable: false, details: { findings: [{ rule: 'image-ratio', path: 'media[0].url' }] } },
    })
    expect(world.sandbox.requests).toEqual([])
  })

  it('says what the API says without it', async () => {
    const world = await openPublishingWorld()
    const result = await world.postSample('photo.jpg?width=800&height=1100', 'tall')
    expect(result.error).toMatchObject({ code: 'MEDIA_ERROR', details: { code: 36003, subcode: 2207009 } })
  })

  it('publishes what passes, and does not look again at what was begun', async () => {
    const world = await openPublishingWorld()
    expect(await world.postSample('photo.jpg', 'fine', look)).toMatchObject({ success: true })
    const begun = { kind: 'error', code: 9, subcode: 2207042, times: 1, match: { route: 'POST /{ig-user}/media_publish' } } as const
    world.break(begun)
    expect(await world.postSample('photo.jpg?a=1', 'begun', look)).toMatchObject({ error: { code: 'QUOTA_EXCEEDED' } })
    expect(await world.postSample('photo.jpg?a=1', 'begun', look)).toMatchObject({ success: true })
    expect([world.live('fine'), world.live('begun')]).toEqual([1, 1])
    const before = world.sandbox.requests.length
    expect(await world.postSample('photo.jpg', 'fine', look)).toMatchObject({ success: true, metadata: { replayed: true } })
    expect(world.sandbox.requests).toHaveLength(before)
  })

  it('leaves a post that is wrong as it is written to the rules that need no look', async () => {
    const world = await openPublishingWorld()
    expect(await world.postSample('photo.jpg', 'x'.repeat(2_300), look)).toMatchObject({
      error: { details: { findings: [{ rule: 'caption-length' }] } },
    })
    expect(world.sandbox.requests).toEqual([])
  })
})
