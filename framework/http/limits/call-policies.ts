import { ConfigError } from '../../errors.ts'
import type { HttpRequest } from '../request.ts'
import type { CallPolicy } from './call-rates.ts'

/** Calls that a request counts for; undefined when the policy does not concern it. */
export type Weigh = (request: HttpRequest) => number | undefined

export interface CallRate {
  readonly limit: number
  readonly intervalMs: number
}

/** A departure log is kept in so many steps per interval: memory does not grow with the limit, and no call is let out too early. */
const STEPS = 1000

/** Any number of calls: for requests that policies further down must not count. */
export function unlimited(weigh: Weigh): CallPolicy {
  return { weightOf: weigh, waitMs: () => 0, take: () => undefined, learn: () => undefined }
}

/**
 * At most `limit` calls within any stretch of `intervalMs`, for each of the rates. An answer that says that nothing is left, without saying until
 * when, counts for as many calls as the strictest rate would still allow; with a time, nobody leaves before it.
 */
export function movingWindow(weigh: Weigh, rates: readonly CallRate[]): CallPolicy {
  const windows = rates.map(createWindow)
  const strictest = Math.min(...rates.map(({ limit }) => limit))
  let closedUntil = Number.NEGATIVE_INFINITY
  const take = (weight: number, now: number) => {
    for (const window of windows) window.add(weight, now)
  }
  return {
    weightOf: weigh,
    waitMs: (weight, now) => {
      if (weight > strictest) throw tooHeavy(weight, strictest)
      return Math.max(0, closedUntil - now, ...windows.map((window) => window.waitMs(weight, now)))
    },
    take,
    learn: ({ calls, resetsAt }, now) => {
      if (calls !== 0) return
      if (resetsAt !== undefined) closedUntil = Math.max(closedUntil, resetsAt)
      else take(Math.max(0, Math.min(...windows.map((window) => window.left(now)))), now)
    },
  }
}

/**
 * At most `limit` calls between two resets, `periodMs` apart. The first period begins with the first call, unless an answer tells when it ends.
 * Answers that say that fewer calls are left than counted here are believed; more are not, so that a limit below the provider's holds.
 */
export function fixedWindow(weigh: Weigh, { limit, intervalMs: periodMs }: CallRate): CallPolicy {
  let resetsAt: number | undefined
  let used = 0
  const turn = (now: number) => {
    if (resetsAt === undefined || now < resetsAt) return
    resetsAt += periodMs * (Math.floor((now - resetsAt) / periodMs) + 1)
    used = 0
  }
  return {
    weightOf: weigh,
    waitMs: (weight, now) => {
      if (weight > limit) throw tooHeavy(weight, limit)
      turn(now)
      return used + weight <= limit ? 0 : Math.max(0, (resetsAt ?? now) - now)
    },
    take: (weight, now) => {
      turn(now)
      resetsAt ??= now + periodMs
      used += weight
    },
    learn: (left, now) => {
      turn(now)
      if (left.calls !== undefined) used = Math.max(used, limit - left.calls)
      if (left.resetsAt !== undefined && left.resetsAt > now) resetsAt = left.resetsAt
      else resetsAt ??= now + periodMs
    },
  }
}

interface Departures {
  readonly from: number
  until: number
  weight: number
}

/** Calls of the last interval. */
function createWindow({ limit, intervalMs }: CallRate) {
  let log: Departures[] = []
  let used = 0
  const forget = (now: number) => {
    const kept = log.findIndex(({ until }) => until > now - intervalMs)
    const gone = kept === -1 ? log : log.slice(0, kept)
    if (gone.length === 0) return
    for (const { weight } of gone) used -= weight
    log = kept === -1 ? [] : log.slice(kept)
  }
  return {
    left: (now: number): number => {
      forget(now)
      return limit - used
    },
    waitMs: (weight: number, now: number): number => {
      forget(now)
      let excess = used + weight - limit
      if (excess <= 0) return 0
      const freeing = log.find((entry) => {
        excess -= entry.weight
        return excess <= 0
      })
      return freeing ? freeing.until + intervalMs - now : intervalMs
    },
    add: (weight: number, now: number): void => {
      const last = log.at(-1)
      used += weight
      if (last && now - last.from < intervalMs / STEPS) {
        last.until = now
        last.weight += weight
      } else log.push({ from: now, until: now, weight })
    },
  }
}

function tooHeavy(weight: number, limit: number): ConfigError {
  return new ConfigError('ERR_CALL_WEIGHT', `a request counts for ${weight} calls, and its policy allows ${limit}: it could never leave`)
}
