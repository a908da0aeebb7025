import type { Call, Route } from '../../call.ts'
import { liveStories, storyFacts } from '../../data/instagram/stories.ts'
import { renderer } from '../../http/fields.ts'
import { cursorPage } from '../../http/paging.ts'
import { requireAccount } from './access.ts'
import { mediaShape } from './media.ts'

/** `GET /{ig-user}/stories` */
export const storiesRoute: Route = {
  method: 'GET',
  path: '/{ig-user}/stories',
  answer: (call) => {
    requireAccount(call, call.id)
    return storiesPage(call)
  },
}

/** One page of the stories that live at the time of the fake clock, newest first. */
export function storiesPage(call: Call): unknown {
  const series = call.world.instagram.stories(call.id)
  const live = liveStories(series, call.world.clock.now().getTime())
  const render = renderer(mediaShape, call.fields, call)
  const rows = {
    length: live.length,
    row: (position: number) => render(storyFacts(series, live[position] ?? 0)),
    key: (position: number) => live[position] ?? 0,
    // A story that is gone by now stood behind all that are left.
    position: (key: number) => (live.includes(key) ? live.indexOf(key) : live.length),
  }
  return cursorPage(call, rows, 'stories')
}
