import { DAY_MS } from '../../time.ts'
import { between, fraction, mix } from '../hash.ts'
import type { MediaFacts } from './media.ts'

/** Days until the counts of an ordinary media have stopped growing. */
export const GROWING_DAYS = 28

/** All counts of a media on a day of observation. */
export interface Engagement {
  readonly reach: number
  readonly views: number
  readonly likes: number
  readonly comments: number
  readonly saved: number
  readonly shares: number
  readonly reposts: number
  readonly follows: number
  readonly profileVisits: number
  readonly profileActivity: number
  readonly facebookViews: number
}

/** Number of the UTC day in which an instant lies. */
export function utcDay(ms: number): number {
  return Math.floor(ms / DAY_MS)
}

/** How a media lives on after its first weeks. */
export type Afterlife = 'still' | 'revived' | 'quiet'

/** `revived`: one in 23 gains likes and comments again and again; `quiet`: one in 29 is only seen, without leaving a trace in them. */
export function afterlife({ key }: Pick<MediaFacts, 'key'>): Afterlife {
  const roll = mix(key, 21)
  if (roll % 23 === 0) return 'revived'
  return roll % 29 === 0 ? 'quiet' : 'still'
}

/**
 * The counts on a UTC day: they grow from the day of the post on and stand still after four weeks, apart from the media that live
 * on. A function of its arguments alone: the same on each read of that day.
 */
export function engagement(
  media: Pick<MediaFacts, 'key' | 'created' | 'product' | 'sharedToFacebook'>,
  followers: number,
  day: number,
): Engagement {
  const age = Math.max(0, day - utcDay(media.created))
  const roll = (salt: number) => fraction(mix(media.key, salt, 22))
  const reached = Math.floor(followers * (0.05 + roll(1) * roll(1) * (media.product === 'REELS' ? 3 : 1)))
  const grown = 1 - (1 - Math.min(1, (age + 1) / GROWING_DAYS)) ** 3
  const life = afterlife(media)
  const steps = life === 'still' ? 0 : Math.floor(Math.max(0, age - GROWING_DAYS) / between(mix(media.key, 23), 20, 90))
  const count = (total: number) => Math.floor(total * grown)
  const likes = count(reached * (0.01 + roll(2) * 0.1)) + (life === 'revived' ? steps * 3 : 0)
  const reach = Math.max(likes, count(reached)) + steps * 17
  const views = Math.floor(reach * (1.1 + roll(3))) + steps * 5
  return {
    reach,
    views,
    likes,
    comments: count(reached * roll(4) * 0.01) + (life === 'revived' ? Math.floor(steps / 2) : 0),
    saved: count(reached * roll(5) * 0.02),
    shares: count(reached * roll(6) * 0.02),
    reposts: count(reached * roll(7) * 0.003),
    follows: count(reached * roll(8) * 0.002),
    profileVisits: count(reached * roll(9) * 0.03),
    profileActivity: count(reached * roll(10) * 0.01),
    facebookViews: media.sharedToFacebook ? Math.floor(views * 0.3) : 0,
  }
}

/** Likes plus comments, saves and shares: what the API calls interactions. */
export function interactions({ likes, comments, saved, shares }: Engagement): number {
  return likes + comments + saved + shares
}
