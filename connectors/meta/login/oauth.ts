import {
  type AccountToken,
  type Connected,
  ConnectorError,
  type LoginCode,
  type LoginRequest,
  type TokenAccess,
} from '../../../framework/index.ts'
import { isObject } from '../../../framework/protocol/json.ts'
import { seenAccounts } from './seen-accounts.ts'
import { readTokenAnswer } from './token-answer.ts'
import { appOf, graphCall, hostOf, type MetaLogin, versionOf } from './token-call.ts'
import { debugToken, facebookExchange } from './tokens.ts'

/** What is particular to this provider: the login is one of its own. */
type Ours<T> = Omit<T, 'login'> & { readonly login: MetaLogin }

/** What reading accounts needs; writing needs more. */
export const READING_SCOPES: Readonly<Record<MetaLogin, readonly string[]>> = {
  facebook: ['instagram_basic', 'instagram_manage_insights', 'pages_show_list', 'pages_read_engagement'],
  instagram: ['instagram_business_basic', 'instagram_business_manage_insights'],
}

/** The page where a person logs in and comes back to `redirectUri` with `code` and `state`. */
export function authorizeUrl(access: Pick<TokenAccess, 'hosts' | 'version'>, request: Ours<LoginRequest>): string {
  const { login, clientId, redirectUri, state, scopes, codeChallenge } = request
  const wanted = scopes ?? READING_SCOPES[login]
  const url =
    login === 'facebook'
      ? `${hostOf(access, 'facebookDialog')}/${versionOf(access)}/dialog/oauth`
      : `${hostOf(access, 'instagramDialog')}/oauth/authorize`
  const params = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: wanted.join(','),
    state,
  })
  if (codeChallenge !== undefined) {
    params.set('code_challenge', codeChallenge)
    params.set('code_challenge_method', 'S256')
  }
  return `${url}?${params}`
}

/**
 * Turns the code of a login into a long-lived token and finds the accounts that it sees. Needs the app of the login in `access.apps`.
 * Throws ConfigError ERR_APP_CREDENTIALS_MISSING, AuthenticationError or ConnectorError for a code that is refused (used, too old, another
 * redirect URI), ConnectorError ERR_NO_ACCOUNTS when the login sees no account.
 */
export async function exchangeCode(access: TokenAccess, options: Ours<LoginCode>): Promise<Connected> {
  const { login } = options
  // Instagram Login sends it back with a tail that is not part of it.
  const code = options.code.replace(/#_$/, '')
  access.http.secret(code)
  const token =
    login === 'facebook' ? await facebookToken(access, { ...options, code }) : await instagramToken(access, { ...options, code })
  const accounts = await seenAccounts(access, { login, token: token.accessToken, signal: options.signal })
  if (accounts.length > 0) return { login, token, accounts }
  const advice = login === 'facebook' ? 'choose the Pages of the accounts when logging in' : 'log in with a professional account'
  throw new ConnectorError('ERR_NO_ACCOUNTS', `the login sees no Instagram account: ${advice}`, { failureType: 'config_error' })
}

async function facebookToken(access: TokenAccess, { code, redirectUri, codeVerifier, signal }: Ours<LoginCode>): Promise<AccountToken> {
  const { clientId, clientSecret } = appOf(access, 'facebook')
  access.http.secret(clientSecret)
  const verifier = codeVerifier === undefined ? {} : { code_verifier: codeVerifier }
  const params = { client_id: clientId, client_secret: clientSecret, redirect_uri: redirectUri, code, ...verifier }
  const post = (form: Readonly<Record<string, string>>) =>
    graphCall(access, { method: 'POST', host: 'facebook', path: `/${versionOf(access)}/oauth/access_token`, params: form, signal })
  const now = () => access.clock.now()
  const short = readTokenAnswer(await post(params), { login: 'facebook', now: now(), life: 'optional' })
  access.http.secret(short.accessToken)
  const long = readTokenAnswer(await post(facebookExchange(access, short.accessToken)), { login: 'facebook', now: now(), life: 'optional' })
  if (long.expiresAt !== undefined) return long
  // Answers for tokens without an end, and some others, tell no life.
  return { ...long, expiresAt: (await debugToken(access, long.accessToken, signal)).expiresAt }
}

async function instagramToken(access: TokenAccess, { code, redirectUri, codeVerifier, signal }: Ours<LoginCode>): Promise<AccountToken> {
  const { clientId, clientSecret } = appOf(access, 'instagram')
  access.http.secret(clientSecret)
  const verifier = codeVerifier === undefined ? {} : { code_verifier: codeVerifier }
  const form = { client_id: clientId, client_secret: clientSecret, grant_type: 'authorization_code', redirect_uri: redirectUri, code }
  const body = await graphCall(access, {
    method: 'POST',
    host: 'instagramApi',
    path: '/oauth/access_token',
    params: { ...form, ...verifier },
    signal,
  })
  // Told in both shapes: in a list, and flat.
  const [first] = Array.isArray(body['data']) ? body['data'] : [body]
  const now = () => access.clock.now()
  const short = readTokenAnswer(isObject(first) ? first : {}, { login: 'instagram', now: now(), life: 'optional' })
  access.http.secret(short.accessToken)
  const exchange = { grant_type: 'ig_exchange_token', client_secret: clientSecret, access_token: short.accessToken }
  const long = await graphCall(access, { method: 'GET', host: 'instagram', path: '/access_token', params: exchange, signal })
  return readTokenAnswer(long, { login: 'instagram', now: now(), life: 'needed' })
}
