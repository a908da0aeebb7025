import type { WriteRequest } from '../framework/runtime/read/plan-writes.ts'

/** How a sync goes about its accounts. Each stream of an account is written and refreshed by itself: replacing one leaves the others. */
export interface SyncOptions extends WriteRequest {
  /** Accounts at the same time; 4 by default. */
  readonly concurrency?: number | undefined
  /** Requests of the whole run, retries and calls for tokens included; never exceeded. Unlimited by default. */
  readonly maxRequests?: number | undefined
  /** Seconds from now after which nothing more is sent. */
  readonly deadlineSeconds?: number | undefined
  /** Seconds that each of the accounts read at the same time waits before the next; 0 by default. */
  readonly pauseSeconds?: number | undefined
  /** Accounts synced less than so many seconds ago are not due; 0 by default. */
  readonly minAgeSeconds?: number | undefined
  /** This account alone, by `id` or `externalId`, whether or not it is due. */
  readonly only?: string | undefined
}
