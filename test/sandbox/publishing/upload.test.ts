import { describe, expect, it } from 'vitest'
import type { Sandbox } from '../../../sandbox/sandbox.ts'
import { type Answer, withSandbox } from '../ask.ts'
import { call, create, instagram, publish, statusOf } from './publishing.ts'

describe('upload', () => {
  const sandbox = withSandbox({ instagram: { accounts: 1, media: 10 } })
  const video = async () => Buffer.from(await (await fetch(sandbox().sample('film.mp4?seconds=20&bytes=300000'))).arrayBuffer())
  const resumable = async () => (await create(sandbox(), { media_type: 'REELS', upload_type: 'resumable', caption: 'up' })).json
  const send = async (uri: string, headers: Record<string, string>, body?: Buffer) => {
    const response = await fetch(uri, {
      method: 'POST',
      headers: { authorization: 'OAuth sandbox-user-token', ...headers },
      ...(body ? { body: new Uint8Array(body) } : {}),
    })
    const json: Answer['json'] = await response.json()
    return { status: response.status, json }
  }

  it('takes a video in one part, and then it is a post like others', async () => {
    const bytes = await video()
    const { id, uri } = await resumable()
    expect(uri).toBe(`${sandbox().url}/ig-api-upload/v25.0/${id}`)
    sandbox().clock.advance(120_000)
    expect(await statusOf(sandbox(), id)).toBe('IN_PROGRESS')
    expect(await send(uri, { offset: '0', file_size: String(bytes.length) }, bytes)).toEqual({
      status: 200,
      json: { success: true, message: 'Upload successful.' },
    })
    expect(await statusOf(sandbox(), id)).toBe('IN_PROGRESS')
    sandbox().clock.advance(60_000)
    expect(await statusOf(sandbox(), id)).toBe('FINISHED')
    const { json } = await publish(sandbox(), id)
    expect((await call(sandbox(), 'GET', `/${json.id}?fields=media_product_type,caption`)).json).toMatchObject({ caption: 'up' })
  })

  it('takes parts that follow each other', async () => {
    const bytes = await video()
    const { id, uri } = await resumable()
    const file_size = String(bytes.length)
    expect((await send(uri, { offset: '0', file_size }, bytes.subarray(0, 100_000))).json.success).toBe(true)
    const again = await send(uri, { offset: '0', file_size }, bytes.subarray(0, 100_000))
    expect([again.status, again.json.debug_info.retriable]).toEqual([400, true])
    expect((await send(uri, { offset: '100000', file_size }, bytes.subarray(100_000))).json.message).toBe('Upload successful.')
    sandbox().clock.advance(60_000)
    expect(await statusOf(sandbox(), id)).toBe('FINISHED')
    expect((await send(uri, { offset: '0', file_size }, bytes)).json.debug_info.message).toMatch(/takes no upload/)
  })

  it('takes the address of a video', async () => {
    const { id, uri } = await resumable()
    expect((await send(uri, { file_url: sandbox().sample('none.txt') })).status).toBe(400)
    expect((await send(uri, { file_url: sandbox().sample('film.mp4?seconds=5') })).json.success).toBe(true)
    sandbox().clock.advance(60_000)
    expect(await statusOf(sandbox(), id)).toBe('FINISHED')
  })

  it.each([
    ['no headers', {}, /offset and file_size/],
    ['more than announced', { offset: '0', file_size: '10' }, /did not match length/],
  ])('refuses %s in its own form', async (_, headers, message) => {
    const { uri } = await resumable()
    const { status, json } = await send(uri, headers, await video())
    expect([status, json.debug_info.type, json.debug_info.message]).toEqual([400, 'ProcessingFailedError', expect.stringMatching(message)])
  })

  it('ends as ERROR for bytes that are not a video', async () => {
    const { id, uri } = await resumable()
    await send(uri, { offset: '0', file_size: '3' }, Buffer.from('abc'))
    sandbox().clock.advance(60_000)
    expect(await statusOf(sandbox(), id)).toBe('ERROR')
  })

  it('is not offered at graph.instagram.com', async () => {
    const { json } = await create(sandbox(), { media_type: 'REELS', upload_type: 'resumable' }, instagram(sandbox()))
    expect(json.error).toMatchObject({ code: 100, type: 'IGApiException', message: 'The parameter video_url is required.' })
  })

  it('can fail like any other call', async () => {
    const world: Sandbox = sandbox()
    world.faults.add({ kind: 'error', code: 1, times: 1, match: { route: 'POST /ig-api-upload/{ig-container}' } })
    const { uri } = await resumable()
    expect((await send(uri, { offset: '0', file_size: '1' })).json.error.code).toBe(1)
  })
})
