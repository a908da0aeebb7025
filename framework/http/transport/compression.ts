import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, inflateRaw, type ZlibOptions } from 'node:zlib'
import { ConnectorError } from '../../errors.ts'

export interface BodyLimits {
  /** Bytes of the decoded body. */
  readonly maxBodyBytes: number
  /** Decoded bytes per byte received; only bodies beyond 1 MiB are judged by it. */
  readonly maxCompressionRatio: number
}

/** What the client asks for and can undo. */
export const ACCEPT_ENCODING = 'gzip, deflate, br'

/** Small bodies compress extremely well without being an attack. */
const RATIO_FLOOR_BYTES = 1024 * 1024
const MAX_LAYERS = 2
/** One round trip to the thread pool for the usual page; the default of 16 KiB takes four. */
const CHUNK_BYTES = 128 * 1024

/** Compressed bytes from which a body may unfold into tens of megabytes; such bodies take turns. */
const HEAVY_BYTES = 128 * 1024

type Decompress = (body: Uint8Array, options: ZlibOptions) => Promise<Buffer>
const decompressors: Readonly<Record<string, Decompress>> = {
  gzip: promisify<Uint8Array, ZlibOptions, Buffer>(gunzip),
  'x-gzip': promisify<Uint8Array, ZlibOptions, Buffer>(gunzip),
  br: promisify<Uint8Array, ZlibOptions, Buffer>(brotliDecompress),
  deflate: (body, options) => (isZlibWrapped(body) ? unwrap(body, options) : unwrapRaw(body, options)),
}
const unwrap = promisify<Uint8Array, ZlibOptions, Buffer>(inflate)
const unwrapRaw = promisify<Uint8Array, ZlibOptions, Buffer>(inflateRaw)

/**
 * Undoes Content-Encoding. Decoding stops at the limits, so a bomb never unfolds.
 * Throws ERR_BODY_TOO_LARGE, ERR_COMPRESSION_RATIO, ERR_BODY_ENCODING (unknown coding), ERR_BODY_TRUNCATED (transient).
 */
export async function decompress(body: Uint8Array, contentEncoding: string | undefined, limits: BodyLimits): Promise<Uint8Array> {
  const codings = body.length === 0 ? [] : codingsOf(contentEncoding)
  if (codings.length === 0) return body
  const decode = async () => {
    let decoded = body
    for (const coding of codings) decoded = await undo(decoded, coding, { limits, received: body.length })
    return decoded
  }
  return body.length < HEAVY_BYTES ? decode() : inTurn(decode)
}

/** The codings of a body in the order in which they are undone. Throws ERR_BODY_ENCODING for too many of them. */
export function codingsOf(contentEncoding: string | undefined): readonly string[] {
  const codings = (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity')
  if (codings.length <= MAX_LAYERS) return codings.reverse()
  throw new ConnectorError('ERR_BODY_ENCODING', `the body is compressed ${codings.length} times over; at most ${MAX_LAYERS} are accepted`)
}

let lastInTurn: Promise<void> = Promise.resolve()

/** One at a time: a bomb costs its cap once, not once for every request under way. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const own = lastInTurn.then(work, work)
  const over = () => undefined
  // Only that it is over is kept, not the body.
  lastInTurn = own.then(over, over)
  return own
}

async function undo(body: Uint8Array, coding: string, size: { limits: BodyLimits; received: number }): Promise<Uint8Array> {
  const decompressor = Object.hasOwn(decompressors, coding) ? decompressors[coding] : undefined
  if (!decompressor) throw unknownCoding(coding)
  const byRatio = Math.max(RATIO_FLOOR_BYTES, size.received * size.limits.maxCompressionRatio)
  const maxOutputLength = Math.min(size.limits.maxBodyBytes, byRatio)
  try {
    return await decompressor(body, { maxOutputLength, chunkSize: CHUNK_BYTES })
  } catch (thrown) {
    throw decodingError(thrown, coding, { ...size, byRatio })
  }
}

export function unknownCoding(coding: string): ConnectorError {
  return new ConnectorError('ERR_BODY_ENCODING', `unknown Content-Encoding '${coding}'; known: ${Object.keys(decompressors).join(', ')}`)
}

function decodingError(thrown: unknown, coding: string, size: { limits: BodyLimits; received: number; byRatio: number }): ConnectorError {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  if (code !== 'ERR_BUFFER_TOO_LARGE') {
    return new ConnectorError('ERR_BODY_TRUNCATED', `the ${coding} body is truncated or damaged`, {
      failureType: 'transient_error',
      cause: thrown,
    })
  }
  if (size.byRatio >= size.limits.maxBodyBytes) return bodyTooLarge(size.limits.maxBodyBytes)
  return new ConnectorError(
    'ERR_COMPRESSION_RATIO',
    `${size.received} bytes of ${coding} unfold to more than ${size.limits.maxCompressionRatio} times their size; refused as a decompression bomb`,
  )
}

export function bodyTooLarge(maxBodyBytes: number): ConnectorError {
  return new ConnectorError('ERR_BODY_TOO_LARGE', `the body is larger than ${maxBodyBytes} bytes; ask for smaller pages`)
}

/** Both forms of `deflate` are in use; the zlib header tells them apart (RFC 1950: compression method 8). */
function isZlibWrapped(body: Uint8Array): boolean {
  const first = body[0] ?? 0
  return (first & 0x0f) === 8 && ((first << 8) | (body[1] ?? 0)) % 31 === 0
}
