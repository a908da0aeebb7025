import { createHash, createHmac, randomBytes } from 'node:crypto'
import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { authorizeUrl, exchangeCode, registerAccounts } from '../../accounts/oauth.ts'
import { AuthenticationError, ConfigError, type LoginFamily } from '../../framework/index.ts'
import { connectedPage, connectPage } from '../page/connect-page.ts'
import type { ConnectParts, Surroundings } from '../parts.ts'
import { equalSecrets, requireSecret } from '../safety.ts'

/** Minutes that a person has for the login. */
const LOGIN_MINUTES = 10
const COOKIE = 'connector_login'

/**
 * People log in and their accounts come into the registry. A login is begun with the secret; what comes back carries a state that this
 * service signed, for the same browser, not long ago. Facebook Login is proved by PKCE as well.
 */
export function connectRoutes(around: Surroundings): Hono {
  const { connect, secret, clock, accounts } = around
  const routes = new Hono()
  if (!connect) return routes
  routes.get('/connect', (context) => context.html(connectPage(loginsOf(connect))))
  routes.post('/connect/:login', async (context) => {
    const login = loginOf(context.req.param('login'))
    requireSecret((await context.req.parseBody())['secret'], secret)
    const nonce = randomBytes(18).toString('base64url')
    const state = signState({ login, nonce, until: clock.now() + LOGIN_MINUTES * 60_000 }, secret)
    const attributes = { path: '/connect', httpOnly: true, sameSite: 'Lax', maxAge: LOGIN_MINUTES * 60 } as const
    setCookie(context, COOKIE, nonce, { ...attributes, secure: connect.publicUrl.startsWith('https:') })
    const { clientId } = appFor(connect, login)
    const challenge = login === 'facebook' ? { codeChallenge: challengeOf(verifierOf(nonce, secret)) } : {}
    return context.redirect(
      authorizeUrl({ login, clientId, redirectUri: redirectUri(connect, login), state, ...challenge, ...placesOf(connect) }),
      303,
    )
  })
  routes.get('/connect/:login/callback', async (context) => {
    const login = loginOf(context.req.param('login'))
    const { state = '', code, error_description: refused, error } = context.req.query()
    const nonce = readState(state, { login, secret, now: clock.now() })
    if (!equalSecrets(getCookie(context, COOKIE) ?? '', nonce)) throw stateError('it was begun in another browser')
    if (code === undefined || code === '')
      throw new ConfigError('ERR_LOGIN_REFUSED', `the login ended without a code: ${refused ?? error ?? 'no reason was given'}`)
    const verifier = login === 'facebook' ? { codeVerifier: verifierOf(nonce, secret) } : {}
    const http = connect.openHttp()
    try {
      const access = { http, clock, ...placesOf(connect), ...(connect.apps ? { apps: connect.apps } : {}) }
      const connected = await exchangeCode(access, { login, code, redirectUri: redirectUri(connect, login), ...verifier })
      return context.html(connectedPage(await registerAccounts(accounts, connected)))
    } finally {
      http.close()
    }
  })
  return routes
}

/** Throws ConfigError ERR_LOGIN_UNKNOWN for a login whose app this service does not have. */
function appFor({ apps }: ConnectParts, login: LoginFamily) {
  const app = apps?.[login]
  if (app) return app
  throw new ConfigError('ERR_LOGIN_UNKNOWN', `this service has no app for the login '${login}'`)
}

const placesOf = ({ hosts, version }: ConnectParts) => ({ ...(hosts ? { hosts } : {}), ...(version ? { version } : {}) })

const loginsOf = ({ apps = {} }: ConnectParts): readonly LoginFamily[] =>
  (['instagram', 'facebook'] as const).filter((login) => apps[login] !== undefined)

function loginOf(name: string): LoginFamily {
  if (name === 'facebook' || name === 'instagram') return name
  throw new ConfigError('ERR_LOGIN_UNKNOWN', `there is no login '${name}'; known: facebook, instagram`)
}

const redirectUri = ({ publicUrl }: ConnectParts, login: LoginFamily): string => `${publicUrl}/connect/${login}/callback`

interface LoginState {
  readonly login: LoginFamily
  readonly nonce: string
  /** Epoch milliseconds. */
  readonly until: number
}

function signState({ login, nonce, until }: LoginState, secret: string | undefined): string {
  const text = `${login}.${nonce}.${until.toString(36)}`
  return `${text}.${signature(text, secret)}`
}

/** The nonce of a state that this service signed. Throws AuthenticationError ERR_LOGIN_STATE. */
function readState(state: string, { login, secret, now }: { login: LoginFamily; secret: string | undefined; now: number }): string {
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
