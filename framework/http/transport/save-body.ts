import { createReadStream, createWriteStream } from 'node:fs'
import { Duplex, Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { Got, Response } from 'got'
import { defined } from '../../defined.ts'
import { ConnectorError } from '../../errors.ts'
import { attemptError, stoppedBy, timeoutError } from '../failures.ts'
import type { HttpResponse } from '../request.ts'
import type { Exchange } from './attempt-settings.ts'
import { createResponse } from './body.ts'
import { bodyTooLarge, codingsOf, decompress, unknownCoding } from './compression.ts'
import { headersOf } from './response-headers.ts'

/** Reports of a day are gigabytes at the most; more than this is a source that never ends. */
const MAX_FILE_BYTES = 64 * 1024 ** 3

/** Timers of Node cannot run longer. */
const MAX_TIMER_MS = 2 ** 31 - 1

interface Saving extends Exchange {
  readonly saveTo: string
  readonly label: () => string
}

const unpackers: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/**
 * Sends once and writes the body of a success to `saveTo` as it arrives, Content-Encoding undone, in constant memory and for as long as
 * bytes keep coming. Any other answer is read into memory under the usual limits. Throws like an attempt.
 */
export async function saveBody(got: Got, saving: Saving): Promise<HttpResponse> {
  const { settings, options, request, label } = saving
  const stream = got.stream(saving.url, streamOptions(saving))
  // A stream waits for its body to be written, be there one or not.
  if (request.body === undefined) stream.end()
  try {
    const raw = await responseOf(stream)
    const parts = { status: raw.statusCode, headers: headersOf(raw, saving), url: request.url }
    const received = watched(stream, saving)
    if (raw.statusCode >= 400) {
      const packed = await collect(received, settings.limits.maxBodyBytes)
      const body = await decompress(packed, parts.headers['content-encoding'], settings.limits)
      return createResponse({ ...parts, body }, settings.redact)
    }
    await unpackTo(saving.saveTo, received, codingsOf(parts.headers['content-encoding']))
    return createResponse({ ...parts, body: new Uint8Array(), pieces: () => createReadStream(saving.saveTo) }, settings.redact)
  } catch (thrown) {
    stream.destroy()
    if (thrown instanceof ConnectorError) throw thrown
    throw options.signal?.aborted ? stoppedBy(options.signal) : attemptError(thrown, label())
  }
}

function streamOptions({ request, options, settings }: Saving) {
  const { timeouts } = settings
  const { body } = request
  return {
    method: request.method,
    headers: { ...request.headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : Buffer.from(body) }),
    ...defined({ signal: options.signal }),
    // The whole of a large file may take its time; that no byte comes for a while is noticed apart.
    timeout: {
      ...{ lookup: timeouts.dns, connect: timeouts.connect, secureConnect: timeouts.tls, send: timeouts.send },
      response: timeouts.headers,
      request: Math.max(1, Math.ceil(Math.min(options.millisecondsLeft ?? MAX_TIMER_MS, MAX_TIMER_MS))),
    },
  }
}

function responseOf(stream: Readable): Promise<Response> {
  return new Promise((resolve, reject) => {
    stream.once('response', resolve)
    stream.once('error', reject)
  })
}

/** The bytes as they come, counted. Throws ERR_TIMEOUT when none come for too long, ERR_BODY_TOO_LARGE beyond every measure. */
async function* watched(stream: Readable, { settings, options, label }: Saving): AsyncGenerator<Uint8Array> {
  const { bodyIdle } = settings.timeouts
  const idle = setTimeout(() => stream.destroy(timeoutError(label(), 'body', bodyIdle)), bodyIdle)
  let bytes = 0
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      bytes += chunk.length
      if (bytes > MAX_FILE_BYTES) throw bodyTooLarge(MAX_FILE_BYTES)
      yield chunk
      idle.refresh()
    }
  } finally {
    clearTimeout(idle)
    options.onBytes?.(bytes)
  }
}

async function unpackTo(file: string, received: AsyncIterable<Uint8Array>, codings: readonly string[]): Promise<void> {
  const steps = codings.map((coding) => {
    const create = Object.hasOwn(unpackers, coding) ? unpackers[coding] : undefined
    if (!create) throw unknownCoding(coding)
    return create()
  })
  try {
    await pipeline([Readable.from(received), ...steps, Duplex.from(bounded), createWriteStream(file)])
  } catch (thrown) {
    throw isDamaged(thrown) ? damaged(codings, thrown) : thrown
  }
}

async function* bounded(unpacked: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of unpacked) {
    bytes += chunk.length
    if (bytes > MAX_FILE_BYTES) throw bodyTooLarge(MAX_FILE_BYTES)
    yield chunk
  }
}

/** Errors of zlib have codes such as Z_DATA_ERROR and ERR__ERROR_FORMAT_… */
function isDamaged(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && /^(Z_|ERR__ERROR_|ERR_BROTLI)/.test(String(thrown.code))
}

function damaged(codings: readonly string[], cause: unknown): ConnectorError {
  const message = `the ${codings.join(', ')} body is truncated or damaged`
  return new ConnectorError('ERR_BODY_TRUNCATED', message, { failureType: 'transient_error', cause })
}

async function collect(received: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of received) {
    bytes += chunk.length
    if (bytes > most) throw bodyTooLarge(most)
    parts.push(chunk)
  }
  return Buffer.concat(parts)
}
