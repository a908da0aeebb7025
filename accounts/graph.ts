import { createHmac } from 'node:crypto'
import {
  type Clock,
  ConfigError,
  ConnectorError,
  type ConnectorHttpClient,
  type HttpErrorHandler,
  type HttpOutcome,
  type HttpResolution,
  type LoginFamily,
  withContext,
} from '../framework/index.ts'
import { isObject, refusalOf } from './graph-refusal.ts'

/** Where the provider is found; for the sandbox and for proxies. No slash at the end. */
export interface GraphHosts {
  /** https://graph.facebook.com */
  readonly facebook: string
  /** https://graph.instagram.com */
  readonly instagram: string
  /** Exchanges the codes of Instagram Login: https://api.instagram.com */
  readonly instagramApi: string
  /** Shows the login page of Facebook Login: https://www.facebook.com */
  readonly facebookDialog: string
  /** Shows the login page of Instagram Login: https://www.instagram.com */
  readonly instagramDialog: string
}

export const GRAPH_HOSTS: GraphHosts = {
  facebook: 'https://graph.facebook.com',
  instagram: 'https://graph.instagram.com',
  instagramApi: 'https://api.instagram.com',
  facebookDialog: 'https://www.facebook.com',
  instagramDialog: 'https://www.instagram.com',
}

export const GRAPH_VERSION = 'v26.0'

export interface AppCredentials {
  readonly clientId: string
  readonly clientSecret: string
}

/** How tokens are asked about and exchanged. The two logins may be two apps. */
export interface GraphAccess {
  readonly http: ConnectorHttpClient
  readonly clock: Clock
  readonly hosts?: Partial<GraphHosts>
  /** `v26.0` unless given. */
  readonly version?: string
  readonly apps?: Readonly<Partial<Record<LoginFamily, AppCredentials>>>
}

export interface GraphCall {
  readonly method: 'GET' | 'POST'
  readonly host: keyof GraphHosts
  /** With its slash, version included where there is one. */
  readonly path: string
  /** Query of a GET, form of a POST. Those of a GET that are secret have to be registered first. */
  readonly params?: Readonly<Record<string, string>>
  /** Goes into the header. */
  readonly token?: string
  /** Of the account that it is about, for errors. */
  readonly account?: string
  readonly signal?: AbortSignal
}

/** Tries after the first one, and seconds after which none is started. */
const patience = { maxRetries: 3, maxTime: 45 }

/** Parameters whose values an error of the provider may repeat. */
const SECRET_PARAMETERS = ['access_token', 'fb_exchange_token', 'input_token', 'client_secret', 'code', 'code_verifier']

function handlerOf({ token, params = {} }: GraphCall): HttpErrorHandler {
  const secrets = [token, ...SECRET_PARAMETERS.map((name) => params[name])].flatMap((value) => value || [])
  return { ...patience, interpret: (outcome) => interpret(outcome, secrets), backoff: () => undefined }
}

/**
 * Makes one call and gives the JSON object of its answer. Passing failures are tried again a few times.
 * Throws what {@link refusalOf} says; ConnectorError ERR_ANSWER for a body that is no JSON object.
 */
export async function graphCall(access: GraphAccess, call: GraphCall): Promise<Readonly<Record<string, unknown>>> {
  const { method, token, account, signal } = call
  const context = account === undefined ? {} : { account_id: account }
  const { url, body } = address(access, call)
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
  }
  const request = { method, url, headers, context, ...(body === undefined ? {} : { body }) }
  try {
    const { response } = await access.http.send(() => request, handlerOf(call), signal ? { signal } : {})
    const answer = response.json()
    return isObject(answer) ? answer : {}
  } catch (thrown) {
    throw withContext(thrown, context)
  }
}

export const versionOf = ({ version }: GraphAccess): string => version ?? GRAPH_VERSION

export function hostOf({ hosts }: Pick<GraphAccess, 'hosts'>, host: keyof GraphHosts): string {
  return (hosts?.[host] ?? GRAPH_HOSTS[host]).replace(/\/+$/, '')
}

/** Throws ConfigError ERR_APP_CREDENTIALS_MISSING. */
export function appOf({ apps }: GraphAccess, login: LoginFamily): AppCredentials {
  const app = apps?.[login]
  if (app) return app
  const name = login === 'facebook' ? 'Facebook' : 'Instagram'
  throw new ConfigError('ERR_APP_CREDENTIALS_MISSING', `${name} Login needs the id and the secret of the app for this`)
}

function address(access: GraphAccess, { method, host, path, params = {}, token }: GraphCall): { url: string; body?: string } {
  const secret = access.apps?.facebook?.clientSecret
  // Apps may demand it of every call; it is the proof of this very token.
  const signed = token !== undefined && host === 'facebook' && secret !== undefined
  const proof = signed ? { appsecret_proof: createHmac('sha256', secret).update(token).digest('hex') } : {}
  const values = new URLSearchParams({ ...params, ...proof }).toString()
  const base = `${hostOf(access, host)}${path}`
  if (method === 'POST') return { url: base, body: values }
  return { url: values === '' ? base : `${base}?${values}` }
}

function interpret({ response, error }: HttpOutcome, secrets: readonly string[]): HttpResolution {
  if (!response) return { action: error.failureType === 'transient_error' ? 'retry' : 'fail', error }
  let body: unknown
  try {
    body = response.json()
  } catch {
    body = undefined
  }
  const refusal = refusalOf(body, secrets)
  if (refusal)
    return { action: refusal.code === 'ERR_GRAPH' && refusal.failureType === 'transient_error' ? 'retry' : 'fail', error: refusal }
  if (response.status >= 200 && response.status < 300 && isObject(body)) return { action: 'success' }
  // Neither an error object nor an answer: a proxy, a login page, half a body.
  const message = `the provider answered HTTP ${response.status} with a body that says nothing`
  return { action: 'retry', error: new ConnectorError('ERR_ANSWER', message, { failureType: 'transient_error' }) }
}
