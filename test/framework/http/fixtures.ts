import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import type { Clock } from '../../../framework/clock.ts'
import type { HttpRequest, HttpResponse } from '../../../framework/http/request.ts'
import type { ErrorHandler, Resolution } from '../../../framework/http/resolution.ts'
import type { Reporter } from '../../../framework/report.ts'

export interface FakeClock extends Clock {
  /** Seconds of every sleep, in the order asked for. */
  readonly sleeps: number[]
  /** Moves time on without waking anybody. */
  pass(seconds: number): void
}

/** Time that jumps to the next sleeper as soon as everybody sleeps. */
export function createFakeClock(start = Date.UTC(2026, 0, 15, 12)): FakeClock {
  let elapsed = 0
  const sleepers: { at: number; wake: () => void }[] = []
  const sleeps: number[] = []
  const wakeNext = () => {
    sleepers.sort((a, b) => a.at - b.at)
    const next = sleepers.shift()
    if (!next) return
    elapsed = Math.max(elapsed, next.at)
    next.wake()
  }
  return {
    sleeps,
    now: () => start + elapsed,
    monotonic: () => elapsed,
    pass: (seconds) => {
      elapsed += seconds * 1000
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        sleeps.push(ms / 1000)
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
        sleepers.push({ at: elapsed + ms, wake: resolve })
        setImmediate(wakeNext)
      }),
  }
}

export interface RecordingReporter extends Reporter {
  readonly lines: string[]
  readonly waits: { readonly stream?: string; readonly seconds: number }[]
}

export function createRecordingReporter(): RecordingReporter {
  const lines: string[] = []
  const waits: { readonly stream?: string; readonly seconds: number }[] = []
  return {
    lines,
    waits,
    log: (level, message) => lines.push(`${level} ${message}`),
    finding: ({ error }) => lines.push(`finding ${error.message}`),
    rateLimited: (wait) => waits.push(wait),
    waiting: () => undefined,
    resumed: () => undefined,
  }
}

export function getRequest(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', url, headers: {}, ...more }
}

export function fakeResponse(status: number, headers: Record<string, string> = {}, text = ''): HttpResponse {
  return { status, headers, url: 'https://api.example.com/v1', body: Buffer.from(text), text: () => text, json: () => JSON.parse(text) }
}

/** The reference's own decisions in short: success below 400, 429 rate limited, 5xx and failed attempts retried, the rest fails. */
export function createHandler(overrides: Partial<ErrorHandler> = {}): ErrorHandler {
  const byStatus = (status: number): Resolution['action'] => {
    if (status < 400) return 'success'
    if (status === 429) return 'rate_limited'
    return status >= 500 ? 'retry' : 'fail'
  }
  return {
    maxRetries: 5,
    maxTime: 600,
    interpret: ({ response, error }) => ({ action: response ? byStatus(response.status) : error ? 'retry' : 'fail' }),
    backoff: () => undefined,
    ...overrides,
  }
}

export interface Loopback {
  readonly origin: string
  readonly port: number
  /** Requests or connections so far. */
  readonly hits: () => number
  close(): Promise<void>
}

export async function serveHttp(listener: RequestListener): Promise<Loopback> {
  let hits = 0
  const server = createHttpServer((request, response) => {
    hits++
    listener(request, response)
  })
  return open(server, () => hits)
}

/** A server that speaks bytes: for resets, stalls and torn bodies. */
export async function serveRaw(onRequest: (socket: Socket) => void): Promise<Loopback> {
  let hits = 0
  const server = createTcpServer((socket) => {
    // Clients hang up on these servers on purpose.
    socket.on('error', () => socket.destroy())
    socket.once('data', () => {
      hits++
      onRequest(socket)
    })
  })
  return open(server, () => hits)
}

async function open(server: Server, hits: () => number): Promise<Loopback> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    hits,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
