import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { answerAdmin, isAdminPath } from '../admin/admin.ts'
import type { Host } from '../hosts.ts'
import { download } from '../publishing/download.ts'
import { sampleAt } from '../publishing/samples.ts'
import { type GraphRequest, isUpload, readRequest } from '../wire/request.ts'
import type { World } from '../world/world.ts'
import { exchange, record } from './exchange.ts'
import { locate } from './route.ts'
import { send } from './send.ts'

const MAX_BODY = 10 * 1_048_576
const MAX_UPLOAD = 320 * 1_048_576

/** The HTTP side of a world, as one of its two hosts. */
export function createGraphServer(world: World, { host, reset }: { host: Host; reset: () => void }): Server {
  return createServer((incoming, response) => {
    handle(world, { incoming, response, host, reset }).catch((error: unknown) => fail(response, error))
  })
}

interface Connection {
  readonly incoming: IncomingMessage
  readonly response: ServerResponse
  readonly host: Host
  reset(): void
}

async function handle(world: World, { incoming, response, host, reset }: Connection): Promise<void> {
  const { method = 'GET', url = '/', headers } = incoming
  const bytes = await readBody(incoming, isUpload({ host, segments: [url.split('/')[1] ?? ''] }) ? MAX_UPLOAD : MAX_BODY)
  const body = bytes.length > MAX_BODY ? '' : bytes.toString('utf8')
  const sample = sampleAt(url)
  if (sample) {
    response.writeHead(sample.status, { 'content-type': sample.contentType, 'content-length': sample.bytes.length })
    response.end(method === 'HEAD' ? undefined : sample.bytes)
    return
  }
  if (isAdminPath(url)) {
    const { status, value } = answerAdmin({ world, reset }, { method, url, body })
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(value, null, 2))
    return
  }
  const request = await withDownloads(world, readRequest({ method, url, headers, body, bytes, host }))
  const done = exchange(world, request)
  record(world, done, await send(response, done, world.settings.latencyMs))
}

/** Reads the addresses that a request names, if its route does that, before the request is answered. */
async function withDownloads(world: World, request: GraphRequest): Promise<GraphRequest> {
  const names = locate(world, request).route?.downloads ?? []
  const urls = names.flatMap((name) => request.params.get(name) || [])
  if (urls.length === 0) return request
  const found = urls.map(async (url) => [url, await download(url, world.settings.publishing.downloadMs)] as const)
  return { ...request, downloads: new Map(await Promise.all(found)) }
}

async function readBody(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > limit) throw new RangeError(`request body over ${limit} bytes`)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

/** A defect of the sandbox itself must never look like an answer of the API. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end(`sandbox defect: ${text}`)
}
