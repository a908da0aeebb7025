import { defined } from '../../defined.ts'
import { DAY_MS } from '../../time.ts'
import { between, fraction, mix, textHash } from '../hash.ts'
import { message } from '../texts.ts'
import { decodeId, encodeId } from './ids.ts'

// A media owns 32 serials: itself and up to 31 children.
const SLOTS = 32
/** At most so many children fit into an album. */
export const MAX_CHILDREN = 20

/**
 * The media of an account as a series without end: number 0 is the oldest, `count` of them lie before `anchor`, new ones follow at
 * the same pace as the clock advances. Nothing is stored; each media is computed from its number.
 */
export interface MediaSeries {
  readonly seed: number
  readonly accountId: string
  /** Number of the account in the world: part of the ids. */
  readonly account: number
  readonly count: number
  /** Days before the anchor over which they are spread. */
  readonly days: number
  /** Milliseconds; start of the fake clock. */
  readonly anchor: number
  /** Part of the media that are albums, 0 to 1: exact over the whole series. */
  readonly carouselShare: number
  readonly carouselSize: number
  /** How many of the `count` media are advertisements. */
  readonly ads: number
  /** Part of the `count` media, the oldest, that were posted before the account became a business. */
  readonly beforeConversion: number
}

export type MediaType = 'IMAGE' | 'VIDEO' | 'CAROUSEL_ALBUM'
export type ProductType = 'FEED' | 'REELS' | 'STORY' | 'AD'

/** What one media, album child or story is, apart from its counts. */
export interface MediaFacts {
  readonly id: string
  readonly kind: 'post' | 'child' | 'story'
  readonly accountId: string
  /** Number in its series; a child has the one of its album. */
  readonly number: number
  /** 0, or the place of a child in its album from 1 on. */
  readonly child: number
  /** Milliseconds at whole seconds. */
  readonly created: number
  readonly type: MediaType
  readonly product: ProductType
  readonly caption?: string
  readonly altText?: string
  /** Children of an album. */
  readonly children: number
  readonly likesHidden: boolean
  /** Reels with protected sound or downloads off have no `media_url`. */
  readonly withoutUrl: boolean
  readonly commentsEnabled: boolean
  readonly sharedToFacebook: boolean
  readonly sharedToFeed: boolean
  readonly beforeConversion: boolean
  /** All counts of this media follow from it. */
  readonly key: number
}

type Origin = Pick<MediaSeries, 'seed' | 'accountId'>

function keyOf({ seed, accountId }: Origin): number {
  return mix(seed, textHash(accountId), 71)
}

/** When media number n was made; rises with n. */
export function mediaTime(series: MediaSeries, n: number): number {
  const seconds = Math.floor(((n + fraction(mix(keyOf(series), n)) * 0.9) * series.days * 86_400) / series.count)
  return series.anchor - series.days * DAY_MS + seconds * 1_000
}

/** The smallest number made at or after an instant; also the count of media made before it. */
export function firstMediaFrom(series: MediaSeries, ms: number): number {
  if (series.count === 0) return 0
  const spacing = (series.days * DAY_MS) / series.count
  let n = Math.max(0, Math.floor((ms - (series.anchor - series.days * DAY_MS)) / spacing) - 2)
  while (mediaTime(series, n) < ms) n++
  return n
}

/** Id of media number n, or of one of its children. */
export function mediaId({ seed, account }: Pick<MediaSeries, 'seed' | 'account'>, n: number, child = 0): string {
  return encodeId('179', seed, { account, serial: n * SLOTS + child })
}

/** Account, number and child that a media id stands for. */
export function mediaPlace(seed: number, id: string): { account: number; n: number; child: number } | undefined {
  const found = decodeId('179', seed, id)
  return found && { account: found.account, n: Math.floor(found.serial / SLOTS), child: found.serial % SLOTS }
}

/** Media number n. */
export function mediaFacts(series: MediaSeries, n: number): MediaFacts {
  const key = mix(keyOf(series), n, 72)
  const roll = (salt: number) => mix(key, salt)
  const form = formOf(series, n, roll(1) % 100)
  const caption = message(keyOf(series), n)
  return {
    id: mediaId(series, n),
    kind: 'post',
    accountId: series.accountId,
    number: n,
    child: 0,
    created: mediaTime(series, n),
    ...form,
    ...defined({ caption }),
    ...(form.type === 'IMAGE' && roll(2) % 2 === 0 ? { altText: `Picture ${n + 1}` } : {}),
    children: form.type === 'CAROUSEL_ALBUM' ? series.carouselSize : 0,
    likesHidden: roll(3) % 31 === 0,
    withoutUrl: form.product === 'REELS' && roll(4) % 19 === 0,
    commentsEnabled: roll(5) % 13 !== 0,
    sharedToFacebook: roll(6) % 3 === 0,
    sharedToFeed: roll(7) % 6 !== 0,
    beforeConversion: n < Math.floor(series.count * series.beforeConversion),
    key,
  }
}

/** Child number `child` (from 1 on) of an album. Children have no caption, no counts and no insights of their own. */
export function childFacts(series: MediaSeries, n: number, child: number): MediaFacts {
  const { caption: _, altText: __, ...album } = mediaFacts(series, n)
  const type = mix(album.key, child, 9) % 4 === 0 ? 'VIDEO' : 'IMAGE'
  return { ...album, id: mediaId(series, n, child), kind: 'child', child, type, children: 0, withoutUrl: false }
}

function formOf(series: MediaSeries, n: number, roll: number): { type: MediaType; product: ProductType } {
  if (isAd(series, n)) return { type: 'IMAGE', product: 'AD' }
  if (isAlbum(series, n)) return { type: 'CAROUSEL_ALBUM', product: 'FEED' }
  if (roll < 45) return { type: 'IMAGE', product: 'FEED' }
  return { type: 'VIDEO', product: roll < 55 ? 'FEED' : 'REELS' }
}

function isAlbum({ carouselShare }: MediaSeries, n: number): boolean {
  return Math.floor((n + 1) * carouselShare) > Math.floor(n * carouselShare)
}

/** Advertisements are spread evenly and never take the place of an album, so that the share of those stays exact. */
function isAd(series: MediaSeries, n: number): boolean {
  if (series.ads === 0 || isAlbum(series, n) || n >= series.count) return false
  const width = series.count / series.ads
  let place = Math.floor((Math.floor(n / width) + 0.45) * width)
  while (isAlbum(series, place) && place < series.count) place++
  return n === place
}

/** A list of media in the order in which the API gives it. */
export interface MediaListing {
  readonly length: number
  /** Number of the media at a place. */
  at(position: number): number
  position(n: number): number
}

/**
 * Numbers `low` up to (not including) `high`, newest first, with the two disorders of the real lists: pinned media stand in front,
 * and now and then two neighbours have changed places.
 */
export function mediaListing(series: MediaSeries, low: number, high: number): MediaListing {
  const pins = pinned(series).filter((n) => n >= low && n < high)
  const swapped = (n: number) => {
    const other = n % 40 === 7 ? n + 1 : n % 40 === 8 ? n - 1 : n
    return other < low || other >= high || pins.includes(other) || pins.includes(n) ? n : other
  }
  return {
    length: Math.max(0, high - low),
    at: (position) => {
      const pin = pins[position]
      if (pin !== undefined) return pin
      let n = high - 1 - (position - pins.length)
      for (const pin of pins) if (pin >= n) n--
      return swapped(n)
    },
    position: (n) => {
      if (pins.includes(n)) return pins.indexOf(n)
      const place = swapped(n)
      return high - 1 - place - pins.filter((pin) => pin > place).length + pins.length
    },
  }
}

/** The two pinned media of an account, newest first; every third account has none. */
export function pinned(series: MediaSeries): number[] {
  if (series.count < 10 || series.account % 3 === 2) return []
  const key = keyOf(series)
  const place = (salt: number, from: number) => Math.floor(series.count * from) + between(mix(key, salt), 0, Math.floor(series.count / 10))
  return [place(1, 0.6), place(2, 0.2)]
}
