import type { Call, Route } from '../../call/call.ts'
import { metricNames } from '../../call/insights.ts'
import type { CatalogueMetric } from '../../catalogue.ts'
import type { MediaFacts } from '../../data/instagram/media.ts'
import { hasReading, MEDIA_DIMENSIONS, type MediaCounts, mediaBreakdown, mediaInsightValue } from '../../data/instagram/media-insights.ts'
import { MIN_VIEWERS } from '../../data/instagram/stories.ts'
import { GraphError, invalidParameter, permission, unknownObject } from '../../errors.ts'
import { countsOf } from '../../world/counts.ts'
import { requireAccount, requireInsights } from './access.ts'
import { titleOf, unknownError } from './insight-texts.ts'

/** `GET /{ig-media}/insights`, also of stories while they live. */
export const mediaInsightsRoute: Route = {
  method: 'GET',
  path: '/{ig-media}/insights',
  answer: (call) => {
    const media = call.world.instagram.media(call.id)
    if (!media) throw unknownObject(call.id, call.request.method)
    requireAccount(call, media.accountId)
    return mediaInsights(call, media)
  },
}

/**
 * Lifetime figures of a media at the time of the fake clock. Any metric that it refuses fails the call, and with it the page of a
 * field expansion.
 */
export function mediaInsights(call: Call, media: MediaFacts): { data: unknown[] } {
  requireInsights(call)
  const names = metricNames(call.params.get('metric'))
  if (names.length === 0) throw invalidParameter('The parameter metric is required.')
  const metrics = names.map((name, index) => knownMetric(call, media, { name, index }))
  const { world } = call
  if (world.instagram.isHidden(media.id) || media.kind === 'child') throw unknownObject(media.id, 'GET')
  checkPeriod(call, names)
  if (media.beforeConversion) throw beforeConversion()
  for (const metric of metrics) checkProduct(call, media, metric)
  const dimension = readDimension(call, metrics)
  const counts = countsOf(media, world)
  if (media.kind === 'story' && counts.reach < MIN_VIEWERS) throw permission(10, 'Not enough viewers for the media to show insights')
  return { data: names.map((name) => entryOf(name, { media, counts }, { id: media.id, dimension })) }
}

// The text is the same for each product, whatever it takes.
const NAMED =
  'impressions, reach, replies, saved, likes, comments, shares, total_interactions, follows, profile_visits, profile_activity, navigation, ig_reels_video_view_total_time, ig_reels_avg_watch_time, views, reels_skip_rate, reposts, facebook_views, crossposted_views, total_views, total_likes, total_comments, link_clicks'

function knownMetric(call: Call, media: MediaFacts, { name, index }: { name: string; index: number }): CatalogueMetric {
  const now = call.world.clock.now().getTime()
  const { catalogue } = call.world
  const own = media.product === 'STORY' ? 'ig_story' : 'ig_media'
  const other = own === 'ig_story' ? 'ig_media' : 'ig_story'
  const metric = catalogue.find(own, name, now) ?? catalogue.find(other, name, now)
  if (metric && !call.refusedMetrics.has(name) && hasReading(name)) return metric
  if (name === 'impressions') {
    throw invalidParameter('Starting from version v22.0 and above, the impressions metric is no longer supported for the queried media')
  }
  throw invalidParameter(`metric[${index}] must be one of the following values: ${NAMED}`)
}

function checkPeriod({ params }: Call, names: readonly string[]): void {
  const period = params.get('period')
  if (period === undefined || period === 'lifetime') return
  throw invalidParameter(`Incompatible metrics (${names.join(', ')}) with period (${period})`)
}

function checkProduct(call: Call, media: MediaFacts, metric: CatalogueMetric): void {
  const name = metric.metric
  const wrongLogin = metric.login === 'facebook' && call.request.host === 'instagram'
  const notShared = name === 'facebook_views' && !media.sharedToFacebook
  const refused = call.world.instagram.isRefused(media.id, name)
  if (wrongLogin || notShared || refused || isTooOldForViews(media, name) || !offers(metric, media, call)) throw notForProduct(name)
}

function offers(metric: CatalogueMetric, media: MediaFacts, { world }: Call): boolean {
  const now = world.clock.now().getTime()
  const own = media.product === 'STORY' ? 'ig_story' : 'ig_media'
  if (media.product === 'FEED' && metric.metric === 'facebook_views' && now < Date.parse('2026-04-22')) return false
  return world.catalogue.find(own, metric.metric, now)?.media_product_types?.includes(media.product) === true
}

/** Feed videos from before all videos became reels have no views. */
function isTooOldForViews(media: MediaFacts, metric: string): boolean {
  return metric === 'views' && media.product === 'FEED' && media.type === 'VIDEO' && media.created < Date.parse('2022-07-21')
}

function readDimension({ params }: Call, metrics: readonly CatalogueMetric[]): string | undefined {
  const dimension = params.get('breakdown') || undefined
  if (dimension === undefined) return undefined
  const fits = Object.hasOwn(MEDIA_DIMENSIONS, dimension) && metrics.every((metric) => metric.breakdowns?.includes(dimension))
  if (!fits) throw unknownError()
  return dimension
}

function entryOf(
  name: string,
  source: MediaCounts,
  { id, dimension }: { id: string; dimension: string | undefined },
): Record<string, unknown> {
  const value = mediaInsightValue(name, source)
  const breakdowns = dimension && [{ dimension_keys: [dimension], results: mediaBreakdown(name, dimension, source) }]
  return {
    name,
    period: 'lifetime',
    values: [{ value }],
    title: titleOf(name),
    description: `${titleOf(name)} of the media.`,
    id: `${id}/insights/${name}/lifetime`,
    ...(breakdowns ? { total_value: { value, breakdowns } } : {}),
  }
}

function notForProduct(metric: string): GraphError {
  return invalidParameter(`The Media Insights API does not support the ${metric} metric for this media product type.`)
}

function beforeConversion(): GraphError {
  return new GraphError({
    code: 100,
    subcode: 2108006,
    message: 'Invalid parameter',
    data: { blame_field_specs: [['']] },
    transient: false,
    userTitle: 'Media posted before business account conversion',
    userMessage:
      "The media was posted before the most recent time that the user's account was converted to a business account from a personal account.",
  })
}
