import { between, mix, textHash } from '../hash.ts'
import { encodeId } from './ids.ts'
import type { MediaSeries } from './media.ts'

const WORDS = ['coffee', 'bakery', 'sunday', 'travel', 'design', 'vinyl', 'garden', 'robotics', 'books', 'harbour', 'fotografie', 'カフェ']
const ENDINGS = ['', 'lover', 'time', 'oftheday', '2026']
// Numbers of accounts that no world has: the media of hashtags belong to strangers.
const STRANGERS = 90_000

/** Tags that exist unless a world says otherwise: 60, twice the quota. */
export const DEFAULT_HASHTAGS: readonly string[] = WORDS.flatMap((word) => ENDINGS.map((ending) => word + ending))

/** Id of a tag: the same for all accounts and for good. */
export function hashtagId(tag: string): string {
  return `17843${String(textHash(tag)).padStart(10, '0')}${String(textHash(`${tag}#`) % 100).padStart(2, '0')}`
}

/** Media that strangers publish under a tag, as a series: its pace differs from tag to tag, from none to 180 a day. */
export function hashtagSeries({ seed, tag, index, anchor }: { seed: number; tag: string; index: number; anchor: number }): MediaSeries {
  const days = 30
  const perDay = index % 7 === 6 ? 0 : between(mix(seed, textHash(tag), 97), 2, 180)
  const account = STRANGERS + index
  return {
    seed,
    accountId: encodeId('179', seed, { account, serial: 999_999_999 }),
    account,
    count: perDay * days,
    days,
    anchor,
    carouselShare: 0.2,
    carouselSize: 3,
    ads: 0,
    beforeConversion: 0,
  }
}

/** Numbers of the `length` newest media up to `newest` in the order of the API, which is none. */
export function shuffled(key: number, newest: number, length: number): number[] {
  const numbers = Array.from({ length }, (_, index) => newest - index)
  return numbers.sort((a, b) => mix(key, a) - mix(key, b))
}
