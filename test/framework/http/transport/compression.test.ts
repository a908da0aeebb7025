import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { decompress } from '../../../../framework/http/transport/compression.ts'

const MIB = 1024 * 1024
const limits = { maxBodyBytes: 4 * MIB, maxCompressionRatio: 100 }
const text = Buffer.from(JSON.stringify({ data: Array.from({ length: 5000 }, (_, index) => ({ id: String(index), value: index })) }))

describe('decompress', () => {
  it.each([
    ['gzip', gzipSync(text)],
    ['GZIP', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
    ['identity', text],
    [undefined, text],
    ['gzip', Buffer.alloc(0)],
  ])('undoes %s', async (coding, body) => {
    const decoded = await decompress(body, coding, limits)
    expect(Buffer.from(decoded).equals(body.length === 0 ? body : text)).toBe(true)
  })

  it.each([
    ['gzip', gzipSync],
    ['br', (body: Buffer) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } })],
    ['deflate', deflateSync],
  ])('stops a %s bomb of 256 MiB before it unfolds', async (coding, compress) => {
    const bomb = compress(Buffer.alloc(256 * MIB))
    const before = process.memoryUsage().rss
    await expect(decompress(bomb, coding, { maxBodyBytes: 32 * MIB, maxCompressionRatio: 200 })).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_(COMPRESSION_RATIO|BODY_TOO_LARGE)$/),
      failureType: 'system_error',
    })
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * MIB)
  })

  it('judges small bodies by no ratio', async () => {
    const decoded = await decompress(gzipSync(Buffer.alloc(MIB)), 'gzip', { maxBodyBytes: 4 * MIB, maxCompressionRatio: 2 })
    expect(decoded.length).toBe(MIB)
  })

  it('says which limit was met', async () => {
    const body = gzipSync(Buffer.alloc(3 * MIB))
    await expect(decompress(body, 'gzip', { maxBodyBytes: 4 * MIB, maxCompressionRatio: 2 })).rejects.toMatchObject({
      code: 'ERR_COMPRESSION_RATIO',
    })
    await expect(decompress(body, 'gzip', { maxBodyBytes: 2 * MIB, maxCompressionRatio: 5000 })).rejects.toMatchObject({
      code: 'ERR_BODY_TOO_LARGE',
    })
  })

  it('finds a body truncated at any byte', async () => {
    const body = gzipSync(text)
    for (let length = 1; length < body.length; length += 97) {
      await expect(decompress(body.subarray(0, length), 'gzip', limits)).rejects.toMatchObject({
        code: 'ERR_BODY_TRUNCATED',
        failureType: 'transient_error',
      })
    }
  })

  it.each(['zstd', 'constructor', 'toString', 'gzip, gzip, gzip'])('refuses the coding %s', async (coding) => {
    await expect(decompress(text, coding, limits)).rejects.toMatchObject({ code: 'ERR_BODY_ENCODING' })
  })
})
