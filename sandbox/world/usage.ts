import { GraphError } from '../errors.ts'
import type { Token } from '../tokens/token.ts'

/**
 * What calls are counted against: the app, a user, Page edges read with a user token, a family of calls, or one Page
 * (`pages:<page id>`, the business use case of Page tokens), or one Instagram account (`instagram:<id>`).
 */
export type UsagePool = 'app' | 'user' | 'page-edges' | 'custom' | `pages:${string}` | `instagram:${string}`

/** Whose load a call adds to, besides its token's. */
export interface Metered {
  /** Page whose edge is read. */
  readonly page?: string | undefined
  /** Instagram account that is read; absent for calls that count against the app: discovery and hashtags. */
  readonly instagram?: { readonly account: string; readonly business: string } | undefined
}

interface PoolState {
  percent: number
  perCall: number
  blockedUntil: number
}

const MINUTE_MS = 60_000

const BLOCKED: Readonly<Record<string, { code: number; status: number; text: string }>> = {
  app: { code: 4, status: 403, text: 'Application request limit reached' },
  user: { code: 17, status: 400, text: 'User request limit reached' },
  'page-edges': { code: 32, status: 400, text: 'Page request limit reached' },
  custom: { code: 613, status: 400, text: 'Calls to this api have exceeded the rate limit.' },
  pages: {
    code: 80001,
    status: 400,
    text: 'There have been too many calls to this Page account. Wait a bit and try again. For more info, please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting.',
  },
  instagram: {
    code: 80002,
    status: 400,
    text: 'There have been too many calls to this Instagram account. Wait a bit and try again. For more info, please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting.',
  },
}

/** Load of the pools in percent of their allowance. All are idle until a test or the admin endpoint says otherwise. */
export class Usage {
  readonly #pools = new Map<UsagePool, PoolState>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** Sets the load of a pool and, optionally, what each further call adds. From 100 % on calls are refused for `minutes`. */
  set(pool: UsagePool, percent: number, { perCall = 0 }: { perCall?: number } = {}): void {
    this.#pools.set(pool, { percent, perCall, blockedUntil: 0 })
  }

  /** Blocks a pool for some minutes of the fake clock. */
  block(pool: UsagePool, minutes: number): void {
    this.#pools.set(pool, { percent: 100, perCall: 0, blockedUntil: this.#now() + minutes * MINUTE_MS })
  }

  clear(): void {
    this.#pools.clear()
  }

  /** Percent and minutes to wait of a pool. */
  of(pool: UsagePool): { percent: number; regainMinutes: number } {
    const state = this.#current(pool)
    const left = Math.max(0, (state?.blockedUntil ?? 0) - this.#now())
    return { percent: Math.floor(state?.percent ?? 0), regainMinutes: Math.ceil(left / MINUTE_MS) }
  }

  /** Counts a call. Throws the limit error of the first pool that is used up; calling while blocked costs another minute. */
  spend(pools: readonly UsagePool[]): void {
    for (const pool of pools) {
      const state = this.#current(pool)
      if (!state) continue
      if (state.blockedUntil > this.#now()) state.blockedUntil += MINUTE_MS
      else if (state.percent >= 100) state.blockedUntil = this.#now() + 5 * MINUTE_MS
      if (state.blockedUntil > 0) throw limitError(pool)
      state.percent = Math.min(100, state.percent + state.perCall)
    }
  }

  /** The usage header of a call: the business use case of Page tokens and Instagram accounts, else the app's load; never both. */
  header(token: Token, { page, instagram }: Metered): Record<string, string> {
    if (instagram) return this.#businessHeader('instagram', `instagram:${instagram.account}`, [instagram.business, instagram.account])
    const buc = token.kind === 'page' ? token.pageId : token.kind === 'system' ? page : undefined
    if (buc === undefined) return { 'x-app-usage': JSON.stringify(load(this.of('app').percent)) }
    return this.#businessHeader('pages', `pages:${buc}`, [buc])
  }

  /** One pool, told under each of the ids: an Instagram read names the owning business and the account. */
  #businessHeader(type: string, pool: UsagePool, ids: readonly string[]): Record<string, string> {
    const { percent, regainMinutes } = this.of(pool)
    const entry = { type, ...load(percent), estimated_time_to_regain_access: regainMinutes }
    return { 'x-business-use-case-usage': JSON.stringify(Object.fromEntries(ids.map((id) => [id, [entry]]))) }
  }

  /** A pool once its block is over starts again from nothing. */
  #current(pool: UsagePool): PoolState | undefined {
    const state = this.#pools.get(pool)
    if (state && state.blockedUntil > 0 && state.blockedUntil <= this.#now()) this.#pools.delete(pool)
    return this.#pools.get(pool)
  }
}

/** The pools that a call is counted against. */
export function poolsOf(token: Token, { page, instagram }: Metered): UsagePool[] {
  if (instagram) return [`instagram:${instagram.account}`, 'custom']
  if (token.kind === 'page') return [`pages:${token.pageId ?? ''}`, 'custom']
  if (token.kind === 'system' && page !== undefined) return [`pages:${page}`, 'custom']
  return ['app', ...(token.kind === 'user' ? (['user'] as const) : []), ...(page === undefined ? [] : (['page-edges'] as const)), 'custom']
}

function load(percent: number): { call_count: number; total_cputime: number; total_time: number } {
  return { call_count: percent, total_cputime: Math.floor(percent / 4), total_time: Math.floor(percent / 3) }
}

function limitError(pool: UsagePool): GraphError {
  const { code, status, text } = BLOCKED[pool.split(':')[0] ?? ''] ?? { code: 613, status: 400, text: 'Rate limit' }
  const message = `(#${code}) ${text}`
  const challenge = { 'www-authenticate': `OAuth "Facebook Platform" "invalid_request" "${message}"` }
  return new GraphError({ code, status, message, ...(code === 4 ? { headers: challenge, transient: true } : {}) })
}
