import { DAY_MS } from '../../../framework/time.ts'
import type { Limits } from '../metrics/catalogue.ts'
import { pacificDate, pacificMidnight, pacificMidnights, previousMidnight } from '../metrics/pacific.ts'
import { type MetricGroup, planWindows, type Window } from '../metrics/plan.ts'
import type { Range } from './insights-reading.ts'

/** The calls of one group of metrics, newest window first. */
export interface GroupPlan {
  readonly group: MetricGroup
  readonly windows: readonly Window[]
  /** The first instant that history reaches back to, when the range began before it. */
  readonly clampedTo: number | undefined
}

/**
 * Legal windows of a group in a range of end times: a series takes up to 30 days in one call, a total is a figure for the whole of a
 * window and takes a call for each day. Windows in which the metrics would be refused for their age are left out.
 */
export function planGroup(group: MetricGroup, range: Range, { limits, now }: { limits: Limits; now: number }): GroupPlan {
  const today = pacificMidnight(pacificDate(now))
  const recent = group.recentDays === undefined ? Number.NEGATIVE_INFINITY : daysBefore(today, group.recentDays)
  const newest = daysBefore(today, group.lateDays ?? 0)
  const from = Math.max(range.from, recent + 1)
  const { windows, clampedTo } = planWindows({ from, to: Math.min(range.to, newest) }, limits, now)
  const days = group.metricType === 'total_value' ? windows.flatMap(singleDays) : windows
  return { group, windows: days.toReversed(), clampedTo }
}

/** The midnight some days before a midnight; days of 23 and 25 hours count as one. */
function daysBefore(midnight: number, days: number): number {
  return pacificMidnight(pacificDate(midnight - days * DAY_MS + DAY_MS / 2))
}

function singleDays({ since, until }: Window): Window[] {
  return pacificMidnights(since + 1, until).map((end) => ({ since: previousMidnight(end), until: end }))
}
