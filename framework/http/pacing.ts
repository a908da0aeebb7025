import type { Clock } from '../clock.ts'
import type { HttpRequest, HttpResponse } from './request.ts'
import type { Usage, UsageReader } from './resolution.ts'
import type { Waiting } from './waiting.ts'

/** Below this share of the allowance requests go out freely. */
const FREE_BELOW_PERCENT = 80
/** Seconds between two requests of a pool that is all but used up; in between the gap grows with the square of the way from 80 to 100. */
const WIDEST_GAP_SECONDS = 10
/** Between the requests that waited out a block, until one of them was answered. */
const GAP_AFTER_BLOCK_SECONDS = 1
/** A block whose end the provider did not tell is tried again after this time. */
const UNKNOWN_BLOCK_SECONDS = 60
/** Allowances are counted over a rolling hour or longer; an older reading says nothing. */
const READING_LIFE_MS = 3_600_000
/** Timers may fire a little early. */
const SLACK_MS = 20
const MAX_POOLS = 10_000
const MAX_POOLS_PER_KEY = 64

export interface PacingOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly waiting: Waiting
  readonly patienceSeconds: number
  readonly usageReader?: UsageReader | undefined
}

/**
 * Keeps requests within the provider's allowance. A request belongs to the pool of its `paceKey` (requests without one: of the app) and to
 * every pool that the headers of that key's responses named before. It leaves when all its pools let it; other pools go on meanwhile.
 */
export interface Pacing {
  /** Resolves when the request may leave. Throws what {@link Waiting.wait} throws when a block lasts beyond patience or the deadline. */
  pass(request: HttpRequest, options: { readonly stream?: string | undefined; readonly signal?: AbortSignal | undefined }): Promise<void>
  /** Learns from a response. */
  observe(request: HttpRequest, response: HttpResponse): void
  /** Nobody of this request's key leaves for `seconds`: it was refused. */
  block(request: HttpRequest, seconds: number): void
  /** The highest current reading over all pools; undefined when none was read. */
  usagePercent(): number | undefined
  /** Readings that were left aside because they made no sense. */
  readonly ignoredReadings: number
}

interface Pool {
  readonly name: string
  percent: number
  readAt: number
  blockedUntil: number
  /** Blocked, and no answer since: leave one by one. */
  probing: boolean
  leftAt: number
  leftWeight: number
}

export function createPacing({ clock, random, waiting, patienceSeconds, usageReader }: PacingOptions): Pacing {
  const pools = new Map<string, Pool>()
  const namesByKey = new Map<string, readonly string[]>()
  let ignoredReadings = 0

  const keyOf = (request: HttpRequest) => request.paceKey ?? ''
  const pool = (name: string): Pool => {
    const found = pools.get(name) ?? createPool(name)
    if (!pools.has(name)) insertBounded(pools, name, found)
    return found
  }
  const poolsOf = (request: HttpRequest): readonly Pool[] => {
    const key = keyOf(request)
    return [...new Set([key, ...(namesByKey.get(key) ?? [])])].map((name) => pools.get(name)).filter((found) => found !== undefined)
  }
  const associate = (request: HttpRequest, usages: readonly Usage[]) => {
    const key = keyOf(request)
    const names = [...new Set([...usages.map((usage) => usage.pool), ...(namesByKey.get(key) ?? [])])].slice(0, MAX_POOLS_PER_KEY)
    namesByKey.delete(key)
    insertBounded(namesByKey, key, names)
  }
  const readUsages = (response: HttpResponse): readonly Usage[] => {
    try {
      const usages = usageReader?.(response) ?? []
      const sound = usages.filter(isSound)
      ignoredReadings += usages.length - sound.length
      return sound
    } catch {
      // A header that the reader stumbles over must not cost the page that came with it; it is counted.
      ignoredReadings++
      return []
    }
  }

  return {
    pass: async (request, options) => {
      for (let paced = 0; ; ) {
        const now = clock.monotonic()
        const own = poolsOf(request)
        const blockedMs = Math.max(0, ...own.map((entry) => entry.blockedUntil - now))
        const pacedMs = paced >= patienceSeconds ? 0 : Math.max(0, ...own.map((entry) => entry.leftAt + gapMs(entry, now) - now))
        if (blockedMs <= SLACK_MS && pacedMs <= SLACK_MS) {
          for (const entry of own) leave(entry, now, request.weight ?? 1)
          return
        }
        const label = `quota of ${request.paceKey ?? 'the app'}`
        if (blockedMs > SLACK_MS) {
          await waiting.wait({ seconds: blockedMs / 1000 + random(), asked: 'provider', label, ...options })
        } else {
          // Spreading slows a run but never fails it, so it is no longer than patience.
          const seconds = Math.min(pacedMs / 1000, patienceSeconds)
          await waiting.wait({ seconds, asked: 'own', label, ...options })
          paced += seconds
        }
      }
    },
    observe: (request, response) => {
      const now = clock.monotonic()
      const usages = readUsages(response)
      if (usages.length > 0) associate(request, usages)
      if (response.status < 400) for (const entry of poolsOf(request)) entry.probing = false
      for (const usage of usages) read(pool(usage.pool), usage, now)
    },
    block: (request, seconds) => shut(pool(keyOf(request)), clock.monotonic() + seconds * 1000),
    usagePercent: () => {
      const fresh = [...pools.values()].filter((entry) => isFresh(entry, clock.monotonic()))
      return fresh.length === 0 ? undefined : Math.max(...fresh.map((entry) => entry.percent))
    },
    get ignoredReadings() {
      return ignoredReadings
    },
  }
}

function createPool(name: string): Pool {
  const never = Number.NEGATIVE_INFINITY
  return { name, percent: 0, readAt: never, blockedUntil: never, probing: false, leftAt: never, leftWeight: 1 }
}

function read(pool: Pool, usage: Usage, now: number): void {
  pool.percent = usage.percent
  pool.readAt = now
  if (usage.regainSeconds > 0) shut(pool, now + usage.regainSeconds * 1000)
  else if (usage.percent >= 100) shut(pool, now + UNKNOWN_BLOCK_SECONDS * 1000)
}

function shut(pool: Pool, until: number): void {
  pool.blockedUntil = Math.max(pool.blockedUntil, until)
  pool.probing = true
}

function leave(pool: Pool, now: number, weight: number): void {
  pool.leftAt = now
  pool.leftWeight = weight
}

/** Milliseconds that a pool wants between the last request and the next; the dearer the last one, the longer. */
function gapMs(pool: Pool, now: number): number {
  const percent = isFresh(pool, now) ? Math.min(pool.percent, 100) : 0
  const share = Math.max(0, percent - FREE_BELOW_PERCENT) / (100 - FREE_BELOW_PERCENT)
  const seconds = WIDEST_GAP_SECONDS * share ** 2 * pool.leftWeight
  return 1000 * Math.max(seconds, pool.probing ? GAP_AFTER_BLOCK_SECONDS : 0)
}

function isFresh(pool: Pool, now: number): boolean {
  return now - pool.readAt < READING_LIFE_MS
}

function isSound({ percent, regainSeconds }: Usage): boolean {
  return Number.isFinite(percent) && percent >= 0 && Number.isFinite(regainSeconds) && regainSeconds >= 0
}

/** Drops the oldest entry at the bound: with that many accounts its reading is stale by the time it comes round again. */
function insertBounded<V>(map: Map<string, V>, key: string, value: V): void {
  map.set(key, value)
  const oldest = map.keys().next().value
  if (map.size > MAX_POOLS && oldest !== undefined) map.delete(oldest)
}
