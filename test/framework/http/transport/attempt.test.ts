import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { type Attempts, createAttempts } from '../../../../framework/http/transport/attempt.ts'
import { DEFAULT_TIMEOUTS, type Timeouts } from '../../../../framework/http/transport/attempt-settings.ts'
import { createOrigins } from '../../../../framework/http/transport/origin.ts'
import { getRequest, type Loopback, serveHttp, serveRaw } from '../fixtures.ts'

const MIB = 1024 * 1024
const open: { close(): unknown }[] = []
const body = JSON.stringify({ data: Array.from({ length: 40 }, (_, index) => ({ id: `${index}`, caption: 'ü'.repeat(index) })) })

afterEach(async () => {
  for (const thing of open.splice(0)) await thing.close()
})

interface SetUp {
  readonly timeouts?: Partial<Timeouts>
  readonly maxBodyBytes?: number
  readonly allowed?: readonly string[]
}

function createSend({ timeouts, maxBodyBytes = 4 * MIB, allowed }: SetUp = {}) {
  const origins = createOrigins(allowed)
  const attempts: Attempts = createAttempts({
    origins,
    timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts },
    limits: { maxBodyBytes, maxCompressionRatio: 200 },
    userAgent: 'connector/test',
    redact: (text) => text.replaceAll('hush-hush', '****'),
  })
  open.push(attempts)
  return (url: string, more: Parameters<typeof getRequest>[1] = {}, options: Parameters<Attempts['send']>[2] = {}) =>
    attempts.send(getRequest(url, more), origins.assertAllowed(url), options)
}

async function serve(listener: Parameters<typeof serveHttp>[0]): Promise<Loopback> {
  const server = await serveHttp(listener)
  open.push(server)
  return server
}

async function serveBytes(onRequest: Parameters<typeof serveRaw>[0]): Promise<Loopback> {
  const server = await serveRaw(onRequest)
  open.push(server)
  return server
}

describe('one attempt', () => {
  it('sends method, headers and body, and gives status, headers and body', async () => {
    const server = await serve((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const { authorization, 'user-agent': agent, cookie } = request.headers
        response.writeHead(201, { 'X-Usage': '1', 'Set-Cookie': ['a=1', 'b=2'] })
        response.end(
          JSON.stringify({ method: request.method, url: request.url, authorization, agent, cookie, body: Buffer.concat(parts).toString() }),
        )
      })
    })
    const send = createSend()
    const request = { method: 'POST', headers: { Authorization: 'Bearer sandbox-user-token' }, body: 'a=ü' } as const
    const response = await send(`${server.origin}/x?a=1&b=%20`, request)
    expect(response).toMatchObject({
      status: 201,
      url: `${server.origin}/x?a=1&b=%20`,
      headers: { 'x-usage': '1', 'set-cookie': 'a=1, b=2' },
    })
    expect(response.json()).toEqual({
      method: 'POST',
      url: '/x?a=1&b=%20',
      authorization: 'Bearer sandbox-user-token',
      agent: 'connector/test',
      body: 'a=ü',
    })
    // The cookies of the first answer are not sent with the second request.
    expect((await send(`${server.origin}/x`)).json()).not.toHaveProperty('cookie')
  })

  it.each(['PUT', 'PATCH', 'DELETE', 'GET'] as const)('sends %s with a body of bytes', async (method) => {
    const server = await serve((request, response) => request.pipe(response))
    expect((await createSend()(`${server.origin}/`, { method, body: new Uint8Array([1, 2, 3]) })).body).toEqual(Buffer.from([1, 2, 3]))
  })

  it.each([204, 304, 400, 404, 429, 500])('takes status %i as a response', async (status) => {
    const server = await serve((_, response) => response.writeHead(status).end())
    await expect(createSend()(server.origin)).resolves.toMatchObject({ status })
  })

  it('asks HEAD for headers only, whatever size they announce', async () => {
    const server = await serve((_, response) => response.writeHead(200, { 'content-length': 100 * MIB }).end())
    await expect(createSend()(server.origin, { method: 'HEAD' })).resolves.toMatchObject({ status: 200 })
  })

  it.each([
    ['gzip', gzipSync(body)],
    ['br', brotliCompressSync(body)],
    ['deflate', deflateSync(body)],
  ])('asks for compression and undoes %s', async (coding, compressed) => {
    const server = await serve((request, response) => {
      expect(request.headers['accept-encoding']).toBe('gzip, deflate, br')
      response.writeHead(200, { 'content-encoding': coding }).end(compressed)
    })
    let received = 0
    const response = await createSend()(
      server.origin,
      {},
      {
        onBytes: (bytes) => {
          received = bytes
        },
      },
    )
    expect(response.text()).toBe(body)
    expect(received).toBe(compressed.length)
  })

  it('uses a connection again', async () => {
    const ports = new Set<number | undefined>()
    const server = await serve((request, response) => {
      ports.add(request.socket.remotePort)
      response.end('{}')
    })
    const send = createSend()
    for (let round = 0; round < 5; round++) await send(server.origin)
    expect(ports.size).toBe(1)
  })
})

describe('limits', () => {
  it('refuses a body larger than the cap, announced or not, and stops receiving it', async () => {
    let sent = 0
    const endless = await serve((_, response) => {
      const chunk = Buffer.alloc(64 * 1024, 'x')
      const push = () => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length
      }
      response.on('drain', push)
      push()
    })
    await expect(createSend({ maxBodyBytes: MIB })(endless.origin)).rejects.toMatchObject({
      code: 'ERR_BODY_TOO_LARGE',
      failureType: 'system_error',
    })
    expect(sent).toBeLessThan(32 * MIB)

    const announced = await serve((_, response) => response.writeHead(200, { 'content-length': 100 * MIB }).write('x'))
    await expect(createSend({ maxBodyBytes: MIB })(announced.origin)).rejects.toMatchObject({ code: 'ERR_BODY_TOO_LARGE' })
  })

  it('refuses a compressed body that unfolds beyond the cap', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * MIB))
    const server = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb))
    await expect(createSend()(server.origin)).rejects.toMatchObject({ code: 'ERR_BODY_TOO_LARGE' })
  })
})

describe('time limits', () => {
  const silent = () => undefined
  const head = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n'

  it.each([
    ['headers', 0.05, { headers: 50 }, silent],
    ['request', 0.05, { request: 50 }, silent],
    ['body', 0.05, { bodyIdle: 50 }, (socket: { write(text: string): unknown }) => socket.write(head)],
    ['request', 0.15, { request: 150, bodyIdle: 10_000 }, drip],
  ])("names the phase '%s'", async (phase, seconds, timeouts, answer) => {
    const server = await serveBytes(answer)
    await expect(createSend({ timeouts })(`${server.origin}/me?access_token=hush-hush`)).rejects.toMatchObject({
      code: 'ERR_TIMEOUT',
      failureType: 'transient_error',
      message: `GET ${server.origin}/me: timed out in phase '${phase}' after ${seconds} s`,
    })
  })

  it('lets a slow but steady body come', async () => {
    const server = await serveBytes((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n')
      drip(socket, 8)
    })
    expect((await createSend({ timeouts: { bodyIdle: 2000 } })(server.origin)).text()).toBe('xxxxxxxx')
  })

  it('takes no longer than the run has left', async () => {
    const server = await serveBytes(silent)
    await expect(createSend()(server.origin, {}, { millisecondsLeft: 40 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
  })

  function drip(socket: { write(text: string): unknown; once(event: 'close', listener: () => void): unknown }, bytes = 90): void {
    if (bytes === 90) socket.write(head)
    let left = bytes
    const timer = setInterval(() => {
      socket.write('x')
      left--
      if (left === 0) clearInterval(timer)
    }, 20)
    socket.once('close', () => clearInterval(timer))
  }
})

describe('broken connections', () => {
  const full = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

  it('finds a reset at every byte of an answer and gives no half of it', async () => {
    const bytes = Buffer.from(full)
    let cut = 0
    const server = await serveBytes((socket) => {
      socket.write(bytes.subarray(0, cut), () => socket.resetAndDestroy())
    })
    const send = createSend()
    for (cut = 0; cut < bytes.length; cut += cut < 120 ? 1 : 37) {
      await expect(send(server.origin), `cut at ${cut}`).rejects.toMatchObject({
        code: expect.stringMatching(/^ERR_(CONNECTION|BODY_TRUNCATED)$/),
        failureType: 'transient_error',
      })
    }
    expect(server.hits()).toBeGreaterThan(100)
  })

  it('finds a body that ends short of its length, and a chunked one without its end', async () => {
    const short = await serveBytes((socket) => socket.end(full.slice(0, -20)))
    await expect(createSend()(short.origin)).rejects.toMatchObject({ code: 'ERR_BODY_TRUNCATED', failureType: 'transient_error' })
    const chunked = await serveBytes((socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{"a"\r\n'))
    await expect(createSend()(chunked.origin)).rejects.toMatchObject({ code: 'ERR_BODY_TRUNCATED' })
  })

  it('finds a truncated compressed body', async () => {
    const compressed = gzipSync(body)
    const server = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(compressed.subarray(0, -10)))
    await expect(createSend()(server.origin)).rejects.toMatchObject({ code: 'ERR_BODY_TRUNCATED', failureType: 'transient_error' })
  })

  it('calls what is not HTTP an invalid response', async () => {
    const server = await serveBytes((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
    await expect(createSend()(server.origin)).rejects.toMatchObject({ code: 'ERR_RESPONSE_INVALID', failureType: 'transient_error' })
  })

  it('calls a closed port a failed connection', async () => {
    const server = await serveHttp(() => undefined)
    await server.close()
    await expect(createSend()(server.origin)).rejects.toMatchObject({ code: 'ERR_CONNECTION', failureType: 'transient_error' })
  })

  it('ends at once when the run is stopped, with its reason', async () => {
    const server = await serveBytes(() => controller.abort())
    const controller = new AbortController()
    await expect(createSend()(server.origin, {}, { signal: controller.signal })).rejects.toMatchObject({
      name: 'StoppedError',
      code: 'ERR_ABORTED',
    })
    await expect(createSend()(server.origin, {}, { signal: controller.signal })).rejects.toMatchObject({ name: 'StoppedError' })
    expect(server.hits()).toBe(1)
  })
})

describe('where it goes', () => {
  it.each([301, 302, 303, 307, 308])('refuses to follow %i, and the other host hears nothing', async (status) => {
    const other = await serve((_, response) => response.end('{}'))
    const server = await serve((_, response) => response.writeHead(status, { location: `${other.origin}/x?token=hush-hush` }).end())
    await expect(createSend()(server.origin, { headers: { authorization: 'Bearer sandbox-user-token' } })).rejects.toMatchObject({
      code: 'ERR_REDIRECT_REFUSED',
      failureType: 'config_error',
      message: `GET ${server.origin}/: redirected to ${other.origin}; redirects are not followed`,
    })
    expect(other.hits()).toBe(0)
  })

  it.each(['http://169.254.169.254/', '//evil.example/', 'javascript:x', 'http://[bad'])('refuses a redirect to %s', async (location) => {
    const server = await serve((_, response) => response.writeHead(302, { location }).end())
    await expect(createSend()(server.origin)).rejects.toMatchObject({ code: 'ERR_REDIRECT_REFUSED' })
  })

  it('resolves localhost', async () => {
    const server = await serve((_, response) => response.end('{}'))
    await expect(createSend()(`http://localhost:${server.port}/`)).resolves.toMatchObject({ status: 200 })
  })

  it('calls TLS against a plain port a lasting failure', async () => {
    const server = await serveBytes((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await expect(createSend()(`https://127.0.0.1:${server.port}/`)).rejects.toMatchObject({ code: 'ERR_TLS', failureType: 'config_error' })
  })

  it.skipIf(spawnSync('openssl', ['version']).status !== 0)('refuses a certificate that nobody signed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'connector-tls-'))
    const paths = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') }
    const openssl = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '1',
      '-subj',
      '/CN=other.example',
      '-keyout',
      paths.key,
      '-out',
      paths.cert,
    ]
    execFileSync('openssl', openssl, { stdio: 'ignore' })
    let hits = 0
    const server = createHttpsServer({ key: readFileSync(paths.key), cert: readFileSync(paths.cert) }, () => {
      hits++
    })
    rmSync(folder, { recursive: true })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push({ close: () => new Promise((resolve) => server.close(resolve)) })
    const { port } = server.address() as AddressInfo
    await expect(createSend()(`https://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'ERR_TLS', failureType: 'config_error' })
    expect(hits).toBe(0)
  })
})

describe('errors', () => {
  it('carry no credentials, however deeply they are printed', async () => {
    const server = await serveBytes((socket) => socket.resetAndDestroy())
    const secret = 'sandbox-user-token'
    const send = createSend({ timeouts: { headers: 30 } })
    const headers = { authorization: `Bearer ${secret}` }
    const thrown = await send(`${server.origin}/me?access_token=${secret}`, { headers }).catch((error: unknown) => error)
    const { inspect } = await import('node:util')
    expect(thrown).toBeInstanceOf(Error)
    expect(inspect(thrown, { depth: 20, showHidden: true })).not.toContain(secret)
  })

  it('say that a header can’t be sent without quoting it', async () => {
    const server = await serve((_, response) => response.end('{}'))
    const thrown = createSend()(server.origin, { headers: { authorization: 'Bearer hush\nhush' } })
    await expect(thrown).rejects.toMatchObject({ code: 'ERR_REQUEST_INVALID', failureType: 'config_error' })
    await expect(thrown).rejects.not.toThrow(/hush/)
    expect(server.hits()).toBe(0)
  })
})
