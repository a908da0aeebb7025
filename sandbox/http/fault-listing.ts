import { startCursor } from '../call/paging.ts'
import type { ActiveFault } from '../faults/faults.ts'
import { reshaped } from '../faults/reshape.ts'
import type { Reply } from '../wire/reply.ts'
import type { GraphRequest } from '../wire/request.ts'
import type { World } from '../world/world.ts'

interface Listing {
  data: unknown[]
  paging?: { cursors?: { before?: string; after?: string }; next?: string; previous?: string }
}

interface Scene {
  readonly world: World
  readonly request: GraphRequest
}

/** Faults in how a list is paged and in what its rows look like. Answers that are no list stay as they are. */
export function alterListing(reply: Reply, active: ActiveFault, scene: Scene): Reply {
  if (!isListing(reply.body)) return reply
  const body = altered(reply.body, active, scene)
  return body === reply.body ? reply : { ...reply, body }
}

function isListing(body: unknown): body is Listing {
  return typeof body === 'object' && body !== null && 'data' in body && Array.isArray(body.data)
}

function altered(page: Listing, active: ActiveFault, scene: Scene): Listing {
  switch (active.fault.kind) {
    case 'repeat-cursor':
      return repeatCursor(page, scene)
    case 'cursor-cycle':
      return cycle(page, active, scene)
    case 'empty-pages':
      return page.data.length === 0 ? page : emptyPage(page, active, scene)
    case 'foreign-next': {
      const next = active.fault.url ?? 'https://graph.facebook.com.attacker.example/v25.0/next?limit=25&after=sandbox'
      return { ...page, paging: { ...page.paging, next } }
    }
    case 'reshape':
      return { ...page, data: reshaped(page.data, active.fault, scene.world.clock.now()) }
    case 'duplicate-rows':
      return duplicated(page, active)
    default:
      return page
  }
}

/** Each page after the first names itself as the next one. */
function repeatCursor(page: Listing, scene: Scene): Listing {
  const after = scene.request.params.get('after')
  if (after !== undefined) return pointing(page, after, scene)
  return page.paging?.cursors ? page : { ...page, paging: { ...page.paging, next: urlOf(scene, {}) } }
}

/** The second page (and any later one) leads back to the first cursor: A, B, A, B … */
function cycle(page: Listing, { memory }: ActiveFault, scene: Scene): Listing {
  const after = scene.request.params.get('after')
  if (after === undefined) {
    memory.set('first', page.paging?.cursors?.after)
    return page
  }
  const first = memory.get('first')
  return typeof first === 'string' && after !== first ? pointing(page, first, scene) : page
}

/** No rows, but a next page: the cursor stands where it stood and is written differently, so that no row is lost. */
function emptyPage(_page: Listing, { memory }: ActiveFault, scene: Scene): Listing {
  const salt = Number(memory.get('salt') ?? 0) + 1
  memory.set('salt', salt)
  return pointing({ data: [] }, startCursor(scene.request.params.get('after'), salt), scene)
}

/** Rows at the seams come twice: the last row of a page stands again at the top of the next one. */
function duplicated(page: Listing, { memory }: ActiveFault): Listing {
  const before = memory.get('row') ?? page.data[0]
  memory.set('row', page.data.at(-1))
  return before === undefined ? page : { ...page, data: [before, ...page.data] }
}

function pointing(page: Listing, after: string, scene: Scene): Listing {
  return { ...page, paging: { cursors: { before: page.paging?.cursors?.before ?? after, after }, next: urlOf(scene, { after }) } }
}

function urlOf({ world, request }: Scene, changes: Readonly<Record<string, string>>): string {
  const params = { ...Object.fromEntries(request.params), ...changes }
  const query = new URLSearchParams({ access_token: request.token ?? '', ...params })
  return `${world.url(request.host)}${request.version === undefined ? '' : `/v${request.version}.0`}${request.path}?${query}`
}
