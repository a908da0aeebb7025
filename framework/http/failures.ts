import { ConnectorError, type FailureType, StoppedError } from '../errors.ts'

/** Names of the phases of an attempt as messages show them, by got's names of its timers. */
const phases: Readonly<Record<string, string>> = {
  lookup: 'dns',
  connect: 'connect',
  secureConnect: 'tls',
  send: 'send',
  response: 'headers',
  request: 'request',
}

const tlsCodes =
  /^(CERT_|CRL_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|ERR_TLS_CERT|ERR_SSL_|EPROTO$|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/
const dnsCodes = /^(ENOTFOUND|EAI_|ENODATA|ESERVFAIL|EDNS)/
const requestCodes = /^(ERR_INVALID_|ERR_UNESCAPED_|ERR_HTTP_INVALID_|ERR_GOT_REQUEST_ERROR)/

interface Failure {
  readonly code: string
  readonly message: string
  readonly failureType: FailureType
}

/**
 * The typed error of an attempt that gave no response. The causes kept are Node's own: got's errors hold
 * the request options and with them the Authorization header.
 */
export function attemptError(thrown: unknown, label: string): ConnectorError {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  if (cause instanceof ConnectorError) return cause
  const { code, message, failureType } = classify(thrown, cause)
  return new ConnectorError(code, `${label}: ${message}`, { failureType, ...(isForeign(cause) ? {} : { cause }) })
}

export function timeoutError(label: string, phase: string, milliseconds: number): ConnectorError {
  const { code, message, failureType } = timeout(phase, milliseconds)
  return new ConnectorError(code, `${label}: ${message}`, { failureType })
}

/**
 * What to throw when the run's signal is aborted: a stop of the same code as its reason when that is ours. A fresh one each time,
 * because everybody who is stopped adds their own context.
 */
export function stoppedBy(signal: AbortSignal | undefined): ConnectorError {
  const reason: unknown = signal?.reason
  if (reason instanceof StoppedError) return new StoppedError(reason.code, reason.message, { cause: reason })
  return new StoppedError('ERR_ABORTED', 'the run was stopped; it can be resumed from its last state', { cause: reason })
}

function classify(thrown: unknown, cause: unknown): Failure {
  const code = codeOf(cause) ?? codeOf(thrown) ?? ''
  const name = thrown instanceof Error ? thrown.name : ''
  const text = cause instanceof Error ? cause.message : String(cause)
  if (name === 'TimeoutError') return timeout(phases[eventOf(cause)] ?? eventOf(cause), durationOf(text))
  if (name === 'ReadError')
    return { code: 'ERR_BODY_TRUNCATED', message: 'the connection broke within the body', failureType: 'transient_error' }
  if (tlsCodes.test(code))
    return { code: 'ERR_TLS', message: `the TLS connection is refused: ${text} (${code})`, failureType: 'config_error' }
  if (dnsCodes.test(code)) return { code: 'ERR_DNS', message: `the host name can't be resolved (${code})`, failureType: 'transient_error' }
  if (code.startsWith('HPE_'))
    return { code: 'ERR_RESPONSE_INVALID', message: `the answer is not valid HTTP: ${text}`, failureType: 'transient_error' }
  if (requestCodes.test(code))
    return { code: 'ERR_REQUEST_INVALID', message: `the request can't be sent: ${text}`, failureType: 'config_error' }
  return { code: 'ERR_CONNECTION', message: `the connection failed: ${text}`, failureType: 'transient_error' }
}

function timeout(phase: string, milliseconds: number): Failure {
  return { code: 'ERR_TIMEOUT', message: `timed out in phase '${phase}' after ${milliseconds / 1000} s`, failureType: 'transient_error' }
}

/** got's errors carry `options`; Node's own do not. */
function isForeign(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && 'options' in cause
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

function eventOf(error: unknown): string {
  return error instanceof Error && 'event' in error && typeof error.event === 'string' ? error.event : 'request'
}

function durationOf(message: string): number {
  return Number(/(\d+)ms/.exec(message)?.[1] ?? 0)
}
