import { GraphError, invalidParameter, permission, tokenError } from '../../errors.ts'
import { HOUR_MS } from '../../time.ts'
import type { Token } from '../../tokens/token.ts'
import { baseHeaders, type Reply } from '../../wire/reply.ts'
import type { GraphRequest } from '../../wire/request.ts'
import type { World } from '../../world/world.ts'
import type { AppRoute } from './oauth.ts'

const DAY_MS = 24 * HOUR_MS

/** `GET /access_token` and `/refresh_access_token` of graph.instagram.com, and `POST /oauth/access_token` of api.instagram.com. */
export const instagramAppRoutes: readonly AppRoute[] = [
  { host: 'instagram', path: '/access_token', answer: exchange },
  { host: 'instagram', path: '/refresh_access_token', answer: refresh },
  { host: 'instagram', path: '/oauth/access_token', reply: redeem },
]

/** A short-lived token for one of 60 days. Needs the app's secret. */
function exchange(world: World, request: GraphRequest): unknown {
  requireGrant(request, 'ig_exchange_token')
  const secret = request.params.get('client_secret')
  if (!secret) throw invalidParameter('Missing client_secret parameter.')
  if (secret !== world.appSecret) throw new GraphError({ code: 1, message: 'Error validating client secret.' })
  const token = tokenOf(world, request)
  if (!isShort(token))
    throw new GraphError({ code: 452, message: 'Session key invalid. This could be because the session key has an incorrect format.' })
  return issued(world, token)
}

/** 60 more days for a long-lived token that is at least 24 hours old and has not run out. */
function refresh(world: World, request: GraphRequest): unknown {
  requireGrant(request, 'ig_refresh_token')
  const token = tokenOf(world, request)
  if (!token.scopes.includes('instagram_business_basic')) throw permission(10, 'Application does not have permission for this action')
  if (isShort(token)) throw tokenError('Error validating access token: a short-lived token can not be refreshed.')
  if (world.clock.now().getTime() - token.issuedAt < DAY_MS)
    throw invalidParameter('The access token can be refreshed once it is 24 hours old.')
  return issued(world, token)
}

const CODE_PROBLEMS = {
  unknown: 'Invalid authorization code',
  used: 'This authorization code has been used',
  expired: 'This authorization code has expired',
  redirect:
    'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request',
} as const

/** A code for a token of an hour; errors have the form of api.instagram.com. */
function redeem(world: World, { method, params }: GraphRequest): Reply {
  if (method !== 'POST' || params.get('grant_type') !== 'authorization_code') return refusal('Invalid grant_type')
  if (params.get('client_id') !== world.settings.appId) return refusal('Invalid Client ID')
  if (params.get('client_secret') !== world.appSecret) return refusal('Error validating client secret.')
  const login = world.logins.redeem(params.get('code') ?? '', { host: 'instagram', redirectUri: params.get('redirect_uri') })
  if (typeof login === 'string') return refusal(CODE_PROBLEMS[login])
  const { token } = world.tokens.login(login)
  const answer = { access_token: token.text, user_id: token.userId, permissions: token.scopes.join(',') }
  return { status: 200, headers: baseHeaders(), body: world.settings.instagram.codeAnswer === 'flat' ? answer : { data: [answer] } }
}

function refusal(message: string): Reply {
  return { status: 400, headers: baseHeaders(), body: { error_type: 'OAuthException', code: 400, error_message: message } }
}

function requireGrant({ method, params }: GraphRequest, grant: string): void {
  if (method !== 'GET' || params.get('grant_type') !== grant) throw invalidParameter('Invalid grant_type')
}

function tokenOf(world: World, request: GraphRequest): Token {
  if (request.token === undefined) throw invalidParameter('Missing access_token parameter.')
  return world.tokens.check(request.token, 'instagram')
}

function isShort({ issuedAt, expiresAt }: Token): boolean {
  return expiresAt - issuedAt <= 2 * HOUR_MS
}

function issued(world: World, source: Token): unknown {
  const { token, expiresIn } = world.tokens.exchange(source)
  return { access_token: token.text, token_type: 'bearer', expires_in: expiresIn, permissions: token.scopes.join(',') }
}
