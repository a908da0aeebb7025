import { type Call, expansion } from '../../call/call.ts'
import { cursorPage } from '../../call/paging.ts'
import type { InstagramFacts } from '../../data/instagram/accounts.ts'
import { type MediaFacts, mediaFacts, mediaListing } from '../../data/instagram/media.ts'
import { GraphError, invalidParameter } from '../../errors.ts'
import { type Field, renderer, type Shape } from '../../wire/fields.ts'
import { countsOf } from '../../world/counts.ts'
import { listed } from '../../world/visible.ts'
import { mediaShape } from './media.ts'
import { profileFields } from './profile-fields.ts'

const MEDIA_FIELDS = [
  'id',
  'caption',
  'media_type',
  'media_product_type',
  'media_url',
  'thumbnail_url',
  'permalink',
  'timestamp',
  'username',
  'owner',
  'like_count',
  'comments_count',
  'children',
] as const

/** Media of somebody else's account: no insights, but the views of reels. */
const foreignMediaShape: Shape<MediaFacts, Call> = {
  type: 'ShadowIGMedia',
  defaults: ['id'],
  fields: {
    ...Object.fromEntries(MEDIA_FIELDS.flatMap((name) => (mediaShape.fields[name] ? [[name, mediaShape.fields[name]]] : []))),
    view_count: (media, _, call) => (media.product === 'REELS' ? countsOf(media, call.world).views : undefined),
  },
}

const foreignShape: Shape<InstagramFacts, Call> = {
  type: 'ShadowIGUser',
  defaults: ['id'],
  fields: {
    ...profileFields,
    media: (account, field, call) => foreignMedia(expansion(call, account.id, field)),
  },
}

/** `business_discovery.username(x){…}`: any professional account of the world by its name. Throws 110/2207013 for others. */
export function businessDiscovery(field: Field, call: Call): Record<string, unknown> {
  const username = field.args.get('username')
  if (!username) throw invalidParameter('The parameter username is required')
  const id = call.world.instagram.byUsername(username)
  if (id === undefined) throw new GraphError({ code: 110, subcode: 2207013, message: 'Invalid user id' })
  return renderer(foreignShape, field.fields, call)(call.world.instagram.facts(id))
}

/** The cursor has to be put back into the expression: no URL leads on. */
function foreignMedia(call: Call): unknown {
  const series = call.world.instagram.series(call.id)
  const listing = mediaListing(series, ...listed(series, call.world))
  const render = renderer(foreignMediaShape, call.fields, call)
  const rows = {
    length: listing.length,
    row: (position: number) => render(mediaFacts(series, listing.at(position))),
    key: (position: number) => listing.at(position),
    position: (key: number) => listing.position(key),
  }
  const { data, paging } = cursorPage(call, rows, 'media')
  if (!paging) return { data }
  const { before, after } = paging.cursors
  return { data, paging: { cursors: { ...(paging.previous ? { before } : {}), ...(paging.next ? { after } : {}) } } }
}
