import type { Clock } from '../clock.ts'
import type { Reporter } from '../report.ts'
import { createCachedSend } from './attempt/cached-send.ts'
import { createExchange, type ExchangeSummary } from './attempt/exchange.ts'
import { createResponseStore, type ResponseStore } from './attempt/response-store.ts'
import { createSender } from './attempt/retry.ts'
import { linkSignals } from './attempt/signals.ts'
import type { HttpClient } from './client.ts'
import { type Budget, createBudget } from './limits/budget.ts'
import { createPacing } from './limits/pacing.ts'
import { createWaiting } from './limits/waiting.ts'
import type { Redactor } from './redaction/redaction.ts'
import type { UsageReader } from './resolution.ts'
import { createAttempts } from './transport/attempt.ts'
import { DEFAULT_TIMEOUTS, type Timeouts } from './transport/attempt-settings.ts'
import { createOrigins, type Origins } from './transport/origin.ts'

const MAX_BODY_BYTES = 32 * 1024 * 1024
const MAX_COMPRESSION_RATIO = 200
const PATIENCE_SECONDS = 3600

export interface HttpClientOptions {
  /** Hosts of the manifest and origins of the config, see {@link createOrigins}; undefined: every host. */
  readonly allowedOrigins?: readonly string[] | undefined
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

export interface HttpStats {
  /** Sent, retries included; a batch is one. */
  readonly requests: number
  readonly retries: number
  /** Answers that an earlier request of the run had got already; not among the requests. */
  readonly cached: number
  /** Of bodies as received, before decompression. */
  readonly bytes: number
  readonly waitedSeconds: number
  /** The highest current share of a provider's allowance; undefined when none was reported. */
  readonly usagePercent: number | undefined
  /** Usage readings that made no sense. */
  readonly ignoredReadings: number
  /** Seconds that the clock of the server that answered last is ahead of ours; undefined when no answer had a date. */
  readonly clockSkewSeconds: number | undefined
}

export interface ConnectorHttpClient extends HttpClient {
  stats(): HttpStats
  /** Requests by the stream that they were sent for, retries included; those of no stream are not in it. */
  readonly calls: ReadonlyMap<string, number>
  /** Hosts that may be called, for firewalls; empty: every host. */
  readonly egress: Origins['egress']
  /** Closes idle connections and forgets the responses that were kept for the run. */
  close(): void
}

/** The client of one run: every request of it shares the budget, the pacing and the counters. */
export function createHttpClient(options: HttpClientOptions): ConnectorHttpClient {
  const { clock, report, redactor, random = Math.random, patienceSeconds = PATIENCE_SECONDS } = options
  const counters = { requests: 0, retries: 0, cached: 0, bytes: 0 }
  const calls = new Map<string, number>()
  const budget = options.budget ?? createBudget({ clock })
  const origins = createOrigins(options.allowedOrigins)
  const waiting = createWaiting({ clock, budget, report, patienceSeconds })
  const pacing = createPacing({ clock, random, waiting, patienceSeconds, usageReader: options.usageReader })
  const attempts = openAttempts(options, origins)
  let clockSkewSeconds: number | undefined
  const onExchange = (summary: ExchangeSummary) => {
    counters.requests++
    if (summary.stream !== undefined) calls.set(summary.stream, (calls.get(summary.stream) ?? 0) + 1)
    counters.bytes += summary.bytes
    const serverTime = Date.parse(summary.date ?? '')
    if (!Number.isNaN(serverTime)) clockSkewSeconds = Math.round((serverTime - clock.now()) / 1000)
    options.onExchange?.(summary)
  }
  const exchange = createExchange({ origins, budget, pacing, waiting, attempts, clock, redactor, onExchange })
  const onRetry = () => {
    counters.retries++
  }
  const plain = createSender({ exchange, waiting, clock, random, report, redact: redactor.redact, onRateLimited: pacing.block, onRetry })
  let responses: ResponseStore | undefined
  const store = () => {
    responses ??= createResponseStore(redactor.redact)
    return responses
  }
  const onHit = () => {
    counters.cached++
  }
  const send = createCachedSend({ send: plain, store, report, onHit })
  return {
    send: async (prepare, handler, sendOptions = {}) => {
      const link = linkSignals(options.signal, sendOptions.signal)
      try {
        return await send(prepare, handler, link.signal ? { ...sendOptions, signal: link.signal } : sendOptions)
      } finally {
        link.unlink()
      }
    },
    secret: redactor.secret,
    requestsLeft: () => budget.left,
    stats: () => ({
      ...counters,
      waitedSeconds: waiting.waited,
      usagePercent: pacing.usagePercent(),
      ignoredReadings: pacing.ignoredReadings,
      clockSkewSeconds,
    }),
    calls,
    egress: origins.egress,
    close: () => {
      responses?.close()
      attempts.close()
    },
  }
}

function openAttempts(options: HttpClientOptions, origins: Origins) {
  const { maxBodyBytes = MAX_BODY_BYTES, maxCompressionRatio = MAX_COMPRESSION_RATIO, userAgent = 'connector', redactor } = options
  return createAttempts({
    origins,
    timeouts: { ...DEFAULT_TIMEOUTS, ...options.timeouts },
    limits: { maxBodyBytes, maxCompressionRatio },
    userAgent,
    redact: redactor.redact,
  })
}
