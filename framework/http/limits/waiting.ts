import type { Clock } from '../../clock.ts'
import { defined } from '../../defined.ts'
import { RateLimitError } from '../../errors.ts'
import type { Reporter } from '../../report.ts'
import { stoppedBy } from '../failures.ts'
import { type Budget, deadlineReached } from './budget.ts'

export interface Wait {
  readonly seconds: number
  /** `provider`: it asked for the time, the platform is told, and too long a wait is a rate limit. `own`: our own back-off. */
  readonly asked: 'provider' | 'own'
  /** What is waited for, for messages: `GET https://host/path`, or a pool. */
  readonly label: string
  readonly stream?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Waiting {
  /** Sleeps, or throws at once: RateLimitError beyond patience (or, asked by the provider, beyond the deadline), StoppedError ERR_DEADLINE, or what stopped the run. */
  wait(wait: Wait): Promise<void>
  /** Seconds slept so far, over all senders. */
  readonly waited: number
}

export interface WaitingOptions {
  readonly clock: Clock
  readonly budget: Budget
  readonly report: Reporter
  /** The longest single wait in seconds. */
  readonly patienceSeconds: number
}

export function createWaiting(options: WaitingOptions): Waiting {
  const { clock, report } = options
  let waited = 0
  return {
    wait: async (wait) => {
      if (wait.signal?.aborted) throw stoppedBy(wait.signal)
      if (wait.seconds <= 0) return
      assertBearable(wait, options)
      const waiter = defined({ stream: wait.stream })
      if (wait.asked === 'provider') report.rateLimited({ ...waiter, seconds: wait.seconds })
      const started = clock.monotonic()
      try {
        await clock.sleep(wait.seconds * 1000, wait.signal)
      } catch (thrown) {
        throw wait.signal?.aborted ? stoppedBy(wait.signal) : thrown
      } finally {
        waited += (clock.monotonic() - started) / 1000
        if (wait.asked === 'provider') report.resumed(waiter)
      }
    },
    get waited() {
      return waited
    },
  }
}

function assertBearable({ seconds, asked, label }: Wait, { budget, patienceSeconds }: WaitingOptions): void {
  const left = budget.millisecondsLeft() / 1000
  if (seconds <= patienceSeconds && seconds < left) return
  if (asked === 'own' && seconds <= patienceSeconds) throw deadlineReached()
  const limit = seconds > patienceSeconds ? `${patienceSeconds} s may be waited` : `the run ends in ${Math.floor(left)} s`
  const message = `${label}: the provider is to be asked again in ${Math.ceil(seconds)} s, but ${limit}; resume the run then`
  throw new RateLimitError('ERR_RATE_LIMITED', message, { retryAfter: Math.ceil(seconds) })
}
