import { defined } from '../../../framework/defined.ts'
import { type ByteSource, UnreadableMedia } from './byte-window.ts'
import { shownUrl } from './diagnostic.ts'
import type { AddressFacts } from './facts.ts'
import type { RangeAnswer, RangeRequest } from './range-request.ts'
import { isPublicHost } from './urls.ts'

const MAX_REDIRECTS = 3
const FIRST = { offset: 0, length: 65_536 }

/** A URL that was asked for its first bytes. */
export interface OpenedAddress {
  readonly facts: AddressFacts
  /** Absent when the server did not give the file. */
  readonly source?: ByteSource
}

export interface AddressOptions {
  readonly http: RangeRequest
  readonly localHosts: boolean
  readonly signal: AbortSignal | undefined
}

/** Asks for the start of a file, following a few redirects to public hosts. Throws only when `signal` says so. */
export async function openAddress(text: string, options: AddressOptions): Promise<OpenedAddress> {
  let redirect: string | undefined
  const withRedirect = (facts: Omit<AddressFacts, 'redirect'>): AddressFacts => ({ ...facts, ...defined({ redirect }) })
  for (let url: URL | undefined = parse(text), hops = 0; url !== undefined; hops++) {
    const refusal = rejectionOf(url, hops, options)
    if (refusal !== undefined) return { facts: withRedirect({ status: 0, problem: refusal }) }
    const answer = await ask(url, options)
    if (typeof answer === 'string') return { facts: withRedirect({ status: 0, problem: answer }) }
    const location: string | undefined = answer.status >= 300 && answer.status < 400 ? answer.headers['location'] : undefined
    if (location === undefined) return opened(url, answer, { options, withRedirect })
    const next = parse(location, url)
    // Signed addresses carry secrets in their query, and facts are shown.
    redirect ??= shownUrl(next?.href ?? location)
    url = next
  }
  return { facts: withRedirect({ status: 0, problem: 'the address is not a URL' }) }
}

function parse(text: string, base?: URL): URL | undefined {
  return URL.canParse(text, base?.href) ? new URL(text, base?.href) : undefined
}

function rejectionOf(url: URL, hops: number, { localHosts }: AddressOptions): string | undefined {
  if (hops > MAX_REDIRECTS) return `more than ${MAX_REDIRECTS} redirects`
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return `${url.protocol} is not http`
  return localHosts || isPublicHost(url.hostname) ? undefined : `${url.hostname} is not a public host`
}

/** The answer, or why there is none. */
async function ask(url: URL, { http, signal }: AddressOptions): Promise<RangeAnswer | string> {
  try {
    return await http(url, FIRST, signal)
  } catch (error) {
    signal?.throwIfAborted()
    return reasonOf(error)
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // The caller's own signal has been looked at before: what is left is the limit of the request.
  return error.name === 'TimeoutError' || error.name === 'AbortError' ? 'no answer in time' : error.message
}

interface OpenContext {
  readonly options: AddressOptions
  withRedirect(facts: Omit<AddressFacts, 'redirect'>): AddressFacts
}

function opened(url: URL, first: RangeAnswer, { options, withRedirect }: OpenContext): OpenedAddress {
  const { status, headers, bytes } = first
  const contentType = headers['content-type']
  const facts = withRedirect({ status: status === 416 ? 200 : status, ...defined({ contentType }) })
  if (status === 416) return { facts, source: sourceOf(url, { ...first, bytes: Buffer.alloc(0) }, { size: 0, options }) }
  if (status !== 200 && status !== 206) return { facts }
  return { facts, source: sourceOf(url, first, { size: sizeOf(status, headers, bytes), options }) }
}

function sizeOf(status: number, headers: RangeAnswer['headers'], bytes: Buffer): number | undefined {
  const total = status === 206 ? /\/(\d+)\s*$/.exec(headers['content-range'] ?? '')?.[1] : headers['content-length']
  if (total !== undefined && /^\d+$/.test(total)) return Number(total)
  // A body that ended before the bytes asked for is the whole file.
  return status === 200 && bytes.length < FIRST.length ? bytes.length : undefined
}

function sourceOf(url: URL, first: RangeAnswer, { size, options }: { size: number | undefined; options: AddressOptions }): ByteSource {
  return {
    size,
    read: async (offset, length) => {
      if (offset === 0 && length <= FIRST.length) return first.bytes.subarray(0, length)
      const answer = await options.http(url, { offset, length }, options.signal).catch((error: unknown) => {
        options.signal?.throwIfAborted()
        throw new UnreadableMedia(`bytes from ${offset} on could not be read: ${reasonOf(error)}`)
      })
      if (answer.status === 416) return Buffer.alloc(0)
      if (answer.status !== 206) throw new UnreadableMedia('the header lies deep in the file, and the server gives no ranges')
      return answer.bytes
    },
    close: async () => undefined,
  }
}
