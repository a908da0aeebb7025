import type { Call, Route } from '../../call/call.ts'
import { defined } from '../../defined.ts'
import { GraphError, invalidParameter } from '../../errors.ts'
import type { Host } from '../../hosts.ts'
import { DAY_MS } from '../../time.ts'
import type { Reply } from '../../wire/reply.ts'
import type { GraphRequest } from '../../wire/request.ts'
import type { World } from '../../world/world.ts'

/** A call that is made with the app's secret, not with a token. */
export type AppRoute = { readonly host: Host; readonly path: string } & (
  | {
      /** The JSON value of an answer with status 200. Throws a GraphError to refuse. */
      readonly answer: (world: World, request: GraphRequest) => unknown
    }
  | {
      /** The whole answer, where it is not JSON or has errors of its own form. */
      readonly reply: (world: World, request: GraphRequest) => Reply
    }
)

/** `GET|POST /oauth/access_token` and `/oauth/revoke`. */
export const appRoutes: readonly AppRoute[] = [
  { host: 'facebook', path: '/oauth/access_token', answer: accessToken },
  { host: 'facebook', path: '/oauth/revoke', answer: revoke },
]

function accessToken(world: World, request: GraphRequest): unknown {
  checkApp(world, request)
  const { params } = request
  const grant = params.get('grant_type')
  const code = params.get('code')
  if (code !== undefined && (grant ?? 'authorization_code') === 'authorization_code') return redeem(world, code, params.get('redirect_uri'))
  if (grant === 'client_credentials') return { access_token: `${world.settings.appId}|${world.appSecret}`, token_type: 'bearer' }
  if (grant !== 'fb_exchange_token') throw invalidParameter('Invalid grant_type')
  const text = params.get('fb_exchange_token')
  if (!text) throw new GraphError({ code: 1, message: 'fb_exchange_token parameter not specified' })
  // An expired token can't be exchanged: only a new login helps.
  const source = world.tokens.check(text)
  if (source.kind !== 'user' && source.kind !== 'system') throw invalidParameter('Only user access tokens can be exchanged')
  const { token, expiresIn } = world.tokens.exchange(source)
  return { access_token: token.text, token_type: 'bearer', expires_in: expiresIn }
}

const CODE_PROBLEMS = {
  unknown: { subcode: 36007, message: 'Invalid verification code format.' },
  expired: { subcode: 36007, message: 'This authorization code has expired.' },
  redirect: {
    subcode: 36008,
    message:
      'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request',
  },
  used: { subcode: 36009, message: 'This authorization code has been used.' },
} as const

/** A code for a token of an hour. */
function redeem(world: World, code: string, redirectUri: string | undefined): unknown {
  const login = world.logins.redeem(code, { host: 'facebook', redirectUri })
  if (typeof login === 'string') throw new GraphError({ code: 100, ...CODE_PROBLEMS[login] })
  const { token, expiresIn } = world.tokens.login(login)
  return { access_token: token.text, token_type: 'bearer', expires_in: expiresIn }
}

function revoke(world: World, request: GraphRequest): unknown {
  checkApp(world, request)
  const text = request.params.get('revoke_token')
  if (!text || !world.tokens.find(text)) throw invalidParameter('Invalid revoke_token')
  world.tokens.revoke(text)
  return { success: true }
}

function checkApp(world: World, { params }: GraphRequest): void {
  const id = params.get('client_id')
  if (!id) throw new GraphError({ code: 101, message: 'Missing client_id parameter.' })
  if (id !== world.settings.appId) throw new GraphError({ code: 101, message: 'Error validating application. Invalid application ID.' })
  if (!params.get('client_secret')) throw new GraphError({ code: 1, message: 'Missing client_secret parameter.' })
  if (params.get('client_secret') !== world.appSecret) throw new GraphError({ code: 1, message: 'Error validating client secret.' })
}

const SECONDS = 1_000
const PAGE_SCOPES = new Set(['pages_show_list', 'pages_read_engagement', 'pages_read_user_content', 'read_insights'])

/** `GET /debug_token`: what a token is, whether it is usable, and until when. Needs the app token, or a token of the same app. */
export const debugTokenRoute: Route = { method: 'GET', path: '/debug_token', answer: debugToken }

function debugToken({ world, params }: Call): unknown {
  const text = params.get('input_token')
  if (!text) throw invalidParameter('The parameter input_token is required')
  const token = world.tokens.find(text)
  if (!token || token.kind === 'instagram') {
    const error = { code: 190, message: 'Invalid OAuth access token - Cannot parse access token' }
    return { data: { error, is_valid: false, scopes: [] } }
  }
  const problem = world.tokens.problem(token)?.init
  const target = token.pageId === undefined ? token.targetPages : [token.pageId]
  return {
    data: {
      app_id: world.settings.appId,
      type: token.kind === 'system' ? 'SYSTEM_USER' : token.kind.toUpperCase(),
      application: 'Sandbox',
      data_access_expires_at: token.kind === 'app' ? 0 : Math.floor((token.issuedAt + 90 * DAY_MS) / SECONDS),
      expires_at: Math.floor(token.expiresAt / SECONDS),
      is_valid: problem === undefined,
      ...(token.kind === 'app' ? {} : { issued_at: Math.floor(token.issuedAt / SECONDS) }),
      ...(problem ? { error: { code: problem.code, message: problem.message, subcode: problem.subcode } } : {}),
      ...defined({ profile_id: token.pageId }),
      scopes: token.scopes,
      granular_scopes: token.scopes.map((scope) => (target && PAGE_SCOPES.has(scope) ? { scope, target_ids: target } : { scope })),
      user_id: token.userId,
    },
  }
}
