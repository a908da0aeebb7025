import { defined } from '../../../framework/defined.ts'
import { DAY_MS } from '../../../framework/time.ts'
import { fits, type Limits, type Metric } from './catalogue.ts'
import { pacificMidnights, previousMidnight } from './pacific.ts'

/** How a set of metrics is asked for: only metrics that go together in one call share a group. */
export interface MetricGroup {
  readonly period: string
  /** Absent: the API's default, which is not sent. */
  readonly metricType?: string
  readonly breakdown?: string
  /** A right that these metrics need beyond the others; a refusal then hits nobody else. */
  readonly permission?: string
  /** Days before today that these metrics are answered for. */
  readonly recentDays?: number
  /** Newest days that are not asked for. */
  readonly lateDays?: number
  /** Not documented: a refusal is expected sooner or later. */
  readonly unreliable?: true
  /** Of demographics: this_week, this_month. */
  readonly timeframe?: string
  readonly metrics: readonly string[]
}

/** Epoch milliseconds; both ends are whole Pacific midnights. Values closed after `since` and not after `until` are asked for. */
export interface Window {
  readonly since: number
  readonly until: number
}

export interface InsightsWish {
  readonly period: string
  readonly breakdown?: string | undefined
  /** Preferred where a metric has several, such as `time_series`. */
  readonly metricType?: string | undefined
}

/** Groups metrics into legal calls. Metrics that cannot be asked for in this way are left out. */
export function planGroups(metrics: readonly Metric[], wish: InsightsWish): readonly MetricGroup[] {
  const groups = new Map<string, { group: Omit<MetricGroup, 'metrics'>; metrics: string[] }>()
  for (const entry of metrics.filter((candidate) => fits(candidate, wish))) {
    const group = groupOf(entry, wish)
    const key = JSON.stringify(group)
    const known = groups.get(key) ?? { group, metrics: [] }
    known.metrics.push(entry.metric)
    groups.set(key, known)
  }
  return [...groups.values()].map(({ group, metrics: names }) => ({ ...group, metrics: names }))
}

function groupOf(entry: Metric, { period, breakdown, metricType }: InsightsWish): Omit<MetricGroup, 'metrics'> {
  const offered = entry.metric_type ?? ['default']
  const type = metricType !== undefined && offered.includes(metricType) ? metricType : offered[0]
  return {
    period,
    ...(type === undefined || type === 'default' ? {} : { metricType: type }),
    ...defined({ breakdown, permission: entry.requires_permission, recentDays: entry.recent_days, lateDays: entry.late_days }),
    ...(entry.unreliable ? { unreliable: true } : {}),
  }
}

export interface WindowPlan {
  readonly windows: readonly Window[]
  /** The first instant that history reaches back to, when the range began before it. */
  readonly clampedTo: number | undefined
}

/** Cuts a range of end times (both ends included) into windows that the API takes, oldest first; older history is left out. */
export function planWindows(range: { readonly from: number; readonly to: number }, limits: Limits, now: number): WindowPlan {
  const oldest = oldestEnd(limits, now)
  const from = Math.max(range.from, oldest)
  const ends = pacificMidnights(from, Math.min(range.to, now))
  const longest = longestWindow(limits)
  const windows: Window[] = []
  for (const end of ends) {
    const last = windows.at(-1)
    if (last && end - last.since <= longest) windows[windows.length - 1] = { since: last.since, until: end }
    else windows.push({ since: last ? last.until : previousMidnight(end), until: end })
  }
  return { windows, clampedTo: range.from < oldest ? oldest : undefined }
}

function longestWindow({ max_window_days, max_window_seconds }: Limits): number {
  const days = max_window_days === undefined ? Number.POSITIVE_INFINITY : max_window_days * DAY_MS
  return Math.min(days, max_window_seconds === undefined ? Number.POSITIVE_INFINITY : max_window_seconds * 1000)
}

/** The first end of a day whose beginning is still within history. */
function oldestEnd({ max_history_years, max_history_days }: Limits, now: number): number {
  if (max_history_years === undefined && max_history_days === undefined) return Number.NEGATIVE_INFINITY
  const date = new Date(now - (max_history_days ?? 0) * DAY_MS)
  date.setUTCFullYear(date.getUTCFullYear() - (max_history_years ?? 0))
  return pacificMidnights(date.getTime() + DAY_MS, date.getTime() + 3 * DAY_MS)[0] ?? date.getTime()
}

/** Halves a window at a midnight; undefined when it is a single day already. */
export function halve({ since, until }: Window): readonly [Window, Window] | undefined {
  const middle = pacificMidnights(since + 1, until - 1)
  const cut = middle[Math.floor((middle.length - 1) / 2)]
  return cut === undefined
    ? undefined
    : [
        { since, until: cut },
        { since: cut, until },
      ]
}

/** Parameters of a call; times in Unix seconds. */
export function insightsParams(group: MetricGroup, metrics: readonly string[], window: Window | undefined): Record<string, string> {
  return {
    metric: metrics.join(','),
    period: group.period,
    ...defined({ metric_type: group.metricType, breakdown: group.breakdown, timeframe: group.timeframe }),
    ...(window ? { since: String(window.since / 1000), until: String(window.until / 1000) } : {}),
  }
}
