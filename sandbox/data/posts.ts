import { DAY_MS, HOUR_MS } from '../time.ts'
import { between, fraction, mix, pick, textHash } from './hash.ts'
import { message } from './texts.ts'

/**
 * The posts of a Page as a series without end: number 0 was made `days` days before `anchor`, `count` of them lie before it, and
 * new ones follow at the same pace as the clock advances. Nothing is stored; each post is computed from its number.
 */
export interface PostSeries {
  readonly seed: number
  readonly pageId: string
  /** Posts before the anchor. */
  readonly count: number
  readonly days: number
  /** Milliseconds; the start of the fake clock. */
  readonly anchor: number
}

/** What one post is, apart from its insights. Times in milliseconds. */
export interface PostFacts {
  readonly id: string
  readonly number: number
  readonly created: number
  readonly updated: number
  readonly message?: string
  readonly story?: string
  readonly kind: 'added_photos' | 'added_video' | 'mobile_status_update' | 'shared_story'
  readonly shares: number
  readonly reactions: number
  readonly comments: number
}

const KINDS = ['added_photos', 'added_photos', 'added_video', 'mobile_status_update', 'shared_story'] as const
const ID_STEP = 6_007
const ID_BASE = 122_000_000_000_000

function keyOf({ seed, pageId }: Pick<PostSeries, 'seed' | 'pageId'>): number {
  return mix(seed, textHash(pageId), 31)
}

function spacing(series: PostSeries): number {
  return (series.days * 86_400) / series.count
}

/** When post number n was made, in milliseconds at whole seconds; rises with n. */
export function postTime(series: PostSeries, n: number): number {
  const seconds = Math.floor((n + fraction(mix(keyOf(series), n)) * 0.9) * spacing(series))
  return series.anchor - series.days * DAY_MS + seconds * 1_000
}

/** The smallest number whose post was made at or after an instant; also the count of posts made before it. */
export function firstPostFrom(series: PostSeries, ms: number): number {
  if (series.count === 0) return 0
  const guess = (ms - (series.anchor - series.days * DAY_MS)) / 1_000 / spacing(series)
  let n = Math.max(0, Math.floor(guess) - 2)
  while (postTime(series, n) < ms) n++
  return n
}

/** The composite id `{page}_{post}` of post number n. */
export function postId(series: Pick<PostSeries, 'seed' | 'pageId'>, n: number): string {
  const key = keyOf(series)
  return `${series.pageId}_${ID_BASE + key + n * ID_STEP + (mix(key, n, 5) % ID_STEP)}`
}

/** The number of the post with this composite id; undefined when the Page has no such post. */
export function postNumber(series: Pick<PostSeries, 'seed' | 'pageId'>, id: string): number | undefined {
  const digits = Number(id.slice(id.indexOf('_') + 1))
  const n = Math.floor((digits - ID_BASE - keyOf(series)) / ID_STEP)
  return n >= 0 && postId(series, n) === id ? n : undefined
}

/** Post number n. */
export function postFacts(series: PostSeries, n: number): PostFacts {
  const key = keyOf(series)
  const text = message(key, n)
  const kind = pick(mix(key, n, 6), KINDS)
  const created = postTime(series, n)
  return {
    id: postId(series, n),
    number: n,
    created,
    updated: created + between(mix(key, n, 7), 0, 3) * HOUR_MS,
    ...(text === undefined ? { story: 'Updated their cover photo.' } : { message: text }),
    kind,
    shares: mix(key, n, 8) % 3 === 0 ? 0 : between(mix(key, n, 9), 1, 60),
    reactions: between(mix(key, n, 10), 0, 900),
    comments: between(mix(key, n, 11), 0, 90),
  }
}

/** Posts `from` up to (not including) `to`, oldest first. */
export function posts(series: PostSeries, from = 0, to = series.count): PostFacts[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => postFacts(series, from + index))
}
