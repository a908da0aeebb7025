import type { Clock } from '../clock.ts'
import { asConnectorError, withContext } from '../errors.ts'
import type { Reporter } from '../report.ts'
import { type AttemptOptions, createAttempts, DEFAULT_TIMEOUTS, type Timeouts } from './attempt.ts'
import { type Budget, createBudget, deadlineReached } from './budget.ts'
import type { HttpClient, SendOptions } from './client.ts'
import { createOrigins, type Origins } from './origin.ts'
import { createPacing } from './pacing.ts'
import type { Redactor } from './redaction.ts'
import type { HttpRequest } from './request.ts'
import type { Outcome, UsageReader } from './resolution.ts'
import { createSender, endsTheRun } from './retry.ts'
import { linkSignals } from './signals.ts'
import { createWaiting } from './waiting.ts'

const MAX_BODY_BYTES = 32 * 1024 * 1024
const MAX_COMPRESSION_RATIO = 200
const PATIENCE_SECONDS = 3600
const CREDENTIAL_HEADERS = /^(?:proxy-)?authorization$|^cookie$|^x-api-key$|^api-key$/i

export interface HttpClientOptions {
  /** Hosts of the manifest and origins of the config, see {@link createOrigins}; undefined: every host. */
  readonly allowedOrigins: readonly string[] | undefined
  readonly clock: Clock
  readonly report: Reporter
  readonly redactor: Redactor
  /** From 0 inclusive to 1; Math.random by default. */
  readonly random?: () => number
  /** Milliseconds per phase; 30,000 each by default. */
  readonly timeouts?: Partial<Timeouts>
  /** Of a decoded body; 32 MiB by default. */
  readonly maxBodyBytes?: number
  /** Decoded bytes per byte received, for bodies beyond 1 MiB; 200 by default. */
  readonly maxCompressionRatio?: number
  /** Unlimited by default. */
  readonly budget?: Budget
  readonly usageReader?: UsageReader
  /** The longest single wait; 3,600 by default. Beyond it a RateLimitError is thrown. */
  readonly patienceSeconds?: number
  readonly userAgent?: string
  /** Aborting it ends every request and every wait. */
  readonly signal?: AbortSignal
  /** Told after every try. */
  readonly onExchange?: (exchange: ExchangeSummary) => void
}

/** One try, for metrics and traces. */
export interface ExchangeSummary {
  readonly method: string
  readonly host: string
  /** Undefined when there was no response. */
  readonly status: number | undefined
  /** Code of the error when there was no response. */
  readonly errorCode: string | undefined
  readonly seconds: number
  readonly bytes: number
}

export interface HttpStats {
  /** Sent, retries included, batches by their weight. */
  readonly requests: number
  readonly retries: number
  /** Of bodies as received, before decompression. */
  readonly bytes: number
  readonly waitedSeconds: number
  /** The highest current share of a provider's allowance; undefined when none was told. */
  readonly usagePercent: number | undefined
  /** Usage readings that made no sense. */
  readonly ignoredReadings: number
}

export interface RunHttpClient extends HttpClient {
  stats(): HttpStats
  /** Hosts that may be called, for firewalls; empty: every host. */
  readonly egress: Origins['egress']
  /** Closes idle connections. */
  close(): void
}

/** The client of one run: every request of it shares the budget, the pacing and the counters. */
export function createHttpClient(options: HttpClientOptions): RunHttpClient {
  const { clock, report, redactor, random = Math.random, patienceSeconds = PATIENCE_SECONDS } = options
  const budget = options.budget ?? createBudget({ clock })
  const origins = createOrigins(options.allowedOrigins)
  const waiting = createWaiting({ clock, budget, report, patienceSeconds })
  const pacing = createPacing({ clock, random, waiting, patienceSeconds, usageReader: options.usageReader })
  const attempts = createAttempts({
    origins,
    timeouts: { ...DEFAULT_TIMEOUTS, ...options.timeouts },
    limits: {
      maxBodyBytes: options.maxBodyBytes ?? MAX_BODY_BYTES,
      maxCompressionRatio: options.maxCompressionRatio ?? MAX_COMPRESSION_RATIO,
    },
    userAgent: options.userAgent ?? 'connector',
    redact: redactor.redact,
  })
  const counters = { requests: 0, retries: 0, bytes: 0 }

  const attempt = async (request: HttpRequest, attemptOptions: AttemptOptions): Promise<Outcome> => {
    const started = clock.monotonic()
    let bytes = 0
    let outcome: Outcome
    try {
      outcome = {
        response: await attempts.send(request, {
          ...attemptOptions,
          onBytes: (received) => {
            bytes = received
          },
        }),
      }
    } catch (thrown) {
      outcome = { error: asConnectorError(thrown) }
    }
    counters.bytes += bytes
    options.onExchange?.({
      method: request.method,
      host: new URL(request.url).host,
      status: outcome.response?.status,
      errorCode: outcome.error?.code,
      seconds: (clock.monotonic() - started) / 1000,
      bytes,
    })
    return outcome
  }

  const exchange = async (request: HttpRequest, sendOptions: SendOptions): Promise<Outcome> => {
    const weight = request.weight ?? 1
    registerCredentials(request, redactor)
    try {
      origins.assertAllowed(request.url)
      budget.assertOpen(weight)
      await pacing.pass(request, sendOptions)
      budget.take(weight)
    } catch (thrown) {
      throw withContext(thrown, { ...request.context })
    }
    counters.requests += weight
    const outcome = await attempt(request, { signal: sendOptions.signal, millisecondsLeft: budget.millisecondsLeft() })
    if (outcome.error && endsTheRun(outcome.error)) throw outcome.error
    if (outcome.error && budget.millisecondsLeft() <= 0) throw deadlineReached()
    if (outcome.response) pacing.observe(request, outcome.response)
    return outcome
  }

  const send = createSender({
    exchange,
    waiting,
    clock,
    random,
    report,
    redact: redactor.redact,
    onRateLimited: pacing.block,
    onRetry: () => {
      counters.retries++
    },
  })

  return {
    send: async (prepare, handler, sendOptions = {}) => {
      const link = linkSignals(options.signal, sendOptions.signal)
      try {
        return await send(prepare, handler, { ...sendOptions, ...(link.signal ? { signal: link.signal } : {}) })
      } finally {
        link.unlink()
      }
    },
    secret: redactor.secret,
    stats: () => ({
      ...counters,
      waitedSeconds: waiting.waited,
      usagePercent: pacing.usagePercent(),
      ignoredReadings: pacing.ignoredReadings,
    }),
    egress: origins.egress,
    close: attempts.close,
  }
}

/** What goes out as a credential must come out nowhere, whether or not its authenticator registered it. */
function registerCredentials({ headers }: HttpRequest, redactor: Redactor): void {
  for (const [name, value] of Object.entries(headers)) {
    if (CREDENTIAL_HEADERS.test(name)) redactor.secret(value.slice(value.indexOf(' ') + 1))
  }
}
