import type { Call, Route } from '../../call.ts'
import { firstMediaFrom, type MediaSeries, mediaFacts, mediaListing } from '../../data/instagram/media.ts'
import { renderer } from '../../http/fields.ts'
import { cursorPage } from '../../http/paging.ts'
import type { World } from '../../world.ts'
import { readTime } from '../insights.ts'
import { requireAccount } from './access.ts'
import { mediaShape } from './media.ts'

/** The list goes no further back than this. */
const NEWEST = 10_000

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
  const listing = mediaListing(series, ...listed(series, call.world, { since, until }))
  const render = renderer(mediaShape, call.fields, call)
  return cursorPage(
    call,
    {
      length: listing.length,
      row: (position) => render(mediaFacts(series, listing.at(position))),
      key: (position) => listing.at(position),
      position: (key) => listing.position(key),
    },
    'media',
  )
}

/** First number, and the one after the last, that the list shows now. */
export function listed(
  series: MediaSeries,
  { clock }: Pick<World, 'clock'>,
  { since, until }: { since?: number | undefined; until?: number | undefined } = {},
): [number, number] {
  const all = firstMediaFrom(series, clock.now().getTime() + 1)
  const low = Math.max(all - NEWEST, since === undefined ? 0 : firstMediaFrom(series, since))
  return [low, until === undefined ? all : Math.min(all, firstMediaFrom(series, until + 1))]
}
