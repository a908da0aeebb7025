import type { Call, Route } from '../../call/call.ts'
import { daysIn, type InsightsCall, type InsightsEntry, insightsAnswer, readInsightsCall } from '../../call/insights.ts'
import { requirePageToken } from '../../call/page-access.ts'
import type { CatalogueMetric } from '../../catalogue.ts'
import { endTime, graphTime } from '../../data/pacific.ts'
import { pageInsightRows } from '../../data/page-insights.ts'
import { GraphError, invalidParameter, permission } from '../../errors.ts'
import { HOUR_MS } from '../../time.ts'
import { lastVisibleDay } from '../../world/visible.ts'

/** `GET /{page}/insights` */
export const pageInsightsRoute: Route = { method: 'GET', path: '/{page}/insights', answer: pageInsights }

const SERIES = ['day', 'week', 'days_28'] as const
const MIN_LIKES = 100

/** Insights of a Page: daily rows, or trailing sums that end on each day. */
export function pageInsights(call: Call): unknown {
  requirePageToken(call, call.id, 'code 190')
  // Without the scope the API answers as if there were no figures: nothing tells it apart from a Page without activity.
  if (!call.token.scopes.includes('read_insights')) return { data: [] }
  const asked = readInsightsCall(call, 'fb_page')
  for (const metric of asked.metrics) checkPeriod(metric, asked, call)
  const facts = call.world.pages.facts(call.id)
  const entries = facts.fan_count < MIN_LIKES ? [] : asked.metrics.flatMap((metric) => entriesOf(metric, asked, call))
  return insightsAnswer(call, entries, asked.window)
}

function checkPeriod(metric: CatalogueMetric, { period, window, dimension }: InsightsCall, call: Call): void {
  if (dimension && !metric.breakdowns?.includes(dimension)) {
    throw invalidParameter(`Param breakdown is not supported by the metric ${metric.metric}`)
  }
  if (/monetization|ad_break/.test(metric.metric) && !call.world.pages.facts(call.id).monetized) throw noMonetization()
  if (period === undefined || isSeries(period)) return
  if (period === 'total_over_range' && metric.periods?.includes(period)) return
  if (period === 'lifetime' && metric.metric === 'page_media_view') {
    throw new GraphError({ code: 1, subcode: 99, message: 'An unknown error occurred', status: 500 })
  }
  if (period === 'lifetime' && window.given === 'both') return
  throw invalidParameter("For field 'insights': Param period must be one of {day, week, days_28}")
}

function isSeries(period: string): period is (typeof SERIES)[number] {
  return SERIES.some((name) => name === period)
}

function entriesOf(metric: CatalogueMetric, asked: InsightsCall, call: Call): InsightsEntry[] {
  if (asked.period === 'lifetime') return [{ name: metric.metric, period: 'lifetime', values: [] }]
  if (asked.period === 'total_over_range') return [total(metric, asked, call)]
  // Metrics of the table without these periods are accepted and have nothing to say; limited ones have nothing at all.
  const periods = SERIES.filter((name) => metric.status !== 'limited' && (metric.periods ?? SERIES).includes(name))
  return periods
    .filter((period) => asked.period === undefined || asked.period === period)
    .map((period) => ({ name: metric.metric, period, values: rows(metric.metric, period, { asked, call }) }))
    .filter((entry) => entry.values.length > 0)
}

function rows(metric: string, period: (typeof SERIES)[number], { asked, call }: { asked: InsightsCall; call: Call }) {
  const { seed, delayHours } = call.world.settings
  const settled = lastSettledEnd(call, delayHours)
  return daysIn(asked.window, call).flatMap((day) => {
    const end = endTime(day)
    const end_time = graphTime(end)
    const found = pageInsightRows({ seed, pageId: call.id, metric, period, day }, asked.dimension)
    return found.map((row) => ({ ...(end > settled ? provisional(row) : row), end_time }))
  })
}

function lastSettledEnd(call: Call, delayHours: number): number {
  return call.world.clock.now().getTime() - delayHours * HOUR_MS
}

/** A figure that is still being counted: a tenth is missing. */
function provisional(row: Record<string, unknown>): Record<string, unknown> {
  return typeof row['value'] === 'number' ? { ...row, value: Math.floor(row['value'] * 0.9) } : row
}

/** People counted once over the whole range: less than the sum of its days. */
function total(metric: CatalogueMetric, asked: InsightsCall, call: Call): InsightsEntry {
  const days = daysIn(asked.window, call)
  const query = { seed: call.world.settings.seed, pageId: call.id, metric: metric.metric, period: 'day' as const }
  const sum = days.flatMap((day) => pageInsightRows({ ...query, day })).reduce((all, row) => all + Number(row['value']), 0)
  const end_time = graphTime(endTime(days.at(-1) ?? lastVisibleDay(call.world)))
  const values = days.length === 0 ? [] : [{ value: days.length === 1 ? sum : Math.floor(sum * 0.5), end_time }]
  return { name: metric.metric, period: 'total_over_range', values }
}

function noMonetization(): GraphError {
  return permission(200, 'Monetization metrics are only visible for Page admins with access to monetization insights')
}
