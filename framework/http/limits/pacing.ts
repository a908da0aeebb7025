import type { Clock } from '../../clock.ts'
import type { HttpRequest, HttpResponse } from '../request.ts'
import type { Usage, UsageReader } from '../resolution.ts'
import { createPools, leave, nextDeparture, type Pool, shut } from './pools.ts'
import type { Waiting } from './waiting.ts'

/** Timers may fire a little early. */
const SLACK_MS = 20

export interface PacingOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly waiting: Waiting
  readonly patienceSeconds: number
  readonly usageReader?: UsageReader | undefined
}

interface PassOptions {
  readonly stream?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Keeps requests within the provider's allowance. A request belongs to the pool of its `paceKey` (requests without one: of the app) and to
 * every pool that the headers of that key's responses named before. It leaves when all its pools let it; other pools continue meanwhile.
 * Below 80 percent nothing is held; from there requests of a pool are spread; at 100 percent, or while the provider names a time to
 * regain access, they wait, and leave one by one afterwards until an answer shows that the pool is open.
 */
export interface Pacing {
  /** Resolves when the request may leave. Throws what {@link Waiting.wait} throws when a block lasts beyond patience or the deadline. */
  pass(request: HttpRequest, options: PassOptions): Promise<void>
  /** Learns from a response. */
  observe(request: HttpRequest, response: HttpResponse): void
  /** Nobody of this request's key leaves for `seconds`: it was refused. */
  block(request: HttpRequest, seconds: number): void
  /** The highest current reading over all pools; undefined when none was read. */
  usagePercent(): number | undefined
  /** Readings that were left aside because they made no sense. */
  readonly ignoredReadings: number
}

export function createPacing(settings: PacingOptions): Pacing {
  const { clock } = settings
  const pools = createPools()
  let ignoredReadings = 0
  return {
    pass: (request, options) => pass(request, () => pools.of(request), { ...settings, ...options }),
    observe: (request, response) => {
      const { usages, ignored } = readUsages(response, settings.usageReader)
      ignoredReadings += ignored
      if (response.status < 400) for (const pool of pools.of(request)) pool.probing = false
      pools.learn(request, usages, clock.monotonic())
    },
    block: (request, seconds) => shut(pools.own(request), clock.monotonic() + seconds * 1000),
    usagePercent: () => pools.highestPercent(clock.monotonic()),
    get ignoredReadings() {
      return ignoredReadings
    },
  }
}

/**
 * Looks at the pools again after every wait: what is learned meanwhile shortens or prolongs it, and of many who wake together one leaves
 * while the others find the gap behind it. Looking and leaving happen at once, so that nobody slips between.
 */
async function pass(request: HttpRequest, pools: () => readonly Pool[], settings: PacingOptions & PassOptions): Promise<void> {
  const { clock, waiting, random, patienceSeconds, stream, signal } = settings
  const label = `quota of ${request.paceKey ?? 'the app'}`
  let spread = 0
  for (;;) {
    const now = clock.monotonic()
    const own = pools()
    const blockedMs = Math.max(0, ...own.map((pool) => pool.blockedUntil - now))
    const spreadMs = spread >= patienceSeconds ? 0 : Math.max(0, ...own.map((pool) => nextDeparture(pool, now) - now))
    if (blockedMs > SLACK_MS) {
      await waiting.wait({ seconds: blockedMs / 1000 + random(), asked: 'provider', label, stream, signal })
    } else if (spreadMs > SLACK_MS) {
      // Spreading slows a run but never fails it, so it is no longer than patience.
      const seconds = Math.min(spreadMs / 1000, patienceSeconds)
      await waiting.wait({ seconds, asked: 'own', label, stream, signal })
      spread += seconds
    } else {
      for (const pool of own) leave(pool, now, request.weight ?? 1)
      return
    }
  }
}

function readUsages(
  response: HttpResponse,
  reader: UsageReader | undefined,
): { readonly usages: readonly Usage[]; readonly ignored: number } {
  try {
    const usages = reader?.(response) ?? []
    const sound = usages.filter(isSound)
    return { usages: sound, ignored: usages.length - sound.length }
  } catch {
    // A header that the reader stumbles over must not cost the page that came with it; it is counted.
    return { usages: [], ignored: 1 }
  }
}

function isSound({ percent, regainSeconds }: Usage): boolean {
  return Number.isFinite(percent) && percent >= 0 && Number.isFinite(regainSeconds) && regainSeconds >= 0
}
