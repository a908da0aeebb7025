import type { Call, Route } from '../../call/call.ts'
import { pageUrl } from '../../call/paging.ts'
import {
  type AccountKey,
  type AccountPeriod,
  accountBreakdown,
  accountDay,
  accountPeriodValue,
  accountTotal,
  followsAndUnfollows,
  onlineFollowers,
  PERIOD_DAYS,
} from '../../data/instagram/account-insights.ts'
import { audienceSize, demographics } from '../../data/instagram/demographics.ts'
import { utcDay } from '../../data/instagram/engagement.ts'
import type { BreakdownResult } from '../../data/instagram/shares.ts'
import { dayAt, endTime, graphTime } from '../../data/pacific.ts'
import { defined } from '../../defined.ts'
import { HOUR_MS } from '../../time.ts'
import { accountKey, daysKept, lastVisibleDay } from '../../world/visible.ts'
import { requireAccount, requireInsights } from './access.ts'
import { type AccountInsightsCall, type AccountWindow, RECENT_DAYS, readAccountInsights } from './account-insights-call.ts'
import { titleOf } from './insight-texts.ts'

/** Accounts smaller than this have no figures about their followers. */
const MIN_FOLLOWERS = 100
const NEEDS_FOLLOWERS = new Set(['follower_count', 'online_followers', 'follows_and_unfollows'])

/** `GET /{ig-user}/insights` */
export const accountInsightsRoute: Route = {
  method: 'GET',
  path: '/{ig-user}/insights',
  answer: (call) => {
    requireAccount(call, call.id)
    return accountInsights(call)
  },
}

/** Insights of an account. What is not known is left out: a row, an entry, all of `data`; never a zero in its place. */
export function accountInsights(call: Call): unknown {
  requireInsights(call)
  const asked = readAccountInsights(call)
  const data = asked.metrics.flatMap(({ metric }) => entryOf(call, asked, metric))
  const demographic = asked.metrics.every(({ metric }) => metric.endsWith('_demographics'))
  return demographic ? { data } : { data, paging: paging(call, asked.window) }
}

function entryOf(call: Call, asked: AccountInsightsCall, metric: string): Record<string, unknown>[] {
  const account = accountKey(call.world, call.id)
  if (account.followers < MIN_FOLLOWERS && NEEDS_FOLLOWERS.has(metric)) return []
  const content = contentOf(call, asked, { metric, account })
  if (!content) return []
  const title = titleOf(metric)
  const { period } = asked
  const entry = {
    name: metric,
    period,
    title,
    description: `${title} of the account.`,
    ...content,
    id: `${call.id}/insights/${metric}/${period}`,
  }
  return [entry]
}

interface Subject {
  readonly metric: string
  readonly account: AccountKey
}

/** The part of an entry that holds the figures; undefined when there are none, empty when the API shows the bare entry. */
function contentOf(call: Call, asked: AccountInsightsCall, subject: Subject): Record<string, unknown> | undefined {
  if (subject.metric.endsWith('_demographics')) return audience(call, asked, subject)
  if (subject.metric === 'online_followers') return { values: hours(call, asked.window, subject) }
  if (asked.form === 'total_value') return total(call, asked, subject)
  const values = series(call, asked, subject)
  return values.length === 0 ? undefined : { values }
}

/** Days whose rows end within the window, both ends included. */
function daysEnding(call: Call, { since, until }: AccountWindow): number[] {
  const { first, last } = daysKept(call.world)
  const from = Math.max(first, dayAt(since - 1))
  const to = Math.min(last, dayAt(until) - 1)
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)
}

function series(call: Call, { period, window }: AccountInsightsCall, { metric, account }: Subject): Record<string, unknown>[] {
  const known = isPeriod(period) ? period : 'day'
  const values = daysEnding(call, window).flatMap((day) => {
    const value = accountPeriodValue(account, metric, { period: known, day })
    return value === undefined ? [] : [{ value: counted(call, value, day), end_time: graphTime(endTime(day)) }]
  })
  return [...values, ...ahead(call, window, { metric, account })]
}

/** A day younger than the delay is still being counted, when it is shown at all: a tenth is missing. */
function counted({ world }: Call, value: number, day: number): number {
  const settled = world.clock.now().getTime() - world.settings.delayHours * HOUR_MS
  return endTime(day) > settled ? Math.floor(value * 0.9) : value
}

/** Some accounts also give a row for the coming day, far from complete. */
function ahead(call: Call, { until }: AccountWindow, { metric, account }: Subject): Record<string, unknown>[] {
  const now = call.world.clock.now().getTime()
  if (metric !== 'reach' || until < now || !call.world.instagram.hasFutureRows(call.id)) return []
  const day = dayAt(now) + 1
  return [{ value: Math.floor((accountDay(account, metric, day) ?? 0) / 20), end_time: graphTime(endTime(day)) }]
}

/** One figure for all days that the window touches. */
function total(
  call: Call,
  { window, dimensions, period }: AccountInsightsCall,
  { metric, account }: Subject,
): Record<string, unknown> | undefined {
  const { first, last } = daysKept(call.world)
  const to = Math.min(last, dayAt(Math.max(window.since, window.until - 1)))
  const width = isPeriod(period) && period !== 'day' ? PERIOD_DAYS[period] : undefined
  const from = width === undefined ? Math.max(first, dayAt(window.since)) : to - width + 1
  if (to < from || to < first) return undefined
  if (metric === 'follows_and_unfollows') {
    return dimensions.length === 0 ? {} : { total_value: table(dimensions, followsAndUnfollows(account, { from, to })) }
  }
  const sum = accountTotal(account, metric, { from, to })
  if (sum === undefined) return undefined
  const value = counted(call, sum, to)
  if (dimensions.length === 0) return { total_value: { value } }
  return { total_value: { value, ...table(dimensions, accountBreakdown(account, metric, { total: value, dimensions })) } }
}

function table(dimensions: readonly string[], results: readonly BreakdownResult[]): Record<string, unknown> {
  return { breakdowns: [{ dimension_keys: dimensions, results }] }
}

/** Without a breakdown there is nothing to show but the entry; below the threshold not even that. */
function audience(
  call: Call,
  { dimensions, timeframe }: AccountInsightsCall,
  { metric, account }: Subject,
): Record<string, unknown> | undefined {
  const { world } = call
  const day = utcDay(world.clock.now().getTime()) - utcDay(world.anchor)
  const query = { account, metric, day, dimensions, ...defined({ timeframe }) }
  if (account.followers < MIN_FOLLOWERS || audienceSize(query) < MIN_FOLLOWERS) return undefined
  if (dimensions.length === 0) return {}
  const results = demographics(query)
  if (!timeframe) return { total_value: table(dimensions, results) }
  const label = timeframe.toUpperCase()
  const labelled = results.map(({ dimension_values, value }) => ({ dimension_values: [label, ...dimension_values], value }))
  return { total_value: table(['timeframe', ...dimensions], labelled) }
}

/** Maps of hour to followers for the last 30 days; the two newest are still empty. */
function hours(call: Call, window: AccountWindow, { account }: Subject): Record<string, unknown>[] {
  const today = dayAt(call.world.clock.now().getTime())
  const newest = lastVisibleDay(call.world)
  return daysEnding(call, window)
    .filter((day) => day >= today - RECENT_DAYS)
    .map((day) => ({ value: day > newest - 2 ? {} : onlineFollowers(account, day), end_time: graphTime(endTime(day)) }))
}

function isPeriod(period: string): period is AccountPeriod {
  return Object.hasOwn(PERIOD_DAYS, period)
}

/** The windows before and after as URLs with the token in them. They have no end; the reader has. */
function paging(call: Call, { since, until }: AccountWindow): { previous: string; next: string } {
  const seconds = (ms: number) => Math.floor(ms / 1_000)
  const width = until - since
  return {
    previous: pageUrl(call, 'insights', { since: seconds(since - width), until: seconds(since) }),
    next: pageUrl(call, 'insights', { since: seconds(until) + 1, until: seconds(until + width) + 1 }),
  }
}
