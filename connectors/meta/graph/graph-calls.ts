import type { Authenticator } from '../../../framework/components/authenticators/authenticator.ts'
import type { Requester } from '../../../framework/components/read/requester.ts'
import { type ReadOptions, type StreamSlice, sliceScope } from '../../../framework/components/read/retriever.ts'
import { defined } from '../../../framework/defined.ts'
import { AuthenticationError, ConnectorError, type ErrorContext, RateLimitError, StoppedError } from '../../../framework/errors.ts'
import { classifyRejection } from '../metrics/rejection.ts'
import { BATCH_LIMIT, type BatchAnswer, batchAnswers, batchFields, relativeUrl } from './batch.ts'
import { classify, graphConnectorError } from './errors.ts'

/** One GET call: a path below the versioned root and its parameters. */
export interface GraphCall {
  readonly path: string
  readonly params: Readonly<Record<string, string>>
  /** Throws ConnectorError when a successful body is none; the call is then made again. */
  readonly accept?: (body: unknown) => void
  /** What an error of this call concerns: the account, the media item, its metrics. */
  readonly context?: ErrorContext
}

/** What a call came to: a body, or why it was refused. */
export type CallOutcome = { readonly body: unknown; readonly error?: undefined } | { readonly error: ConnectorError }

export interface GraphCallsSettings {
  /** Sends single calls, and may gather those of one moment itself; absent where batches are posted. */
  readonly single: Requester | undefined
  /** Posts batches to the versioned root; absent where `single` sends everything. */
  readonly batch: Requester | undefined
  /** Its parameters go into every item of a batch, because proofs are checked call by call. */
  readonly authenticator: Authenticator | undefined
}

/** For whom calls are made. */
export interface CallFrame {
  readonly slice: StreamSlice
  readonly options: Pick<ReadOptions, 'stream' | 'signal'>
}

/** Times that a call of a batch may fail. */
const MAX_TRIES = 4

interface Queued {
  readonly call: GraphCall
  readonly index: number
  readonly tries: number
}

/**
 * Makes GET calls: fifty to a batch, or through a requester that does the gathering. A refusal of a single call is an outcome; what concerns
 * all of them (credentials, quota, a server that stays down) is thrown.
 */
export class GraphCalls {
  readonly #settings: GraphCallsSettings
  readonly #frame: CallFrame

  constructor(settings: GraphCallsSettings, frame: CallFrame) {
    this.#settings = settings
    this.#frame = frame
  }

  /** Outcomes in the order of the calls. What a batch leaves undone is asked for again, and only that. */
  async many(calls: readonly GraphCall[]): Promise<readonly CallOutcome[]> {
    const { single } = this.#settings
    if (single) return this.#together(calls, single)
    const outcomes: CallOutcome[] = []
    let queue: readonly Queued[] = calls.map((call, index) => ({ call, index, tries: 0 }))
    while (queue.length > 0) {
      const sent = queue.slice(0, BATCH_LIMIT)
      const answers = await this.#sendLocated(sent.map(({ call }) => call))
      const again = sent.filter((entry, at) => !this.#settle(entry, answers[at] ?? { kind: 'undone' }, outcomes))
      queue = [...again.map((entry) => ({ ...entry, tries: entry.tries + 1 })), ...queue.slice(BATCH_LIMIT)]
    }
    return outcomes
  }

  /** False when the call has to be made again. */
  #settle({ call, index, tries }: Queued, answer: BatchAnswer, outcomes: CallOutcome[]): boolean {
    const { error, retries } = verdict(call, answer)
    if (error === undefined) outcomes[index] = { body: answer.kind === 'answer' ? answer.body : undefined }
    else if (concernsAll(error)) throw located(error, call)
    else if (tries < retries) return false
    else outcomes[index] = { error: throwTransient(error, call) }
    return true
  }

  /** A batch of one call fails for that call: its error says which. */
  async #sendLocated(calls: readonly GraphCall[]): Promise<readonly BatchAnswer[]> {
    try {
      return await this.#send(calls)
    } catch (thrown) {
      const [only] = calls
      throw only && calls.length === 1 && thrown instanceof ConnectorError ? located(thrown, only) : thrown
    }
  }

  async #send(calls: readonly GraphCall[]): Promise<readonly BatchAnswer[]> {
    const { batch, authenticator } = this.#settings
    if (!batch) throw new TypeError('calls need a requester')
    const scope = sliceScope(this.#frame.slice)
    const credentials = (await authenticator?.parts(scope))?.params ?? {}
    const { stream, signal } = this.#frame.options
    const { response } = await batch.send({
      scope,
      parts: { body_data: batchFields(calls.map(({ path, params }) => relativeUrl(path, { ...params, ...credentials }))) },
      // The API counts every item as a call.
      weight: calls.length,
      accept: (received) => void batchAnswers(received.json(), calls.length),
      stream,
      ...defined({ signal }),
    })
    return batchAnswers(response.json(), calls.length)
  }

  /** All at the same moment: the requester gathers them, or lets a few go at a time. */
  async #together(calls: readonly GraphCall[], requester: Requester): Promise<readonly CallOutcome[]> {
    const settled = await Promise.allSettled(calls.map((call) => this.#single(call, requester)))
    return settled.map((result) => {
      if (result.status === 'rejected') throw result.reason
      return result.value
    })
  }

  async #single(call: GraphCall, requester: Requester): Promise<CallOutcome> {
    const { stream, signal } = this.#frame.options
    const { path, params, accept } = call
    try {
      const { response } = await requester.send({
        scope: sliceScope(this.#frame.slice),
        path,
        parts: { params },
        accept: (received) => accept?.(received.json()),
        stream,
        ...defined({ signal }),
      })
      return { body: response.json() }
    } catch (thrown) {
      if (!(thrown instanceof ConnectorError) || concernsAll(thrown)) throw thrown
      return { error: throwTransient(thrown, call) }
    }
  }
}

function verdict(call: GraphCall, answer: BatchAnswer): { readonly error?: ConnectorError; readonly retries: number } {
  if (answer.kind === 'error') {
    const judged = classify(answer.error)
    return { error: graphConnectorError(answer.error, judged), retries: Math.min(judged.retries, MAX_TRIES) }
  }
  if (answer.kind === 'undone') {
    const options = { failureType: 'transient_error' } as const
    return {
      error: new ConnectorError('ERR_BATCH_UNDONE', 'the API did not get round to this item of the batch', options),
      retries: MAX_TRIES,
    }
  }
  try {
    call.accept?.(answer.body)
    return { retries: 0 }
  } catch (thrown) {
    if (thrown instanceof ConnectorError) return { error: thrown, retries: MAX_TRIES }
    throw thrown
  }
}

/** No other call can do better. */
function concernsAll(error: ConnectorError): boolean {
  return error instanceof AuthenticationError || error instanceof StoppedError
}

/** What should pass by itself and does not is no refusal of this call. */
function throwTransient(error: ConnectorError, call: GraphCall): ConnectorError {
  const isOutage = error instanceof RateLimitError || (error.failureType === 'transient_error' && classifyRejection(error) === undefined)
  if (isOutage) throw located(error, call)
  return error
}

function located(error: ConnectorError, { path, context }: GraphCall): ConnectorError {
  error.context = { ...context, request: `GET ${path}`, ...error.context }
  return error
}
