import type { Call, Route } from '../../call/call.ts'
import { readTime } from '../../call/insights.ts'
import { requirePageToken } from '../../call/page-access.ts'
import { cursorPage, type Rows } from '../../call/paging.ts'
import { firstPostFrom, postFacts } from '../../data/posts.ts'
import { renderer } from '../../wire/fields.ts'
import { postSeries } from '../../world/world.ts'
import { postShape } from './post.ts'

/** The three edges that list a Page's posts, newest first. */
export const POST_EDGES = ['published_posts', 'posts', 'feed'] as const

/** `GET /{page}/published_posts`, `/posts` and `/feed`. */
export const postsRoutes: readonly Route[] = POST_EDGES.map((edge) => ({
  method: 'GET',
  path: `/{page}/${edge}`,
  answer: (call) => postsPage(call, edge),
}))

/** One page of posts with `since <= created_time < until`. Only the rows of the page are computed. */
export function postsPage(call: Call, edge: (typeof POST_EDGES)[number]): unknown {
  requirePageToken(call, call.id, 'code 210')
  const series = postSeries(call.world, call.id)
  const now = call.world.clock.now().getTime()
  const since = readTime(call.params.get('since'), 'since')
  const until = readTime(call.params.get('until'), 'until') ?? Number.POSITIVE_INFINITY
  const low = since === undefined ? 0 : firstPostFrom(series, since)
  const high = firstPostFrom(series, Math.min(until, now + 1))
  const render = renderer(postShape, call.fields, call)
  const rows: Rows = {
    length: Math.max(0, high - low),
    row: (position) => render(postFacts(series, high - 1 - position)),
    key: (position) => high - 1 - position,
    position: (key) => high - 1 - key,
  }
  return cursorPage(call, rows, edge)
}
