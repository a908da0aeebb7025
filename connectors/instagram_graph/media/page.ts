import type { ConnectorError } from '../../../framework/errors.ts'
import { isObject } from '../../../framework/protocol/json.ts'
import type { Row } from '../../../framework/protocol/messages.ts'
import type { MediaCheckpoint } from './checkpoint.ts'
import type { Counted } from './count-table.ts'

/** Whole seconds since the epoch, both ends included; undefined where it is open. */
export interface TimeRange {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** One value of a metric as it was read. */
export type Observation = readonly [metric: string, value: unknown]

/** What is kept of a media once its row is handed on. */
export interface MediaItem extends Counted {
  /** Time of the post, whole seconds since the epoch. */
  readonly time: number
  /** An open set: FEED, REELS, AD, STORY and what may come. */
  readonly product: string
  readonly type: string
  /** Values that came with the list. */
  observations: readonly Observation[]
  /** How much of its metrics was asked for already. */
  asked: 'nothing' | 'common' | 'all'
}

/** What is remembered once so many of the media of a page (newest first) are done with. */
export interface ScanMark {
  readonly after: number
  readonly memory: MediaCheckpoint
}

/** A page of a look at the media of an account. */
export interface ScanPage {
  /** The media as the API gives them, their insights taken out. Emptied by the stream that makes rows of them. */
  nodes: readonly Row[]
  readonly items: readonly MediaItem[]
  /** Places up to which the look may be remembered, the last one behind all media; none: nothing new yet. */
  readonly marks: readonly ScanMark[]
  /** Why the insights of this page could not be read, while the media could. */
  readonly denied: ConnectorError | undefined
}

/** Reads what the planner needs of a media, and takes its insights out. undefined for what is no media. */
export function itemOf(node: Row): MediaItem | undefined {
  const { id, timestamp, insights, media_product_type, media_type, like_count, comments_count } = node
  const time = typeof timestamp === 'string' ? secondsOf(timestamp) : Number.NaN
  if (typeof id !== 'string' || Number.isNaN(time)) return undefined
  delete node['insights']
  const observations = observationsOf(insights)
  return {
    id,
    time,
    product: typeof media_product_type === 'string' ? media_product_type : '',
    type: typeof media_type === 'string' ? media_type : '',
    likes: typeof like_count === 'number' ? like_count : undefined,
    comments: typeof comments_count === 'number' ? comments_count : undefined,
    observations: observations ?? [],
    asked: observations ? 'common' : 'nothing',
  }
}

/** Values of a body of insights; undefined when it is none. */
export function observationsOf(body: unknown): readonly Observation[] | undefined {
  const data = isObject(body) ? body['data'] : undefined
  if (!Array.isArray(data)) return undefined
  return data.filter(isObject).flatMap(({ name, values }): readonly Observation[] => {
    const [first] = Array.isArray(values) ? values.filter(isObject) : []
    return typeof name === 'string' && first && first['value'] !== undefined ? [[name, first['value']]] : []
  })
}

/** The body that these values came from, without its titles. */
export function bodyOf(observations: readonly Observation[]): unknown {
  return { data: observations.map(([name, value]) => ({ name, period: 'lifetime', values: [{ value }] })) }
}

/** Whole seconds of `2026-11-18T10:12:44+0000`. */
export function secondsOf(timestamp: string): number {
  return Math.floor(Date.parse(timestamp.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) / 1000)
}
