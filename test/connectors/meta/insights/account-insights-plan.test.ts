import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planGroup } from '../../../../connectors/meta/insights/account-insights-plan.ts'
import { pacificDate, pacificMidnight, pacificMidnights } from '../../../../connectors/meta/metrics/pacific.ts'
import type { MetricGroup } from '../../../../connectors/meta/metrics/plan.ts'

const DAY = 86_400_000
const limits = { max_window_seconds: 2_592_000, max_history_days: 730 }
const series: MetricGroup = { period: 'day', metricType: 'time_series', metrics: ['reach'] }
const totals: MetricGroup = { period: 'day', metricType: 'total_value', metrics: ['views'] }
const recent: MetricGroup = { ...series, recentDays: 30, metrics: ['follower_count'] }

const moments = fc.integer({ min: Date.parse('2024-01-01T00:00:00Z'), max: Date.parse('2028-01-01T00:00:00Z') })
const ranges = fc.record({ now: moments, age: fc.integer({ min: 0, max: 900 * DAY }), length: fc.integer({ min: 0, max: 200 * DAY }) })

describe('planGroup', () => {
  it('gives a series every end time once, in windows of 30 days within two years', () => {
    fc.assert(
      fc.property(ranges, ({ now, age, length }) => {
        const range = { from: now - age, to: now - age + length }
        const { windows } = planGroup(series, range, { limits, now })
        const ends = windows.toReversed().flatMap(({ since, until }) => pacificMidnights(since + 1, until))
        expect(new Set(ends).size).toBe(ends.length)
        for (const { since, until } of windows) {
          expect(until - since).toBeLessThanOrEqual(30 * DAY)
          expect(since).toBeGreaterThanOrEqual(now - 730 * DAY)
          expect(until).toBeLessThanOrEqual(now)
        }
        const wanted = pacificMidnights(Math.max(range.from, now - 727 * DAY), Math.min(range.to, now))
        expect(ends.filter((end) => end >= (wanted[0] ?? Number.POSITIVE_INFINITY))).toEqual(wanted)
      }),
    )
  })

  it('gives a total a window for each day, newest first', () => {
    fc.assert(
      fc.property(ranges, ({ now, age, length }) => {
        const range = { from: now - age, to: now - age + length }
        const { windows } = planGroup(totals, range, { limits, now })
        for (const { since, until } of windows) expect(pacificMidnights(since + 1, until)).toEqual([until])
        const ends = windows.map(({ until }) => until)
        expect(ends).toEqual([...ends].sort((a, b) => b - a))
      }),
    )
  })

  it('keeps to the last 30 days without today where the API knows no more', () => {
    fc.assert(
      fc.property(ranges, ({ now, age, length }) => {
        const { windows } = planGroup(recent, { from: now - age, to: now - age + length }, { limits, now })
        const today = pacificDate(now)
        const oldest = new Date(Date.parse(`${today}T00:00:00Z`) - 30 * DAY).toISOString().slice(0, 10)
        for (const { since, until } of windows) {
          expect(until).toBeLessThanOrEqual(pacificMidnight(today))
          expect(pacificDate(since) >= oldest).toBe(true)
        }
      }),
    )
  })

  it('leaves the newest days alone where they are known to be late', () => {
    const now = Date.parse('2026-11-20T12:00:00Z')
    const range = { from: Date.parse('2026-11-10T00:00:00Z'), to: now }
    const { windows } = planGroup({ ...recent, lateDays: 2 }, range, { limits, now })
    expect(windows.map(({ until }) => new Date(until).toISOString())).toEqual(['2026-11-18T08:00:00.000Z'])
  })

  it('says from where history is cut off', () => {
    const now = Date.parse('2026-11-20T12:00:00Z')
    const { clampedTo } = planGroup(series, { from: Date.parse('2020-01-01T00:00:00Z'), to: now }, { limits, now })
    expect(clampedTo).toBeGreaterThan(now - 730 * DAY)
    expect(planGroup(series, { from: now - 10 * DAY, to: now }, { limits, now }).clampedTo).toBeUndefined()
  })
})
