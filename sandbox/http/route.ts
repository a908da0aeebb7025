import type { Route } from '../call.ts'
import { type GraphError, unknownAlias, unknownObject, unknownPath } from '../errors.ts'
import { NODE_KINDS } from '../nodes.ts'
import { ROUTES } from '../routes/index.ts'
import { type AppRoute, appRoutes } from '../routes/oauth.ts'
import type { World } from '../world.ts'
import type { GraphRequest } from './request.ts'

/** Where a request leads. */
export interface Place {
  readonly route?: Route
  readonly appRoute?: AppRoute
  /** `GET /{page}/insights`; `unknown` when nothing answers there. */
  readonly routeName: string
  /** Node id; `me` is replaced. Empty for paths without a node. */
  readonly id: string
  readonly page: string | undefined
}

const ROUTE_BY_NAME = new Map(ROUTES.map((route) => [`${route.method} ${route.path}`, route]))
const APP_ROUTE_BY_PATH = new Map(appRoutes.map((route) => [route.path, route]))

/** Finds the route of a request: a fixed path, or a node of some kind and its edge. Does not check the token. */
export function locate(world: World, request: GraphRequest): Place {
  const appRoute = APP_ROUTE_BY_PATH.get(request.path)
  if (appRoute) return { appRoute, routeName: `${request.method} ${request.path}`, id: '', page: undefined }
  const fixed = ROUTE_BY_NAME.get(`${request.method} ${request.path}`)
  if (fixed) return { route: fixed, routeName: `${fixed.method} ${fixed.path}`, id: '', page: undefined }
  if (request.segments.length === 0) return { routeName: `${request.method} /`, id: '', page: undefined }
  const [first = '', ...rest] = request.segments
  const id = first === 'me' ? me(world, request) : first
  const kind = NODE_KINDS.find((candidate) => candidate.owns(id, world))
  const page = kind?.page(id)
  const name = `${request.method} ${['', `{${kind?.name ?? (first === 'me' ? 'user' : 'unknown')}}`, ...rest].join('/')}`
  const route = ROUTE_BY_NAME.get(name)
  return { ...(route ? { route } : {}), routeName: route ? name : 'unknown', id, page }
}

/** The error for a request that leads nowhere: unknown id, unknown alias, unknown edge, or a method that a node does not take. */
export function nowhere(world: World, request: GraphRequest, place: Place): GraphError {
  const [first = '', ...rest] = request.segments
  if (NODE_KINDS.some((kind) => kind.owns(place.id, world))) {
    return rest.length > 0 && request.method === 'GET' ? unknownPath(rest.join('/')) : unknownObject(place.id, request.method)
  }
  return /^[\d_]*$/.test(first) ? unknownObject(first, request.method) : unknownAlias(first)
}

/** `me` is the person of a user token and the Page of a Page token. */
function me(world: World, request: GraphRequest): string {
  const token = request.token === undefined ? undefined : world.tokens.find(request.token)
  return token?.pageId ?? token?.userId ?? 'me'
}
