import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { metricsOf } from '../../../../connectors/meta/metrics/catalogue.ts'
import { pacificMidnights } from '../../../../connectors/meta/metrics/pacific.ts'
import { halve, insightsParams, planGroups, planWindows } from '../../../../connectors/meta/metrics/plan.ts'

const DAY = 86_400_000
const now = Date.parse('2026-11-20T12:00:00Z')
const limits = { max_window_days: 90, max_history_years: 2 }
const page = metricsOf(['fb_page'])
const named = (...names: string[]) => page.filter(({ metric }) => names.includes(metric))

describe('planGroups', () => {
  it('puts metrics that go together into one call', () => {
    expect(planGroups(named('page_media_view', 'page_follows'), { period: 'day' })).toEqual([
      { period: 'day', metrics: ['page_media_view', 'page_follows'] },
    ])
  })

  it('leaves out metrics that do not have the period or the breakdown', () => {
    expect(planGroups(named('page_daily_follows', 'page_follows'), { period: 'week' })[0]?.metrics).toEqual(['page_follows'])
    expect(planGroups(named('page_media_view', 'page_follows'), { period: 'day', breakdown: 'is_from_ads' })).toEqual([
      { period: 'day', breakdown: 'is_from_ads', metrics: ['page_media_view'] },
    ])
  })

  it('asks for metrics that need a further right on their own', () => {
    const groups = planGroups(named('page_follows', 'creator_monetization_qualified_views'), { period: 'day' })
    expect(groups.map(({ metrics, permission }) => [metrics, permission])).toEqual([
      [['page_follows'], undefined],
      [['creator_monetization_qualified_views'], 'monetization insights access'],
    ])
  })

  it('separates series from totals where a metric has no choice', () => {
    const metrics = metricsOf(['ig_user']).filter(({ metric }) => ['reach', 'views'].includes(metric))
    const groups = planGroups(metrics, { period: 'day', metricType: 'time_series' })
    expect(groups.map(({ metricType, metrics: names }) => [metricType, names])).toEqual([
      ['time_series', ['reach']],
      ['total_value', ['views']],
    ])
  })
})

describe('planWindows', () => {
  it('begins with the midnight before the first end time and ends with the last one', () => {
    const range = { from: Date.parse('2026-11-16T00:00:00Z'), to: Date.parse('2026-11-18T08:00:00Z') }
    const { windows, clampedTo } = planWindows(range, limits, now)
    expect(windows).toEqual([{ since: Date.parse('2026-11-15T08:00:00Z'), until: Date.parse('2026-11-18T08:00:00Z') }])
    expect(clampedTo).toBeUndefined()
  })

  it('never asks for more than the API allows, misses no end time and asks for none twice', () => {
    const day = fc.integer({ min: -720, max: 0 })
    fc.assert(
      fc.property(day, day, fc.integer({ min: 0, max: DAY - 1 }), (a, b, offset) => {
        const from = now + Math.min(a, b) * DAY + offset
        const to = now + Math.max(a, b) * DAY
        const { windows } = planWindows({ from, to }, limits, now)
        for (const { since, until } of windows) expect(until - since).toBeLessThanOrEqual(90 * DAY)
        const asked = windows.flatMap(({ since, until }) => pacificMidnights(since + 1, until))
        expect(asked).toEqual(pacificMidnights(from, Math.min(to, now)))
      }),
    )
  })

  it('does not ask for the future', () => {
    const { windows } = planWindows({ from: now - 3 * DAY, to: now + 30 * DAY }, limits, now)
    expect(windows.at(-1)?.until).toBe(Date.parse('2026-11-20T08:00:00Z'))
  })

  it('leaves out what is older than two years and says so', () => {
    const { windows, clampedTo } = planWindows({ from: Date.parse('2020-01-01T00:00:00Z'), to: now }, limits, now)
    expect(windows[0]?.since).toBeGreaterThanOrEqual(Date.parse('2024-11-20T12:00:00Z'))
    expect(clampedTo).toBe(Date.parse('2024-11-22T08:00:00Z'))
  })

  it('plans nothing for a range that lies before history', () => {
    const { windows } = planWindows({ from: Date.parse('2019-01-01T00:00:00Z'), to: Date.parse('2019-02-01T00:00:00Z') }, limits, now)
    expect(windows).toEqual([])
  })
})

describe('halve', () => {
  it('cuts at a midnight', () => {
    const window = { since: Date.parse('2026-10-31T07:00:00Z'), until: Date.parse('2026-11-03T08:00:00Z') }
    const cut = Date.parse('2026-11-01T07:00:00Z')
    expect(halve(window)).toEqual([
      { since: window.since, until: cut },
      { since: cut, until: window.until },
    ])
  })

  it('does not cut a single day', () => {
    expect(halve({ since: Date.parse('2026-11-02T08:00:00Z'), until: Date.parse('2026-11-03T08:00:00Z') })).toBeUndefined()
  })
})

describe('insightsParams', () => {
  it('gives times in seconds and leaves out what is not set', () => {
    const window = { since: Date.parse('2026-11-15T08:00:00Z'), until: Date.parse('2026-11-18T08:00:00Z') }
    expect(insightsParams({ period: 'day', metrics: ['a', 'b'] }, ['a', 'b'], window)).toEqual({
      metric: 'a,b',
      period: 'day',
      since: String(window.since / 1000),
      until: String(window.until / 1000),
    })
  })
})
