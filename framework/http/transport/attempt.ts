import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Got, OptionsInit, OptionsOfBufferResponseBody, Progress, Response } from 'got'
import { defined } from '../../defined.ts'
import type { ConnectorError } from '../../errors.ts'
import { attemptError, stoppedBy, timeoutError } from '../failures.ts'
import type { HttpRequest, HttpResponse } from '../request.ts'
import type { AttemptOptions, AttemptSettings, Exchange, Timeouts } from './attempt-settings.ts'
import { createResponse } from './body.ts'
import { ACCEPT_ENCODING, bodyTooLarge, decompress } from './compression.ts'
import { guardedLookup } from './lookup.ts'
import { headersOf } from './response-headers.ts'
import { saveBody } from './save-body.ts'

/** Idle connections are closed before a router on the way forgets them silently, as after a long wait for quota. */
const CONNECTIONS = { keepAlive: true, timeout: 60_000 }

export interface Attempts {
  /**
   * Sends once to `url`, the request's address as {@link Origins.assertAllowed} let it through. Any status is a response;
   * everything else is a ConnectorError with a stable code. Redirects are errors.
   */
  send(request: HttpRequest, url: URL, options: AttemptOptions): Promise<HttpResponse>
  /** Closes idle connections. */
  close(): void
}

export function createAttempts(settings: AttemptSettings): Attempts {
  const agents = { http: new HttpAgent(CONNECTIONS), https: new HttpsAgent(CONNECTIONS) }
  let instance: Promise<Got> | undefined
  const open = () => {
    instance ??= loadGot(settings, agents)
    return instance
  }
  return {
    send: async (request, url, options) => {
      if (options.signal?.aborted) throw stoppedBy(options.signal)
      return receive(await open(), { request, url, settings, options })
    },
    close: () => {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

/** got costs a sixth of a second to load, so it comes with the first request. */
async function loadGot(settings: AttemptSettings, agents: { http: HttpAgent; https: HttpsAgent }): Promise<Got> {
  const { got } = await import('got')
  const { timeouts } = settings
  return got.extend({
    agent: agents,
    // HTTP/1.1 with kept connections: got's HTTP/2 breaks sessions on Node 20.
    http2: false,
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
    allowGetBody: true,
    headers: { 'user-agent': settings.userAgent, 'accept-encoding': ACCEPT_ENCODING },
    dnsLookup: guardedLookup(settings.origins) as NonNullable<OptionsInit['dnsLookup']>,
    timeout: {
      lookup: timeouts.dns,
      connect: timeouts.connect,
      secureConnect: timeouts.tls,
      send: timeouts.send,
      response: timeouts.headers,
      request: timeouts.request,
    },
  })
}

async function receive(got: Got, exchange: Exchange): Promise<HttpResponse> {
  const { request, url, settings, options } = exchange
  const label = () => `${request.method} ${url.origin}${settings.redact(url.pathname)}`
  if (request.saveTo !== undefined) return saveBody(got, { ...exchange, saveTo: request.saveTo, label })
  const raw = await download(got, exchange, label)
  options.onBytes?.(raw.rawBody.length)
  const headers = headersOf(raw, { label, url })
  const body = await decompress(raw.rawBody, headers['content-encoding'], settings.limits)
  return createResponse({ status: raw.statusCode, headers, url: request.url, body }, settings.redact)
}

/** The body as it comes over the wire, stopped at the cap. */
async function download(got: Got, { request, url, settings, options }: Exchange, label: () => string): Promise<Response<Buffer>> {
  const { bodyIdle } = settings.timeouts
  const attempt = got(url, requestOptions(request, options, settings.timeouts))
  let failure: ConnectorError | undefined
  let idle: NodeJS.Timeout | undefined
  const stop = (error: ConnectorError) => {
    failure ??= error
    attempt.cancel()
  }
  attempt.on('downloadProgress', ({ transferred, total }: Progress) => {
    const announced = request.method === 'HEAD' ? 0 : (total ?? 0)
    if (Math.max(transferred, announced) > settings.limits.maxBodyBytes) stop(bodyTooLarge(settings.limits.maxBodyBytes))
    else if (idle) idle.refresh()
    else idle = setTimeout(() => stop(timeoutError(label(), 'body', bodyIdle)), bodyIdle)
  })
  try {
    return await attempt
  } catch (thrown) {
    if (failure) throw failure
    throw options.signal?.aborted ? stoppedBy(options.signal) : attemptError(thrown, label())
  } finally {
    clearTimeout(idle)
  }
}

function requestOptions(
  request: HttpRequest,
  { signal, millisecondsLeft }: AttemptOptions,
  timeouts: Timeouts,
): OptionsOfBufferResponseBody {
  const whole = request.timeoutMs ?? timeouts.request
  const limit = Math.min(whole, millisecondsLeft ?? whole)
  return {
    responseType: 'buffer',
    method: request.method,
    headers: { ...request.headers },
    ...(request.body === undefined ? {} : { body: typeof request.body === 'string' ? request.body : Buffer.from(request.body) }),
    ...defined({ signal }),
    ...(limit === timeouts.request ? {} : { timeout: { request: Math.max(1, Math.ceil(limit)), ...sendTime(request) } }),
  }
}

/** Sending has a limit of its own, which a large body needs raised as well. */
function sendTime({ timeoutMs }: HttpRequest): { readonly send?: number; readonly response?: number } {
  return timeoutMs === undefined ? {} : { send: timeoutMs, response: timeoutMs }
}
