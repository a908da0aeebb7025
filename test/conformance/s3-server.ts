import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export const s3Environment = { AWS_ACCESS_KEY_ID: 'sandbox-key', AWS_SECRET_ACCESS_KEY: 'sandbox-secret', AWS_REGION: 'eu-west-1' }

export interface S3Server {
  /** `s3://` URL of a prefix of its own. */
  freshUrl(): string
  readonly objects: Map<string, string>
  /** Decides about the next requests before they are looked at: a status to answer, `reset`, or `lost` (done, but the answer is). */
  readonly faults: (number | 'reset' | 'lost' | undefined)[]
  readonly requests: string[]
  stop(): Promise<void>
}

/** The part of S3 that a state needs, with its conditional writes and its signatures (version 4), over HTTP. */
export async function startS3(pageSize = 1_000): Promise<S3Server> {
  const objects = new Map<string, string>()
  const faults: S3Server['faults'] = []
  const requests: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      requests.push(`${request.method} ${request.url}`)
      const fault = faults.shift()
      if (fault === 'reset') return void request.socket.destroy()
      if (typeof fault === 'number') return answer(response, fault, error('SlowDown'))
      const reply = handle(request, Buffer.concat(chunks), { objects, pageSize })
      if (fault === 'lost') return void request.socket.destroy()
      answer(response, ...reply)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let prefixes = 0
  return {
    freshUrl: () => `s3://bucket/tenant ${++prefixes}/state?endpoint=${endpoint}`,
    objects,
    faults,
    requests,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

type Reply = readonly [status: number, body?: string, headers?: Readonly<Record<string, string>>]

function answer(response: ServerResponse, status: number, body = '', headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, headers).end(body)
}

const error = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`
const etagOf = (text: string) => `"${createHash('md5').update(text).digest('hex')}"`

function handle(request: IncomingMessage, body: Buffer, { objects, pageSize }: { objects: Map<string, string>; pageSize: number }): Reply {
  if (!isSigned(request)) return [403, error('SignatureDoesNotMatch')]
  const url = new URL(request.url ?? '', 'http://s3')
  const [bucket, ...path] = url.pathname.slice(1).split('/').map(decodeURIComponent)
  if (bucket !== 'bucket') return [404, error('NoSuchBucket')]
  const key = path.join('/')
  if (key === '') return list(url.searchParams, { objects, pageSize })
  const found = objects.get(key)
  if (request.method === 'GET') return found === undefined ? [404, error('NoSuchKey')] : [200, found, { etag: etagOf(found) }]
  if (request.method === 'DELETE') return objects.delete(key) ? [204] : [204]
  const match = request.headers['if-match']
  if (request.headers['if-none-match'] === '*' && found !== undefined) return [412, error('PreconditionFailed')]
  if (match !== undefined && found === undefined) return [404, error('NoSuchKey')]
  if (match !== undefined && found !== undefined && match !== etagOf(found)) return [412, error('PreconditionFailed')]
  objects.set(key, body.toString())
  return [200, '', { etag: etagOf(body.toString()) }]
}

function list(parameters: URLSearchParams, { objects, pageSize }: { objects: Map<string, string>; pageSize: number }): Reply {
  const prefix = parameters.get('prefix') ?? ''
  const after = parameters.get('continuation-token') ?? ''
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort()
  const page = keys.slice(0, pageSize)
  const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const next = keys.length > pageSize ? `<NextContinuationToken>${escaped(page.at(-1) ?? '')}</NextContinuationToken>` : ''
  const entries = page.map((key) => `<Contents><Key>${escaped(key)}</Key></Contents>`)
  return [200, `<ListBucketResult>${entries.join('')}${next}</ListBucketResult>`]
}

/** Checks the signature as AWS documents it, from the request alone. */
function isSigned({ method, url = '', headers }: IncomingMessage): boolean {
  const pattern = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d+)\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$/
  const [, keyId, date = '', region = '', names = '', signature] = pattern.exec(headers.authorization ?? '') ?? []
  if (keyId !== s3Environment.AWS_ACCESS_KEY_ID || region !== s3Environment.AWS_REGION) return false
  const { pathname, searchParams } = new URL(url, 'http://s3')
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
  const query = [...searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort()
  const signed = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`)
  const canonical = [method, pathname, query.join('&'), signed.join(''), names, headers['x-amz-content-sha256']].join('\n')
  const scope = `${date}/${region}/s3/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const key = [date, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${s3Environment.AWS_SECRET_ACCESS_KEY}`)
  return hmac(key, toSign).toString('hex') === signature
}
