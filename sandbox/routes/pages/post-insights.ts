import type { Call, Route } from '../../call/call.ts'
import { type InsightsCall, type InsightsEntry, insightsAnswer, readInsightsCall } from '../../call/insights.ts'
import { requirePageToken } from '../../call/page-access.ts'
import type { CatalogueMetric } from '../../catalogue.ts'
import { endTime, graphTime } from '../../data/pacific.ts'
import { postInsightRows } from '../../data/post-insights.ts'
import { type PostFacts, postFacts, postNumber } from '../../data/posts.ts'
import { invalidMetric, invalidParameter, permission, unknownObject } from '../../errors.ts'
import { pageOfPost } from '../../world/nodes.ts'
import { lastVisibleDay } from '../../world/visible.ts'
import { postSeries } from '../../world/world.ts'

/** `GET /{post}/insights` */
export const postInsightsRoute: Route = { method: 'GET', path: '/{post}/insights', answer: postInsights }

/** Lifetime insights of a post. A metric that the post refuses fails the call, and with it the page of a field expansion. */
export function postInsights(call: Call): unknown {
  const page = pageOfPost(call.id)
  requirePageToken(call, page, 'code 190')
  if (!call.token.scopes.includes('read_insights')) return { data: [] }
  const series = postSeries(call.world, page)
  const n = postNumber(series, call.id)
  if (n === undefined) throw unknownObject(call.id, 'GET')
  const asked = readInsightsCall(call, 'fb_post')
  for (const metric of asked.metrics) check(metric, asked, call)
  const post = postFacts(series, n)
  return insightsAnswer(
    call,
    asked.metrics.flatMap((metric) => entriesOf(metric, asked, { call, post })),
    asked.window,
  )
}

function check(metric: CatalogueMetric, { period, dimension }: InsightsCall, call: Call): void {
  if (metric.endpoint?.includes('video_insights')) throw invalidMetric()
  if (dimension && !metric.breakdowns?.includes(dimension)) {
    throw invalidParameter(`Param breakdown is not supported by the metric ${metric.metric}`)
  }
  if (period !== undefined && period !== 'lifetime' && period !== 'day') {
    throw invalidParameter("For field 'insights': Param period must be one of {day, lifetime}")
  }
  const small = call.world.pages.facts(pageOfPost(call.id)).fan_count < 100
  if (small && metric.metric === 'post_total_media_view_unique') throw permission(200, 'Insights are not available for this Page')
}

/** Metrics that also have a `day` row, a 0 that never changes, when no period is asked for. */
const WITH_DAY_ROW = ['post_media_view', 'post_total_media_view_unique']

function entriesOf(metric: CatalogueMetric, asked: InsightsCall, { call, post }: { call: Call; post: PostFacts }): InsightsEntry[] {
  const name = metric.metric
  const withDay = asked.period !== 'lifetime' && WITH_DAY_ROW.includes(name)
  const day = withDay ? [{ name, period: 'day', values: [{ value: 0, end_time: graphTime(endTime(lastVisibleDay(call.world))) }] }] : []
  if (asked.period === 'day') return day
  // A range makes no sense for lifetime figures: the API answers with entries that hold nothing.
  if (asked.window.given === 'both') return [...day, { name, period: 'lifetime', values: [] }]
  if (metric.status === 'limited') return day
  const values = postInsightRows({ seed: call.world.settings.seed, post, metric: name }, asked.dimension)
  return values.length === 0 ? day : [...day, { name, period: 'lifetime', values }]
}
