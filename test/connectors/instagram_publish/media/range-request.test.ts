import { describe, expect, it } from 'vitest'
import { rangeRequests } from '../../../../connectors/instagram_publish/media/range-request.ts'
import { file, serve } from './file-server.ts'

describe('rangeRequests', () => {
  const range = { offset: 2, length: 3 }

  it('asks for the bytes wanted, without credentials', async () => {
    const { url } = await serve({
      '/a': (request, response) => {
        expect(request.headers.authorization).toBeUndefined()
        file(Buffer.from('0123456789'), 'text/plain')(request, response)
      },
    })
    const answer = await rangeRequests({ localHosts: true })(new URL(`${url}/a`), range, undefined)
    expect(answer).toMatchObject({ status: 206, bytes: Buffer.from('234'), headers: { 'content-range': 'bytes 2-4/10' } })
  })

  it('takes no more than was wanted from a server that sends all', async () => {
    const { url } = await serve({ '/a': file(Buffer.alloc(3_000_000), 'video/mp4', { ranges: false }) })
    const answer = await rangeRequests({ localHosts: true })(new URL(`${url}/a`), { offset: 0, length: 10 }, undefined)
    expect([answer.status, answer.bytes.length]).toEqual([200, 10])
  })

  it('refuses a name that leads to an internal address', async () => {
    const { url, seen } = await serve({ '/a': file(Buffer.from('secret')) })
    const named = new URL(`${url.replace('127.0.0.1', 'localhost')}/a`)
    await expect(rangeRequests({ localHosts: false })(named, range, undefined)).rejects.toThrow(/internal address/)
    expect(seen).toEqual([])
  })
})
