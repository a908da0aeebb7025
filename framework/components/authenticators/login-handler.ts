import { AuthenticationError, ConnectorError } from '../../errors.ts'
import type { HttpResponse } from '../../http/request.ts'
import type { ErrorHandler, Resolution } from '../../http/resolution.ts'
import { isNode } from '../../manifest/definition/build.ts'
import { jsonOr } from '../values/error-text.ts'

/** How a provider says that the grant itself is worth nothing any more, so that only a person can help. */
export interface GrantRefusal {
  readonly statusCodes: readonly number[]
  /** Key of the body that names the error. */
  readonly key: string
  readonly values: readonly string[]
}

const MAX_RETRIES = 8
const MAX_SECONDS = 300

/**
 * Judges the answers of a token endpoint: 429, 5xx, lost connections and bodies that are no JSON are tried again for up to five
 * minutes, everything else ends the login. Errors name the provider's error code, never what was sent.
 */
export function loginHandler(refusal: GrantRefusal): ErrorHandler {
  return {
    maxRetries: MAX_RETRIES,
    maxTime: MAX_SECONDS,
    backoff: () => undefined,
    interpret: ({ response, error }) => (response ? judge(response, refusal) : { action: 'retry', error }),
  }
}

function judge(response: HttpResponse, refusal: GrantRefusal): Resolution {
  const { status } = response
  if (status === 429) return { action: 'rate_limited', failureType: 'transient_error' }
  if (status >= 500) return { action: 'retry', failureType: 'transient_error' }
  const body = jsonOr(response, undefined)
  if (status < 400) {
    if (typeof body === 'object' && body !== null) return { action: 'success' }
    return { action: 'retry', message: `the token endpoint answered HTTP ${status} without JSON`, failureType: 'transient_error' }
  }
  return { action: 'fail', error: refused(status, isNode(body) ? body : {}, refusal) }
}

function refused(status: number, body: Readonly<Record<string, unknown>>, { statusCodes, key, values }: GrantRefusal): ConnectorError {
  const said = errorName(body)
  const tail = said === undefined ? '' : ` (${said})`
  if (statusCodes.includes(status) && values.includes(String(body[key]))) {
    const message = `the refresh token is invalid or expired${tail}: log in again and put the new credentials into the config`
    return new AuthenticationError('ERR_REFRESH_TOKEN_INVALID', message)
  }
  const message = `the token endpoint refused the login with HTTP ${status}${tail}`
  if (status === 400 || status === 401 || status === 403) return new AuthenticationError('ERR_LOGIN_REFUSED', message)
  return new ConnectorError('ERR_TOKEN_ENDPOINT', message)
}

/** RFC 6749 5.2: the error is a word; its description may hold anything and is left out. */
function errorName({ error }: Readonly<Record<string, unknown>>): string | undefined {
  return typeof error === 'string' && /^[\w .-]{1,60}$/.test(error) ? error : undefined
}
