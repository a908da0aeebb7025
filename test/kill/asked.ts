/** How much was asked. */
export interface Effort {
  /** HTTP requests, those of discovery left out. */
  readonly requests: number
  /** Calls that are a request of their own. */
  readonly single: number
  /** Calls that are items of a batch. */
  readonly batched: number
}

/** A line of the sandbox's log. */
export interface LoggedCall {
  readonly method: string
  readonly path: string
  readonly route: string
  readonly query: Readonly<Record<string, string>>
  readonly inBatch: boolean
  readonly page?: string
  readonly account?: string
}

/** The entry that the sandbox hands to its logger. */
export function loggedCall(entry: Readonly<Record<string, unknown>>): LoggedCall {
  const { method, path, route, query, inBatch, page, account } = entry
  const parameters = Object.entries(query ?? {}).map(([name, value]) => [name, String(value)] as const)
  return {
    ...{ method: String(method), path: String(path), route: String(route), query: Object.fromEntries(parameters) },
    inBatch: inBatch === true,
    ...(typeof page === 'string' ? { page } : {}),
    ...(typeof account === 'string' ? { account } : {}),
  }
}

interface Question {
  readonly kind: string
  readonly inBatch: boolean
  times: number
}

/** Times that differ between two reads of the same: the end of a window that is open is now. */
const RECENT_SECONDS = 3_600

/** Counts calls by what they ask for, so that what is asked again can be told from what is new. */
export class Asked {
  readonly #now: number
  readonly #calls = new Map<string, Question>()
  readonly #batching = new Set<string>()
  #requests = 0
  #discovery = 0

  /** @param now epoch milliseconds at which the reads begin */
  constructor(now: number) {
    this.#now = Math.floor(now / 1000)
  }

  add({ method, path, route, query, inBatch, page, account }: LoggedCall): void {
    if (isDiscovery(path, query)) {
      this.#discovery += 1
      return
    }
    if (!inBatch) this.#requests += 1
    // A batch counts by its items.
    if (!inBatch && method === 'POST') return
    const question = `${method} ${path} ${JSON.stringify(Object.entries(query).map(([name, value]) => [name, this.#timeless(value)]))}`
    const known = this.#calls.get(question) ?? { kind: kindOf(route, query), inBatch, times: 0 }
    if (inBatch) this.#batching.add(`${route} ${account ?? page}`)
    known.times += 1
    this.#calls.set(question, known)
  }

  /** Requests that found the accounts. */
  get discovery(): number {
    return this.#discovery
  }

  /** Slices that may have a batch in flight: routes of accounts. */
  get batching(): number {
    return this.#batching.size
  }

  get effort(): Effort {
    return this.#sum(({ times }) => times)
  }

  /**
   * What was asked beyond an undisturbed read of the same: the same question again, or, where a resumed read asks for the rest of a
   * window in other words, more questions of that sort than there are.
   */
  beyond(golden: Asked): Effort {
    const again = this.#sum(({ times }, question) => Math.max(0, times - Math.max(1, golden.#calls.get(question)?.times ?? 0)))
    const [all, least] = [this.effort, golden.effort]
    return {
      requests: Math.max(0, all.requests - least.requests),
      single: Math.max(again.single, all.single - least.single),
      batched: Math.max(again.batched, all.batched - least.batched),
    }
  }

  /** Calls that were asked again, by what they ask for. */
  repeated(golden: Asked): ReadonlyMap<string, number> {
    const found = new Map<string, number>()
    for (const [question, { kind, times }] of this.#calls) {
      const more = times - Math.max(1, golden.#calls.get(question)?.times ?? 0)
      if (more > 0) found.set(kind, (found.get(kind) ?? 0) + more)
    }
    return found
  }

  #sum(timesOf: (found: Question, question: string) => number): Effort {
    const effort = { requests: this.#requests, single: 0, batched: 0 }
    for (const [question, found] of this.#calls) effort[found.inBatch ? 'batched' : 'single'] += timesOf(found, question)
    return effort
  }

  #timeless(value: string): string {
    const isRecent = /^\d{10}$/.test(value) && Number(value) > this.#now - RECENT_SECONDS
    return isRecent ? 'now' : value
  }
}

const isDiscovery = (path: string, { fields }: LoggedCall['query']): boolean =>
  /\/(me|debug_token)(\/|$)/.test(path) ||
  /\/(owned_pages|client_pages)$/.test(path) ||
  (fields?.startsWith('instagram_business_account') ?? false)

/** What of a call names its stream. */
function kindOf(route: string, { period, breakdown, breakdowns, metric_type }: LoggedCall['query']): string {
  return [route, period, metric_type, breakdown ?? breakdowns].filter((part) => part !== undefined).join(' ')
}
