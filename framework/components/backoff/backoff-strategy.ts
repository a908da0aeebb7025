import type { Outcome } from '../../http/resolution.ts'
import { defineFamily } from '../../manifest/definition/component.ts'

/** Says how many seconds pass before a request is tried again. */
export interface BackoffStrategy {
  /** Seconds before the next try, `attempt` counted from 1; undefined: this strategy has no opinion. Throws RateLimitError when the wait is beyond its limit. */
  seconds(outcome: Outcome, attempt: number): number | undefined
}
export const BackoffStrategy = defineFamily<BackoffStrategy>('BackoffStrategy', 'Says how long to wait before the next try.')
