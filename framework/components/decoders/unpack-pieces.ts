import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createInflate } from 'node:zlib'
import { asConnectorError, ConnectorError } from '../../errors.ts'

/** Which packings are recognised by the first bytes. */
type Packing = 'gzip' | 'zlib'

/**
 * The pieces unpacked when their first bytes say that they are packed, else as they are. Constant memory. Throws ERR_BODY_TRUNCATED
 * (transient) for a packed body that is cut off or damaged.
 */
export async function* unpackPieces(pieces: AsyncIterable<Uint8Array>, known: readonly Packing[]): AsyncGenerator<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]()
  const first = await iterator.next()
  const all = rejoined(first, iterator)
  const unpacker = first.done ? undefined : unpackerOf(first.value, known)
  if (!unpacker) return yield* all
  let failure: unknown
  const done = pipeline(Readable.from(all, { objectMode: false }), unpacker).catch((thrown: unknown) => {
    failure = thrown
  })
  try {
    for await (const piece of unpacker) yield piece as Uint8Array
  } catch (thrown) {
    throw thrown instanceof ConnectorError ? thrown : damaged(thrown)
  } finally {
    unpacker.destroy()
    await done
  }
  if (failure !== undefined) throw asConnectorError(failure)
}

async function* rejoined(first: IteratorResult<Uint8Array>, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

function unpackerOf(start: Uint8Array, known: readonly Packing[]): Transform | undefined {
  const [first = 0, second = 0] = start
  if (known.includes('gzip') && first === 0x1f && second === 0x8b) return createGunzip()
  // RFC 1950: the method is 8 and the first two bytes are a multiple of 31.
  const isZlib = first === 0x78 && ((first << 8) | second) % 31 === 0
  return known.includes('zlib') && isZlib ? createInflate() : undefined
}

function damaged(cause: unknown): ConnectorError {
  return new ConnectorError('ERR_BODY_TRUNCATED', 'the packed file is truncated or damaged', { failureType: 'transient_error', cause })
}
