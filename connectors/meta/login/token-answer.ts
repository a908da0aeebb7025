import { type AccountToken, ConnectorError } from '../../../framework/index.ts'
import type { MetaLogin } from './token-call.ts'

/** Tokens are printable, without spaces and quotes; shorter and longer ones than these are none. */
const FORM = /^[A-Za-z0-9._~|=+/%-]{16,4096}$/
/** How the tokens of a login begin where they have a known beginning. */
const BEGINNINGS: Readonly<Record<MetaLogin, RegExp>> = { facebook: /^EAA/, instagram: /^IG/ }
const MAX_LIFE_DAYS = 400
const DAY_SECONDS = 86_400

export interface AnswerOptions {
  readonly login: MetaLogin
  /** Milliseconds. */
  readonly now: number
  /** `expires_in` has to be there; without it the token does not expire, or nobody knows. */
  readonly life: 'needed' | 'optional'
}

/**
 * The token of an answer of a token endpoint. Throws ConnectorError ERR_TOKEN_ANSWER (transient: the old token stays, the next run asks
 * again) for an answer without one, of the other login, or with a life that makes no sense. The answer is never repeated.
 */
export function readTokenAnswer(body: Readonly<Record<string, unknown>>, { login, now, life }: AnswerOptions): AccountToken {
  const { access_token: accessToken, token_type: type, expires_in: seconds } = body
  if (typeof accessToken !== 'string' || accessToken === '') throw garbage('it holds no token')
  if (!FORM.test(accessToken)) throw garbage('what it calls a token has not the form of one')
  const other = login === 'facebook' ? 'instagram' : 'facebook'
  if (BEGINNINGS[other].test(accessToken)) throw garbage(`its token is one of ${other} login`)
  if (type !== undefined && String(type).toLowerCase() !== 'bearer') throw garbage('its token is not a bearer token')
  const createdAt = new Date(now).toISOString()
  if (seconds === undefined && life === 'optional') return { accessToken, createdAt, expiresAt: undefined }
  const lifetime = typeof seconds === 'string' && /^\d+$/.test(seconds) ? Number(seconds) : seconds
  if (typeof lifetime !== 'number' || !(lifetime > 0) || lifetime > MAX_LIFE_DAYS * DAY_SECONDS) {
    throw garbage('the life of its token makes no sense')
  }
  return { accessToken, createdAt, expiresAt: new Date(now + lifetime * 1000).toISOString() }
}

function garbage(reason: string): ConnectorError {
  return new ConnectorError('ERR_TOKEN_ANSWER', `the answer of the provider cannot be used: ${reason}`, { failureType: 'transient_error' })
}
