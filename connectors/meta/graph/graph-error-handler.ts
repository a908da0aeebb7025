import { ErrorHandler } from '../../../framework/components/error-handlers/error-handler.ts'
import { defined } from '../../../framework/defined.ts'
import { ConnectorError } from '../../../framework/errors.ts'
import { retryAfter } from '../../../framework/http/attempt/backoff.ts'
import type { HttpRequest, HttpResponse } from '../../../framework/http/request.ts'
import type { Outcome, Resolution } from '../../../framework/http/resolution.ts'
import { defineComponent } from '../../../framework/manifest/definition/component.ts'
import { integer, list, oneOf, optional, withDefault } from '../../../framework/manifest/definition/fields.ts'
import { batchFailure } from './batch.ts'
import type { GraphClass } from './error-table.ts'
import { classify, type GraphErrorBody, type GraphErrorContext, type GraphVerdict, graphConnectorError, graphError } from './errors.ts'
import { regainSeconds } from './usage.ts'

/** Blocks without a time to regain are rolling hours: start at a minute, double, never beyond a quarter of an hour. */
const RATE_BACKOFF = { first: 60, highest: 900 }

export const GraphErrorHandler = defineComponent(ErrorHandler, {
  type: 'GraphErrorHandler',
  summary: 'Judges answers of the Meta Graph API by error code, subcode and text, also those with HTTP 200.',
  fields: {
    max_retries: withDefault(integer({ description: 'Tries after the first one for errors of the network and of the server.' }), 5),
    max_time: withDefault(integer({ description: 'Seconds after which no further try is started; waits for quota included.' }), 7200),
    ignored: optional(
      list(oneOf(['permission', 'missing'], { description: 'A class of rejections.' }), {
        description: 'Rejections that count as an empty answer: for lists that a token may not be allowed to see.',
      }),
    ),
  },
  examples: [
    { title: 'The handler with its defaults', manifest: { type: 'GraphErrorHandler' } },
    { title: 'A list that many tokens may not see', manifest: { type: 'GraphErrorHandler', ignored: ['permission'] } },
  ],
  create: ({ max_retries, max_time, ignored = [] }, { services }) => ({
    // Classes of errors have limits of their own, which are kept in `backoff`.
    maxRetries: Math.max(max_retries, 10),
    maxTime: max_time,
    interpret: (outcome, request) => interpretGraph(outcome, request, { ignored }),
    backoff: (outcome, attempt) => graphBackoff(outcome, attempt, { maxRetries: max_retries, clock: services.clock }),
  }),
})

export interface Judging extends Pick<GraphErrorContext, 'secrets'> {
  /** Refusals that count as an empty answer. */
  readonly ignored?: readonly GraphClass[]
}

/** What to do about one attempt at the Graph API. */
export function interpretGraph(outcome: Outcome, request: HttpRequest, { ignored = [], secrets }: Judging = {}): Resolution {
  if (outcome.error) {
    const action = outcome.error.failureType === 'transient_error' ? 'retry' : 'fail'
    return { action, message: outcome.error.message, failureType: outcome.error.failureType, error: outcome.error }
  }
  const { response } = outcome
  const reading = read(response)
  if (reading.broken) return { action: 'retry', message: reading.broken.message, failureType: 'transient_error', error: reading.broken }
  const found = reading.error && withoutBearer(reading.error, request)
  if (found) {
    const resolution = resolve(found, response, secrets)
    return ignored.includes(classify(found).kind) ? { ...resolution, action: 'ignore' } : resolution
  }
  if (response.status >= 200 && response.status < 300) return { action: 'success' }
  const error = statusError(response, request)
  return { action: response.status >= 500 || response.status === 429 ? 'retry' : 'fail', message: error.message, error }
}

/** The API repeats tokens in some of its texts. */
function withoutBearer(found: GraphErrorBody, request: HttpRequest): GraphErrorBody {
  const header = Object.entries(request.headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1]
  const token = header?.replace(/^\S+\s+/, '')
  return token ? { ...found, message: found.message.replaceAll(token, '[token]') } : found
}

function resolve(found: GraphErrorBody, response: HttpResponse, secrets: Judging['secrets']): Resolution {
  const verdict = judge(found, response)
  const wait = verdict.kind === 'rate' ? regainSeconds(response) : undefined
  const error = graphConnectorError(found, verdict, { waitSeconds: wait, secrets })
  const said = { message: error.message, failureType: error.failureType, error }
  if (verdict.kind === 'rate') return { action: 'rate_limited', ...said, ...defined({ waitSeconds: wait }) }
  return { action: verdict.retries > 0 ? 'retry' : 'fail', ...said }
}

/** A failing server may put any code into its answer; only what the text says of the request is taken from it. */
function judge(found: GraphErrorBody, response: HttpResponse): GraphVerdict {
  const verdict = classify(found)
  if (response.status < 500 || verdict.kind === 'reduce' || verdict.kind === 'rate') return verdict
  return verdict.retries > 0 ? verdict : { ...verdict, retries: 2 }
}

function read(response: HttpResponse): { readonly error?: GraphErrorBody | undefined; readonly broken?: ConnectorError } {
  try {
    const body = response.json()
    const failure = batchFailure(body)
    if (failure === 'undone')
      return { broken: new ConnectorError('ERR_BATCH_UNDONE', 'not one item of the batch was done', { failureType: 'transient_error' }) }
    return { error: failure ?? graphError(body) }
  } catch (thrown) {
    if (!(thrown instanceof ConnectorError)) throw thrown
    return { broken: thrown }
  }
}

function statusError(response: HttpResponse, request: HttpRequest): ConnectorError {
  const failureType = response.status >= 500 || response.status === 429 ? 'transient_error' : 'system_error'
  return new ConnectorError('ERR_HTTP_STATUS', `the Graph API answered HTTP ${response.status} to ${request.method} without saying why`, {
    failureType,
  })
}

interface Patience extends Pick<GraphErrorContext, 'secrets'> {
  readonly maxRetries: number
  readonly clock: { now(): number }
}

/** Throws the error of the attempt when its class has had all its tries. */
export function graphBackoff(outcome: Outcome, attempt: number, { maxRetries, clock, secrets }: Patience): number | undefined {
  const found = outcome.response && read(outcome.response).error
  if (!outcome.response || !found) return attempt > maxRetries ? giveUp(outcome) : undefined
  const verdict = judge(found, outcome.response)
  if (attempt > verdict.retries) {
    throw graphConnectorError(found, verdict, { waitSeconds: regainSeconds(outcome.response), secrets })
  }
  if (verdict.kind !== 'rate') return undefined
  const regain = regainSeconds(outcome.response)
  // Servers in between may name a time of their own; it is honoured for want of one of the API.
  if (regain === undefined && (retryAfter(outcome.response, clock) ?? 0) > 0) return undefined
  return regain ?? Math.min(RATE_BACKOFF.highest, RATE_BACKOFF.first * 2 ** (attempt - 1))
}

function giveUp(outcome: Outcome): never {
  if (outcome.error) throw outcome.error
  const { response } = outcome
  const { broken } = read(response)
  const what = response.status < 300 ? 'a body without usable data' : `HTTP ${response.status}`
  throw broken ?? new ConnectorError('ERR_HTTP_STATUS', `the Graph API answered each try with ${what}`, { failureType: 'transient_error' })
}
