import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Registered {
  readonly id: number
  readonly version: number
  readonly schema: string
}

export interface ConfluentServer {
  readonly url: string
  /** What clients sent, in order. */
  readonly requests: readonly { readonly method: string; readonly path: string; readonly authorization: string | undefined }[]
  /** Status codes to answer with before anything else. */
  readonly failures: number[]
  /** Refuses a new version, as a subject with a compatibility level does. */
  isCompatible: (latest: string, next: string) => boolean
  close(): Promise<void>
}

/** The subjects, versions and errors of Confluent's schema registry, as its API reference describes them. */
export async function startConfluentServer(): Promise<ConfluentServer> {
  const subjects = new Map<string, Registered[]>()
  const ids = new Map<string, number>()
  const requests: ConfluentServer['requests'][number][] = []
  const failures: number[] = []
  const answer = (method: string, path: string, body: { schema?: string; schemaType?: string }): [number, unknown] => {
    if (method === 'GET' && path === '/subjects') return [200, [...subjects.keys()]]
    const match = /^\/subjects\/([^/]+)(?:\/versions(?:\/(\d+|latest))?)?$/.exec(path)
    const subject = decodeURIComponent(match?.[1] ?? '')
    const versions = subjects.get(subject)
    const schema = body.schema ?? ''
    if (!match) return [404, { error_code: 404, message: 'HTTP 404 Not Found' }]
    if (method === 'POST' && path.endsWith('/versions')) {
      if (body.schemaType !== 'JSON') return [422, { error_code: 42201, message: 'Invalid schema' }]
      const same = versions?.find((entry) => entry.schema === schema)
      if (same) return [200, { id: same.id }]
      const latest = versions?.at(-1)
      if (latest && !server.isCompatible(latest.schema, schema)) {
        return [409, { error_code: 409, message: 'Schema being registered is incompatible with an earlier schema' }]
      }
      const id = ids.get(schema) ?? ids.size + 1
      ids.set(schema, id)
      subjects.set(subject, [...(versions ?? []), { id, version: (latest?.version ?? 0) + 1, schema }])
      return [200, { id }]
    }
    if (!versions) return [404, { error_code: 40401, message: `Subject '${subject}' not found.` }]
    const full = ({ id, version, schema: text }: Registered) => ({ subject, id, version, schemaType: 'JSON', schema: text })
    if (method === 'POST') {
      const found = versions.find((entry) => entry.schema === schema)
      return found ? [200, full(found)] : [404, { error_code: 40403, message: 'Schema not found' }]
    }
    if (path.endsWith('/versions')) return [200, versions.map(({ version }) => version)]
    const found = match[2] === 'latest' ? versions.at(-1) : versions.find(({ version }) => String(version) === match[2])
    return found ? [200, full(found)] : [404, { error_code: 40402, message: 'Version not found' }]
  }
  const http = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request
    requests.push({ method, path: url, authorization: headers.authorization })
    const body = await textOf(request)
    const failure = failures.shift()
    const [status, content] = failure
      ? [failure, { error_code: 50001, message: 'Error in the backend' }]
      : answer(method, url, JSON.parse(body || '{}'))
    response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' }).end(JSON.stringify(content))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const server: ConfluentServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    requests,
    failures,
    isCompatible: () => true,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve())
        http.closeAllConnections()
      }),
  }
  return server
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}
