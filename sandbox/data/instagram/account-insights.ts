import { fraction, mix, textHash } from '../hash.ts'
import { type BreakdownResult, breakDown } from './shares.ts'

/** The account that figures are computed for. */
export interface AccountKey {
  readonly seed: number
  readonly accountId: string
  /** Followers at the start of the clock: the scale of everything. */
  readonly followers: number
}

export type AccountPeriod = 'day' | 'week' | 'days_28'

/** Pacific days covered by one row of a period. */
export const PERIOD_DAYS: Readonly<Record<AccountPeriod, number>> = { day: 1, week: 7, days_28: 28 }

/** Values of the dimensions of account metrics, as live answers spell them; readers have to expect others. */
export const ACCOUNT_DIMENSIONS: Readonly<Record<string, readonly string[]>> = {
  media_product_type: ['POST', 'REEL', 'CAROUSEL_CONTAINER', 'STORY', 'AD'],
  follow_type: ['NON_FOLLOWER', 'FOLLOWER', 'UNKNOWN'],
  contact_button_type: ['EMAIL', 'CALL', 'DIRECTION', 'TEXT', 'BOOK_NOW', 'UNDEFINED'],
}

// Events per follower and day.
const RATES: Readonly<Record<string, number>> = {
  reach: 0.3,
  views: 0.7,
  accounts_engaged: 0.05,
  likes: 0.06,
  comments: 0.004,
  saves: 0.006,
  shares: 0.005,
  replies: 0.001,
  reposts: 0.001,
  profile_links_taps: 0.002,
  profile_views: 0.03,
  website_clicks: 0.003,
  follower_count: 0.002,
  unfollows: 0.001,
}
const INTERACTIONS = ['likes', 'comments', 'saves', 'shares', 'replies', 'reposts']
/** People counted once: a longer range holds fewer than its days together. */
const UNIQUE = new Set(['reach', 'accounts_engaged'])

/**
 * The figure of a metric on one Pacific day (a number of days since 1970); undefined for a metric without daily figures.
 * `total_interactions` is the sum of its kinds; `follower_count` counts new followers.
 */
export function accountDay(account: AccountKey, metric: string, day: number): number | undefined {
  if (metric === 'total_interactions') return INTERACTIONS.reduce((sum, kind) => sum + (accountDay(account, kind, day) ?? 0), 0)
  const rate = RATES[metric]
  if (rate === undefined) return undefined
  const weekend = (day + 4) % 7 === 0 || (day + 4) % 7 === 6 ? 1.4 : 1
  return Math.floor(account.followers * rate * weekend * (0.4 + fraction(mix(keyOf(account, metric), day)) * 1.2))
}

/** Whether the daily series has no row for a day: about one day in 41. Totals are not affected. */
export function isSilentDay(account: AccountKey, metric: string, day: number): boolean {
  return mix(keyOf(account, metric), day, 2) % 41 === 0
}

/** The figure for days `from` to `to` inclusive. */
export function accountTotal(account: AccountKey, metric: string, { from, to }: { from: number; to: number }): number | undefined {
  let sum = 0
  for (let day = from; day <= to; day++) {
    const value = accountDay(account, metric, day)
    if (value === undefined) return undefined
    sum += value
  }
  const days = to - from + 1
  if (days < 2 || !UNIQUE.has(metric)) return sum
  return Math.floor(sum * (days > 7 ? 0.4 : 0.6))
}

/** The figure of the day, week or 28 days that end with `day`; undefined where the series has no row. */
export function accountPeriodValue(
  account: AccountKey,
  metric: string,
  { period, day }: { period: AccountPeriod; day: number },
): number | undefined {
  if (isSilentDay(account, metric, day)) return undefined
  return accountTotal(account, metric, { from: day - PERIOD_DAYS[period] + 1, to: day })
}

/** A total shared out over one or two dimensions. Follows and unfollows come from two different counts. */
export function accountBreakdown(
  account: AccountKey,
  metric: string,
  { total, dimensions }: { total: number; dimensions: readonly string[] },
): BreakdownResult[] {
  return breakDown(
    mix(keyOf(account, metric), total),
    total,
    dimensions.map((name) => ACCOUNT_DIMENSIONS[name] ?? []),
  )
}

/** New followers and those who left over a range, as the breakdown of `follows_and_unfollows`. */
export function followsAndUnfollows(account: AccountKey, range: { from: number; to: number }): BreakdownResult[] {
  const follows = accountTotal(account, 'follower_count', range) ?? 0
  const left = accountTotal(account, 'unfollows', range) ?? 0
  return [
    { dimension_values: ['FOLLOWER'], value: follows },
    { dimension_values: ['NON_FOLLOWER'], value: left },
  ].filter(({ value }) => value > 0)
}

/** Followers online by hour of a day. */
export function onlineFollowers(account: AccountKey, day: number): Record<string, number> {
  const key = keyOf(account, 'online_followers')
  const wave = (hour: number) => 0.2 + 0.3 * (1 + Math.sin(((hour - 9) / 24) * 2 * Math.PI)) * fraction(mix(key, day, hour))
  return Object.fromEntries(Array.from({ length: 24 }, (_, hour) => [String(hour), Math.floor(account.followers * wave(hour))]))
}

function keyOf({ seed, accountId }: AccountKey, metric: string): number {
  return mix(seed, textHash(accountId), textHash(metric), 91)
}
