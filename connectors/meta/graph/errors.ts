import { AuthenticationError, ConnectorError, type FailureType, RateLimitError } from '../../../framework/errors.ts'
import { isObject } from '../../../framework/protocol/json.ts'
import { type ErrorRule, errorRules, type GraphClass } from './error-table.ts'

/** The `error` object of a Graph body. */
export interface GraphErrorBody {
  readonly code: number
  readonly subcode: number | undefined
  readonly message: string
  readonly type: string | undefined
  readonly transient: boolean
  /** For Meta's support. */
  readonly trace: string | undefined
}

export interface GraphVerdict {
  readonly kind: GraphClass
  /** Stable code of the error. */
  readonly error: string
  readonly advice: string
  /** Tries after the first one. */
  readonly retries: number
}

const RETRIES: Partial<Record<GraphClass, number>> = { transient: 5, rate: 10 }

/** The error object of a body, whatever the HTTP status was; undefined when the body reports none. */
export function graphError(body: unknown): GraphErrorBody | undefined {
  if (!isObject(body)) return undefined
  const { error } = body
  if (!isObject(error)) return exchangeError(body)
  return {
    code: integer(error['code']) ?? 0,
    subcode: integer(error['error_subcode']),
    message: typeof error['message'] === 'string' ? error['message'] : '',
    type: typeof error['type'] === 'string' ? error['type'] : undefined,
    transient: error['is_transient'] === true,
    trace: typeof error['fbtrace_id'] === 'string' ? error['fbtrace_id'] : undefined,
  }
}

/** The host that exchanges the codes of Instagram Login has a shape of its own. */
function exchangeError({ error_type: type, error_message: message, code }: Readonly<Record<string, unknown>>): GraphErrorBody | undefined {
  if (typeof message !== 'string' || typeof type !== 'string') return undefined
  return { code: integer(code) ?? 0, subcode: undefined, message, type, transient: false, trace: undefined }
}

/** Decides by code, subcode and text, never by HTTP status: limits come as 400 or 403, faults of the server as 200. */
export function classify(error: GraphErrorBody): GraphVerdict {
  const rule = errorRules.find((candidate) => matches(candidate, error))
  if (rule) return { kind: rule.kind, error: rule.error, advice: rule.advice, retries: rule.retries ?? RETRIES[rule.kind] ?? 0 }
  if (error.transient) return { kind: 'transient', error: 'ERR_PROVIDER_UNKNOWN', advice: 'try again later', retries: 3 }
  return { kind: 'request', error: 'ERR_GRAPH', advice: 'the error is not known; look it up by its code', retries: 0 }
}

function matches(rule: ErrorRule, error: GraphErrorBody): boolean {
  const [low, high] = typeof rule.code === 'number' ? [rule.code, rule.code] : rule.code
  if (error.code < low || error.code > high) return false
  if (rule.subcode !== undefined && rule.subcode !== error.subcode) return false
  return rule.text === undefined || rule.text.test(error.message)
}

const FAILURES: Partial<Record<GraphClass, FailureType>> = {
  transient: 'transient_error',
  reduce: 'transient_error',
  permission: 'config_error',
}

export interface GraphErrorContext {
  /** Until the quota is free again. */
  readonly waitSeconds?: number | undefined
  /** Values of the request that the provider's text may repeat. */
  readonly secrets?: readonly string[] | undefined
}

/**
 * The error to throw for a verdict: AuthenticationError when the token or the account behind it is lost (no other call for that
 * account can do better), RateLimitError for quotas, a plain ConnectorError for what concerns one metric, object or permission.
 */
export function graphConnectorError(error: GraphErrorBody, verdict: GraphVerdict, context: GraphErrorContext = {}): ConnectorError {
  const { waitSeconds, secrets = [] } = context
  const number = error.subcode === undefined ? `${error.code}` : `${error.code}/${error.subcode}`
  const trace = error.trace ? ` [fbtrace_id ${error.trace}]` : ''
  const message = `Graph API error ${number}: ${withoutTokens(error.message, secrets) || 'no text'}${trace} – ${verdict.advice}`
  if (verdict.kind === 'token') return new AuthenticationError(verdict.error, message)
  if (verdict.kind === 'account' || verdict.kind === 'app') {
    return new AuthenticationError(verdict.error, message, { reach: verdict.kind })
  }
  if (verdict.kind === 'rate') {
    return new RateLimitError(verdict.error, message, waitSeconds === undefined ? {} : { retryAfter: waitSeconds })
  }
  return new ConnectorError(verdict.error, message, { failureType: FAILURES[verdict.kind] ?? 'system_error' })
}

/** Graph texts echo tokens now and then; paging URLs always hold one. */
export function withoutTokens(text: string, secrets: readonly string[] = []): string {
  return secrets
    .reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text)
    .replace(/\b(?:EAA|IGQ|IGA)[A-Za-z0-9_-]{8,}/g, '[token]')
    .replace(/((?:access_token|appsecret_proof|input_token|client_secret|code)=)[^&\s"']+/g, '$1[token]')
}

function integer(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined
}
