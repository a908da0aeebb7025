import { DAY_MS, HOUR_MS } from '../../time.ts'
import { between, fraction, mix, textHash } from '../hash.ts'
import type { Engagement } from './engagement.ts'
import { decodeId, encodeId } from './ids.ts'
import type { MediaFacts } from './media.ts'

/** Stories are numbered from here on. */
const EPOCH = Date.UTC(2020, 0, 1)
export const STORY_LIFE_MS = DAY_MS
/** Fewer viewers than this and the insights are refused. */
export const MIN_VIEWERS = 5

/** The stories of an account: so many a day, for ever. */
export interface StorySeries {
  readonly seed: number
  readonly accountId: string
  readonly account: number
  readonly perDay: number
}

function keyOf({ seed, accountId }: StorySeries): number {
  return mix(seed, textHash(accountId), 81)
}

export function storyTime(series: StorySeries, n: number): number {
  const seconds = Math.floor(((n + fraction(mix(keyOf(series), n)) * 0.9) * 86_400) / series.perDay)
  return EPOCH + seconds * 1_000
}

/** Numbers of the stories that live at an instant, newest first: those made within the 24 hours before it. */
export function liveStories(series: StorySeries, now: number): number[] {
  if (series.perDay === 0) return []
  const newest = Math.floor(((now - EPOCH) * series.perDay) / DAY_MS) + 1
  const found: number[] = []
  for (let n = newest; n >= 0 && storyTime(series, n) > now - STORY_LIFE_MS; n--) if (storyTime(series, n) <= now) found.push(n)
  return found
}

export function storyId({ seed, account }: Pick<StorySeries, 'seed' | 'account'>, n: number): string {
  return encodeId('180', seed, { account, serial: n })
}

/** Account and number that a story id stands for. */
export function storyPlace(seed: number, id: string): { account: number; n: number } | undefined {
  const found = decodeId('180', seed, id)
  return found && { account: found.account, n: found.serial }
}

export function storyFacts(series: StorySeries, n: number): MediaFacts {
  const key = mix(keyOf(series), n, 82)
  return {
    id: storyId(series, n),
    kind: 'story',
    accountId: series.accountId,
    number: n,
    child: 0,
    created: storyTime(series, n),
    type: mix(key, 1) % 2 === 0 ? 'IMAGE' : 'VIDEO',
    product: 'STORY',
    children: 0,
    likesHidden: false,
    withoutUrl: mix(key, 2) % 17 === 0,
    commentsEnabled: true,
    sharedToFacebook: mix(key, 3) % 3 === 0,
    sharedToFeed: false,
    beforeConversion: false,
    key,
  }
}

/** The counts of a story at an instant: they rise by the hour. Every eighth story is never seen by five people. */
export function storyEngagement(
  story: Pick<MediaFacts, 'key' | 'created' | 'sharedToFacebook'>,
  followers: number,
  now: number,
): Engagement {
  const roll = (salt: number) => fraction(mix(story.key, salt, 83))
  const hours = Math.min(24, Math.max(0, Math.floor((now - story.created) / HOUR_MS) + 1))
  const grown = 1 - (1 - hours / 24) ** 2
  const lonely = mix(story.key, 4) % 8 === 3
  const total = lonely ? between(mix(story.key, 5), 0, MIN_VIEWERS - 1) : followers * (0.03 + roll(1) * 0.2)
  const count = (share: number) => Math.floor(total * share * grown)
  const views = count(1.2)
  return {
    reach: count(1),
    views,
    likes: count(0.02 * roll(2)),
    comments: count(0.01 * roll(3)),
    saved: 0,
    shares: count(0.01 * roll(4)),
    reposts: count(0.004 * roll(5)),
    follows: count(0.002 * roll(6)),
    profileVisits: count(0.02 * roll(7)),
    profileActivity: count(0.01 * roll(8)),
    facebookViews: story.sharedToFacebook ? Math.floor(views * 0.2) : 0,
  }
}
