import { createHash, createHmac, randomBytes } from 'node:crypto'
import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { registerAccounts } from '../../accounts/connect.ts'
import { loginNamed } from '../../accounts/token-providers.ts'
import { AuthenticationError, ConfigError, type Login } from '../../framework/index.ts'
import type { ConnectDependencies, RouteDependencies } from '../dependencies.ts'
import { connectedPage, connectPage } from '../page/connect-page.ts'
import { equalSecrets, requireSecret } from '../safety.ts'

/** Minutes that a person has for the login. */
const LOGIN_MINUTES = 10
const COOKIE = 'connector_login'

/**
 * People log in and their accounts come into the registry. A login is begun with the secret; what comes back carries a state that this
 * service signed, for the same browser, not long ago. Logins that know PKCE are proved by it as well.
 */
export function connectRoutes(dependencies: RouteDependencies): Hono {
  const { connect, secret, clock, accounts } = dependencies
  const routes = new Hono()
  if (!connect) return routes
  routes.get('/connect', (context) => context.html(connectPage(loginsOf(connect))))
  routes.post('/connect/:login', async (context) => {
    const { provider, login } = loginNamed(connect.providers, context.req.param('login'))
    requireSecret((await context.req.parseBody())['secret'], secret)
    const nonce = randomBytes(18).toString('base64url')
    const state = signState({ login: login.name, nonce, until: clock.now() + LOGIN_MINUTES * 60_000 }, secret)
    const attributes = { path: '/connect', httpOnly: true, sameSite: 'Lax', maxAge: LOGIN_MINUTES * 60 } as const
    setCookie(context, COOKIE, nonce, { ...attributes, secure: connect.publicUrl.startsWith('https:') })
    const access = connect.access(provider)
    const { clientId } = appFor(access, login.name)
    const challenge = login.pkce ? { codeChallenge: challengeOf(verifierOf(nonce, secret)) } : {}
    const request = { login: login.name, clientId, redirectUri: redirectUri(connect, login.name), state, ...challenge }
    return context.redirect(provider.loginUrl(access, request), 303)
  })
  routes.get('/connect/:login/callback', async (context) => {
    const { provider, login } = loginNamed(connect.providers, context.req.param('login'))
    const { state = '', code, error_description: refused, error } = context.req.query()
    const nonce = readState(state, { login: login.name, secret, now: clock.now() })
    if (!equalSecrets(getCookie(context, COOKIE) ?? '', nonce)) throw stateError('it was begun in another browser')
    if (code === undefined || code === '')
      throw new ConfigError('ERR_LOGIN_REFUSED', `the login ended without a code: ${refused ?? error ?? 'no reason was given'}`)
    const verifier = login.pkce ? { codeVerifier: verifierOf(nonce, secret) } : {}
    const http = connect.openHttp()
    try {
      const access = { ...connect.access(provider), http, clock }
      const answer = { login: login.name, code, redirectUri: redirectUri(connect, login.name), ...verifier }
      return context.html(connectedPage(await registerAccounts(accounts, provider, await provider.exchange(access, answer))))
    } finally {
      http.close()
    }
  })
  return routes
}

/** Throws ConfigError ERR_LOGIN_UNKNOWN for a login whose app this service does not have. */
function appFor({ apps }: ReturnType<ConnectDependencies['access']>, login: string) {
  const app = apps?.[login]
  if (app) return app
  throw new ConfigError('ERR_LOGIN_UNKNOWN', `this service has no app for the login '${login}'`)
}

/** Those that have an app. */
const loginsOf = (connect: ConnectDependencies): readonly Login[] =>
  connect.providers.flatMap((provider) => provider.logins.filter(({ name }) => connect.access(provider).apps?.[name] !== undefined))

const redirectUri = ({ publicUrl }: ConnectDependencies, login: string): string => `${publicUrl}/connect/${login}/callback`

interface LoginState {
  readonly login: string
  readonly nonce: string
  /** Epoch milliseconds. */
  readonly until: number
}

function signState({ login, nonce, until }: LoginState, secret: string | undefined): string {
  const text = `${login}.${nonce}.${until.toString(36)}`
  return `${text}.${signature(text, secret)}`
}

/** The nonce of a state that this service signed. Throws AuthenticationError ERR_LOGIN_STATE. */
function readState(state: string, { login, secret, now }: { login: string; secret: string | undefined; now: number }): string {
  const cut = state.lastIndexOf('.')
  const text = state.slice(0, cut)
  const [whose, nonce = '', until = ''] = text.split('.')
  if (!secret || cut < 0 || !equalSecrets(signature(text, secret), state.slice(cut + 1)) || whose !== login)
    throw stateError('its state is not ours')
  if (Number.parseInt(until, 36) < now) throw stateError(`it took longer than ${LOGIN_MINUTES} minutes`)
  return nonce
}

const stateError = (reason: string) => new AuthenticationError('ERR_LOGIN_STATE', `this login cannot be finished: ${reason}. Begin again`)

const keyed = (purpose: string, text: string, secret: string | undefined) =>
  createHmac('sha256', `${purpose}:${secret ?? ''}`)
    .update(text)
    .digest('base64url')
const signature = (text: string, secret: string | undefined) => keyed('state', text, secret)
/** Nothing has to be kept between the two requests: the verifier follows from the nonce and the secret. */
const verifierOf = (nonce: string, secret: string | undefined) => keyed('verifier', nonce, secret)
const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url')
