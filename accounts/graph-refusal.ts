import { AuthenticationError, ConfigError, ConnectorError, RateLimitError } from '../framework/index.ts'

/** What an answer of the provider says went wrong. */
interface Refusal {
  readonly code: number
  readonly subcode: number | undefined
  readonly message: string
  readonly transient: boolean
}

/** Why a token is dead: code of our error, and what happened, for people. Subcodes of Graph error 190. */
const deaths: ReadonlyMap<number | undefined, readonly [string, string]> = new Map([
  [458, ['ERR_APP_REMOVED', 'the user has removed the app']],
  [459, ['ERR_USER_CHECKPOINTED', 'the user has to sign in at www.facebook.com and pass a check there']],
  [460, ['ERR_PASSWORD_CHANGED', 'the password was changed, or the session was ended for security reasons']],
  [463, ['ERR_TOKEN_EXPIRED', 'the token has expired']],
  [464, ['ERR_USER_UNCONFIRMED', 'the user has to confirm the account at www.facebook.com']],
  [467, ['ERR_TOKEN_INVALID', 'the token was revoked or is no longer valid']],
  [492, ['ERR_PAGE_ROLE_LOST', 'the user has lost the role on the Page of the account']],
  [undefined, ['ERR_TOKEN_INVALID', 'the token is not valid, or belongs to the other login']],
])

const RATE_CODES = new Set([4, 17, 32, 341, 613])

/**
 * The error that a body reports, whatever the HTTP status is: AuthenticationError for a dead token (only a new login helps),
 * RateLimitError, ConfigError for the app's own credentials, and a ConnectorError for the rest, transient where trying again may help.
 * undefined when the body reports none. The provider's own text may repeat what it was sent: it stays out of errors about tokens, and
 * elsewhere the `secrets` of the call are masked in it.
 */
export function refusalOf(body: unknown, secrets: readonly string[] = []): ConnectorError | undefined {
  const refusal = readRefusal(body)
  return refusal && errorOf(refusal, secrets)
}

function errorOf(refusal: Refusal, secrets: readonly string[]): ConnectorError {
  const { code, subcode, message, transient } = refusal
  const number = subcode === undefined ? `${code}` : `${code}/${subcode}`
  if (isDeath(refusal)) {
    const [name, reason] = deaths.get(subcode) ?? deaths.get(undefined) ?? ['ERR_TOKEN_INVALID', 'the token is not valid']
    return new AuthenticationError(name, `${reason} (Graph API error ${number})`)
  }
  if (RATE_CODES.has(code) || (code >= 80_000 && code <= 80_014)) {
    return new RateLimitError('ERR_RATE_LIMITED', `the provider's limit is used up (Graph API error ${number})`)
  }
  if (code === 101 || code === 104 || /client[_ ]secret|appsecret_proof|application id|validating application/i.test(message)) {
    return new ConfigError('ERR_APP_CREDENTIALS', `the provider refuses the id or the secret of the app (Graph API error ${number})`)
  }
  const text = `Graph API error ${number}: ${withoutSecrets(message, secrets) || 'no text'}`
  const passing = transient || code === 1 || code === 2 || code === -1
  return new ConnectorError('ERR_GRAPH', text, { failureType: passing ? 'transient_error' : 'config_error' })
}

/** A missing permission is told with the code of dead tokens; the token lives. */
function isDeath({ code, message }: Refusal): boolean {
  return code === 102 || (code === 190 && !/must be granted|page access token/i.test(message))
}

function readRefusal(body: unknown): Refusal | undefined {
  if (!isObject(body)) return undefined
  const error = body['error']
  if (isObject(error)) {
    const { code, error_subcode: subcode, message, is_transient: transient } = error
    return { code: number(code) ?? 0, subcode: number(subcode), message: String(message ?? ''), transient: transient === true }
  }
  // The host that exchanges the codes of Instagram Login has a shape of its own.
  const { error_message: message, code } = body
  if (typeof message !== 'string' || typeof body['error_type'] !== 'string') return undefined
  return { code: number(code) ?? 0, subcode: undefined, message, transient: false }
}

function withoutSecrets(message: string, secrets: readonly string[]): string {
  return secrets
    .reduce((text, secret) => text.replaceAll(secret, '[secret]'), message)
    .replace(/\b(?:EAA|IGQ|IGA)[A-Za-z0-9_-]{8,}/g, '[token]')
    .replace(/((?:access_token|appsecret_proof|input_token|client_secret|code)=)[^&\s"']+/g, '$1[secret]')
    .slice(0, 300)
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const number = (value: unknown): number | undefined => (typeof value === 'number' && Number.isInteger(value) ? value : undefined)
