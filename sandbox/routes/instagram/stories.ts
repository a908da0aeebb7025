import type { Call, Route } from '../../call/call.ts'
import { cursorPage } from '../../call/paging.ts'
import type { MediaFacts } from '../../data/instagram/media.ts'
import { liveStories, storyFacts } from '../../data/instagram/stories.ts'
import { renderer } from '../../wire/fields.ts'
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
  const generated = liveStories(series, call.world.clock.now().getTime()).map((n) => storyFacts(series, n))
  const live: readonly MediaFacts[] = [...generated, ...call.world.instagram.newest(call.id, 'story')].sort((a, b) => b.created - a.created)
  const keys = live.map(({ number }) => number)
  const render = renderer(mediaShape, call.fields, call)
  const rows = {
    length: live.length,
    row: (position: number) => live.slice(position, position + 1).map(render)[0],
    key: (position: number) => keys[position] ?? 0,
    // A story that is gone by now stood behind all that are left.
    position: (key: number) => (keys.includes(key) ? keys.indexOf(key) : keys.length),
  }
  return cursorPage(call, rows, 'stories')
}
