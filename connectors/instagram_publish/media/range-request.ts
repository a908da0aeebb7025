import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isInternalAddress } from '../../../framework/http/transport/addresses.ts'
import { guardedLookup } from '../../../framework/http/transport/lookup.ts'

/** What a server said to a request for some bytes. `bytes` are cut at the length asked for, whatever the server sends. */
export interface RangeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly bytes: Buffer
}

/** Asks once for `length` bytes from `offset`; redirects are answers like others. Rejects when there is no answer in time. */
export type RangeRequest = (
  url: URL,
  range: { readonly offset: number; readonly length: number },
  signal: AbortSignal | undefined,
) => Promise<RangeAnswer>

const TIMEOUT_MS = 15_000

/** Requests without credentials. Names that lead to internal addresses are refused unless `localHosts` allows them. */
export function rangeRequests({ localHosts }: { localHosts: boolean }): RangeRequest {
  const allowsAddress = (_: string, address: string) => localHosts || !isInternalAddress(address)
  const lookup = guardedLookup({ allowsAddress, assertAllowed: (url) => new URL(url), egress: [] })
  return (url, range, signal) => {
    const limit = AbortSignal.timeout(TIMEOUT_MS)
    const send = url.protocol === 'http:' ? httpRequest : httpsRequest
    const headers = { range: `bytes=${range.offset}-${range.offset + range.length - 1}`, accept: '*/*', 'accept-encoding': 'identity' }
    return receive(send(url, { headers, lookup, signal: signal ? AbortSignal.any([signal, limit]) : limit }), range.length)
  }
}

function receive(request: ClientRequest, length: number): Promise<RangeAnswer> {
  return new Promise((resolve, reject) => {
    request.on('error', reject)
    request.on('response', (response: IncomingMessage) => {
      const done = (bytes: Buffer) => {
        const headers = Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
        )
        resolve({ status: response.statusCode ?? 0, headers, bytes })
      }
      firstBytes(response, length).then(done, reject)
    })
    request.end()
  })
}

/** The first bytes of a body; the rest, if any, is not waited for. */
async function firstBytes(response: IncomingMessage, length: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  // Leaving the loop ends the connection, so that a server that ignores the range does not send its whole video.
  for await (const chunk of response) {
    const bytes = Buffer.from(chunk)
    chunks.push(bytes)
    size += bytes.length
    if (size >= length) break
  }
  return Buffer.concat(chunks).subarray(0, length)
}
