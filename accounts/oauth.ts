import { type AccountRecord, type AccountRegistry, type AccountToken, ConnectorError, type LoginFamily } from '../framework/index.ts'
import { appOf, GRAPH_VERSION, type GraphAccess, type GraphHosts, graphCall, hostOf, versionOf } from './graph.ts'
import { isObject } from './graph-refusal.ts'
import { type SeenAccount, seenAccounts } from './seen-accounts.ts'
import { readTokenAnswer } from './token-answer.ts'
import { debugToken, facebookExchange } from './tokens.ts'

/** What reading accounts needs; writing needs more. */
export const READING_SCOPES: Readonly<Record<LoginFamily, readonly string[]>> = {
  facebook: ['instagram_basic', 'instagram_manage_insights', 'pages_show_list', 'pages_read_engagement'],
  instagram: ['instagram_business_basic', 'instagram_business_manage_insights'],
}

export interface AuthorizeOptions {
  readonly login: LoginFamily
  readonly clientId: string
  readonly redirectUri: string
  /** Comes back unchanged; has to be checked there. */
  readonly state: string
  /** {@link READING_SCOPES} unless given. */
  readonly scopes?: readonly string[]
  /** Of PKCE, method S256. */
  readonly codeChallenge?: string
  readonly hosts?: Partial<GraphHosts>
  readonly version?: string
}

/** The page where a person logs in and comes back to `redirectUri` with `code` and `state`. */
export function authorizeUrl({ login, clientId, redirectUri, state, scopes, codeChallenge, hosts, version }: AuthorizeOptions): string {
  const wanted = scopes ?? READING_SCOPES[login]
  const where = hosts ? { hosts } : {}
  const url =
    login === 'facebook'
      ? `${hostOf(where, 'facebookDialog')}/${version ?? GRAPH_VERSION}/dialog/oauth`
      : `${hostOf(where, 'instagramDialog')}/oauth/authorize`
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

export interface CodeOptions {
  readonly login: LoginFamily
  readonly code: string
  /** The same as at the authorisation. */
  readonly redirectUri: string
  /** Of PKCE. */
  readonly codeVerifier?: string
  readonly signal?: AbortSignal
}

/** A login that went through: its long-lived token, and the accounts that it sees. */
export interface Connected {
  readonly login: LoginFamily
  readonly token: AccountToken
  readonly accounts: readonly SeenAccount[]
}

/**
 * Turns the code of a login into a long-lived token and finds the accounts that it sees. Needs the app of the login in `access.apps`.
 * Throws ConfigError ERR_APP_CREDENTIALS_MISSING, AuthenticationError or ConnectorError for a code that is refused (used, too old, another
 * redirect URI), ConnectorError ERR_NO_ACCOUNTS when the login sees no account.
 */
export async function exchangeCode(access: GraphAccess, options: CodeOptions): Promise<Connected> {
  const { login } = options
  // Instagram Login sends it back with a tail that is not part of it.
  const code = options.code.replace(/#_$/, '')
  access.http.secret(code)
  const token =
    login === 'facebook' ? await facebookToken(access, { ...options, code }) : await instagramToken(access, { ...options, code })
  const accounts = await seenAccounts(access, { login, token: token.accessToken, ...(options.signal ? { signal: options.signal } : {}) })
  if (accounts.length > 0) return { login, token, accounts }
  const advice = login === 'facebook' ? 'choose the Pages of the accounts when logging in' : 'log in with a professional account'
  throw new ConnectorError('ERR_NO_ACCOUNTS', `the login sees no Instagram account: ${advice}`, { failureType: 'config_error' })
}

/** Saves every account of a login, each with its token. */
export async function registerAccounts(
  registry: AccountRegistry,
  { login, token, accounts }: Connected,
  more: { readonly owner?: string; readonly priority?: number } = {},
): Promise<readonly AccountRecord[]> {
  const saved: AccountRecord[] = []
  for (const { igUserId, name } of accounts) saved.push(await registry.save({ igUserId, name, login, ...more }, token))
  return saved
}

async function facebookToken(access: GraphAccess, { code, redirectUri, codeVerifier, signal }: CodeOptions): Promise<AccountToken> {
  const { clientId, clientSecret } = appOf(access, 'facebook')
  access.http.secret(clientSecret)
  const verifier = codeVerifier === undefined ? {} : { code_verifier: codeVerifier }
  const params = { client_id: clientId, client_secret: clientSecret, redirect_uri: redirectUri, code, ...verifier }
  const end = signal ? { signal } : {}
  const post = (form: Readonly<Record<string, string>>) =>
    graphCall(access, { method: 'POST', host: 'facebook', path: `/${versionOf(access)}/oauth/access_token`, params: form, ...end })
  const now = () => access.clock.now()
  const short = readTokenAnswer(await post(params), { login: 'facebook', now: now(), life: 'optional' })
  access.http.secret(short.accessToken)
  const long = readTokenAnswer(await post(facebookExchange(access, short.accessToken)), { login: 'facebook', now: now(), life: 'optional' })
  if (long.expiresAt !== undefined) return long
  // Answers for tokens without an end, and some others, tell no life.
  return { ...long, expiresAt: (await debugToken(access, long.accessToken, signal)).expiresAt }
}

async function instagramToken(access: GraphAccess, { code, redirectUri, codeVerifier, signal }: CodeOptions): Promise<AccountToken> {
  const { clientId, clientSecret } = appOf(access, 'instagram')
  access.http.secret(clientSecret)
  const end = signal ? { signal } : {}
  const verifier = codeVerifier === undefined ? {} : { code_verifier: codeVerifier }
  const form = { client_id: clientId, client_secret: clientSecret, grant_type: 'authorization_code', redirect_uri: redirectUri, code }
  const body = await graphCall(access, {
    method: 'POST',
    host: 'instagramApi',
    path: '/oauth/access_token',
    params: { ...form, ...verifier },
    ...end,
  })
  // Told in both shapes: in a list, and flat.
  const [first] = Array.isArray(body['data']) ? body['data'] : [body]
  const now = () => access.clock.now()
  const short = readTokenAnswer(isObject(first) ? first : {}, { login: 'instagram', now: now(), life: 'optional' })
  access.http.secret(short.accessToken)
  const exchange = { grant_type: 'ig_exchange_token', client_secret: clientSecret, access_token: short.accessToken }
  const long = await graphCall(access, { method: 'GET', host: 'instagram', path: '/access_token', params: exchange, ...end })
  return readTokenAnswer(long, { login: 'instagram', now: now(), life: 'needed' })
}
