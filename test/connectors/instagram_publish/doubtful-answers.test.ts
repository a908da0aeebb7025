import { describe, expect, it } from 'vitest'
import type { FaultKind } from '../../../sandbox/faults/fault.ts'
import { openPlace, PUBLISH } from './publishing.ts'

/** Answers of media_publish that leave open whether the post is live. */
const doubtful: readonly (readonly [string, FaultKind])[] = [
  ['the spam block', { kind: 'error', code: 4, subcode: 2207051 }],
  ['an Instagram server error', { kind: 'error', code: -1, subcode: 2207001 }],
  ['an unknown error', { kind: 'error', code: 1, status: 500 }],
  ['a duplicate', { kind: 'error', code: 506 }],
  ['a gateway page', { kind: 'html', status: 502 }],
  ['a login page with 200', { kind: 'html', status: 200 }],
  ['an empty 200', { kind: 'empty', status: 200 }],
  ['a cut off body', { kind: 'truncate', bytes: 5 }],
  ['a lost connection', { kind: 'reset', bytes: 0 }],
]

describe('a post whose answer is in doubt', () => {
  it.each(doubtful)('is found when it is live after %s', async (_, kind) => {
    const { instagram, live, image, fault } = await openPlace()
    fault({ ...kind, work: 'done', times: 1, match: { route: PUBLISH } })
    const content = { caption: 'Am I there?', mediaUrls: [image()] }
    const result = await instagram.publishFeedPost(content)
    expect(result).toMatchObject({ success: true, metadata: { foundBy: 'reconciliation' } })
    expect(result.publishedUrl).toMatch(/instagram\.com/)
    expect(await instagram.publishFeedPost(content)).toMatchObject({ success: true, metadata: { replayed: true } })
    expect(live()).toEqual({ 'Am I there?': 1 })
  })

  it.each(doubtful)('is UNKNOWN and not repeated by itself when it is not live after %s', async (_, kind) => {
    const { instagram, live, image, fault, sandbox } = await openPlace()
    fault({ ...kind, work: 'undone', times: 1, match: { route: PUBLISH } })
    const content = { caption: 'Am I there?', mediaUrls: [image()] }
    const unknown = { success: false, error: { code: 'UNKNOWN_OUTCOME', retryable: false }, metadata: { state: 'UNKNOWN' } }
    expect(await instagram.publishFeedPost(content)).toMatchObject(unknown)
    expect(await instagram.publishFeedPost(content)).toMatchObject(unknown)
    expect(sandbox.counts[PUBLISH]).toBe(1)
    expect(await instagram.publishFeedPost(content, { resume: true })).toMatchObject({ success: true })
    expect(live()).toEqual({ 'Am I there?': 1 })
  })

  it('is found without a caption too, when the container says that it was published', async () => {
    const { instagram, live, image, fault } = await openPlace()
    fault({ kind: 'reset', bytes: 0, work: 'done', times: 1, match: { route: PUBLISH } })
    expect(await instagram.publishStory({ mediaUrls: [image()] }, 'image')).toMatchObject({ success: true })
    expect(live()).toEqual({ '': 1 })
  })

  it('stays UNKNOWN while no list shows it, and is found later', async () => {
    const { instagram, live, image, fault, sandbox } = await openPlace({ publishing: { republish: 'posts-again' } })
    fault({ kind: 'hide-post', seconds: 600 })
    fault({ kind: 'reset', bytes: 0, work: 'done', times: 1, match: { route: PUBLISH } })
    const content = { caption: 'hidden', mediaUrls: [image()] }
    const result = await instagram.publishFeedPost(content)
    expect(result).toMatchObject({ error: { code: 'UNKNOWN_OUTCOME', details: { container: 'PUBLISHED' } } })
    expect(await instagram.publishFeedPost(content, { resume: true })).toMatchObject({ error: { code: 'UNKNOWN_OUTCOME' } })
    sandbox.clock.advance(600_000)
    expect(await instagram.publishFeedPost(content)).toMatchObject({ success: true })
    expect(live()).toEqual({ hidden: 1 })
  })

  it('asks when two posts could be it', async () => {
    const { instagram, connect, live, image, fault } = await openPlace()
    const content = { caption: 'twins', mediaUrls: [image()] }
    const other = await connect().publishFeedPost(content)
    fault({ kind: 'reset', bytes: 0, work: 'done', times: 1, match: { route: PUBLISH } })
    const result = await instagram.publishFeedPost(content)
    expect(result).toMatchObject({
      error: { code: 'UNKNOWN_OUTCOME', details: { candidates: expect.arrayContaining([other.platformPostId]) } },
    })
    expect(result.error?.message).toMatch(/--published ID/)
    expect(live()).toEqual({ twins: 2 })
  })

  it('is distinguished from an earlier post of its own with the same caption', async () => {
    const { instagram, live, image, fault } = await openPlace()
    const content = { caption: 'again', mediaUrls: [image()] }
    const first = await instagram.publishFeedPost(content, { idempotencyKey: 'monday' })
    fault({ kind: 'reset', bytes: 0, work: 'done', times: 1, match: { route: PUBLISH } })
    const second = await instagram.publishFeedPost(content, { idempotencyKey: 'tuesday' })
    expect(second).toMatchObject({ success: true })
    expect(second.platformPostId).not.toBe(first.platformPostId)
    expect(live()).toEqual({ again: 2 })
  })

  it('is FAILED, not UNKNOWN, when the container expired unpublished', async () => {
    const { instagram, live, image, fault, sandbox } = await openPlace()
    fault({ kind: 'reset', bytes: 0, work: 'undone', times: 1, match: { route: PUBLISH } })
    const content = { caption: 'too late', mediaUrls: [image()] }
    expect(await instagram.publishFeedPost(content)).toMatchObject({ error: { code: 'UNKNOWN_OUTCOME' } })
    sandbox.clock.advance(25 * 3_600_000)
    expect(await instagram.publishFeedPost(content)).toMatchObject({ error: { code: 'CONTAINER_EXPIRED', retryable: true } })
    expect(await instagram.publishFeedPost(content)).toMatchObject({ success: true })
    expect(live()).toEqual({ 'too late': 1 })
  })
})
