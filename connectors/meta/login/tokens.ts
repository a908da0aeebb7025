import { type AccountToken, AuthenticationError, ConnectorError, type TokenAccess } from '../../../framework/index.ts'
import { isObject } from '../../../framework/protocol/json.ts'
import { classify, graphConnectorError, graphError } from '../graph/errors.ts'
import { readTokenAnswer } from './token-answer.ts'
import { appOf, graphCall, type MetaLogin, versionOf } from './token-call.ts'

/** Whom a call is about, and what ends it. */
export interface MetaTokenCall {
  readonly login: MetaLogin
  readonly externalId: string
  readonly signal?: AbortSignal
}

/**
 * A new long-lived token for one that is still valid: `fb_exchange_token` at graph.facebook.com (needs the app), `ig_refresh_token` at
 * graph.instagram.com (no version in its path; the token has to be 24 hours old). Both want the token outside the header.
 */
export async function exchangeToken(
  access: TokenAccess,
  token: string,
  { login, externalId, signal }: MetaTokenCall,
): Promise<AccountToken> {
  access.http.secret(token)
  const end = { account: externalId, signal }
  const call =
    login === 'instagram'
      ? ({
          method: 'GET',
          host: 'instagram',
          path: '/refresh_access_token',
          params: { grant_type: 'ig_refresh_token', access_token: token },
        } as const)
      : ({
          method: 'POST',
          host: 'facebook',
          path: `/${versionOf(access)}/oauth/access_token`,
          params: facebookExchange(access, token),
        } as const)
  const body = await graphCall(access, { ...call, ...end })
  const life = login === 'instagram' ? 'needed' : 'optional'
  const answer = readTokenAnswer(body, { login, now: access.clock.now(), life })
  access.http.secret(answer.accessToken)
  return answer
}

export function facebookExchange(access: TokenAccess, token: string): Readonly<Record<string, string>> {
  const { clientId, clientSecret } = appOf(access, 'facebook')
  access.http.secret(clientSecret)
  return { grant_type: 'fb_exchange_token', client_id: clientId, client_secret: clientSecret, fb_exchange_token: token }
}

/**
 * One cheap call with the token for the account. Throws AuthenticationError when it is dead; ConnectorError ERR_TOKEN_OTHER_ACCOUNT when it
 * belongs to somebody else, and whatever refuses it.
 */
export async function tryToken(access: TokenAccess, token: string, { login, externalId, signal }: MetaTokenCall): Promise<void> {
  access.http.secret(token)
  const end = { token, account: externalId, signal }
  const version = versionOf(access)
  const body =
    login === 'instagram'
      ? await graphCall(access, { method: 'GET', host: 'instagram', path: `/${version}/me`, params: { fields: 'user_id' }, ...end })
      : await graphCall(access, {
          method: 'GET',
          host: 'facebook',
          path: `/${version}/${encodeURIComponent(externalId)}`,
          params: { fields: 'id' },
          ...end,
        })
  const seen = login === 'instagram' ? body['user_id'] : body['id']
  if (String(seen) === externalId) return
  throw new ConnectorError('ERR_TOKEN_OTHER_ACCOUNT', `the token does not belong to account ${externalId}`, { failureType: 'config_error' })
}

/** What debug_token tells of a token of Facebook Login. */
export interface TokenFacts {
  /** `USER`, `PAGE`, `SYSTEM_USER`, … */
  readonly type: string
  /** ISO-8601, UTC. */
  readonly createdAt: string | undefined
  /** ISO-8601, UTC; undefined for never. */
  readonly expiresAt: string | undefined
  readonly scopes: readonly string[]
}

/** Asks debug_token, which needs the app. Throws AuthenticationError for a token that is not valid, of reach `app` when the app is refused. */
export async function debugToken(access: TokenAccess, token: string, signal?: AbortSignal): Promise<TokenFacts> {
  const { clientId, clientSecret } = appOf(access, 'facebook')
  for (const secret of [token, clientSecret]) access.http.secret(secret)
  const call = { method: 'GET', host: 'facebook', path: `/${versionOf(access)}/debug_token`, params: { input_token: token } } as const
  const body = await graphCall(access, { ...call, token: `${clientId}|${clientSecret}`, signal }).catch((thrown) => {
    throw ofTheApp(thrown)
  })
  const data = body['data']
  if (!isObject(data)) throw new ConnectorError('ERR_ANSWER', 'debug_token has no data about the token', { failureType: 'transient_error' })
  const { type, issued_at: issued, expires_at: expires, scopes, is_valid: valid, error } = data
  if (valid !== true) {
    const { subcode, ...rest } = isObject(error) ? error : {}
    const refused = graphError({ error: { code: 190, ...rest, error_subcode: subcode } })
    if (refused) throw graphConnectorError(refused, classify(refused), { secrets: [token, clientSecret] })
    throw new AuthenticationError('ERR_TOKEN_INVALID', 'the token is not valid')
  }
  const time = (seconds: unknown) => (typeof seconds === 'number' && seconds > 0 ? new Date(seconds * 1000).toISOString() : undefined)
  const names = Array.isArray(scopes) ? scopes.map(String) : []
  return { type: typeof type === 'string' ? type : 'USER', createdAt: time(issued), expiresAt: time(expires), scopes: names }
}

/** The call was made with the credentials of the app: when those are refused, nothing is known of the token. */
function ofTheApp(thrown: unknown): unknown {
  if (!(thrown instanceof AuthenticationError) || thrown.reach === 'app') return thrown
  const message = `the provider refuses the id or the secret of the app: ${thrown.message}`
  return new AuthenticationError('ERR_APP_CREDENTIALS', message, { reach: 'app', cause: thrown })
}
