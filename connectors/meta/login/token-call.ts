import { defined } from '../../../framework/defined.ts'
import { during } from '../../../framework/errors.ts'
import type { AppCredentials, TokenAccess } from '../../../framework/index.ts'
import { ConfigError, ConnectorError, type HttpErrorHandler, type HttpOutcome, type HttpResolution } from '../../../framework/index.ts'
import { isObject } from '../../../framework/protocol/json.ts'
import { proofOf } from '../graph/graph-authenticator.ts'
import { graphBackoff, interpretGraph } from '../graph/graph-error-handler.ts'

/** The two logins of the provider; one's tokens are never sent to the other's host. */
export type MetaLogin = 'facebook' | 'instagram'

/** Where the provider is found. */
export const GRAPH_HOSTS = {
  facebook: 'https://graph.facebook.com',
  instagram: 'https://graph.instagram.com',
  /** Exchanges the codes of Instagram Login. */
  instagramApi: 'https://api.instagram.com',
  /** Shows the login page of Facebook Login. */
  facebookDialog: 'https://www.facebook.com',
  /** Shows the login page of Instagram Login. */
  instagramDialog: 'https://www.instagram.com',
} as const

export type GraphHost = keyof typeof GRAPH_HOSTS

export const GRAPH_VERSION = 'v26.0'

export interface GraphTokenCall {
  readonly method: 'GET' | 'POST'
  readonly host: GraphHost
  /** With its slash, version included where there is one. */
  readonly path: string
  /** Query of a GET, form of a POST. Those of a GET that are secret have to be registered first. */
  readonly params?: Readonly<Record<string, string>>
  /** Goes into the header. */
  readonly token?: string
  /** Of the account that it is about, for errors. */
  readonly account?: string
  readonly signal?: AbortSignal | undefined
}

/** Tries after the first one, and seconds after which none is started. */
const PATIENCE = { maxRetries: 3, maxTime: 45 }

/** Parameters whose values an error of the provider may repeat. */
const SECRET_PARAMETERS = ['access_token', 'fb_exchange_token', 'input_token', 'client_secret', 'code', 'code_verifier']

/**
 * Makes one call and gives the JSON object of its answer. Passing failures are tried again a few times; a used up quota is not waited for.
 * Throws what the one table of Graph errors says; ConnectorError ERR_ANSWER for a body that is not a JSON object.
 */
export async function graphCall(access: TokenAccess, call: GraphTokenCall): Promise<Readonly<Record<string, unknown>>> {
  const { method, token, account, signal } = call
  const context = account === undefined ? {} : { account_id: account }
  const { url, body } = address(access, call)
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
  }
  const request = { method, url, headers, context, ...defined({ body }) }
  return during(context, async () => {
    const { response } = await access.http.send(() => request, handlerOf(access, call), signal ? { signal } : {})
    const answer = response.json()
    return isObject(answer) ? answer : {}
  })
}

export const versionOf = ({ version }: Pick<TokenAccess, 'version'>): string => version ?? GRAPH_VERSION

export function hostOf({ hosts }: Pick<TokenAccess, 'hosts'>, host: GraphHost): string {
  return (hosts?.[host] ?? GRAPH_HOSTS[host]).replace(/\/+$/, '')
}

/** Throws ConfigError ERR_APP_CREDENTIALS_MISSING. */
export function appOf({ apps }: Pick<TokenAccess, 'apps'>, login: MetaLogin): AppCredentials {
  const app = apps?.[login]
  if (app) return app
  const name = login === 'facebook' ? 'Facebook' : 'Instagram'
  throw new ConfigError('ERR_APP_CREDENTIALS_MISSING', `${name} Login needs the id and the secret of the app for this`)
}

function address(access: TokenAccess, { method, host, path, params = {}, token }: GraphTokenCall): { url: string; body?: string } {
  const secret = access.apps?.['facebook']?.clientSecret
  // Apps may demand it of every call; it is the proof of this very token.
  const signed = token !== undefined && host === 'facebook' && secret !== undefined
  const proof = signed ? { appsecret_proof: proofOf(token, secret) } : {}
  const values = new URLSearchParams({ ...params, ...proof }).toString()
  const base = `${hostOf(access, host)}${path}`
  if (method === 'POST') return { url: base, body: values }
  return { url: values === '' ? base : `${base}?${values}` }
}

function handlerOf({ clock, apps = {} }: TokenAccess, { token, params = {} }: GraphTokenCall): HttpErrorHandler {
  const sent = [token, ...SECRET_PARAMETERS.map((name) => params[name]), ...Object.values(apps).map((app) => app?.clientSecret)]
  const secrets = sent.flatMap((value) => value || [])
  return {
    ...PATIENCE,
    interpret: (outcome, request) => judged(outcome, interpretGraph(outcome, request, { secrets })),
    backoff: (outcome, attempt) => {
      try {
        return graphBackoff(outcome, attempt, { ...PATIENCE, clock, secrets })
      } catch (thrown) {
        throw outcome.response && thrown instanceof ConnectorError ? ofTheCall(thrown) : thrown
      }
    },
  }
}

function judged({ response }: HttpOutcome, resolution: HttpResolution): HttpResolution {
  const { action, error } = resolution
  if (!response) return resolution
  if (action === 'success' && !isObject(response.json())) {
    const message = `the provider answered HTTP ${response.status} with a body that is not a JSON object`
    return { action: 'retry', error: new ConnectorError('ERR_ANSWER', message, { failureType: 'transient_error' }) }
  }
  if (!error) return resolution
  // A used up quota is not waited for: the token in use works on, and the next run tries again.
  return { ...resolution, action: action === 'rate_limited' ? 'fail' : action, error: ofTheCall(error) }
}

/** Say that another token was wanted or that none arrived: nothing of the token. */
const ABOUT_THE_CALL = ['ERR_TOKEN_KIND', 'ERR_TOKEN_MISSING']

/** What the API refuses for another reason than the token is wrong with the call: trying again does not help. */
function ofTheCall(error: ConnectorError): ConnectorError {
  if (error.failureType !== 'system_error' && !ABOUT_THE_CALL.includes(error.code)) return error
  return new ConnectorError(error.code, error.message, { failureType: 'config_error', cause: error })
}
