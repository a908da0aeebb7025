import { fraction, mix, textHash } from './hash.ts'
import { dayNumber } from './pacific.ts'
import { pageFacts } from './pages.ts'

/** Dimensions that Page and post views can be broken down by. */
export type Dimension = 'is_from_ads' | 'is_from_followers'

/** Text keys of a map metric and their counts. */
export type MetricMap = Readonly<Record<string, number | string>>

/** One cell of the Page insights: a metric of a Page on a Pacific day (number or `YYYY-MM-DD`). */
export interface PageInsightQuery {
  readonly seed: number
  readonly pageId: string
  readonly metric: string
  readonly period: 'day' | 'week' | 'days_28'
  readonly day: number | string
  /** One part of a breakdown, for example `{ dimension: 'is_from_ads', part: '1' }`. */
  readonly breakdown?: { readonly dimension: Dimension; readonly part: '0' | '1' }
}

const WIDTH = { day: 1, week: 7, days_28: 28 } as const
const REACTIONS = ['like', 'love', 'wow', 'haha', 'sorry', 'anger']
const PAID = ['paid', 'unpaid']

/** Keys of the metrics whose value is a map. `total` is the sum of the others; a key without activity is left out. */
export const PAGE_MAP_KEYS: Readonly<Record<string, readonly string[]>> = {
  page_actions_post_reactions_total: REACTIONS,
  page_fan_adds_by_paid_non_paid_unique: ['total', ...PAID],
  page_video_views_by_paid_non_paid: ['total', ...PAID],
  page_video_views_by_uploaded_hosted: ['page_uploaded', 'page_uploaded_from_shares', 'page_hosted_share', 'page_owned'],
  content_monetization_earnings: ['currency', 'microAmount'],
  page_follows_city: ['Berlin, Germany', 'Lisbon, Portugal'],
  page_follows_country: ['DE', 'PT', 'US'],
}

/**
 * The value of a cell; undefined when the day has no row or the part is zero (absent is absent). `week` and `days_28` cover the
 * 7 or 28 days ending with `day`: a plain sum for additive metrics, less than that for people counted once (`…_unique`).
 */
export function pageInsightValue(query: PageInsightQuery): number | MetricMap | undefined {
  const day = typeof query.day === 'number' ? query.day : dayNumber(query.day)
  if (day === undefined) throw new TypeError(`not a day: ${String(query.day)}`)
  const { seed, pageId, metric, period, breakdown } = query
  const series = seriesOf(seed, pageId, metric)
  if (isGap(series, day)) return undefined
  if (breakdown) return positive(part(series, trailing(series, day, period), breakdown))
  const keys = PAGE_MAP_KEYS[metric]
  return keys ? mapValue(series, trailing(series, day, period), keys) : trailing(series, day, period)
}

/** A row of a day as the API shows it, without its `end_time`: one per day, or one per non-zero part of a breakdown. */
export function pageInsightRows(query: Omit<PageInsightQuery, 'breakdown'>, dimension?: Dimension): Record<string, unknown>[] {
  if (!dimension) {
    const value = pageInsightValue(query)
    return value === undefined ? [] : [{ value }]
  }
  return (['0', '1'] as const).flatMap((part) => {
    const value = pageInsightValue({ ...query, breakdown: { dimension, part } })
    return value === undefined ? [] : [{ value, [dimension]: part }]
  })
}

interface Series {
  readonly metric: string
  readonly key: number
  readonly scale: number
  readonly followers: number
  /** Rare events: no row on some days. */
  readonly rare: boolean
}

/** Rows are computed in runs of one metric: the last series is nearly always the one that is wanted. */
let latest: { readonly name: readonly [number, string, string]; readonly series: Series } | undefined

const seriesMemo = new Map<string, Series>()

function seriesOf(seed: number, pageId: string, metric: string): Series {
  if (latest && latest.name[2] === metric && latest.name[1] === pageId && latest.name[0] === seed) return latest.series
  const name = `${seed} ${pageId} ${metric}`
  const series = seriesMemo.get(name) ?? makeSeries(seed, pageId, metric)
  if (seriesMemo.size > 5_000) seriesMemo.clear()
  seriesMemo.set(name, series)
  latest = { name: [seed, pageId, metric], series }
  return series
}

function makeSeries(seed: number, pageId: string, metric: string): Series {
  const followers = pageFacts(seed, pageId).followers_count
  const key = mix(seed, textHash(pageId), textHash(metric))
  const scale = followers * (0.002 + fraction(mix(key, 1)) * (metric.includes('view') ? 0.3 : 0.02))
  return { metric, key, followers, scale, rare: /video|daily|fan_adds/.test(metric) }
}

/** Metrics of rare events have no row on some days; the others have one for each day. */
function isGap(series: Series, day: number): boolean {
  return series.rare && mix(series.key, day, 2) % 17 === 0
}

function trailing(series: Series, day: number, period: keyof typeof WIDTH): number {
  if (series.metric === 'page_follows') return series.followers + Math.floor((day - 20_000) * (1 + fraction(series.key) * 4))
  let sum = 0
  for (let back = 0; back < WIDTH[period]; back++) if (!isGap(series, day - back)) sum += daily(series, day - back)
  return countsPeople(series.metric) && period !== 'day' ? Math.floor(sum * (period === 'week' ? 0.6 : 0.4)) : sum
}

function countsPeople(metric: string): boolean {
  return metric.endsWith('_unique')
}

function daily(series: Series, day: number): number {
  const weekend = (day + 4) % 7 === 0 || (day + 4) % 7 === 6 ? 1.4 : 1
  return Math.floor(series.scale * weekend * (0.4 + fraction(mix(series.key, day)) * 1.2))
}

/** Splits a total in two: advertising is idle for about half of all totals, strangers see a tenth to a half. */
function part(series: Series, total: number, { dimension, part }: NonNullable<PageInsightQuery['breakdown']>): number {
  const roll = mix(series.key, total, textHash(dimension))
  const share = dimension === 'is_from_ads' && roll % 2 === 0 ? 0 : 0.1 + fraction(roll) * 0.4
  const ones = Math.floor(total * share)
  return part === '1' ? ones : total - ones
}

function positive(value: number): number | undefined {
  return value > 0 ? value : undefined
}

/** Shares a total out over keys; with a `total` key that one carries all of it. */
export function mapValue(series: { readonly key: number }, total: number, keys: readonly string[]): MetricMap {
  if (keys.includes('currency')) return { currency: 'USD', microAmount: total * 1_000 }
  const parts = keys.filter((key) => key !== 'total')
  let rest = total
  const shares = parts.map((key, index) => {
    const share = index === parts.length - 1 ? rest : Math.floor(rest * (0.4 + fraction(mix(series.key, total, index)) * 0.4))
    rest -= share
    return [key, share] as const
  })
  const entries = shares.filter(([, share]) => share > 0)
  return Object.fromEntries(keys.includes('total') && total > 0 ? [['total', total] as const, ...entries] : entries)
}
