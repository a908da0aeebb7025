import { createHash } from 'node:crypto'
import { asConnectorError } from '../../errors.ts'
import type { Reporter } from '../../report.ts'
import type { Answer, HttpClient, SendOptions } from '../client.ts'
import { stoppedBy } from '../failures.ts'
import type { HttpRequest } from '../request.ts'
import type { ErrorHandler } from '../resolution.ts'
import type { ResponseStore } from './response-store.ts'

type Send = HttpClient['send']

export interface CachedSendOptions {
  readonly send: Send
  /** Opened when the first answer is kept. */
  readonly store: () => ResponseStore
  readonly report: Reporter
  readonly onHit: () => void
}

/**
 * Sends what may be cached (`cache: true`, GET or HEAD) once per run: the same request, headers and all, gets the same answer again, judged again by
 * its handler. Who asks while the first one is on its way waits for it. Only complete answers with status 200 that the handler took for a
 * success are kept; a failure is nobody else's.
 */
export function createCachedSend({ send, store, report, onHit }: CachedSendOptions): Send {
  const onTheWay = new Map<string, Promise<unknown>>()
  let isBroken = false
  const keep = (key: string, { response, resolution }: Answer) => {
    if (isBroken || response.status !== 200 || resolution.action !== 'success' || response.pieces) return
    try {
      store().keep(key, response)
    } catch (thrown) {
      isBroken = true
      report.log('warn', `responses are no longer kept for later: ${asConnectorError(thrown).message}`)
    }
  }
  const known = (key: string, handler: ErrorHandler, request: HttpRequest): Answer | undefined => {
    const response = store().get(key)
    const resolution = response && handler.interpret({ response }, request)
    return response && resolution?.action === 'success' ? { response, resolution } : undefined
  }
  return async (prepare, handler, options: SendOptions = {}) => {
    if (!options.cache) return send(prepare, handler, options)
    if (options.signal?.aborted) throw stoppedBy(options.signal)
    const first = await prepare()
    if (first.method !== 'GET' && first.method !== 'HEAD') return send(reusing(first, prepare), handler, options)
    const key = keyOf(first)
    // Whoever waited looks again, and becomes the first one when nothing was kept.
    for (let before = onTheWay.get(key); before; before = onTheWay.get(key)) await before
    const answer = known(key, handler, first)
    if (answer) {
      onHit()
      return answer
    }
    const sending = send(reusing(first, prepare), handler, options)
    const settled = sending.then(
      (answered) => keep(key, answered),
      () => undefined,
    )
    onTheWay.set(
      key,
      settled.finally(() => onTheWay.delete(key)),
    )
    return sending
  }
}

/** The request that was made to look for its answer is the first one that goes out. */
function reusing(first: HttpRequest, prepare: () => HttpRequest | Promise<HttpRequest>): () => HttpRequest | Promise<HttpRequest> {
  let next: HttpRequest | undefined = first
  return () => {
    const request = next ?? prepare()
    next = undefined
    return request
  }
}

/** Credentials are part of it, and are not kept. */
function keyOf({ method, url, headers, body }: HttpRequest): string {
  const sorted = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  sorted.sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
  const hash = createHash('sha256').update(JSON.stringify([method, url, sorted]))
  return (body === undefined ? hash : hash.update(body)).digest('base64')
}
