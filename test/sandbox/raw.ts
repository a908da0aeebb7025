import { type IncomingHttpHeaders, request } from 'node:http'
import type { Sandbox } from '../../sandbox/sandbox.ts'

/** The bytes of an answer as they came over the wire, before anything unpacks or decodes them. */
export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
  /** Code of the error that ended the answer; undefined when it was complete. */
  readonly broken?: string
}

/** One GET with node:http. Resolves also when the connection breaks or the signal ends the wait. */
export function rawGet(sandbox: Sandbox, path: string, token: string, signal?: AbortSignal): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let status = 0
    let headers: IncomingHttpHeaders = {}
    const finish = (error?: NodeJS.ErrnoException) =>
      resolve({ status, headers, bytes: Buffer.concat(chunks), ...(error ? { broken: error.code ?? error.name } : {}) })
    const call = request(
      `${sandbox.url}${path}`,
      { headers: { authorization: `Bearer ${token}` }, ...(signal ? { signal } : {}) },
      (incoming) => {
        status = incoming.statusCode ?? 0
        headers = incoming.headers
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('end', () => finish())
        incoming.on('error', finish)
      },
    )
    call.on('error', finish)
    call.end()
  })
}
