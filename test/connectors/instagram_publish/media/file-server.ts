import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** One request that the server has seen. */
export interface Seen {
  readonly path: string
  readonly range: string | undefined
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A local server of files for one test; gives the URL of its root and what it was asked for. */
export async function serve(answers: Readonly<Record<string, Answer>>): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    seen.push({ path: request.url ?? '', range: request.headers.range })
    const answer = answers[request.url ?? '']
    if (answer) answer(request, response)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

/** Serves a file; `ranges: false` sends it whole whatever is asked. */
export function file(bytes: Buffer, type = 'application/octet-stream', { ranges = true } = {}): Answer {
  return ({ headers }, response) => {
    const range = ranges ? /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') : null
    if (!range) {
      response.writeHead(200, { 'content-type': type, 'content-length': bytes.length }).end(bytes)
      return
    }
    const [from, to] = [Number(range[1]), Math.min(Number(range[2]), bytes.length - 1)]
    if (from >= bytes.length) response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
    else {
      const part = bytes.subarray(from, to + 1)
      const own = { 'content-type': type, 'content-length': part.length, 'content-range': `bytes ${from}-${to}/${bytes.length}` }
      response.writeHead(206, own).end(part)
    }
  }
}
