import { type InstagramFacts, instagramFacts } from '../data/instagram/accounts.ts'
import { hashtagId } from '../data/instagram/hashtags.ts'
import { accountId } from '../data/instagram/ids.ts'
import { childFacts, firstMediaFrom, type MediaFacts, type MediaSeries, mediaFacts, mediaPlace } from '../data/instagram/media.ts'
import { STORY_LIFE_MS, type StorySeries, storyFacts, storyPlace, storyTime } from '../data/instagram/stories.ts'
import { pageId } from '../data/pages.ts'
import {
  PUBLISHED_FROM,
  type Published,
  type PublishedPlan,
  PublishedPosts,
  publishedChild,
  publishedFacts,
} from '../publishing/published.ts'
import { HashtagMemory } from './hashtag-memory.ts'
import type { InstagramSettings } from './instagram-options.ts'
import type { PageBook } from './pages.ts'

/** What a world has to say about its Instagram side. */
export interface InstagramContext {
  readonly seed: number
  /** Start of the clock in milliseconds. */
  readonly anchor: number
  readonly settings: InstagramSettings
  readonly pages: PageBook
  now(): number
}

/** The Instagram accounts of a world, their media, and what tests have done to them. */
export class InstagramBook {
  /** Accounts of the Pages under `/me/accounts`, in their order. */
  readonly accounts: readonly string[]
  readonly hashtags = new HashtagMemory()
  /** What was published through the API. */
  readonly published: PublishedPosts
  readonly #context: InstagramContext
  readonly #numbers = new Map<string, number>()
  readonly #ids: string[] = []
  readonly #pageOf = new Map<string, string>()
  readonly #accountOf = new Map<string, string>()
  readonly #facts = new Map<string, InstagramFacts>()
  readonly #tagById: ReadonlyMap<string, string>
  readonly #revoked = new Set<string>()
  readonly #hidden = new Set<string>()
  readonly #refusals = new Map<string, Set<string>>()
  #reads = 0

  constructor(context: InstagramContext) {
    this.#context = context
    this.published = new PublishedPosts(context.seed, context.now)
    const { listed, business } = context.pages
    this.accounts = listed.filter((_, index) => hasAccount(context.settings.accounts, index)).map((page) => this.#link(page))
    for (const page of [...business.ownedPages, ...business.clientPages]) this.#link(page)
    this.#tagById = new Map(context.settings.hashtags.map((tag) => [hashtagId(tag), tag]))
  }

  has(id: string): boolean {
    return this.#numbers.has(id)
  }

  facts(id: string): InstagramFacts {
    const known = this.#facts.get(id)
    if (known) return known
    const { seed, settings } = this.#context
    const { followers } = settings
    const given = typeof followers === 'number' ? followers : followers?.[this.#number(id)]
    const facts = instagramFacts(seed, id, given)
    this.#facts.set(id, facts)
    return facts
  }

  /** Changes facts of one account, for example `{ followers: 50 }` for one too small to have all figures. */
  update(id: string, changes: Partial<InstagramFacts>): void {
    this.#facts.set(id, { ...this.facts(id), ...changes })
  }

  byUsername(username: string): string | undefined {
    return this.#ids.find((id) => this.facts(id).username === username)
  }

  accountOf(page: string): string | undefined {
    return this.#accountOf.get(page)
  }

  pageOf(account: string): string | undefined {
    return this.#pageOf.get(account)
  }

  /** The business that owns an account: the second id in its usage header. */
  businessOf(account: string): string {
    const { pages, seed } = this.#context
    const page = this.#pageOf.get(account) ?? ''
    return pages.business.ownedPages.includes(page) ? pages.business.id : pageId(seed, 4_000_000 + this.#number(account))
  }

  /** Whether the insights of an account run ahead: rows with an `end_time` in the future. */
  hasFutureRows(account: string): boolean {
    return this.#context.settings.futureEndTime.includes(this.#number(account))
  }

  series(account: string): MediaSeries {
    const { seed, anchor, settings } = this.#context
    const number = this.#number(account)
    return {
      seed,
      accountId: account,
      account: number,
      count: settings.media,
      days: settings.days,
      anchor,
      carouselShare: settings.carouselShare,
      carouselSize: settings.carouselSize,
      ads: settings.ads ?? (number % 3 === 2 ? 1 : 0),
      beforeConversion: settings.beforeConversion ?? (number % 2 === 1 ? 0.1 : 0),
    }
  }

  stories(account: string): StorySeries {
    return { seed: this.#context.seed, accountId: account, account: this.#number(account), perDay: this.#context.settings.stories }
  }

  /** The media, album child or living story with this id; undefined when there is none at this moment. */
  media(id: string): MediaFacts | undefined {
    return this.#post(id) ?? this.#story(id)
  }

  /** Posts: from now on the media is there for all reads. */
  publish(plan: PublishedPlan): Published {
    return this.published.publish(plan, this.#number(plan.account))
  }

  /** Published posts or stories that an account shows at the moment, newest first. */
  newest(account: string, kind: 'post' | 'story'): MediaFacts[] {
    return this.published.live(account, kind).map((post) => publishedFacts(post, this.#context.seed))
  }

  /** The children of an album, generated or published. */
  children(album: MediaFacts): MediaFacts[] {
    const child = (index: number) =>
      album.number >= PUBLISHED_FROM
        ? this.#published({ n: album.number, child: index + 1 })
        : childFacts(this.series(album.accountId), album.number, index + 1)
    return Array.from({ length: album.children }, (_, index) => child(index)).filter((facts) => facts !== undefined)
  }

  tag(id: string): string | undefined {
    return this.#tagById.get(id)
  }

  hasTag(tag: string): boolean {
    return this.#tagById.has(hashtagId(tag))
  }

  tagIndex(tag: string): number {
    return this.#context.settings.hashtags.indexOf(tag)
  }

  /** A number that differs from read to read, for the parts of URLs that do. */
  nextRead(): number {
    return ++this.#reads
  }

  /** The owner withdraws the app's right to the account. */
  revoke(account: string): void {
    this.#revoked.add(account)
  }

  restore(account: string): void {
    this.#revoked.delete(account)
  }

  isRevoked(account: string): boolean {
    return this.#revoked.has(account)
  }

  /** From now on the media answers 100/33; lists still show it. */
  hide(media: string): void {
    this.#hidden.add(media)
  }

  isHidden(media: string): boolean {
    return this.#hidden.has(media)
  }

  /** From now on the media refuses a metric as if its product did not have it. */
  refuse(media: string, metric: string): void {
    this.#refusals.set(media, new Set([...(this.#refusals.get(media) ?? []), metric]))
  }

  isRefused(media: string, metric: string): boolean {
    return this.#refusals.get(media)?.has(metric) === true
  }

  /** Takes back all that was done to accounts and media, and forgets the hashtags asked for. */
  clear(): void {
    this.#revoked.clear()
    this.#hidden.clear()
    this.#refusals.clear()
    this.#facts.clear()
    this.hashtags.clear()
    this.published.clear()
  }

  #post(id: string): MediaFacts | undefined {
    const place = mediaPlace(this.#context.seed, id)
    const account = place && this.#ids[place.account]
    if (!place || account === undefined) return undefined
    if (place.n >= PUBLISHED_FROM) return this.#published(place)
    const series = this.series(account)
    if (place.n >= firstMediaFrom(series, this.#context.now() + 1)) return undefined
    const facts = mediaFacts(series, place.n)
    if (place.child === 0) return facts
    return place.child <= facts.children ? childFacts(series, place.n, place.child) : undefined
  }

  #published({ n, child }: { n: number; child: number }): MediaFacts | undefined {
    const post = this.published.byNumber(n)
    if (!post || child > post.children.length) return undefined
    const { seed } = this.#context
    return child === 0 ? publishedFacts(post, seed) : publishedChild(post, child, { seed, account: this.#number(post.account) })
  }

  #story(id: string): MediaFacts | undefined {
    const place = storyPlace(this.#context.seed, id)
    const account = place && this.#ids[place.account]
    if (!place || account === undefined) return undefined
    const series = this.stories(account)
    if (series.perDay === 0) return undefined
    const created = storyTime(series, place.n)
    const now = this.#context.now()
    return created <= now && created > now - STORY_LIFE_MS ? storyFacts(series, place.n) : undefined
  }

  #link(page: string): string {
    const id = accountId(this.#context.seed, this.#ids.length)
    this.#numbers.set(id, this.#ids.length)
    this.#ids.push(id)
    this.#pageOf.set(id, page)
    this.#accountOf.set(page, id)
    return id
  }

  #number(account: string): number {
    return this.#numbers.get(account) ?? -1
  }
}

/** The first `accounts` Pages have one; without a number all but each fourth Page. */
function hasAccount(accounts: number | undefined, index: number): boolean {
  return accounts === undefined ? index % 4 !== 3 : index < accounts
}
