import type { Clock } from '../../clock.ts'
import { AuthenticationError, ConnectorError, type ErrorContext, RateLimitError, withContext } from '../../errors.ts'
import type { Reporter } from '../../report.ts'
import type { Answer, SendOptions } from '../client.ts'
import type { Waiting } from '../limits/waiting.ts'
import type { HttpRequest } from '../request.ts'
import type { ErrorHandler, Outcome, Resolution } from '../resolution.ts'
import { emptyResponse, excerpt } from '../transport/body.ts'
import { backoffBefore } from './backoff.ts'
import type { ExchangeOptions } from './exchange.ts'

export interface RetrySettings {
  /** One try with everything that belongs to it: origin check, pacing, budget, attempt. Throws only what ends the run. */
  readonly exchange: (request: HttpRequest, options: ExchangeOptions) => Promise<Outcome>
  readonly waiting: Waiting
  readonly clock: Clock
  readonly random: () => number
  readonly report: Reporter
  readonly redact: (text: string) => string
  /** Called when the provider refused a request for a time. */
  readonly onRateLimited: (request: HttpRequest, seconds: number) => void
  readonly onRetry: () => void
}

interface Try {
  readonly request: HttpRequest
  readonly outcome: Outcome
  readonly resolution: Resolution
  /** From 1. */
  readonly number: number
}

/** Tries until the handler is content, as {@link HttpClient.send} says. */
export function createSender(settings: RetrySettings) {
  return async (prepare: () => HttpRequest | Promise<HttpRequest>, handler: ErrorHandler, options: SendOptions = {}): Promise<Answer> => {
    const started = settings.clock.monotonic()
    // Seconds that the provider asked for, by a refusal or by its quota: they do not count against the handler's maxTime.
    let asked = 0
    const exchangeOptions = {
      ...options,
      onPaced: (seconds: number) => {
        asked += seconds
      },
    }
    let refreshed = false
    for (let number = 1; ; number++) {
      const request = await prepare()
      const outcome = await settings.exchange(request, exchangeOptions)
      const current: Try = { request, outcome, number, resolution: interpret(handler, { request, outcome }, settings) }
      const answer = accept(current)
      if (answer) return answer
      if (current.resolution.action === 'refresh_token') {
        if (refreshed) throw failure(current, settings)
        await refresh(current, options, settings)
        refreshed = true
        continue
      }
      const spent = (settings.clock.monotonic() - started) / 1000 - asked
      if (!mayRetry(current, handler, spent)) throw failure(current, settings)
      asked += await waitBeforeNext(current, { handler, options, settings })
      settings.onRetry()
    }
  }
}

function interpret(handler: ErrorHandler, { request, outcome }: Pick<Try, 'request' | 'outcome'>, settings: RetrySettings): Resolution {
  try {
    return handler.interpret(outcome, request)
  } catch (thrown) {
    throw withContext(thrown, contextOf({ request, outcome }, settings))
  }
}

function accept({ resolution, outcome, request }: Try): Answer | undefined {
  const { action } = resolution
  if (action !== 'success' && action !== 'ignore' && action !== 'reset_pagination') return undefined
  if (outcome.response) return { response: outcome.response, resolution }
  // Without a response there is nothing to succeed with, whatever the handler says.
  return action === 'ignore' ? { response: emptyResponse(request.url), resolution } : undefined
}

/** An attempt that failed for a lasting reason (TLS, a refused redirect, a body too large) fails again; no handler can wish that away. */
function mayRetry({ resolution, outcome, number }: Try, { maxRetries, maxTime }: ErrorHandler, spent: number): boolean {
  const wanted = resolution.action === 'retry' || resolution.action === 'rate_limited'
  return (
    wanted && number <= maxRetries && spent < maxTime && (outcome.error === undefined || outcome.error.failureType === 'transient_error')
  )
}

/** Throws the failure of the attempt where there are no new credentials. */
async function refresh(current: Try, options: SendOptions, settings: RetrySettings): Promise<void> {
  if (!options.refresh) throw failure(current, settings)
  settings.report.log('info', `${label(current.request, settings)}: asking for new credentials`, streamField(options))
  if (!(await options.refresh())) throw failure(current, settings)
}

/** Sleeps, and returns the seconds of it that the provider asked for. */
async function waitBeforeNext(
  current: Try,
  { handler, options, settings }: { handler: ErrorHandler; options: SendOptions; settings: RetrySettings },
): Promise<number> {
  const { clock, random, waiting, report } = settings
  const { outcome, resolution, request, number } = current
  try {
    const { seconds, asked } = backoffBefore({ handler, outcome, resolution, attempt: number, clock, random })
    if (resolution.action === 'rate_limited') settings.onRateLimited(request, seconds)
    const about = label(request, settings)
    const next = `try ${number + 1} of ${handler.maxRetries + 1} in ${seconds.toFixed(1)} s`
    report.log('info', `${about}: ${reason(current, settings)}; ${next}`, streamField(options))
    await waiting.wait({ seconds, asked, label: about, ...options })
    return asked === 'provider' ? seconds : 0
  } catch (thrown) {
    throw withContext(thrown, contextOf(current, settings))
  }
}

function failure(current: Try, settings: RetrySettings): ConnectorError {
  const { outcome, resolution } = current
  const error = resolution.error ?? outcome.error ?? statusError(current, settings)
  return withContext(error, contextOf(current, settings))
}

function statusError(current: Try, settings: RetrySettings): ConnectorError {
  const { resolution, outcome, request, number } = current
  const tries = number > 1 ? ` (${number} tries)` : ''
  const message = `${label(request, settings)}: ${reason(current, settings)}${tries}`
  if (resolution.action === 'rate_limited') {
    return new RateLimitError(
      'ERR_RATE_LIMITED',
      message,
      resolution.waitSeconds === undefined ? {} : { retryAfter: resolution.waitSeconds },
    )
  }
  if (outcome.response?.status === 401 || resolution.action === 'refresh_token') return new AuthenticationError('ERR_UNAUTHORIZED', message)
  const failureType = resolution.failureType ?? (resolution.action === 'retry' ? 'transient_error' : 'system_error')
  return new ConnectorError('ERR_HTTP_STATUS', message, { failureType })
}

function reason({ resolution, outcome }: Try, settings: RetrySettings): string {
  const status = outcome.response ? `HTTP ${outcome.response.status}` : ''
  const text = settings.redact(resolution.message ?? outcome.error?.message ?? '')
  return [status, text].filter((part) => part !== '').join(': ')
}

function contextOf({ request, outcome }: Pick<Try, 'request' | 'outcome'>, settings: RetrySettings): ErrorContext {
  const { response } = outcome
  return {
    ...request.context,
    request: `${request.method} ${settings.redact(request.url)}`,
    ...(response ? { response: `HTTP ${response.status}: ${excerpt(response.text(), settings.redact)}` } : {}),
  }
}

/** Method and address without the query. */
function label(request: HttpRequest, settings: RetrySettings): string {
  return settings.redact(`${request.method} ${request.url.split(/[?#]/, 1)[0]}`)
}

function streamField({ stream }: SendOptions): Readonly<Record<string, unknown>> {
  return stream === undefined ? {} : { stream }
}
