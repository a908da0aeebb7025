import { HOUR_MS } from '../../time.ts'
import type { HttpRequest } from '../request.ts'
import type { Usage } from '../resolution.ts'

/** Below this share of the allowance requests go out freely. */
const FREE_BELOW_PERCENT = 80
/** Seconds between two requests of a pool that is all but used up; in between the gap grows with the square of the way from 80 to 100. */
const WIDEST_GAP_SECONDS = 10
/** Between the requests that waited out a block, until one of them was answered. */
const GAP_AFTER_BLOCK_SECONDS = 1
/** A block whose end the provider did not tell is tried again after this time. */
const UNKNOWN_BLOCK_SECONDS = 60
/** Allowances are counted over a rolling hour or longer; an older reading says nothing. */
const READING_LIFE_MS = HOUR_MS
const MAX_POOLS = 10_000
const MAX_POOLS_PER_KEY = 64

/** What is known of one pool of a provider's quota. Times are monotonic milliseconds. */
export interface Pool {
  percent: number
  readAt: number
  blockedUntil: number
  /** Blocked, and no answer since: leave one by one. */
  probing: boolean
  leftAt: number
  leftWeight: number
}

export interface Pools {
  /** Those that hold the request back: of its key, and those that responses to its key named. */
  of(request: HttpRequest): readonly Pool[]
  /** The pool of the request's key itself. */
  own(request: HttpRequest): Pool
  /** Notes the readings of a response, and that they concern the key of its request. */
  learn(request: HttpRequest, usages: readonly Usage[], now: number): void
  /** The highest current reading; undefined when there is none. */
  highestPercent(now: number): number | undefined
}

/** Holds at most 10,000 pools; the oldest goes first, because with that many accounts its reading is stale by the time it comes round again. */
export function createPools(): Pools {
  const pools = new Map<string, Pool>()
  const namesByKey = new Map<string, readonly string[]>()
  const open = (name: string): Pool => {
    const found = pools.get(name) ?? createPool()
    if (!pools.has(name)) insertBounded(pools, name, found)
    return found
  }
  const associate = (key: string, usages: readonly Usage[]) => {
    const names = new Set([...usages.map((usage) => usage.pool), ...(namesByKey.get(key) ?? [])])
    namesByKey.delete(key)
    insertBounded(namesByKey, key, [...names].slice(0, MAX_POOLS_PER_KEY))
  }
  return {
    of: (request) => {
      const key = keyOf(request)
      const names = new Set([key, ...(namesByKey.get(key) ?? [])])
      return [...names].map((name) => pools.get(name)).filter((pool) => pool !== undefined)
    },
    own: (request) => open(keyOf(request)),
    learn: (request, usages, now) => {
      if (usages.length > 0) associate(keyOf(request), usages)
      for (const usage of usages) read(open(usage.pool), usage, now)
    },
    highestPercent: (now) => {
      const percents = [...pools.values()].filter((pool) => isFresh(pool, now)).map((pool) => pool.percent)
      return percents.length === 0 ? undefined : Math.max(...percents)
    },
  }
}

/** Requests without a key are the app's own; no key is the empty text. */
function keyOf(request: HttpRequest): string {
  return request.paceKey ?? ''
}

function createPool(): Pool {
  const never = Number.NEGATIVE_INFINITY
  return { percent: 0, readAt: never, blockedUntil: never, probing: false, leftAt: never, leftWeight: 1 }
}

function read(pool: Pool, usage: Usage, now: number): void {
  pool.percent = usage.percent
  pool.readAt = now
  if (usage.regainSeconds > 0) shut(pool, now + usage.regainSeconds * 1000)
  else if (usage.percent >= 100) shut(pool, now + UNKNOWN_BLOCK_SECONDS * 1000)
}

export function shut(pool: Pool, until: number): void {
  pool.blockedUntil = Math.max(pool.blockedUntil, until)
  pool.probing = true
}

export function leave(pool: Pool, now: number, weight: number): void {
  pool.leftAt = now
  pool.leftWeight = weight
}

/** When a pool lets the next request out: after the gap to the last one, which is the longer the dearer that was. */
export function nextDeparture(pool: Pool, now: number): number {
  const percent = isFresh(pool, now) ? Math.min(pool.percent, 100) : 0
  const share = Math.max(0, percent - FREE_BELOW_PERCENT) / (100 - FREE_BELOW_PERCENT)
  const seconds = WIDEST_GAP_SECONDS * share ** 2 * pool.leftWeight
  return pool.leftAt + 1000 * Math.max(seconds, pool.probing ? GAP_AFTER_BLOCK_SECONDS : 0)
}

function isFresh(pool: Pool, now: number): boolean {
  return now - pool.readAt < READING_LIFE_MS
}

function insertBounded<V>(map: Map<string, V>, key: string, value: V): void {
  map.set(key, value)
  const oldest = map.keys().next().value
  if (map.size > MAX_POOLS && oldest !== undefined) map.delete(oldest)
}
