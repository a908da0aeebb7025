import { between, mix, textHash } from '../hash.ts'
import { type Engagement, interactions } from './engagement.ts'
import type { MediaFacts } from './media.ts'
import { type BreakdownResult, breakDown } from './shares.ts'

/** Values of the dimensions that media metrics can be broken down by. */
export const MEDIA_DIMENSIONS: Readonly<Record<string, readonly string[]>> = {
  action_type: ['BIO_LINK_CLICKED', 'CALL', 'DIRECTION', 'EMAIL', 'OTHER', 'TEXT'],
  story_navigation_action_type: ['TAP_FORWARD', 'TAP_BACK', 'TAP_EXIT', 'SWIPE_FORWARD'],
}

/** What a metric of a media is computed from. */
export interface MediaCounts {
  readonly media: Pick<MediaFacts, 'key'>
  readonly counts: Engagement
}

type Reading = (source: MediaCounts) => number

const READINGS: Readonly<Record<string, Reading>> = {
  reach: ({ counts }) => counts.reach,
  views: ({ counts }) => counts.views,
  content_views: ({ counts }) => counts.views,
  likes: ({ counts }) => counts.likes,
  comments: ({ counts }) => counts.comments,
  saved: ({ counts }) => counts.saved,
  shares: ({ counts }) => counts.shares,
  reposts: ({ counts }) => counts.reposts,
  total_interactions: ({ counts }) => interactions(counts),
  follows: ({ counts }) => counts.follows,
  profile_visits: ({ counts }) => counts.profileVisits,
  profile_activity: ({ counts }) => counts.profileActivity,
  ig_reels_avg_watch_time: ({ media }) => watchTime(media),
  ig_reels_video_view_total_time: ({ media, counts }) => watchTime(media) * counts.views,
  reels_skip_rate: ({ media }) => between(mix(media.key, 41), 50, 800) / 10,
  crossposted_views: ({ counts }) => counts.views + counts.facebookViews,
  facebook_views: ({ counts }) => counts.facebookViews,
  total_views: ({ counts }) => counts.views + counts.facebookViews,
  total_likes: ({ counts }) => counts.likes + Math.floor(counts.facebookViews / 50),
  total_comments: ({ counts }) => counts.comments + Math.floor(counts.facebookViews / 900),
  navigation: ({ counts }) => Math.floor(counts.views * 0.9),
  replies: ({ counts }) => counts.comments,
  link_clicks: ({ counts }) => counts.profileActivity,
}

/** Average time that a reel is watched, milliseconds: 2 to 20 s. */
function watchTime({ key }: Pick<MediaFacts, 'key'>): number {
  return between(mix(key, 42), 2_000, 20_000)
}

/** Whether the sandbox can tell a figure for the metric. */
export function hasReading(metric: string): boolean {
  return Object.hasOwn(READINGS, metric)
}

/** The lifetime value of a metric. Throws a RangeError for a metric without one. */
export function mediaInsightValue(metric: string, source: MediaCounts): number {
  const reading = READINGS[metric]
  if (!reading) throw new RangeError(`no media metric ${metric}`)
  return reading(source)
}

/** The value of a metric shared out over a dimension. */
export function mediaBreakdown(metric: string, dimension: string, source: MediaCounts): BreakdownResult[] {
  const key = mix(source.media.key, textHash(metric))
  return breakDown(key, mediaInsightValue(metric, source), [MEDIA_DIMENSIONS[dimension] ?? []])
}
