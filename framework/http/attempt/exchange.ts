import type { Clock } from '../../clock.ts'
import { asConnectorError, during, StoppedError } from '../../errors.ts'
import type { SendOptions } from '../client.ts'
import { stoppedBy } from '../failures.ts'
import { type Budget, deadlineReached } from '../limits/budget.ts'
import type { Pacing } from '../limits/pacing.ts'
import type { Waiting } from '../limits/waiting.ts'
import type { Redactor } from '../redaction/redaction.ts'
import type { HttpRequest } from '../request.ts'
import type { Outcome } from '../resolution.ts'
import type { Attempts } from '../transport/attempt.ts'
import type { AttemptOptions } from '../transport/attempt-settings.ts'
import type { Origins } from '../transport/origin.ts'

/** One try, for metrics and traces. */
export interface ExchangeSummary {
  /** For whom it was sent; undefined for what belongs to no stream, such as discovery. */
  readonly stream: string | undefined
  readonly method: string
  readonly host: string
  /** Undefined when there was no response. */
  readonly status: number | undefined
  /** Code of the error when there was no response. */
  readonly errorCode: string | undefined
  readonly seconds: number
  readonly bytes: number
  /** The Date header of the answer. */
  readonly date: string | undefined
}

export interface ExchangeSettings {
  readonly origins: Origins
  readonly budget: Budget
  readonly pacing: Pacing
  readonly waiting: Waiting
  readonly attempts: Attempts
  readonly clock: Clock
  readonly redactor: Redactor
  readonly onExchange: (exchange: ExchangeSummary) => void
}

export interface ExchangeOptions extends SendOptions {
  /** Told the seconds that the request was kept back before it left. */
  readonly onPaced: (seconds: number) => void
}

const CREDENTIAL_HEADERS = /^(?:proxy-)?authorization$|^cookie$|^(?:x-)?api-key$/i

/** One try: may it go there, is there budget, has its pool room; then the attempt. A failed attempt is an outcome; what ends the run is thrown. */
export function createExchange(settings: ExchangeSettings) {
  const { origins, budget, pacing, redactor } = settings
  return (request: HttpRequest, options: ExchangeOptions): Promise<Outcome> =>
    during(request.context ?? {}, async () => {
      const weight = request.weight ?? 1
      const url = origins.assertAllowed(request.url)
      registerCredentials(request, redactor)
      // Before the wait, so that nobody waits for a request that the budget forbids; booked after it, right before it goes out.
      budget.assertOpen(weight)
      const asked = settings.clock.monotonic()
      await pacing.pass(request, options)
      await options.rates?.pass(request, { waiting: settings.waiting, stream: options.stream, signal: options.signal })
      options.onPaced((settings.clock.monotonic() - asked) / 1000)
      if (options.signal?.aborted) throw stoppedBy(options.signal)
      budget.take(weight)
      const outcome = await attempt(request, url, { settings, signal: options.signal, stream: options.stream })
      if (outcome.error instanceof StoppedError) throw outcome.error
      if (outcome.error && budget.millisecondsLeft() <= 0) throw deadlineReached()
      if (outcome.response) {
        pacing.observe(request, outcome.response)
        options.rates?.observe(request, outcome.response)
      }
      return outcome
    })
}

async function attempt(
  request: HttpRequest,
  url: URL,
  { settings, signal, stream }: { settings: ExchangeSettings; signal: AbortSignal | undefined; stream: string | undefined },
): Promise<Outcome> {
  const { clock, budget, attempts, onExchange } = settings
  const started = clock.monotonic()
  let bytes = 0
  const onBytes = (received: number) => {
    bytes = received
  }
  const outcome = await settle(attempts, { request, url, options: { signal, millisecondsLeft: budget.millisecondsLeft(), onBytes } })
  const { response, error } = outcome
  const seconds = (clock.monotonic() - started) / 1000
  onExchange({
    stream,
    method: request.method,
    host: url.host,
    status: response?.status,
    errorCode: error?.code,
    seconds,
    bytes,
    date: response?.headers['date'],
  })
  return outcome
}

async function settle(
  attempts: Attempts,
  { request, url, options }: { request: HttpRequest; url: URL; options: AttemptOptions },
): Promise<Outcome> {
  try {
    return { response: await attempts.send(request, url, options) }
  } catch (thrown) {
    return { error: asConnectorError(thrown) }
  }
}

/** What goes out as a credential must come out nowhere, whether or not its authenticator registered it. */
function registerCredentials({ headers }: HttpRequest, redactor: Redactor): void {
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined && CREDENTIAL_HEADERS.test(name)) redactor.secret(value.slice(value.indexOf(' ') + 1))
  }
}
