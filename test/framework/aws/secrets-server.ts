import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export const KEYS = { AWS_ACCESS_KEY_ID: 'sandbox-key', AWS_SECRET_ACCESS_KEY: 'sandbox-secret' }

export interface SecretsServer {
  readonly endpoint: string
  readonly secrets: Map<string, Readonly<Record<string, string>>>
  /** Answers the next requests instead: a status and the type of an error. */
  readonly faults: (readonly [number, string])[]
  /** Access key, region and session token of each request. */
  readonly requests: { readonly key: string; readonly region: string; readonly session: string | undefined }[]
}

/** GetSecretValue of AWS Secrets Manager over HTTP, with its signatures (version 4) and the credentials of a container's agent. */
export async function startSecretsManager(): Promise<SecretsServer> {
  const secrets: SecretsServer['secrets'] = new Map()
  const faults: SecretsServer['faults'] = []
  const requests: SecretsServer['requests'] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const reply = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body))
    if (request.url === '/credentials') {
      if (request.headers.authorization !== 'agent-token') return reply(401, {})
      const Expiration = '2026-11-20T18:00:00Z'
      return reply(200, { AccessKeyId: 'sandbox-key', SecretAccessKey: 'sandbox-secret', Token: 'sandbox-session', Expiration })
    }
    const fault = faults.shift()
    if (fault) return reply(fault[0], { __type: fault[1] })
    const signature = readSignature(request)
    requests.push({ key: signature.key, region: signature.region, session: headerOf(request, 'x-amz-security-token') })
    if (!isSigned(request, Buffer.concat(chunks))) return reply(400, { __type: 'InvalidSignatureException' })
    if (headerOf(request, 'x-amz-target') !== 'secretsmanager.GetSecretValue') return reply(400, { __type: 'UnknownOperationException' })
    const { SecretId } = JSON.parse(Buffer.concat(chunks).toString())
    const found = secrets.get(SecretId)
    if (!found) return reply(400, { __type: 'ResourceNotFoundException', Message: "Secrets Manager can't find the specified secret." })
    reply(200, { Name: SecretId, VersionId: '1', ...found })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, secrets, faults, requests }
}

const headerOf = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(',') : value
}

function readSignature(request: IncomingMessage) {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d+)\/([^/]+)\/secretsmanager\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$/
  const [, key = '', day = '', region = '', names = '', signature = ''] = pattern.exec(headerOf(request, 'authorization') ?? '') ?? []
  return { key, day, region, names: names.split(';'), signature }
}

/** Checks the signature as AWS documents it, from the request alone. */
function isSigned(request: IncomingMessage, body: Buffer): boolean {
  const { key, day, region, names, signature } = readSignature(request)
  const date = headerOf(request, 'x-amz-date') ?? ''
  const needed = ['host', 'x-amz-date', 'x-amz-target', ...(request.headers['x-amz-security-token'] ? ['x-amz-security-token'] : [])]
  if (key !== KEYS.AWS_ACCESS_KEY_ID || !date.startsWith(day) || !needed.every((name) => names.includes(name))) return false
  const signed = names.map((name) => `${name}:${(headerOf(request, name) ?? '').trim().replace(/\s+/g, ' ')}\n`).join('')
  const hash = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')
  const canonical = ['POST', '/', '', signed, names.join(';'), hash(body)].join('\n')
  const scope = `${day}/${region}/secretsmanager/aws4_request`
  const hmac = (secret: string | Buffer, text: string) => createHmac('sha256', secret).update(text).digest()
  const parts = [day, region, 'secretsmanager', 'aws4_request']
  const signingKey = parts.reduce<Buffer>((secret, part) => hmac(secret, part), Buffer.from(`AWS4${KEYS.AWS_SECRET_ACCESS_KEY}`))
  return hmac(signingKey, ['AWS4-HMAC-SHA256', date, scope, hash(canonical)].join('\n')).toString('hex') === signature
}
