import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { MetricEntry, MetricList } from '../../package-parts.ts'

export type GraphObject = 'ig_user' | 'ig_media' | 'ig_story' | 'fb_page' | 'fb_post'

/** One metric of one object, as `metrics.yaml` describes it. */
export interface Metric extends MetricEntry {
  readonly object: GraphObject
  readonly status: 'active' | 'limited' | 'undocumented' | 'removed'
  /** The login that it is offered to; absent: to both. */
  readonly login?: 'both' | 'facebook' | 'instagram'
  readonly metric_type?: readonly string[]
  readonly timeframes?: readonly string[]
  readonly media_product_types?: readonly string[]
  readonly unit?: string
  readonly value_kind?: 'scalar' | 'map'
  readonly map_keys?: readonly string[] | string
  readonly additive_over_time?: boolean
  /** Read elsewhere than at `/{id}/insights`. */
  readonly endpoint?: string
  /** A right beyond those of the object's other metrics; such metrics are read only when they are named. */
  readonly requires_permission?: string
  /** Offered, yet not part of the default selection. */
  readonly on_request?: boolean
  readonly min_requirement?: string
  /** Followers below which an account has no figures. */
  readonly min_followers?: number
  /** The plain value does not exist: only the parts of a breakdown do. */
  readonly needs_breakdown?: true
  /** Days before today that the API answers for; anything earlier, or today itself, fails the whole call. */
  readonly recent_days?: number
  /** Newest days that are better not asked for. */
  readonly late_days?: number
  /** Answered without being documented: asked for apart from the others, and its refusal is only a warning. */
  readonly unreliable?: true
  readonly notes?: string
}

/** Windows and thresholds of an object's insights. */
export interface Limits {
  readonly max_window_days?: number
  readonly max_window_seconds?: number
  readonly max_history_years?: number
  readonly max_history_days?: number
  /** Days after which figures may be gone, which is no error. */
  readonly kept_days?: number
  readonly min_likes?: number
}

export interface Catalogue {
  readonly as_of: string
  /** Versions that the catalogue was written for, oldest first. */
  readonly graph_versions: readonly string[]
  readonly limits: Readonly<Record<string, Limits>>
  readonly metrics: readonly Metric[]
}

let loaded: Catalogue | undefined

/**
 * The metric catalogue; read at the first call, because most commands never need it. `metrics.json` is generated from
 * `metrics.yaml`: it loads in a millisecond where the YAML takes more than all the rest of a start.
 */
export function catalogue(): Catalogue {
  const path = () => createRequire(import.meta.url).resolve('declarative-connector/connectors/meta/metrics/metrics.json')
  loaded ??= JSON.parse(readFileSync(path(), 'utf8')) as Catalogue
  return loaded
}

/** Metrics of these objects, the removed ones included. */
export function metricsOf(objects: readonly GraphObject[]): readonly Metric[] {
  return catalogue().metrics.filter((entry) => objects.includes(entry.object))
}

/** The catalogue as the packages of Meta offer it. */
export const metricList: MetricList = {
  objects: ['ig_user', 'ig_media', 'ig_story', 'fb_page', 'fb_post'] satisfies readonly GraphObject[],
  get versions() {
    return catalogue().graph_versions
  },
  get metrics() {
    return catalogue().metrics
  },
  isOffered,
}

/** Does the API answer the metric on this day (`YYYY-MM-DD`)? A metric removed without a known day is never answered. */
export function isOffered(entry: MetricEntry, day: string): boolean {
  if (entry.removed_on !== undefined) return day < entry.removed_on
  return entry.status !== 'removed'
}

/** Read from another node than the object itself: `/{video-id}/video_insights`. */
export function isReadElsewhere(entry: Metric): boolean {
  return entry.endpoint !== undefined && !entry.endpoint.endsWith('}/insights')
}

/** Is it known how to ask for the metric? Of some nothing is known but the name. */
export function isAnswered({ status, periods = [] }: Metric): boolean {
  return status !== 'undocumented' || periods.length > 0
}

/** Part of the selection when the config names no metrics: documented, without conditions, read at the usual place. */
export function isDefault(entry: Metric, day: string): boolean {
  const plain = entry.requires_permission === undefined && entry.on_request !== true
  return entry.status === 'active' && plain && isOffered(entry, day) && !isReadElsewhere(entry)
}

/** Can the metric be asked for in this way? `breakdown` undefined asks for the plain value. */
export function fits(entry: Metric, asked: { readonly period: string; readonly breakdown?: string | undefined }): boolean {
  if (!entry.periods?.includes(asked.period)) return false
  if (entry.needs_breakdown && asked.breakdown === undefined) return false
  return asked.breakdown === undefined || entry.breakdowns?.includes(asked.breakdown) === true
}
