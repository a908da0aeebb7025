import { AsyncLocalStorage } from 'node:async_hooks'
import type { ConnectorHttpClient, HttpClientOptions, Reporter, RunReporter } from '../framework/index.ts'
import { createHttpClient } from '../framework/index.ts'
import { createShared, type Shared } from '../framework/manifest/definition/shared.ts'

/** What is counted and told for one account while all share a client. */
export interface Share {
  /** Sent for this account, retries included. */
  requests: number
  readonly report: RunReporter
}

export interface SharedClient {
  readonly http: ConnectorHttpClient
  /** What the connectors of all accounts learn from each other, such as metrics that the API rejects. */
  readonly shared: Shared
  /** Requests made inside `work` count for `share`. */
  countFor<T>(share: Share, work: () => Promise<T>): Promise<T>
}

/** One client for all accounts: they share its connections, its pacing and the budget; who sent what is told apart by the call chain. */
export function sharedClient(options: Omit<HttpClientOptions, 'report' | 'onExchange'>, fallback: Reporter): SharedClient {
  const shares = new AsyncLocalStorage<Share>()
  const current = () => shares.getStore()?.report ?? fallback
  const report: Reporter = {
    log: (...line) => current().log(...line),
    finding: (finding) => current().finding(finding),
    rateLimited: (context) => current().rateLimited(context),
    waiting: (context) => current().waiting(context),
    resumed: (context) => current().resumed(context),
  }
  const onExchange = () => {
    const share = shares.getStore()
    if (share) share.requests += 1
  }
  return {
    http: createHttpClient({ ...options, report, onExchange }),
    shared: createShared(),
    countFor: (share, work) => shares.run(share, work),
  }
}
