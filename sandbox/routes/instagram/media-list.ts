import type { Call, Route } from '../../call/call.ts'
import { readTime } from '../../call/insights.ts'
import { cursorPage } from '../../call/paging.ts'
import { firstMediaFrom, type MediaFacts, type MediaSeries, mediaFacts, mediaListing, pinned } from '../../data/instagram/media.ts'
import { renderer } from '../../wire/fields.ts'
import { listed } from '../../world/visible.ts'
import { requireAccount } from './access.ts'
import { mediaShape } from './media.ts'

/** `GET /{ig-user}/media` */
export const mediaListRoute: Route = {
  method: 'GET',
  path: '/{ig-user}/media',
  answer: (call) => {
    requireAccount(call, call.id)
    return mediaPage(call)
  },
}

/** One page of media with `since <= timestamp <= until`. Only the rows of the page are computed. */
export function mediaPage(call: Call): ReturnType<typeof cursorPage> {
  const series = call.world.instagram.series(call.id)
  const since = readTime(call.params.get('since'), 'since')
  const until = readTime(call.params.get('until'), 'until')
  const range = listed(series, call.world, { since, until })
  const published = call.world.instagram
    .newest(call.id, 'post')
    .filter(({ created }) => (since === undefined || created >= since) && (until === undefined || created <= until))
  const rows = withPublished(series, range, published)
  const render = renderer(mediaShape, call.fields, call)
  return cursorPage(call, { ...rows, row: (position) => render(rows.media(position)) }, 'media')
}

/** The list of generated media with the published ones, newest first, in their places. */
function withPublished(series: MediaSeries, [low, high]: readonly [number, number], published: readonly MediaFacts[]) {
  const generated = mediaListing(series, low, high)
  const pins = pinned(series).filter((n) => n >= low && n < high)
  // How many generated media stand before each published one; pinned media stand before all.
  const before = published.map(({ created }) => {
    const newer = Math.min(high, Math.max(low, firstMediaFrom(series, created + 1)))
    return high - newer + pins.filter((pin) => pin < newer).length
  })
  const places = before.map((count, index) => count + index)
  const passed = (position: number) => places.filter((place) => place < position).length
  const publishedAt = (position: number) => published[places.indexOf(position)]
  return {
    length: generated.length + published.length,
    media: (position: number) => publishedAt(position) ?? mediaFacts(series, generated.at(position - passed(position))),
    key: (position: number) => publishedAt(position)?.number ?? generated.at(position - passed(position)),
    position: (key: number) => {
      const index = published.findIndex(({ number }) => number === key)
      if (index >= 0) return places[index] ?? 0
      const own = generated.position(key)
      return own + before.filter((count) => count <= own).length
    },
  }
}
