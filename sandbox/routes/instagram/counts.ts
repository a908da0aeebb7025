import { type Engagement, engagement, utcDay } from '../../data/instagram/engagement.ts'
import type { MediaFacts } from '../../data/instagram/media.ts'
import { storyEngagement } from '../../data/instagram/stories.ts'
import type { World } from '../../world.ts'

/** All counts of a media or story at an instant, the time of the fake clock unless told otherwise. */
export function countsOf(media: MediaFacts, world: World, at = world.clock.now().getTime()): Engagement {
  const { followers } = world.instagram.facts(media.accountId)
  return media.kind === 'story' ? storyEngagement(media, followers, at) : engagement(media, followers, utcDay(at))
}
