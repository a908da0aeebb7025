import { ActionError } from '../../framework/components/actions/action-error.ts'
import { ErrorHandler } from '../../framework/components/error-handlers/error-handler.ts'
import { defined } from '../../framework/defined.ts'
import { ConnectorError } from '../../framework/errors.ts'
import type { HttpRequest, HttpResponse } from '../../framework/http/request.ts'
import type { Outcome, Resolution } from '../../framework/http/resolution.ts'
import { defineComponent } from '../../framework/manifest/definition/component.ts'
import { integerOrTemplate, oneOf, optional } from '../../framework/manifest/definition/fields.ts'
import type { JsonObject } from '../../framework/protocol/messages.ts'
import { classify, type GraphErrorBody, graphConnectorError, graphError } from '../meta/graph/errors.ts'
import { regainSeconds } from '../meta/graph/usage.ts'
import { classRules, type Purpose, publishRuleFor } from './error-rules.ts'

export const PublishErrorHandler = defineComponent(ErrorHandler, {
  type: 'PublishErrorHandler',
  summary: 'Says of each failed call of publishing what it means, and whether it may have happened all the same.',
  fields: {
    purpose: oneOf(['create', 'commit', 'read', 'write'], {
      description: 'What the call is for: make a container, publish, ask, other writes.',
    }),
    retries: optional(
      integerOrTemplate({ description: 'Further tries after passing failures; default: none. Only of calls that do no harm twice.' }),
    ),
  },
  examples: [{ title: 'Publishing is never tried again', manifest: { type: 'PublishErrorHandler', purpose: 'commit' } }],
  create: ({ purpose, retries = 0 }) => ({
    maxRetries: retries,
    maxTime: 120,
    interpret: (outcome, request) => {
      const resolution = interpretPublish(outcome, request, purpose)
      const passing = resolution.error instanceof ActionError && resolution.error.retryable && resolution.error.code !== 'RATE_LIMIT'
      return resolution.action === 'fail' && passing && retries > 0 ? { ...resolution, action: 'retry' } : resolution
    },
    backoff: () => undefined,
  }),
})

/** What one attempt came to. A refusal is an ActionError; what else goes wrong is one as well. */
export function interpretPublish(outcome: Outcome, request: HttpRequest, purpose: Purpose): Resolution {
  if (outcome.error) return refused(networkError(outcome.error))
  const { response } = outcome
  const body = bodyOf(response)
  const found = body instanceof ConnectorError ? undefined : graphError(body)
  if (found) return refused(graphRejection(found, { response, request, purpose }))
  if (response.status < 200 || response.status >= 300) return refused(statusRejection(response))
  if (body instanceof ConnectorError) return refused(garbled(body, response))
  return { action: 'success' }
}

function refused(error: ActionError): Resolution {
  return { action: 'fail', message: error.message, failureType: error.failureType, error }
}

function bodyOf(response: HttpResponse): unknown {
  try {
    return response.json()
  } catch (thrown) {
    if (thrown instanceof ConnectorError) return thrown
    throw thrown
  }
}

/** Failures that end before a byte of the request has left. */
const NEVER_SENT = /^ERR_(?:DNS|TLS|ORIGIN_REFUSED|ADDRESS_REFUSED|REQUEST_INVALID)$/
const NO_CONNECTION = /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)$/

function networkError(error: ConnectorError): ActionError {
  const message = `no answer from the API: ${error.message}`
  return new ActionError('NETWORK_ERROR', message, {
    retryable: true,
    happened: wasNeverSent(error) ? 'no' : 'unknown',
    cause: error,
    context: error.context,
    details: { network: error.code },
  })
}

function wasNeverSent({ code, message, cause }: ConnectorError): boolean {
  if (NEVER_SENT.test(code)) return true
  if (code === 'ERR_TIMEOUT') return /phase '(?:dns|connect|tls)'/.test(message)
  return cause instanceof Error && 'code' in cause && NO_CONNECTION.test(String(cause.code))
}

interface Rejection {
  readonly response: HttpResponse
  readonly request: HttpRequest
  readonly purpose: Purpose
}

function graphRejection(error: GraphErrorBody, { response, request, purpose }: Rejection): ActionError {
  const found = withoutBearer(error, request)
  const verdict = classify(found)
  const rule = publishRuleFor(found, purpose) ?? classRules[verdict.kind]
  const text = graphConnectorError(found, verdict).message
  const doubtful = rule === undefined || response.status >= 500 || ('doubtful' in rule && rule.doubtful === true)
  return new ActionError(rule?.publish ?? 'API_ERROR', text, {
    retryable: rule?.retryable ?? (found.transient || response.status >= 500),
    happened: doubtful ? 'unknown' : 'no',
    details: detailsOf(found, response),
  })
}

function detailsOf({ code, subcode, trace }: GraphErrorBody, response: HttpResponse): JsonObject {
  const wait = regainSeconds(response)
  return {
    status: response.status,
    code,
    ...defined({ subcode, trace, retry_after_seconds: wait }),
  }
}

function statusRejection({ status, headers }: HttpResponse): ActionError {
  const message = `the API answered HTTP ${status} without saying why`
  const after = Number(headers['retry-after'])
  const details = { status, ...(Number.isFinite(after) && after > 0 ? { retry_after_seconds: after } : {}) }
  if (status === 429) return new ActionError('RATE_LIMIT', message, { retryable: true, details })
  if (status === 401 || status === 403) return new ActionError('OAUTH_ERROR', message, { details })
  const broken = status >= 500
  return new ActionError('API_ERROR', message, { retryable: broken, happened: broken ? 'unknown' : 'no', details })
}

/** Success, as far as the status says, with a body that was cut off or is none of the API's. */
function garbled(error: ConnectorError, { status }: HttpResponse): ActionError {
  const message = `the answer of the API cannot be read: ${error.message}`
  return new ActionError('API_ERROR', message, { retryable: true, happened: 'unknown', cause: error, details: { status } })
}

/** The API repeats tokens in some of its texts. */
function withoutBearer(error: GraphErrorBody, request: HttpRequest): GraphErrorBody {
  const header = Object.entries(request.headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1]
  const token = header?.replace(/^\S+\s+/, '')
  return token ? { ...error, message: error.message.replaceAll(token, '[token]') } : error
}
