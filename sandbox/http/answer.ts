import type { Call } from '../call/call.ts'
import { GraphError, type GraphErrorInit, permission, unsupportedRequest } from '../errors.ts'
import type { Host } from '../hosts.ts'
import { UploadProblem } from '../routes/instagram/upload.ts'
import type { AppRoute } from '../routes/login/oauth.ts'
import { checkProof } from '../tokens/proof.ts'
import type { Token } from '../tokens/token.ts'
import { hasV26Rules, servedVersion } from '../versions.ts'
import { parseFields } from '../wire/fields.ts'
import { baseHeaders, errorReply, type Reply } from '../wire/reply.ts'
import type { GraphRequest } from '../wire/request.ts'
import { type Metered, poolsOf } from '../world/usage.ts'
import type { World } from '../world/world.ts'
import { locate, notFound, type RequestTarget } from './route.ts'

/** A request on its way through the API. */
export interface Visit {
  readonly world: World
  readonly request: GraphRequest
  readonly target: RequestTarget
  readonly refusedMetrics: ReadonlySet<string>
  /** Runs the items of a batch, in the order given. */
  runBatch(items: string, token: Token): unknown
}

/** What the API answers, without any fault: version, token, proof, limits, then the route. Never throws a GraphError. */
export function answer(visit: Visit): Reply {
  const headers = baseHeaders()
  try {
    const { body, status } = serve(visit, headers)
    return { status, headers, body }
  } catch (error) {
    if (error instanceof UploadProblem) return error.reply()
    if (error instanceof GraphError) return errorReply(asHostSays(error.init, visit.request.host), headers)
    throw error
  }
}

function serve(visit: Visit, headers: Record<string, string>): { status: number; body: unknown } {
  const { world, request, target } = visit
  const version = servedVersion(request.version, world.clock.now().getTime(), request.segments.join('/'))
  headers['facebook-api-version'] = `v${version}.0`
  if (target.appRoute) return appAnswer(target.appRoute, visit, headers)
  const token = authenticate(visit)
  if (token.roleless || (request.host === 'instagram' && isBatch(request))) throw unsupportedRequest(request.method)
  if (world.settings.appSecret !== undefined && token.kind !== 'app' && token.kind !== 'instagram') {
    checkProof(world.settings.appSecret, token.text, request.params.get('appsecret_proof'))
  }
  if (isBatch(request)) return { status: 200, body: batch(visit, token, headers) }
  spend(visit, token, headers)
  const recording = world.recordings.find(request, token)
  if (recording) return { status: recording.status, body: recording.bytes }
  return { status: 200, body: dispatch(visit, version, token) }
}

function appAnswer(route: AppRoute, { world, request }: Visit, headers: Record<string, string>): { status: number; body: unknown } {
  if ('answer' in route) return { status: 200, body: route.answer(world, request) }
  const { status, body, headers: own } = route.reply(world, request)
  Object.assign(headers, own)
  return { status, body }
}

function authenticate({ world, request }: Visit): Token {
  if (request.token === undefined) {
    if (request.badAuthorization || request.segments[0] !== 'me') throw permission(200, 'Provide valid app ID')
    throw noActiveToken()
  }
  const token = world.tokens.check(request.token, request.host)
  if (token.kind === 'app' && request.segments[0] === 'me') throw noActiveToken()
  return token
}

function noActiveToken(): GraphError {
  const message = 'An active access token must be used to query information about the current user.'
  return new GraphError({ code: 2500, message })
}

/** Counts the call. The header shows the load after it, also when the call is refused. */
function spend(visit: Visit, token: Token, headers: Record<string, string>): void {
  const { usage } = visit.world
  const metered = meteredBy(visit)
  try {
    usage.spend(poolsOf(token, metered))
  } finally {
    Object.assign(headers, usage.header(token, metered))
  }
}

/** Business discovery looks like a read of one's own account but counts against the app. */
function meteredBy({ world, request, target: { page, account } }: Visit): Metered {
  if (account === undefined || request.params.get('fields')?.includes('business_discovery')) return { page }
  return { page, instagram: { account, business: world.instagram.businessOf(account) } }
}

/** graph.instagram.com has a type of its own for errors that are not about the token. */
function asHostSays(init: GraphErrorInit, host: Host): GraphErrorInit {
  return host === 'instagram' && init.code !== 190 ? { ...init, type: 'IGApiException' } : init
}

function isBatch(request: GraphRequest): boolean {
  return request.method === 'POST' && request.segments.length === 0 && request.params.has('batch')
}

/** Each item is counted, the call around them is not; so the header is written when all are done. */
function batch(visit: Visit, token: Token, headers: Record<string, string>): unknown {
  const results = visit.runBatch(visit.request.params.get('batch') ?? '', token)
  Object.assign(headers, visit.world.usage.header(token, {}))
  return results
}

function dispatch(visit: Visit, version: number, token: Token): unknown {
  const { world, request, target } = visit
  const ids = request.params.get('ids')
  if (ids !== undefined && request.method === 'GET' && request.segments.length === 0) return readMany(visit, version, { token, ids })
  if (!target.route) throw notFound(world, request, target)
  const fields = request.params.get('fields')
  return target.route.answer(callOf(visit, { version, token, fields: fields ? parseFields(fields) : undefined }))
}

function callOf({ world, request, target, refusedMetrics }: Visit, rest: Pick<Call, 'version' | 'token' | 'fields'>): Call {
  return { world, request, id: target.id, params: request.params, refusedMetrics, ...rest }
}

/** `/?ids=a,b`: refused by v26, and by all versions since autumn 2026. */
function readMany(visit: Visit, version: number, { token, ids }: { token: Token; ids: string }): unknown {
  const { world, request } = visit
  if (hasV26Rules(version, world.clock.now().getTime())) {
    throw new GraphError({ code: 100, status: 500, message: 'The ids query parameter is deprecated in v26.0+' })
  }
  const params = new Map([...request.params].filter(([name]) => name !== 'ids'))
  return Object.fromEntries(
    ids.split(',').map((id) => {
      const single = { ...request, segments: [id], path: `/${id}`, params }
      return [id, dispatch({ ...visit, request: single, target: locate(world, single) }, version, token)]
    }),
  )
}
