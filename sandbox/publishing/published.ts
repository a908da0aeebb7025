import { mix, textHash } from '../data/hash.ts'
import type { MediaFacts, MediaType, ProductType } from '../data/instagram/media.ts'
import { mediaId } from '../data/instagram/media.ts'
import { defined } from '../defined.ts'
import { DAY_MS } from '../time.ts'

/** Numbers of published media begin here, far behind those of the generated series. */
export const PUBLISHED_FROM = 30_000_000

/** A post that came to be by publishing. Times in milliseconds of the fake clock. */
export interface Published {
  readonly id: string
  readonly number: number
  readonly account: string
  readonly container: string
  readonly created: number
  readonly type: MediaType
  readonly product: ProductType
  readonly caption: string | undefined
  readonly altText: string | undefined
  readonly sharedToFeed: boolean
  /** Kinds of the items of a carousel. */
  readonly children: readonly ('IMAGE' | 'VIDEO')[]
  /** Reads do not show it before this time. */
  readonly visibleFrom: number
  deletedAt: number | undefined
  commentsEnabled: boolean
}

/** What a post is made of. */
export type PublishedPlan = Pick<
  Published,
  'account' | 'container' | 'type' | 'product' | 'caption' | 'altText' | 'sharedToFeed' | 'children'
>

/** All posts published in a world, in the order of publishing; also the deleted ones, which no read shows. */
export class PublishedPosts {
  readonly #seed: number
  readonly #now: () => number
  readonly #posts: Published[] = []
  readonly #hideNext = new Map<string, number>()

  constructor(seed: number, now: () => number) {
    this.#seed = seed
    this.#now = now
  }

  /** Posts. `accountNumber` is the account's number in the world, a part of the id. */
  publish(plan: PublishedPlan, accountNumber: number): Published {
    const created = Math.floor(this.#now() / 1_000) * 1_000
    const number = PUBLISHED_FROM + this.#posts.length
    const hidden = this.#hideNext.get(plan.account) ?? 0
    this.#hideNext.delete(plan.account)
    const post: Published = {
      ...plan,
      id: mediaId({ seed: this.#seed, account: accountNumber }, number),
      number,
      created,
      visibleFrom: this.#now() + hidden * 1_000,
      deletedAt: undefined,
      commentsEnabled: true,
    }
    this.#posts.push(post)
    return post
  }

  /** Everything ever published on an account, or on all. */
  all(account?: string): readonly Published[] {
    return account === undefined ? this.#posts : this.#posts.filter((post) => post.account === account)
  }

  /** What an account shows at the moment, newest first: posts that are not deleted, or the stories of the last 24 hours. */
  live(account: string, kind: 'post' | 'story'): readonly Published[] {
    const now = this.#now()
    return this.all(account)
      .filter((post) => (post.product === 'STORY') === (kind === 'story') && this.#isVisible(post, now))
      .reverse()
  }

  byNumber(number: number): Published | undefined {
    const post = this.#posts[number - PUBLISHED_FROM]
    return post && this.#isVisible(post, this.#now()) ? post : undefined
  }

  /** The next post of an account is live at once, but no read shows it for some seconds. */
  hideNext(account: string, seconds: number): void {
    this.#hideNext.set(account, seconds)
  }

  delete(post: Published): void {
    post.deletedAt = this.#now()
  }

  clear(): void {
    this.#posts.length = 0
    this.#hideNext.clear()
  }

  #isVisible(post: Published, now: number): boolean {
    if (post.deletedAt !== undefined || now < post.visibleFrom) return false
    return post.product !== 'STORY' || now < post.created + DAY_MS
  }
}

/** A published post in the form of any other media. */
export function publishedFacts(post: Published, seed: number): MediaFacts {
  return {
    id: post.id,
    kind: post.product === 'STORY' ? 'story' : 'post',
    accountId: post.account,
    number: post.number,
    child: 0,
    created: post.created,
    type: post.type,
    product: post.product,
    ...defined({ caption: post.caption, altText: post.altText }),
    children: post.children.length,
    likesHidden: false,
    withoutUrl: false,
    commentsEnabled: post.commentsEnabled,
    sharedToFacebook: false,
    sharedToFeed: post.sharedToFeed,
    beforeConversion: false,
    key: mix(seed, textHash(post.account), post.number),
  }
}

/** An item of a published carousel; `child` from 1 on. */
export function publishedChild(post: Published, child: number, { seed, account }: { seed: number; account: number }): MediaFacts {
  const { caption: _, altText: __, ...album } = publishedFacts(post, seed)
  const type = post.children[child - 1] ?? 'IMAGE'
  return { ...album, id: mediaId({ seed, account }, post.number, child), kind: 'child', child, type, children: 0 }
}
