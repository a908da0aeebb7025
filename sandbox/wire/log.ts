import type { Host } from '../hosts.ts'
import type { GraphRequest, TokenPlace } from './request.ts'

/** One call that reached the API (items of a batch have their own line). Tokens and secrets are never part of it. */
export interface LoggedRequest {
  readonly number: number
  /** Fake clock. */
  readonly at: Date
  readonly host: Host
  readonly method: string
  /** With the version, as asked. */
  readonly path: string
  /** `GET /{page}/insights`, or `unknown`. */
  readonly route: string
  readonly query: Readonly<Record<string, string>>
  readonly tokenIn: TokenPlace
  /** Status sent; 0 when a fault cut the connection before one was sent or left it hanging. */
  readonly status: number
  readonly page?: string
  /** Instagram account that the node belongs to. */
  readonly account?: string
  /** Kinds of the faults that were applied. */
  readonly faults: readonly string[]
  readonly inBatch: boolean
}

const SECRETS = new Set([
  'access_token',
  'ig_exchange_token',
  'input_token',
  'fb_exchange_token',
  'client_secret',
  'appsecret_proof',
  'code',
  'revoke_token',
  'batch',
])

/** What of a call's parameters may be shown. */
export function visibleQuery(request: GraphRequest): Record<string, string> {
  return Object.fromEntries([...request.params].filter(([name]) => !SECRETS.has(name)))
}

/** Keeps the newest calls and counts all of them. */
export class RequestLog {
  readonly #entries: LoggedRequest[] = []
  #counts = new Map<string, number>()
  #total = 0
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  get entries(): readonly LoggedRequest[] {
    return this.#entries
  }

  /** Calls by route since the start or the last reset, whether or not the log still holds them. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }

  get total(): number {
    return this.#total
  }

  add(entry: Omit<LoggedRequest, 'number'>): void {
    this.#total++
    this.#counts.set(entry.route, (this.#counts.get(entry.route) ?? 0) + 1)
    this.#entries.push({ number: this.#total, ...entry })
    // Cut in bulk: dropping one entry per call would move the whole array each time.
    if (this.#entries.length > this.#limit * 1.2) this.#entries.splice(0, this.#entries.length - this.#limit)
  }

  reset(): void {
    this.#entries.length = 0
    this.#counts = new Map()
    this.#total = 0
  }
}
