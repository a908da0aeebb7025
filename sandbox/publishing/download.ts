/** What came of fetching a media: its bytes, or how it failed. */
export type Download =
  | { readonly bytes: Buffer; readonly contentType: string | undefined }
  | { readonly failure: 'unreachable' | 'timeout' | 'too-large' }

const MAX_BYTES = 320 * 1_048_576

/**
 * Fetches a media the way that the API's crawler does: no redirects, no login, limited time. Never throws. The time is real, as the
 * server of the media is.
 */
export async function download(url: string, timeoutMs: number): Promise<Download> {
  try {
    const headers = { 'user-agent': 'facebookexternalhit/1.1', accept: '*/*' }
    const response = await fetch(url, { redirect: 'manual', headers, signal: AbortSignal.timeout(timeoutMs) })
    if (response.status !== 200) return { failure: 'unreachable' }
    const bytes = await readAll(response)
    return bytes === undefined ? { failure: 'too-large' } : { bytes, contentType: response.headers.get('content-type') ?? undefined }
  } catch (error) {
    return { failure: error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'unreachable' }
  }
}

async function readAll(response: Response): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > MAX_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
