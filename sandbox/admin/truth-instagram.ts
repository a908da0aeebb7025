import {
  type AccountPeriod,
  accountBreakdown,
  accountPeriodValue,
  accountTotal,
  followsAndUnfollows,
  onlineFollowers,
  PERIOD_DAYS,
} from '../data/instagram/account-insights.ts'
import { audienceSize, demographics, type Timeframe } from '../data/instagram/demographics.ts'
import { type Engagement, utcDay } from '../data/instagram/engagement.ts'
import { type MediaFacts, mediaFacts, mediaListing } from '../data/instagram/media.ts'
import { hasReading, mediaInsightValue } from '../data/instagram/media-insights.ts'
import type { BreakdownResult } from '../data/instagram/shares.ts'
import { liveStories, MIN_VIEWERS, storyFacts } from '../data/instagram/stories.ts'
import { dayAt, dayText, endTime, graphTime } from '../data/pacific.ts'
import { defined } from '../defined.ts'
import { DAY_MS } from '../time.ts'
import { countsOf } from '../world/counts.ts'
import { accountKey, daysKept, listed } from '../world/visible.ts'
import type { World } from '../world/world.ts'

/** Which rows of an account are expected; days inclusive as `YYYY-MM-DD`, default all that the account has at the moment. */
export interface ExpectedAccountRows {
  readonly account: string
  readonly metric: string
  readonly period?: AccountPeriod
  /** Dimensions of a breakdown; only totals have one. */
  readonly breakdown?: readonly string[]
  /** Default: the series for `reach` and `follower_count` without a breakdown, else one total per day. */
  readonly form?: 'time_series' | 'total_value'
  readonly from?: string
  readonly to?: string
}

/** A row of an account: one per day, or one per day and combination of dimension values. */
export interface ExpectedAccountRow {
  readonly day: string
  readonly end_time: string
  readonly value: number
  readonly dimension_values?: readonly string[]
}

/** A media with the counts of a moment. */
export interface ExpectedMedia {
  readonly facts: MediaFacts
  readonly counts: Engagement
}

/** What the insights of a media hold: figures by metric, or why there are none. */
export interface ExpectedMediaInsights {
  readonly values: Readonly<Record<string, number>>
  /** `code` or `code/subcode` of the error that any metric meets. */
  readonly refused?: '100' | '100/33' | '100/2108006' | '10'
}

export function expectedAccountRows(world: World, query: ExpectedAccountRows): ExpectedAccountRow[] {
  const account = accountKey(world, query.account)
  const isFollower = query.metric === 'follower_count' || query.metric === 'follows_and_unfollows'
  if (isFollower && account.followers < 100) return []
  const kept = daysKept(world)
  const floor = query.metric === 'follower_count' ? dayAt(world.clock.now().getTime()) - 30 : kept.first
  const first = Math.max(kept.first, floor, query.from === undefined ? kept.first : dayOf(query.from))
  const last = Math.min(kept.last, query.to === undefined ? kept.last : dayOf(query.to))
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index).flatMap((day) =>
    cellsOf(world, query, day).map((cell) => ({ day: dayText(day), end_time: graphTime(endTime(day)), ...cell })),
  )
}

type Cell = Pick<ExpectedAccountRow, 'value' | 'dimension_values'>

function cellsOf(world: World, { account: id, metric, period = 'day', breakdown = [], form }: ExpectedAccountRows, day: number): Cell[] {
  const account = accountKey(world, id)
  const range = { from: day - PERIOD_DAYS[period] + 1, to: day }
  if (metric === 'follows_and_unfollows') return breakdown.length === 0 ? [] : followsAndUnfollows(account, range)
  const isSeries = (metric === 'reach' || metric === 'follower_count') && breakdown.length === 0
  const inSeries = form === undefined ? isSeries : form === 'time_series'
  const value = inSeries ? accountPeriodValue(account, metric, { period, day }) : accountTotal(account, metric, range)
  if (value === undefined) return []
  return breakdown.length === 0 ? [{ value }] : accountBreakdown(account, metric, { total: value, dimensions: breakdown })
}

/** The table of an audience as it reads at the moment; empty below the thresholds. */
export function expectedDemographics(
  world: World,
  { account: id, metric, dimensions, timeframe }: { account: string; metric: string; dimensions: readonly string[]; timeframe?: Timeframe },
): BreakdownResult[] {
  const account = accountKey(world, id)
  const day = utcDay(world.clock.now().getTime()) - utcDay(world.anchor)
  const query = { account, metric, dimensions, day, ...defined({ timeframe }) }
  return account.followers < 100 || audienceSize(query) < 100 ? [] : demographics(query)
}

/** Maps of hour to followers of the last 30 days, oldest first; the API shows the two newest days as empty maps. */
export function expectedOnlineFollowers(world: World, id: string): { end_time: string; value: Record<string, number> }[] {
  const account = accountKey(world, id)
  const { first, last } = daysKept(world)
  const from = Math.max(first, dayAt(world.clock.now().getTime()) - 30)
  if (account.followers < 100) return []
  return Array.from({ length: Math.max(0, last - from + 1) }, (_, index) => from + index).map((day) => ({
    end_time: graphTime(endTime(day)),
    value: day > last - 2 ? {} : onlineFollowers(account, day),
  }))
}

/** Media that the list holds at the moment, in its order, with their counts. */
export function expectedMedia(world: World, account: string, { from = 0, to }: { from?: number; to?: number } = {}): ExpectedMedia[] {
  const series = world.instagram.series(account)
  const listing = mediaListing(series, ...listed(series, world))
  const length = Math.max(0, Math.min(to ?? listing.length, listing.length) - from)
  return Array.from({ length }, (_, index) => withCounts(world, mediaFacts(series, listing.at(from + index))))
}

/** Stories that live at the moment, newest first. */
export function expectedStories(world: World, account: string): ExpectedMedia[] {
  const series = world.instagram.stories(account)
  return liveStories(series, world.clock.now().getTime()).map((n) => withCounts(world, storyFacts(series, n)))
}

function withCounts(world: World, facts: MediaFacts): ExpectedMedia {
  return { facts, counts: countsOf(facts, world) }
}

/** All figures that a media or story gives at the moment, at the Facebook host. */
export function expectedMediaInsights(world: World, id: string): ExpectedMediaInsights {
  const media = world.instagram.media(id)
  if (!media || world.instagram.isHidden(id) || media.kind === 'child') return { values: {}, refused: '100/33' }
  if (media.beforeConversion) return { values: {}, refused: '100/2108006' }
  if (media.product === 'AD') return { values: {}, refused: '100' }
  const counts = countsOf(media, world)
  if (media.kind === 'story' && counts.reach < MIN_VIEWERS) return { values: {}, refused: '10' }
  const object = media.kind === 'story' ? 'ig_story' : 'ig_media'
  const now = world.clock.now().getTime()
  const names = world.catalogue.names(object, now).filter((name) => {
    const fits = world.catalogue.find(object, name, now)?.media_product_types?.includes(media.product)
    return fits && hasReading(name) && !world.instagram.isRefused(id, name) && (name !== 'facebook_views' || media.sharedToFacebook)
  })
  const tooOld = media.type === 'VIDEO' && media.product === 'FEED' && media.created < Date.parse('2022-07-21')
  const values = names.filter((name) => !(tooOld && name === 'views')).map((name) => [name, mediaInsightValue(name, { media, counts })])
  return { values: Object.fromEntries(values) }
}

function dayOf(text: string): number {
  return Date.parse(`${text}T00:00:00Z`) / DAY_MS
}
