import type { Call } from '../../call/call.ts'
import { metricNames, readTime } from '../../call/insights.ts'
import type { CatalogueMetric } from '../../catalogue.ts'
import { dayAt, endTime, midnight } from '../../data/pacific.ts'
import { type GraphError, invalidParameter } from '../../errors.ts'
import { DAY_MS } from '../../time.ts'
import { lastVisibleDay } from '../../world/visible.ts'
import { unknownError } from './insight-texts.ts'

const MAX_WINDOW_MS = 30 * DAY_MS
const PERIODS = ['day', 'week', 'days_28', 'month', 'lifetime', 'total_over_range']
const HISTORY_DAYS = 730
/** Days back that `follower_count` and `online_followers` know. */
export const RECENT_DAYS = 30

/** What an account insights call asks for, checked. */
export interface AccountInsightsCall {
  readonly metrics: readonly CatalogueMetric[]
  readonly period: string
  readonly form: 'time_series' | 'total_value'
  readonly dimensions: readonly string[]
  readonly timeframe: 'this_week' | 'this_month' | undefined
  readonly window: AccountWindow
}

/** Milliseconds; both ends belong to the window. */
export interface AccountWindow {
  readonly since: number
  readonly until: number
}

/** Reads and checks the parameters. Any metric that does not fit fails the whole call. */
export function readAccountInsights(call: Call): AccountInsightsCall {
  const metrics = readMetrics(call)
  const period = readPeriod(call, metrics)
  const form = readForm(call, metrics)
  const window = readWindow(call)
  if (metrics.some(({ metric }) => metric === 'follower_count')) checkFollowerCount(call, window)
  const dimensions = form === 'total_value' ? readDimensions(call, metrics) : []
  return { metrics, period, form, dimensions, timeframe: readTimeframe(call, metrics), window }
}

function readMetrics(call: Call): CatalogueMetric[] {
  const names = metricNames(call.params.get('metric'))
  if (names.length === 0) throw invalidParameter('The parameter metric is required.')
  const { catalogue, clock } = call.world
  const now = clock.now().getTime()
  return names.map((name, index) => {
    const metric = call.refusedMetrics.has(name) ? undefined : catalogue.find('ig_user', name, now)
    if (metric) return metric
    if (name === 'impressions') {
      throw invalidParameter('Starting from version v22.0 and above, the impressions metric is no longer supported for the queried user')
    }
    throw invalidParameter(`metric[${index}] must be one of the following values: ${catalogue.names('ig_user', now).join(', ')}`)
  })
}

function readPeriod(call: Call, metrics: readonly CatalogueMetric[]): string {
  const period = call.params.get('period')
  if (!period) throw invalidParameter('The parameter period is required')
  if (!PERIODS.includes(period)) throw invalidParameter(`Param period must be one of {${PERIODS.join(', ')}}`)
  const wrong = metrics.filter((metric) => !metric.periods?.includes(period)).map(({ metric }) => metric)
  if (wrong.length > 0) throw invalidParameter(`Incompatible metrics (${wrong.join(', ')}) with period (${period})`)
  return period
}

/** Without `metric_type` (or with `default`) series are meant; metrics that only have totals refuse that. */
function readForm(call: Call, metrics: readonly CatalogueMetric[]): AccountInsightsCall['form'] {
  const asked = call.params.get('metric_type') || 'default'
  if (!['default', 'time_series', 'total_value'].includes(asked)) {
    throw invalidParameter('Param metric_type must be one of {default, time_series, total_value}')
  }
  const form = asked === 'total_value' ? 'total_value' : 'time_series'
  const other = form === 'total_value' ? 'time_series' : 'total_value'
  const wrong = metrics.filter((metric) => !metric.metric_type?.includes(form)).map(({ metric }) => metric)
  if (wrong.length > 0)
    throw invalidParameter(`The following metrics (${wrong.join(', ')}) should be specified with parameter metric_type=${other}`)
  return form
}

/** Without times the newest visible days are meant; with one of the two the other is a day away, or the present. */
function readWindow(call: Call): AccountWindow {
  const now = call.world.clock.now().getTime()
  const since = readTime(call.params.get('since'), 'since')
  const until = readTime(call.params.get('until'), 'until')
  if (since === undefined && until === undefined) {
    const last = lastVisibleDay(call.world)
    return { since: midnight(last), until: endTime(last) }
  }
  const window = { since: since ?? (until ?? now) - DAY_MS, until: until ?? now }
  if (window.since < now - HISTORY_DAYS * DAY_MS || window.since > now) throw invalidParameter('since param is not valid')
  if (window.since > window.until) throw invalidParameter('since must be less than or equal to until')
  if (window.until - window.since > MAX_WINDOW_MS) {
    throw invalidParameter('There cannot be more than 30 days (2592000 s) between since and until.')
  }
  return window
}

/** The Pacific day of the clock does not count, and neither does anything more than 30 days before it. */
function checkFollowerCount(call: Call, { since, until }: AccountWindow): void {
  const today = dayAt(call.world.clock.now().getTime())
  if (since >= midnight(today - RECENT_DAYS) && until <= midnight(today)) return
  throw invalidParameter('(follower_count) metric only supports querying data for the last 30 days excluding the current day')
}

function readDimensions(call: Call, metrics: readonly CatalogueMetric[]): string[] {
  const dimensions = metricNames(call.params.get('breakdown'))
  const fits = metrics.every((metric) => dimensions.every((dimension) => metric.breakdowns?.includes(dimension)))
  if (!fits) throw unknownError()
  return dimensions
}

function readTimeframe(call: Call, metrics: readonly CatalogueMetric[]): AccountInsightsCall['timeframe'] {
  const timeframe = call.params.get('timeframe') || undefined
  const demographic = metrics.filter(({ metric }) => metric.endsWith('_demographics'))
  if (demographic.length === 0) return undefined
  if (timeframe === 'this_week' || timeframe === 'this_month') return timeframe
  if (timeframe !== undefined) throw wrongTimeframe()
  if (demographic.some(({ metric }) => metric !== 'follower_demographics')) throw wrongTimeframe()
  return undefined
}

function wrongTimeframe(): GraphError {
  return invalidParameter('timeframe must be one of the following values: this_week, this_month')
}
