import { type Call, expansion, type Route } from '../../call/call.ts'
import type { Engagement } from '../../data/instagram/engagement.ts'
import { longId, shortcode } from '../../data/instagram/ids.ts'
import type { MediaFacts } from '../../data/instagram/media.ts'
import { graphTime } from '../../data/pacific.ts'
import { defined } from '../../defined.ts'
import { unknownField, unknownObject } from '../../errors.ts'
import { type Field, renderer, type Shape, subset } from '../../wire/fields.ts'
import { countsOf } from '../../world/counts.ts'
import { requireAccount } from './access.ts'
import { cdnUrl } from './cdn.ts'
import { mediaInsights } from './media-insights.ts'

type Read = Shape<MediaFacts, Call>['fields'][string]

const TOTALS_SINCE = '2026-04-22'

/** Fields of a media, an album child or a story. What a kind does not have is left out. */
export const mediaShape: Shape<MediaFacts, Call> = {
  type: 'ShadowIGMedia',
  defaults: ['id'],
  fields: {
    id: (media) => media.id,
    ig_id: (media) => longOf(media),
    caption: (media) => media.caption,
    alt_text: (media) => media.altText,
    media_type: (media) => media.type,
    media_product_type: (media) => media.product,
    media_url: (media, _, call) => (media.withoutUrl ? undefined : urlOf(media, call)),
    thumbnail_url: (media, _, call) => (media.type === 'VIDEO' ? cdnUrl(call, { path: `${longOf(media)}_t.jpg` }) : undefined),
    permalink: (media, _, call) => permalink(media, call),
    shortcode: (media) => shortcode(longOf(media)),
    timestamp: (media) => graphTime(media.created),
    username: (media, _, call) => call.world.instagram.facts(media.accountId).username,
    owner: (media, field) =>
      subset({ id: media.accountId }, { ...field, fields: field.fields ?? [{ name: 'id', args: new Map() }] }, 'ShadowIGUser'),
    like_count: counted((counts, media) => (media.likesHidden ? undefined : counts.likes)),
    comments_count: counted((counts) => counts.comments),
    is_comment_enabled: (media) => (media.kind === 'post' ? media.commentsEnabled : undefined),
    is_shared_to_feed: (media) => (media.product === 'REELS' ? media.sharedToFeed : undefined),
    saved_count: since2026(counted((counts) => counts.saved)),
    shares_count: since2026(counted((counts) => counts.shares)),
    reposts_count: since2026(counted((counts) => counts.reposts)),
    total_views_count: since2026(onFacebook(counted((counts) => counts.views + counts.facebookViews))),
    children: (media, field, call) => (media.children === 0 ? undefined : children(media, field, call)),
    insights: (media, field, call) => mediaInsights(expansion(call, media.id, field), media),
  },
}

/** `GET /{ig-media}` and `/{ig-media}/children`. */
export const mediaRoutes: readonly Route[] = [
  { method: 'GET', path: '/{ig-media}', answer: (call) => renderer(mediaShape, call.fields, call)(readableMedia(call)) },
  {
    method: 'GET',
    path: '/{ig-media}/children',
    answer: (call) => children(readableMedia(call), { name: 'children', args: call.params, ...defined({ fields: call.fields }) }, call),
  },
]

/** The media of a call. Throws 100/33 when it is gone or belongs to somebody else. */
export function readableMedia(call: Call): MediaFacts {
  const media = call.world.instagram.media(call.id)
  if (!media || call.world.instagram.isHidden(call.id)) throw unknownObject(call.id, call.request.method)
  requireAccount(call, media.accountId)
  return media
}

/** The children of an album; all of them, without paging. */
function children(media: MediaFacts, field: Field, call: Call): { data: unknown[] } {
  const render = renderer(mediaShape, field.fields, call)
  return { data: call.world.instagram.children(media).map(render) }
}

function longOf(media: MediaFacts): string {
  return longId(media.created + media.child, media.key + media.child)
}

function urlOf(media: MediaFacts, call: Call): string {
  const video = media.type === 'VIDEO'
  return cdnUrl(call, { path: `${longOf(media)}_${video ? 'v.mp4' : 'n.jpg'}`, video })
}

/** Album children have none. */
function permalink(media: MediaFacts, call: Call): string | undefined {
  if (media.kind === 'child') return undefined
  const { username } = call.world.instagram.facts(media.accountId)
  if (media.kind === 'story') return `https://instagram.com/stories/${username}/${longOf(media)}`
  return `https://www.instagram.com/${media.product === 'REELS' ? 'reel' : 'p'}/${shortcode(longOf(media))}/`
}

function counted(read: (counts: Engagement, media: MediaFacts) => number | undefined): Read {
  return (media, _, call) => (media.kind === 'child' ? undefined : read(countsOf(media, call.world), media))
}

function since2026(read: Read): Read {
  return (media, field, call) => {
    if (call.world.clock.now().getTime() < Date.parse(TOTALS_SINCE)) throw unknownField(field.name, 'ShadowIGMedia')
    return read(media, field, call)
  }
}

function onFacebook(read: Read): Read {
  return (media, field, call) => {
    if (call.request.host !== 'facebook') throw unknownField(field.name, 'ShadowIGMedia')
    return read(media, field, call)
  }
}
