import type { CatalogueMetric } from '../catalogue.ts'
import { dayAt, dayNumber, endTime, midnight } from '../data/pacific.ts'
import type { Dimension } from '../data/page-insights.ts'
import { GraphError, invalidMetric, invalidParameter } from '../errors.ts'
import { DAY_MS } from '../time.ts'
import type { Field } from '../wire/fields.ts'
import { firstDay, lastVisibleDay } from '../world/visible.ts'
import type { Call } from './call.ts'
import { pageUrl } from './paging.ts'

const MAX_WINDOW_MS = 90 * DAY_MS

/** The part of an insights call that Pages and posts have in common. */
export interface InsightsCall {
  readonly metrics: readonly CatalogueMetric[]
  readonly period: string | undefined
  readonly dimension: Dimension | undefined
  readonly window: InsightsWindow
}

/** Rows with `since < end_time <= until`; milliseconds. */
export interface InsightsWindow {
  readonly since: number
  readonly until: number
  /** Which of the two the caller gave. */
  readonly given: 'both' | 'since' | 'until' | 'none'
}

/** One entry of `data`. */
export interface InsightsEntry {
  readonly name: string
  readonly period: string
  readonly values: readonly Record<string, unknown>[]
}

/** Reads and checks the parameters in the order in which the API complains about them. */
export function readInsightsCall(call: Call, object: 'fb_page' | 'fb_post'): InsightsCall {
  const names = metricNames(call.params.get('metric'))
  if (names.length === 0) throw noMetric()
  const now = call.world.clock.now().getTime()
  const metrics = names.map((name) => {
    const metric = call.refusedMetrics.has(name) ? undefined : call.world.catalogue.find(object, name, now)
    if (!metric) throw invalidMetric()
    return metric
  })
  const window = readWindow(call)
  if (window.given === 'both' && window.until - window.since > MAX_WINDOW_MS) throw windowTooWide()
  return { metrics, period: call.params.get('period'), dimension: readDimension(call.params.get('breakdown')), window }
}

/** Days whose rows a window holds. */
export function daysIn(window: InsightsWindow, call: Call): number[] {
  const first = Math.max(dayAt(window.since), firstDay(call.world))
  const last = Math.min(dayAt(window.until) - 1, lastVisibleDay(call.world))
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
}

/** The whole answer: entries with titles and ids, and the window before and after as URLs. They have no end; the reader has. */
export function insightsAnswer(call: Call, entries: readonly InsightsEntry[], window: InsightsWindow): Record<string, unknown> {
  const { since, until } = window
  const seconds = (ms: number) => Math.floor(ms / 1_000)
  const width = until - since
  return {
    data: entries.map((entry) => describe(call, entry)),
    paging: {
      previous: pageUrl(call, 'insights', { since: seconds(since - width), until: seconds(since) }),
      next: pageUrl(call, 'insights', { since: seconds(until), until: seconds(until + width) }),
    },
  }
}

const PERIOD_WORDS: Readonly<Record<string, string>> = { day: 'Daily', week: 'Weekly', days_28: '28 Days', lifetime: 'Lifetime' }

function describe({ id, fields }: Call, { name, period, values }: InsightsEntry): Record<string, unknown> {
  const words = name.replaceAll('_', ' ')
  const label = PERIOD_WORDS[period] ?? 'Total'
  // The API gives this one metric the id of another: readers must go by the name.
  const idName = name === 'page_video_views_by_uploaded_hosted' ? 'page_video_view_count_by_uploaded_hosted' : name
  const entry = {
    name,
    period,
    values,
    title: `${label} ${words}`,
    description: `${label}: ${words}`,
    id: `${id}/insights/${idName}/${period}`,
  }
  return fields ? chosen(entry, fields) : entry
}

function chosen(entry: Readonly<Record<string, unknown>>, fields: readonly Field[]): Record<string, unknown> {
  const names = new Set([...fields.map((field) => field.name), 'id'])
  return Object.fromEntries(Object.entries(entry).filter(([name]) => names.has(name)))
}

/** Names of a `metric` parameter, written as a plain or a JSON list. */
export function metricNames(text: string | undefined): string[] {
  if (!text) return []
  return text
    .replace(/^\[|\]$/g, '')
    .split(',')
    .map((name) => name.trim().replace(/^["']|["']$/g, ''))
    .filter((name) => name !== '')
}

function readDimension(text: string | undefined): Dimension | undefined {
  if (text === undefined || text === '') return undefined
  if (text === 'is_from_ads' || text === 'is_from_followers') return text
  throw invalidParameter("For field 'insights': Param breakdown must be one of {is_from_ads, is_from_followers}")
}

/** Without any time the two newest days are given; `since` alone reaches up to now. */
function readWindow(call: Call): InsightsWindow {
  const since = readTime(call.params.get('since'), 'since')
  const until = readTime(call.params.get('until'), 'until')
  if (since !== undefined && until !== undefined) {
    if (since > until) throw invalidParameter('since must be less than or equal to until')
    return { since, until, given: 'both' }
  }
  if (since !== undefined) return { since, until: Math.max(since, call.world.clock.now().getTime()), given: 'since' }
  if (until !== undefined) return { since: until - 2 * DAY_MS, until, given: 'until' }
  const last = lastVisibleDay(call.world)
  return { since: midnight(last - 1), until: endTime(last), given: 'none' }
}

/** Unix seconds, a Pacific date (its midnight), or an ISO time; a time without a zone is Pacific too. Milliseconds. */
export function readTime(text: string | undefined, name: string): number | undefined {
  if (text === undefined || text === '') return undefined
  if (/^-?\d+$/.test(text)) return Number(text) * 1_000
  const day = dayNumber(text.slice(0, 10))
  if (day === undefined) throw invalidParameter(`${name} param is not valid`)
  if (text.length === 10) return midnight(day)
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text)
  const ms = Date.parse(zoned ? text : `${text}Z`)
  if (Number.isNaN(ms)) throw invalidParameter(`${name} param is not valid`)
  return zoned ? ms : ms + midnight(day) - day * DAY_MS
}

function noMetric(): GraphError {
  const userMessage = 'No metric was specified to be fetched. Please specify one or more metrics to be fetched and try again.'
  const details = { userTitle: 'No Metric Specified', userMessage, transient: false }
  return new GraphError({ code: 3001, subcode: 1504028, message: '(#3001) Invalid query', ...details })
}

function windowTooWide(): GraphError {
  const userMessage = 'There cannot be more than 90 days (7776000 s) between since and until.'
  return new GraphError({
    code: 100,
    subcode: 1504016,
    message: 'Invalid parameter',
    userTitle: 'Invalid time range',
    userMessage,
    transient: false,
  })
}
