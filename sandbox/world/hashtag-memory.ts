import { DAY_MS } from '../time.ts'

const WEEK_MS = 7 * DAY_MS
/** Different tags that one account may ask for within seven days. */
export const HASHTAG_QUOTA = 30

/** Which account asked for which hashtags, and how far it has read in their lists. */
export class HashtagMemory {
  readonly #asked = new Map<string, Map<string, number>>()
  readonly #places = new Map<string, number>()

  /** Notes that an account asks for a tag. False when this would be one tag too many; asking again never renews the seven days. */
  ask(account: string, tag: string, now: number): boolean {
    const tags = this.#current(account, now)
    if (tags.has(tag)) return true
    if (tags.size >= HASHTAG_QUOTA) return false
    tags.set(tag, now)
    return true
  }

  /** Tags that count against the quota, newest first. */
  recent(account: string, now: number): string[] {
    return [...this.#current(account, now).keys()].reverse()
  }

  /** Where a reader stands in a list. The cursor says nothing: it is the same on each page. */
  place(reader: string): number | undefined {
    return this.#places.get(reader)
  }

  move(reader: string, place: number): void {
    this.#places.set(reader, place)
  }

  clear(): void {
    this.#asked.clear()
    this.#places.clear()
  }

  #current(account: string, now: number): Map<string, number> {
    const tags = this.#asked.get(account) ?? new Map<string, number>()
    for (const [tag, since] of tags) if (since + WEEK_MS <= now) tags.delete(tag)
    this.#asked.set(account, tags)
    return tags
  }
}
