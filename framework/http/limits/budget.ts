import type { Clock } from '../../clock.ts'
import { StoppedError } from '../../errors.ts'

export interface BudgetOptions {
  /** Requests that the whole run may send, every retry and token call included. */
  readonly maxRequests?: number
  /** Seconds from now after which nothing more is sent. */
  readonly deadlineSeconds?: number
  readonly clock: Clock
}

/** The hard limits of a run, shared by everything that sends. */
export interface Budget {
  /** Throws StoppedError ERR_REQUEST_BUDGET or ERR_DEADLINE when `weight` further requests can't be sent. */
  assertOpen(weight: number): void
  /** Books `weight` requests, or throws as {@link Budget.assertOpen} does and books nothing. At once, so that concurrent senders never exceed it. */
  take(weight: number): void
  /** Until the deadline; Infinity without one. Never negative. */
  millisecondsLeft(): number
  readonly spent: number
  /** Requests that may still be sent; Infinity without a limit. */
  readonly left: number
}

export function createBudget({ maxRequests = Number.POSITIVE_INFINITY, deadlineSeconds, clock }: BudgetOptions): Budget {
  const deadline = deadlineSeconds === undefined ? Number.POSITIVE_INFINITY : clock.monotonic() + deadlineSeconds * 1000
  let spent = 0
  const millisecondsLeft = () => Math.max(0, deadline - clock.monotonic())
  const assertOpen = (weight: number) => {
    if (millisecondsLeft() <= 0) throw deadlineReached()
    if (spent + weight > maxRequests) {
      throw new StoppedError('ERR_REQUEST_BUDGET', `the budget of ${maxRequests} requests is spent; the run stops and can be resumed`)
    }
  }
  return {
    assertOpen,
    take: (weight) => {
      assertOpen(weight)
      spent += weight
    },
    millisecondsLeft,
    get spent() {
      return spent
    },
    get left() {
      return maxRequests - spent
    },
  }
}

export function deadlineReached(): StoppedError {
  return new StoppedError('ERR_DEADLINE', 'the deadline of the run is reached; it stops and can be resumed')
}
