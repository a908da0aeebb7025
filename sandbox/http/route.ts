import type { Route } from '../call/call.ts'
import { defined } from '../defined.ts'
import { type GraphError, unknownAlias, unknownObject, unknownPath } from '../errors.ts'
import { APP_ROUTES, ROUTES } from '../routes/index.ts'
import type { AppRoute } from '../routes/login/oauth.ts'
import { type GraphRequest, isUpload } from '../wire/request.ts'
import { kindOf } from '../world/nodes.ts'
import type { World } from '../world/world.ts'

/** What a request addresses. */
export interface RequestTarget {
  readonly route?: Route
  readonly appRoute?: AppRoute
  /** `GET /{page}/insights`; `unknown` when nothing answers there. */
  readonly routeName: string
  /** Node id; `me` is replaced. Empty for paths without a node. */
  readonly id: string
  readonly page: string | undefined
  /** Instagram account that the node belongs to. */
  readonly account: string | undefined
}

const ROUTE_BY_NAME = new Map(ROUTES.map((route) => [`${route.method} ${route.path}`, route]))
const APP_ROUTE_BY_NAME = new Map(APP_ROUTES.map((route) => [`${route.host} ${route.path}`, route]))

/** Finds the route of a request: a fixed path, or a node of some kind and its edge. Does not check the token. */
export function locate(world: World, request: GraphRequest): RequestTarget {
  const noNode = { id: '', page: undefined, account: undefined }
  const appRoute = APP_ROUTE_BY_NAME.get(`${request.host} ${request.path}`)
  if (appRoute) return { ...noNode, appRoute, routeName: `${request.method} ${request.path}` }
  const fixed = request.host === 'facebook' ? ROUTE_BY_NAME.get(`${request.method} ${request.path}`) : undefined
  if (fixed) return { ...noNode, route: fixed, routeName: `${fixed.method} ${fixed.path}` }
  if (request.segments.length === 0) return { ...noNode, routeName: `${request.method} /` }
  if (isUpload(request)) return uploadTarget(world, request)
  const [first = '', ...rest] = request.segments
  const id = first === 'me' ? me(world, request) : first
  const kind = kindOf(id, request.host, world)
  const name = `${request.method} ${['', `{${kind?.name ?? (first === 'me' ? 'user' : 'unknown')}}`, ...rest].join('/')}`
  const route = ROUTE_BY_NAME.get(name)
  const owner = { page: kind?.page?.(id), account: kind?.account?.(id, world) }
  return { ...defined({ route }), routeName: route ? name : 'unknown', id, ...owner }
}

/** Uploads have a host of their own, with the version behind the name: `/ig-api-upload/v25.0/1788…`. */
function uploadTarget(world: World, request: GraphRequest): RequestTarget {
  const id = request.segments.at(-1) ?? ''
  const routeName = `${request.method} /ig-api-upload/{ig-container}`
  const route = ROUTE_BY_NAME.get(routeName)
  return { ...defined({ route }), routeName, id, page: undefined, account: world.publishing.containers.find(id)?.account }
}

/** The error for a request that does not exist: unknown id, unknown alias, unknown edge, or a method that a node does not take. */
export function notFound(world: World, request: GraphRequest, target: RequestTarget): GraphError {
  const [first = '', ...rest] = request.segments
  if (kindOf(target.id, request.host, world)) {
    return rest.length > 0 && request.method === 'GET' ? unknownPath(rest.join('/')) : unknownObject(target.id, request.method)
  }
  return /^[\d_]*$/.test(first) ? unknownObject(first, request.method) : unknownAlias(first)
}

/** `me` is the person of a user token, the Page of a Page token and the account of a token of Instagram Login. */
function me(world: World, request: GraphRequest): string {
  const token = request.token === undefined ? undefined : world.tokens.find(request.token)
  return token?.pageId ?? token?.accountId ?? token?.userId ?? 'me'
}
