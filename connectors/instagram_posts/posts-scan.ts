import type { Row } from '../../framework/protocol/messages.ts'
import { DAY_MS } from '../../framework/time.ts'
import { CursorWatch, type ListedPage, type ListRequest, type MediaListing } from '../instagram_graph/media/listing.ts'
import { type ListedPost, postOf, postRow } from './post-row.ts'
import { type KnownPost, type PostsCheckpoint, type PostsGap, wasListed } from './posts-checkpoint.ts'

/** Of posts younger than those on the newest page so many are remembered. */
const REMEMBERED = 60
/** While posts are left to list those are remembered too that the next pages overlap with. */
const REMEMBERED_IN_GAP = 240
/** Neighbours may be exchanged, and pinned posts stand in front: the end of a page is known when so many at its end are. */
const TAIL = 3
/** Posts of a request at least: a page must reach beyond the pinned posts and what it repeats of the page before. */
const FEWEST = 10

export interface PostsScanOptions {
  readonly listing: MediaListing
  readonly account: string
  readonly memory: PostsCheckpoint
  /** Epoch milliseconds. */
  readonly now: number
  readonly pageSize: number
  /** Pages at most, but those without which this look would leave as much to the next ones as the one before it did. */
  readonly pages: number
  /** Of a backfill: posts of this time alone, all of them. */
  readonly range: ListRequest['range']
}

export interface PostsPage {
  readonly rows: Row[]
  /** To be remembered once the rows are handed on; undefined when nothing changed. */
  readonly memory: PostsCheckpoint | undefined
}

/**
 * One look at the posts of an account, newest first: continues until it meets what is known, or runs out of pages, and then with what
 * earlier looks left undone. What is known is told by the ids, never by times, which pinned posts and wrong clocks upset.
 */
export class PostsScan {
  readonly #options: PostsScanOptions
  #memory: PostsCheckpoint
  #left: number
  /** Ids of the first page: pinned posts among them are met again, however old they are. */
  #first: ReadonlySet<string> = new Set()

  constructor(options: PostsScanOptions) {
    this.#options = options
    this.#memory = options.memory
    this.#left = options.pages
  }

  async *pages(): AsyncGenerator<PostsPage> {
    const before = this.#memory
    const newest = newestOf(before.known)
    const refresh = Math.floor(this.#options.now / DAY_MS) > before.day
    let first = true
    for await (const { posts, next } of this.#list(this.#options.range)) {
      const more = next !== undefined && !isKnownTail(posts, before.known)
      // Whatever lies below this page was listed before, unless it belongs to an older gap.
      const floor = before.gap ? before.gap.floor : newest
      const gap = more ? { rest: endOf(posts), floor } : before.gap
      yield this.#take(posts, { gap, all: first && refresh, first })
      first = false
      if (!more) break
    }
    yield* this.#fillGap()
  }

  async *#fillGap(): AsyncGenerator<PostsPage> {
    const { gap } = this.#memory
    if (!gap || this.#isEnough()) return
    for await (const { posts, next } of this.#list({ to: gap.rest })) {
      const isOver = next === undefined || (gap.floor !== undefined && posts.length > 0 && endOf(posts) < gap.floor)
      const rest = posts.length > 0 ? endOf(posts) : gap.rest
      yield this.#take(posts, { gap: isOver ? undefined : { rest, floor: gap.floor }, all: false, first: false })
      if (isOver) return
    }
  }

  /** Without pages left a look goes on until it has come further, so that some look is the last one. */
  #isEnough(): boolean {
    return this.#left <= 0 && this.#memory.gap?.rest !== this.#options.memory.gap?.rest
  }

  /** Pages from the newest post of the range on, until it is enough. Throws what the API refused. */
  async *#list(range: ListRequest['range']): AsyncGenerator<{ readonly posts: readonly ListedPost[]; readonly next: string | undefined }> {
    const { listing, pageSize } = this.#options
    const watch = new CursorWatch()
    let after: string | undefined
    while (!this.#isEnough()) {
      this.#left -= 1
      const page = await ask(listing, { range, fields: 'full', metrics: [], limit: Math.max(pageSize, FEWEST), after, paged: true })
      yield { posts: page.nodes.map(postOf).filter((post) => post !== undefined), next: page.next }
      if (page.next === undefined) return
      watch.check(page.next, page.nodes.length)
      after = page.next
    }
  }

  #take(posts: readonly ListedPost[], { gap, all, first }: { gap: PostsGap | undefined; all: boolean; first: boolean }): PostsPage {
    const { account, now } = this.#options
    const before = this.#memory
    const isNew = ({ id, time }: ListedPost) => !before.known.has(id) && !wasListed(before, time)
    const isSame = ({ id, print }: ListedPost) => before.known.get(id)?.print === print
    const changed = posts.filter((post) => !isSame(post))
    const inserted = changed.filter(isNew).length
    if (first) this.#first = new Set(posts.map(({ id }) => id))
    const isMoved = gap?.rest !== before.gap?.rest || gap?.floor !== before.gap?.floor
    if (changed.length === 0 && !isMoved && !all) return { rows: [], memory: undefined }
    this.#memory = {
      ...remembering(before, posts, { gap, kept: this.#first }),
      gap,
      day: all ? Math.floor(now / DAY_MS) : before.day,
      inserted: before.inserted + inserted,
      updated: before.updated + changed.length - inserted,
    }
    return { rows: (all ? posts : changed).map((post) => postRow(post, account, now)), memory: this.#memory }
  }
}

/** The newest posts stay, those of `kept`, and those that pages still to come repeat. */
function remembering(
  { known, forgotten }: PostsCheckpoint,
  posts: readonly ListedPost[],
  { gap, kept }: { readonly gap: PostsGap | undefined; readonly kept: ReadonlySet<string> },
): Pick<PostsCheckpoint, 'known' | 'forgotten'> {
  const all = new Map(known)
  for (const { id, time, print } of posts) all.set(id, { time, print })
  const byAge = [...all].sort(([, one], [, other]) => other.time - one.time)
  const isRepeated = (time: number, place: number) => gap !== undefined && time <= gap.rest && place < REMEMBERED_IN_GAP
  const stay = byAge.filter(([id, { time }], place) => place < REMEMBERED || kept.has(id) || isRepeated(time, place))
  const oldest = byAge.length > REMEMBERED ? byAge[REMEMBERED]?.[1].time : undefined
  const limit = oldest === undefined ? forgotten : Math.max(oldest, forgotten ?? oldest)
  return { known: new Map(stay), forgotten: limit }
}

function isKnownTail(posts: readonly ListedPost[], known: PostsCheckpoint['known']): boolean {
  const tail = posts.slice(-TAIL)
  return tail.length > 0 && tail.every(({ id }) => known.has(id))
}

/** The time down to which a page lists everything: the youngest of its last posts, because neighbours may be exchanged. */
function endOf(posts: readonly ListedPost[]): number {
  return Math.max(...posts.slice(-2).map(({ time }) => time))
}

function newestOf(known: ReadonlyMap<string, KnownPost>): number | undefined {
  return known.size === 0 ? undefined : Math.max(...Array.from(known.values(), ({ time }) => time))
}

async function ask(listing: MediaListing, request: ListRequest): Promise<ListedPage> {
  const [answer] = await listing.ask([request])
  if (answer === undefined || answer.error) throw answer?.error ?? new TypeError('a listing without an answer')
  return answer.page
}
