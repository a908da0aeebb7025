import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { createAttempts } from '../../../../framework/http/transport/attempt.ts'
import { DEFAULT_TIMEOUTS, type Timeouts } from '../../../../framework/http/transport/attempt-settings.ts'
import { bodyPieces } from '../../../../framework/http/transport/body.ts'
import { createOrigins } from '../../../../framework/http/transport/origin.ts'
import { getRequest, serveHttp } from '../fixtures.ts'

const open: (() => unknown)[] = []
const text = 'id,name\n'.repeat(60_000)

afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

async function save(listener: Parameters<typeof serveHttp>[0], timeouts: Partial<Timeouts> = {}, signal?: AbortSignal) {
  const server = await serveHttp(listener)
  const folder = mkdtempSync(join(tmpdir(), 'save-body-'))
  const origins = createOrigins(undefined)
  const attempts = createAttempts({
    ...{ origins, userAgent: 'connector/test', redact: (found: string) => found },
    timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts },
    limits: { maxBodyBytes: 10_000, maxCompressionRatio: 200 },
  })
  open.push(
    () => attempts.close(),
    () => server.close(),
    () => rmSync(folder, { recursive: true }),
  )
  const file = join(folder, 'body')
  const bytes: number[] = []
  const options = { onBytes: (count: number) => bytes.push(count), ...(signal ? { signal } : {}) }
  const response = await attempts.send({ ...getRequest(server.origin), saveTo: file }, origins.assertAllowed(server.origin), options)
  return { response, bytes, saved: () => readFileSync(file, 'utf8') }
}

describe('saveBody', () => {
  it('writes a body that is larger than memory may hold to the file', async () => {
    const { response, bytes, saved } = await save((_, answer) => answer.end(text))
    expect(response.status).toBe(200)
    expect(response.body.length).toBe(0)
    expect(saved()).toBe(text)
    expect(bytes).toEqual([text.length])
    const pieces: Uint8Array[] = []
    for await (const piece of bodyPieces(response)) pieces.push(piece)
    expect(pieces.length).toBeGreaterThan(1)
    expect(Buffer.concat(pieces).toString()).toBe(text)
  })

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ])('undoes Content-Encoding %s', async (coding, pack) => {
    const packed = pack(text)
    const { saved, bytes } = await save((_, answer) => answer.writeHead(200, { 'content-encoding': coding }).end(packed))
    expect(saved()).toBe(text)
    expect(bytes).toEqual([packed.length])
  })

  it.each([
    ['a packed body that is cut off', 'ERR_BODY_TRUNCATED', { 'content-encoding': 'gzip' }],
    ['a coding that nobody knows', 'ERR_BODY_ENCODING', { 'content-encoding': 'zebra' }],
  ])('fails for %s', async (_, code, headers) => {
    const packed = gzipSync(text)
    const saving = save((_request, answer) => answer.writeHead(200, headers).end(packed.subarray(0, packed.length - 20)))
    await expect(saving).rejects.toMatchObject({ code })
  })

  it('fails when the connection breaks within the body', async () => {
    const saving = save((_, answer) => {
      answer.writeHead(200, { 'content-length': text.length })
      answer.write(text.slice(0, 5000), () => answer.destroy())
    })
    await expect(saving).rejects.toMatchObject({ code: 'ERR_BODY_TRUNCATED', failureType: 'transient_error' })
  })

  it('fails when no byte comes for too long', async () => {
    const saving = save((_, answer) => void answer.writeHead(200).write('id\n'), { bodyIdle: 50 })
    await expect(saving).rejects.toMatchObject({ code: 'ERR_TIMEOUT', message: expect.stringContaining("phase 'body'") })
  })

  it('keeps an error in memory, under the usual limit', async () => {
    const { response } = await save((_, answer) => answer.writeHead(404).end('{"error":"gone"}'))
    expect(response.json()).toEqual({ error: 'gone' })
    expect(response.pieces).toBeUndefined()
    await expect(save((_, answer) => answer.writeHead(500).end(text))).rejects.toMatchObject({ code: 'ERR_BODY_TOO_LARGE' })
  })

  it('does not follow a redirect', async () => {
    const saving = save((_, answer) => answer.writeHead(302, { location: 'https://elsewhere.test/' }).end())
    await expect(saving).rejects.toMatchObject({ code: 'ERR_REDIRECT_REFUSED' })
  })

  it('stops when the run is stopped', async () => {
    const stop = new AbortController()
    const saving = save(
      (_, answer) => {
        answer.writeHead(200).write('id\n', () => stop.abort())
      },
      {},
      stop.signal,
    )
    await expect(saving).rejects.toMatchObject({ code: 'ERR_ABORTED' })
  })
})
