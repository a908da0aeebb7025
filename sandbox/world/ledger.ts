import { statusOf } from '../publishing/container.ts'
import type { World } from './world.ts'

/** What stands on an account by publishing: to prove that each post is there once. */
export interface LivePosts {
  readonly account: string
  /** Posts and stories that are up (also those that no read shows yet), by caption; those without one under the empty text. */
  readonly by_caption: Readonly<Record<string, number>>
  readonly posts: readonly {
    readonly id: string
    readonly container: string
    readonly caption: string | undefined
    readonly media_type: string
    readonly media_product_type: string
    readonly created: string
    readonly children: number
    readonly deleted: boolean
  }[]
  readonly containers: readonly { readonly id: string; readonly status: string; readonly created: string }[]
}

/** Everything that was published on an account, oldest first, and its containers. */
export function livePosts({ instagram, publishing, clock }: World, account: string): LivePosts {
  const posts = instagram.published.all(account)
  const counts = new Map<string, number>()
  for (const { caption = '', deletedAt } of posts) if (deletedAt === undefined) counts.set(caption, (counts.get(caption) ?? 0) + 1)
  const now = clock.now().getTime()
  return {
    account,
    by_caption: Object.fromEntries(counts),
    posts: posts.map(({ id, container, caption, type, product, created, children, deletedAt }) => ({
      id,
      container,
      caption,
      media_type: type,
      media_product_type: product,
      created: new Date(created).toISOString(),
      children: children.length,
      deleted: deletedAt !== undefined,
    })),
    containers: publishing.containers.of(account).map((container) => ({
      id: container.id,
      status: statusOf(container, now),
      created: new Date(container.created).toISOString(),
    })),
  }
}
