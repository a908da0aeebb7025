import { between, fraction, mix, textHash } from './hash.ts'
import { type Dimension, type MetricMap, mapValue } from './page-insights.ts'
import type { PostFacts } from './posts.ts'

const REACTIONS = ['like', 'love', 'wow', 'haha', 'sorry', 'anger']

/** Keys of the post metrics whose value is a map. */
export const POST_MAP_KEYS: Readonly<Record<string, readonly string[]>> = {
  post_clicks_by_type: ['other clicks', 'photo view', 'link clicks'],
  post_reactions_by_type_total: REACTIONS,
  post_activity_by_action_type: ['like', 'comment', 'share'],
}

/** One cell of the post insights; lifetime is the only period that carries meaning. */
export interface PostInsightQuery {
  readonly seed: number
  readonly post: Pick<PostFacts, 'id' | 'kind' | 'reactions' | 'comments' | 'shares'>
  readonly metric: string
  readonly breakdown?: { readonly dimension: Dimension; readonly part: '0' | '1' }
}

/** The lifetime value; undefined when the post has none (video metrics without a video, parts that are zero). */
export function postInsightValue({ seed, post, metric, breakdown }: PostInsightQuery): number | MetricMap | undefined {
  if (metric.includes('video') && post.kind !== 'added_video') return undefined
  const key = mix(seed, textHash(post.id), textHash(metric))
  if (metric === 'post_activity_by_action_type') return activity(post)
  if (metric.startsWith('post_reactions_')) return reactions(seed, post, metric)
  const total = between(key, 0, metric.includes('time') ? 9_000_000 : 20_000)
  const keys = POST_MAP_KEYS[metric]
  if (keys) return mapValue({ key }, total, keys)
  if (!breakdown) return total
  const ones = Math.floor(total * (breakdown.dimension === 'is_from_ads' && key % 2 === 0 ? 0 : fraction(mix(key, 3)) * 0.5))
  return (breakdown.part === '1' ? ones : total - ones) || undefined
}

/** The rows of a metric without times, as the API shows them: one, or one per non-zero part of a breakdown. */
export function postInsightRows(query: Omit<PostInsightQuery, 'breakdown'>, dimension?: Dimension): Record<string, unknown>[] {
  if (!dimension) {
    const value = postInsightValue(query)
    return value === undefined ? [] : [{ value }]
  }
  return (['0', '1'] as const).flatMap((part) => {
    const value = postInsightValue({ ...query, breakdown: { dimension, part } })
    return value === undefined ? [] : [{ value, [dimension]: part }]
  })
}

function activity(post: PostInsightQuery['post']): MetricMap {
  const counts = { like: post.reactions, comment: post.comments, share: post.shares }
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}

/** The reactions by kind add up to the count that the post itself shows. */
function reactions(seed: number, post: PostInsightQuery['post'], metric: string): number | MetricMap {
  const map = mapValue({ key: mix(seed, textHash(post.id), 41) }, post.reactions, REACTIONS)
  const kind = /^post_reactions_([a-z]+)_total$/.exec(metric)?.[1]
  if (!kind || !REACTIONS.includes(kind)) return map
  return Number(map[kind] ?? 0)
}
