import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fixedWindow, movingWindow } from '../../../../framework/http/limits/call-policies.ts'

interface Departure {
  readonly at: number
  readonly weight: number
}

/** Calls that come after pauses and leave as soon as the policy lets them. */
function departures(policy: ReturnType<typeof movingWindow>, calls: readonly Departure[]): readonly Departure[] {
  let now = 0
  return calls.map(({ at: pause, weight }) => {
    now += pause
    const wait = policy.waitMs(weight, now)
    expect(Number.isFinite(wait)).toBe(true)
    now += wait
    // What is told to wait for is enough: nobody looks again in vain.
    expect(policy.waitMs(weight, now)).toBe(0)
    policy.take(weight, now)
    return { at: now, weight }
  })
}

const calls = fc.array(fc.record({ at: fc.integer({ min: 0, max: 3000 }), weight: fc.integer({ min: 1, max: 3 }) }), { maxLength: 120 })
const rate = fc.record({ limit: fc.integer({ min: 3, max: 20 }), intervalMs: fc.integer({ min: 100, max: 20_000 }) })

describe('movingWindow', () => {
  it('never lets more out within any stretch than each of its rates allows', () => {
    fc.assert(
      fc.property(fc.array(rate, { minLength: 1, maxLength: 3 }), calls, (rates, wanted) => {
        const left = departures(
          movingWindow(() => 1, rates),
          wanted,
        )
        for (const { limit, intervalMs } of rates) {
          for (const { at: from } of left) {
            const within = left.filter(({ at }) => at >= from && at < from + intervalMs)
            expect(within.reduce((sum, { weight }) => sum + weight, 0)).toBeLessThanOrEqual(limit)
          }
        }
      }),
    )
  })

  it('holds nobody back who is within the rates, give or take a thousandth of the interval', () => {
    fc.assert(
      fc.property(rate, calls, ({ limit, intervalMs }, wanted) => {
        const policy = movingWindow(() => 1, [{ limit, intervalMs }])
        const left: Departure[] = []
        let now = 0
        for (const { at: pause, weight } of wanted) {
          now += pause
          const recent = left.filter(({ at }) => at > now - intervalMs * 1.001).reduce((sum, entry) => sum + entry.weight, 0)
          if (recent + weight <= limit) expect(policy.waitMs(weight, now)).toBe(0)
          now += policy.waitMs(weight, now)
          policy.take(weight, now)
          left.push({ at: now, weight })
        }
      }),
    )
  })

  it('is closed until the time that an answer names', () => {
    const policy = movingWindow(() => 1, [{ limit: 5, intervalMs: 1000 }])
    policy.learn({ calls: 0, resetsAt: 30_000 }, 10_000)
    expect([policy.waitMs(1, 10_000), policy.waitMs(1, 30_000)]).toEqual([20_000, 0])
    policy.learn({ calls: 3, resetsAt: 90_000 }, 30_000)
    expect(policy.waitMs(1, 30_000)).toBe(0)
  })
})

describe('fixedWindow', () => {
  it('never lets more out between two resets than it may', () => {
    fc.assert(
      fc.property(rate, calls, ({ limit, intervalMs }, wanted) => {
        const left = departures(
          fixedWindow(() => 1, { limit, intervalMs }),
          wanted,
        )
        const first = left[0]?.at ?? 0
        const perWindow = new Map<number, number>()
        for (const { at, weight } of left) {
          const window = Math.floor((at - first) / intervalMs)
          perWindow.set(window, (perWindow.get(window) ?? 0) + weight)
        }
        expect(Math.max(0, ...perWindow.values())).toBeLessThanOrEqual(limit)
      }),
    )
  })
})
