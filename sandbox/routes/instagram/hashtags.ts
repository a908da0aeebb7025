import type { Call, Route } from '../../call/call.ts'
import { cursorPage, pageUrl, rowsOf } from '../../call/paging.ts'
import { mix, textHash } from '../../data/hash.ts'
import { engagement, utcDay } from '../../data/instagram/engagement.ts'
import { hashtagId, hashtagSeries, shuffled } from '../../data/instagram/hashtags.ts'
import { childFacts, firstMediaFrom, type MediaFacts, type MediaSeries, mediaFacts } from '../../data/instagram/media.ts'
import { graphTime } from '../../data/pacific.ts'
import { GraphError, invalidParameter, permission, unknownPath } from '../../errors.ts'
import { DAY_MS } from '../../time.ts'
import { type Field, renderer, type Shape } from '../../wire/fields.ts'
import { maySeeInstagram, notPermitted, requireAccount } from './access.ts'
import { cdnUrl } from './cdn.ts'

const MAX_LIMIT = 50
const TOP = 90
// Reach of a stranger, from which likes and comments follow.
const AUDIENCE = 4_000

/** Hashtags: search, node, two lists, and what counts against the quota. */
export const hashtagRoutes: readonly Route[] = [
  { method: 'GET', path: '/ig_hashtag_search', answer: search },
  { method: 'GET', path: '/{ig-hashtag}', answer: node },
  { method: 'GET', path: '/{ig-hashtag}/recent_media', answer: (call) => mediaList(call, 'recent_media') },
  { method: 'GET', path: '/{ig-hashtag}/top_media', answer: (call) => mediaList(call, 'top_media') },
  { method: 'GET', path: '/{ig-user}/recently_searched_hashtags', answer: searched },
]

const tagShape: Shape<string, Call> = {
  type: 'ShadowIGHashtag',
  defaults: ['id'],
  fields: { id: (tag) => hashtagId(tag), name: (tag) => tag },
}

/** Media of strangers: no username, no insights. */
const tagMediaShape: Shape<MediaFacts, Call> = {
  type: 'ShadowIGHashtagMedia',
  defaults: ['id'],
  fields: {
    id: (media) => media.id,
    caption: (media) => media.caption,
    media_type: (media) => media.type,
    media_url: (media, _, call) =>
      media.type === 'CAROUSEL_ALBUM' || media.withoutUrl ? undefined : cdnUrl(call, { path: `${media.key}_n.jpg` }),
    permalink: (media) => (media.kind === 'child' ? undefined : `https://www.instagram.com/p/${media.key.toString(36)}/`),
    timestamp: (media) => graphTime(media.created),
    like_count: (media, _, call) => (media.likesHidden ? undefined : counts(media, call).likes),
    comments_count: (media, _, call) => counts(media, call).comments,
    children: (media, field, call) => children(media, field, call),
  },
}

function search(call: Call): unknown {
  const account = asker(call)
  const tag = (call.params.get('q') ?? '').normalize('NFC').toLowerCase()
  if (!/^[\p{L}\p{N}\p{M}_]+$/u.test(tag)) throw invalidParameter('Param q must be a hashtag without the number sign')
  if (!call.world.instagram.hasTag(tag)) {
    throw new GraphError({ code: 24, subcode: 2207024, message: 'The requested resource does not exist' })
  }
  count(call, account, tag)
  return { data: [{ id: hashtagId(tag) }] }
}

function node(call: Call): unknown {
  requirePublicContent(call)
  return renderer(tagShape, call.fields, call)(tagOf(call))
}

function searched(call: Call): unknown {
  if (call.request.host !== 'facebook') throw unknownPath('recently_searched_hashtags')
  requirePublicContent(call)
  requireAccount(call, call.id)
  const tags = call.world.instagram.hashtags.recent(call.id, call.world.clock.now().getTime())
  const render = renderer(tagShape, call.fields, call)
  return cursorPage(call, { ...rowsOf(tags), row: (position) => render(tags[position] ?? '') }, 'recently_searched_hashtags')
}

/**
 * A page of one of the lists. The cursor is the same on each page: the API remembers how far a reader is, and a call without it
 * begins again. The last page has no `paging`.
 */
function mediaList(call: Call, edge: 'recent_media' | 'top_media'): unknown {
  const account = asker(call)
  const tag = tagOf(call)
  count(call, account, tag)
  const limit = readLimit(call.params.get('limit'))
  const series = seriesOf(call, tag)
  const numbers = edge === 'top_media' ? top(call, series) : recent(call, series)
  const render = renderer(tagMediaShape, call.fields, call)
  const memory = call.world.instagram.hashtags
  const reader = `${call.token.userId} ${account} ${tag} ${edge}`
  const start = call.params.has('after') ? (memory.place(reader) ?? 0) : 0
  const page = numbers.slice(start, start + limit)
  memory.move(reader, start + page.length)
  const data = page.map((n) => render(mediaFacts(series, n)))
  if (start + page.length >= numbers.length) return { data }
  const after = Buffer.from(`sandbox ${edge} ${textHash(tag)}`).toString('base64url')
  return { data, paging: { cursors: { after }, next: pageUrl(call, edge, { limit, after }) } }
}

/** Numbers of the media of the last 24 hours, in no order. */
function recent(call: Call, series: MediaSeries): number[] {
  const now = call.world.clock.now().getTime()
  const [low, high] = [firstMediaFrom(series, now - DAY_MS + 1), firstMediaFrom(series, now + 1)]
  return shuffled(mix(textHash(series.accountId), utcDay(now)), high - 1, high - low)
}

/** The most popular media: the same ones for good, those of quiet tags included. */
function top({ world }: Call, series: MediaSeries): number[] {
  return shuffled(mix(world.settings.seed, textHash(series.accountId)), Math.min(TOP, series.count) - 1, Math.min(TOP, series.count))
}

function seriesOf({ world }: Call, tag: string): MediaSeries {
  return hashtagSeries({ seed: world.settings.seed, tag, index: world.instagram.tagIndex(tag), anchor: world.anchor })
}

function children(media: MediaFacts, field: Field, call: Call): unknown {
  if (media.children === 0) return undefined
  const render = renderer(tagMediaShape, field.fields, call)
  const series = seriesOf(call, tagOf(call))
  return { data: Array.from({ length: media.children }, (_, index) => render(childFacts(series, media.number, index + 1))) }
}

function counts(media: MediaFacts, call: Call) {
  return engagement(media, AUDIENCE, utcDay(call.world.clock.now().getTime()))
}

/** The account in whose name is asked. */
function asker(call: Call): string {
  requirePublicContent(call)
  const account = call.params.get('user_id')
  if (!account) throw invalidParameter('The parameter user_id is required')
  requireAccount({ ...call, id: account }, account)
  return account
}

function tagOf({ world, id }: Call): string {
  return world.instagram.tag(id) ?? ''
}

function count({ world }: Call, account: string, tag: string): void {
  if (world.instagram.hashtags.ask(account, tag, world.clock.now().getTime())) return
  const message = '(#18) This account has reached the limit of 30 unique hashtags within a rolling 7 day period.'
  throw new GraphError({ code: 18, subcode: 2207034, message })
}

function requirePublicContent({ token, world }: Call): void {
  if (!maySeeInstagram(token)) throw notPermitted()
  if (world.settings.instagram.publicContent) return
  throw permission(10, "To use 'Instagram Public Content Access', your use of this endpoint must be reviewed and approved by Facebook.")
}

function readLimit(text: string | undefined): number {
  const limit = Number(text ?? 25)
  if (!Number.isInteger(limit) || limit < 1) throw invalidParameter('Param limit must be an integer')
  if (limit > MAX_LIMIT) throw invalidParameter(`Param limit must be less than or equal to ${MAX_LIMIT}`)
  return limit
}
