import type { IncomingHttpHeaders } from 'node:http'
import type { Host } from '../hosts.ts'
import type { Download } from '../publishing/download.ts'

const UPLOADS = 'ig-api-upload'

/** Where a caller put its token. `none` also covers a GET that hides it in the body: the API does not look there. */
export type TokenPlace = 'header' | 'query' | 'body' | 'none'

/** A call as the routes see it: version and token taken out, query and form merged. */
export interface GraphRequest {
  readonly host: Host
  readonly method: string
  /** Path without the version, for example `/100000000000001/insights`. */
  readonly path: string
  readonly segments: readonly string[]
  /** Number of the version in the path (25 for `v25.0`); undefined when there is none. */
  readonly version: number | undefined
  readonly params: ReadonlyMap<string, string>
  readonly token: string | undefined
  readonly tokenPlace: TokenPlace
  /** An `Authorization` header was sent that holds no bearer token. */
  readonly badAuthorization: boolean
  /** Part of a batch; it is not sent by itself. */
  readonly inBatch: boolean
  /** What came of the addresses that the route reads, by address. Items of a batch have none. */
  readonly downloads?: ReadonlyMap<string, Download>
  /** The body as it came, for uploads. */
  readonly bytes?: Buffer
}

/** The parts of a call, from the wire or from an item of a batch. */
export interface RawCall {
  /** `facebook` unless told otherwise. */
  readonly host?: Host
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The body as it came. */
  readonly bytes?: Buffer
  readonly inBatch?: true
}

/** Takes a call apart. Never throws: what can't be understood is left to the routes to refuse. */
export function readRequest(raw: RawCall): GraphRequest {
  const cut = raw.url.indexOf('?')
  const pathname = cut < 0 ? raw.url : raw.url.slice(0, cut)
  const query = new URLSearchParams(cut < 0 ? '' : raw.url.slice(cut + 1))
  const parts = pathname.split('/').filter(Boolean).map(decode)
  const version = /^v(\d+)\.\d+$/.exec(parts[0] ?? '')?.[1]
  const segments = version === undefined ? parts : parts.slice(1)
  const form = raw.method === 'GET' || segments[0] === UPLOADS ? new URLSearchParams() : formOf(raw)
  const params = new Map([...query, ...form, ...(segments[0] === UPLOADS ? uploadHeaders(raw.headers) : [])])
  params.delete('access_token')
  return {
    host: raw.host ?? 'facebook',
    method: raw.method,
    path: `/${segments.join('/')}`,
    segments,
    version: version === undefined ? undefined : Number(version),
    params,
    ...tokenOf(raw.headers.authorization, query.get('access_token'), form.get('access_token')),
    inBatch: raw.inBatch ?? false,
    ...(segments[0] === UPLOADS && raw.bytes ? { bytes: raw.bytes } : {}),
  }
}

/** Whether a call goes to the address for uploads, which belongs to the Facebook side. */
export function isUpload({ host, segments }: Pick<GraphRequest, 'host' | 'segments'>): boolean {
  return host === 'facebook' && segments[0] === UPLOADS
}

/** The parameters of an upload are headers, because its body is the file. */
function uploadHeaders(headers: IncomingHttpHeaders): [string, string][] {
  return ['offset', 'file_size', 'file_url'].flatMap((name): [string, string][] => {
    const value = headers[name]
    return typeof value === 'string' ? [[name, value]] : []
  })
}

function tokenOf(authorization: string | undefined, query: string | null, form: string | null) {
  const bearer = /^(?:bearer|oauth)\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1]
  const badAuthorization = (authorization !== undefined && !bearer) || query === '' || form === ''
  if (bearer) return { token: bearer, tokenPlace: 'header' as const, badAuthorization }
  if (query) return { token: query, tokenPlace: 'query' as const, badAuthorization }
  if (form) return { token: form, tokenPlace: 'body' as const, badAuthorization }
  return { token: undefined, tokenPlace: 'none' as const, badAuthorization }
}

function formOf({ headers, body }: RawCall): URLSearchParams {
  if (!headers['content-type']?.includes('json')) return new URLSearchParams(body)
  try {
    const json: unknown = JSON.parse(body)
    const entries = json && typeof json === 'object' ? Object.entries(json) : []
    return new URLSearchParams(
      entries.map(([key, value]): [string, string] => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
    )
  } catch {
    // The API treats an unreadable body as if no parameter was sent; the route then says which one is missing.
    return new URLSearchParams()
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    // A malformed escape is kept as it stands and ends as an unknown object.
    return segment
  }
}
