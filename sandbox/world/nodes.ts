import { firstPostFrom, postNumber } from '../data/posts.ts'
import type { Host } from '../hosts.ts'
import { postSeries, type World } from './world.ts'

/** A family of ids. The first kind that owns an id decides which routes it has. */
export interface NodeKind {
  readonly name: string
  readonly hosts: readonly Host[]
  owns(id: string, world: World): boolean
  /** The Page that a node belongs to. */
  page?(id: string): string
  /** The Instagram account that a node belongs to. */
  account?(id: string, world: World): string | undefined
}

const FACEBOOK = ['facebook'] as const
const BOTH = ['facebook', 'instagram'] as const

/** All kinds of nodes, asked in this order. */
export const NODE_KINDS: readonly NodeKind[] = [
  { name: 'post', hosts: FACEBOOK, owns: (id, world) => /^\d+_\d+$/.test(id) && postExists(id, world), page: pageOfPost },
  { name: 'page', hosts: FACEBOOK, owns: (id, world) => world.pages.has(id), page: (id) => id },
  { name: 'ig-user', hosts: BOTH, owns: (id, world) => world.instagram.has(id), account: (id) => id },
  { name: 'ig-media', hosts: BOTH, owns: (id, world) => world.instagram.media(id) !== undefined, account: accountOfMedia },
  {
    name: 'ig-container',
    hosts: BOTH,
    owns: (id, world) => world.publishing.containers.find(id) !== undefined,
    account: (id, world) => world.publishing.containers.find(id)?.account,
  },
  { name: 'ig-hashtag', hosts: FACEBOOK, owns: (id, world) => world.instagram.tag(id) !== undefined },
  { name: 'business', hosts: FACEBOOK, owns: (id, world) => world.pages.business.id === id },
  {
    name: 'user',
    hosts: FACEBOOK,
    owns: (id, world) => world.tokens.list().some((token) => token.kind !== 'instagram' && token.userId === id),
  },
]

/** The kind of a node as far as a host knows it. */
export function kindOf(id: string, host: Host, world: World): NodeKind | undefined {
  return NODE_KINDS.find((kind) => kind.hosts.includes(host) && kind.owns(id, world))
}

/** The Page in a composite post id. */
export function pageOfPost(id: string): string {
  return id.slice(0, id.indexOf('_'))
}

function accountOfMedia(id: string, world: World): string | undefined {
  return world.instagram.media(id)?.accountId
}

/** Whether the Page has this post already, at the time of the fake clock. */
function postExists(id: string, world: World): boolean {
  const page = pageOfPost(id)
  if (!world.pages.has(page) || world.settings.posts === 0) return false
  const series = postSeries(world, page)
  const n = postNumber(series, id)
  return n !== undefined && n < firstPostFrom(series, world.clock.now().getTime() + 1)
}
