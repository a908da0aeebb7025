import { followersOn } from '../data/instagram/accounts.ts'
import { type Engagement, engagement, utcDay } from '../data/instagram/engagement.ts'
import { firstMediaFrom, type MediaFacts } from '../data/instagram/media.ts'
import { storyEngagement } from '../data/instagram/stories.ts'
import type { World } from './world.ts'

/** All counts of a media or story at an instant, the time of the fake clock unless told otherwise. */
export function countsOf(media: MediaFacts, world: World, at = world.clock.now().getTime()): Engagement {
  const { followers } = world.instagram.facts(media.accountId)
  return media.kind === 'story' ? storyEngagement(media, followers, at) : engagement(media, followers, utcDay(at))
}

/** Followers at the time of the fake clock. */
export function followersNow({ world }: { world: World }, account: string): number {
  return followersOn(world.instagram.facts(account), utcDay(world.clock.now().getTime()) - utcDay(world.anchor))
}

/** Media at the time of the fake clock, also those that the list no longer reaches. */
export function mediaCount({ world }: { world: World }, account: string): number {
  const generated = firstMediaFrom(world.instagram.series(account), world.clock.now().getTime() + 1)
  return generated + world.instagram.published.live(account, 'post').length
}
