import { firstPostFrom, postNumber } from './data/posts.ts'
import { postSeries, type World } from './world.ts'

/** A family of ids. The first kind that owns an id decides which routes it has. */
export interface NodeKind {
  readonly name: string
  owns(id: string, world: World): boolean
  /** The Page that a node belongs to. */
  page(id: string): string | undefined
}

/** All kinds of nodes, asked in this order. */
export const NODE_KINDS: readonly NodeKind[] = [
  { name: 'post', owns: (id, world) => /^\d+_\d+$/.test(id) && postExists(id, world), page: pageOfPost },
  { name: 'page', owns: (id, world) => world.pages.has(id), page: (id) => id },
  { name: 'business', owns: (id, world) => world.pages.business.id === id, page: () => undefined },
  { name: 'user', owns: (id, world) => world.tokens.list().some((token) => token.userId === id), page: () => undefined },
]

/** The Page in a composite post id. */
export function pageOfPost(id: string): string {
  return id.slice(0, id.indexOf('_'))
}

/** Whether the Page has this post already, at the time of the fake clock. */
function postExists(id: string, world: World): boolean {
  const page = pageOfPost(id)
  if (!world.pages.has(page) || world.settings.posts === 0) return false
  const series = postSeries(world, page)
  const n = postNumber(series, id)
  return n !== undefined && n < firstPostFrom(series, world.clock.now().getTime() + 1)
}
