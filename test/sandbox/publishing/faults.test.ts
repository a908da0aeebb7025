import { describe, expect, it } from 'vitest'
import type { Fault } from '../../../sandbox/faults/fault.ts'
import { codeOf, withSandbox } from '../ask.ts'
import { accountOf } from '../instagram/reading.ts'
import { call, create, publish, readyImage, statusOf } from './publishing.ts'

const onPublish = { route: 'POST /{ig-user}/media_publish' }

describe('faults of publishing', () => {
  const sandbox = withSandbox({ instagram: { accounts: 1, media: 10 }, publishing: { readsInProgress: 0 } })
  const live = (caption: string) => sandbox().published(accountOf(sandbox())).by_caption[caption] ?? 0
  const add = (fault: Fault) => {
    sandbox().faults.clear()
    sandbox().faults.add({ times: 1, ...fault })
  }

  it.each<[string, Fault, string]>([
    ['2207001', { kind: 'error', code: -1, subcode: 2207001, status: 500, work: 'done', match: onPublish }, '-1/2207001'],
    ['2207051', { kind: 'error', code: 4, subcode: 2207051, work: 'done', match: onPublish }, '4/2207051'],
    ['a server error', { kind: 'error', code: 2, status: 503, transient: true, work: 'done', match: onPublish }, '2'],
  ])('says %s although the post is live', async (_, fault, code) => {
    add(fault)
    const caption = `live ${code}`
    const id = await readyImage(sandbox(), { caption })
    const answer = await publish(sandbox(), id)
    expect(codeOf(answer)).toBe(code)
    expect(answer.json.error.message).not.toBe('')
    expect(await statusOf(sandbox(), id)).toBe('PUBLISHED')
    expect(live(caption)).toBe(1)
  })

  it.each<[string, Fault]>([
    ['a page of a gateway', { kind: 'html', status: 502, work: 'done', match: onPublish }],
    ['nothing at all', { kind: 'empty', work: 'done', match: onPublish }],
  ])('answers with %s although the post is live', async (name, fault) => {
    add(fault)
    const answer = await publish(sandbox(), await readyImage(sandbox(), { caption: name }))
    expect(answer.json?.id).toBeUndefined()
    expect(live(name)).toBe(1)
  })

  it('cuts the connection after the post is live', async () => {
    add({ kind: 'reset', match: onPublish })
    const id = await readyImage(sandbox(), { caption: 'cut after' })
    await expect(publish(sandbox(), id)).rejects.toThrow()
    expect(live('cut after')).toBe(1)
  })

  it('cuts the connection before anything is done', async () => {
    add({ kind: 'reset', work: 'undone', match: onPublish })
    const id = await readyImage(sandbox(), { caption: 'cut before' })
    await expect(publish(sandbox(), id)).rejects.toThrow()
    expect([live('cut before'), await statusOf(sandbox(), id)]).toEqual([0, 'FINISHED'])
    expect((await publish(sandbox(), id)).status).toBe(200)
  })

  it('refuses without posting', async () => {
    add({ kind: 'error', code: -1, subcode: 2207001, match: onPublish })
    const id = await readyImage(sandbox(), { caption: 'not live' })
    expect(codeOf(await publish(sandbox(), id))).toBe('-1/2207001')
    expect([live('not live'), await statusOf(sandbox(), id)]).toEqual([0, 'FINISHED'])
  })

  it('loses the answer to a new container', async () => {
    add({ kind: 'reset', match: { route: 'POST /{ig-user}/media' } })
    const before = sandbox().containers.of(accountOf(sandbox())).length
    await expect(create(sandbox(), { image_url: sandbox().sample('photo.jpg') })).rejects.toThrow()
    expect(sandbox().containers.of(accountOf(sandbox())).length).toBe(before + 1)
  })

  it('makes the next container slow', async () => {
    add({ kind: 'slow-container', seconds: 100 })
    const id = await readyImage(sandbox())
    expect(await statusOf(sandbox(), id)).toBe('IN_PROGRESS')
    sandbox().clock.advance(100_000)
    expect(await statusOf(sandbox(), id)).toBe('FINISHED')
    expect(await statusOf(sandbox(), await readyImage(sandbox()))).toBe('FINISHED')
  })

  it('lets the next container fail', async () => {
    add({ kind: 'fail-container', subcode: 2207053 })
    const { json } = await call(sandbox(), 'GET', `/${await readyImage(sandbox())}?fields=status_code,status`)
    expect(json).toMatchObject({ status_code: 'ERROR', status: expect.stringContaining('2207053') })
  })

  it('hides the next post from reads for a while, although it is live', async () => {
    add({ kind: 'hide-post', seconds: 90 })
    const { json } = await publish(sandbox(), await readyImage(sandbox(), { caption: 'late' }))
    const list = async () => (await call(sandbox(), 'GET', `/${accountOf(sandbox())}/media?fields=caption`)).json.data
    expect(live('late')).toBe(1)
    expect(codeOf(await call(sandbox(), 'GET', `/${json.id}`))).toBe('100/33')
    expect(await list()).not.toContainEqual({ id: json.id, caption: 'late' })
    sandbox().clock.advance(90_000)
    expect(await list()).toContainEqual({ id: json.id, caption: 'late' })
  })

  it('answers reads of containers and posts with 100/33 for a while', async () => {
    add({ kind: 'error', code: 100, subcode: 33, times: 2, match: { route: 'GET /{ig-container}' } })
    const id = await readyImage(sandbox())
    const read = () => call(sandbox(), 'GET', `/${id}?fields=status_code`)
    expect([codeOf(await read()), codeOf(await read())]).toEqual(['100/33', '100/33'])
    expect((await read()).json.status_code).toBe('FINISHED')
    const posted = await publish(sandbox(), id)
    add({ kind: 'error', code: 100, subcode: 33, match: { route: 'GET /{ig-media}' } })
    expect(codeOf(await call(sandbox(), 'GET', `/${posted.json.id}?fields=permalink`))).toBe('100/33')
    expect((await call(sandbox(), 'GET', `/${posted.json.id}?fields=permalink`)).json.permalink).toMatch(/^https:/)
  })

  it('forgets containers and posts on a reset', async () => {
    await publish(sandbox(), await readyImage(sandbox(), { caption: 'gone' }))
    await fetch(`${sandbox().url}/__sandbox/reset`, { method: 'POST' })
    const response = await fetch(`${sandbox().url}/__sandbox/published?account=${accountOf(sandbox())}`)
    expect(await response.json()).toEqual({ account: accountOf(sandbox()), by_caption: {}, posts: [], containers: [] })
  })
})
