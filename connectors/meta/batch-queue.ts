import PQueue from 'p-queue'
import type { Authenticator } from '../../framework/components/authenticators/authenticator.ts'
import type { RequestContext, Requester } from '../../framework/components/requesters/requester.ts'
import { ConnectorError, StoppedError } from '../../framework/errors.ts'
import type { Answer, HttpClient } from '../../framework/http/client.ts'
import type { HttpResponse } from '../../framework/http/request.ts'
import { BATCH_LIMIT, type BatchAnswer, batchAnswers, batchFields } from './batch.ts'
import { classify, graphConnectorError } from './errors.ts'
import { isObject } from './insight-rows.ts'

/** Calls of one account on their way at the same time where there are no batches. */
const AT_ONCE = 4
/** Batches in which a call may come to nothing before it is sent on its own. */
const MOST_BATCHES = 2

export interface BatchWay {
  readonly batch: Requester
  readonly authenticator: Authenticator | undefined
  /** The host takes batches. */
  readonly batches: boolean
}

export interface BatchQueue {
  /** As `requester.send` does, in a batch with others where that is possible. */
  send(requester: Requester, request: RequestContext): Promise<Answer>
}

interface Call {
  readonly requester: Requester
  readonly request: RequestContext
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
  batches: number
}

/** All streams of a run share their queues, which is what brings their calls together. */
const queues = new WeakMap<HttpClient, Map<string, BatchQueue>>()

/** The queue of a run for one host. */
export function batchQueue(http: HttpClient, way: BatchWay): BatchQueue {
  const known = queues.get(http) ?? new Map<string, BatchQueue>()
  queues.set(http, known)
  const root = way.batch.url({ scope: {}, parts: {} })
  const queue = known.get(root) ?? (way.batches ? collecting(way, root) : oneByOne())
  known.set(root, queue)
  return queue
}

/** Runs work of one account a few at a time. */
type Lanes = <T>(id: string, work: () => Promise<T>) => Promise<T>

function lanes(): Lanes {
  const queues = new Map<string, PQueue>()
  return async (id, work) => {
    const queue = queues.get(id) ?? new PQueue({ concurrency: AT_ONCE })
    queues.set(id, queue)
    try {
      return await queue.add(work)
    } finally {
      if (queue.size === 0 && queue.pending === 0) queues.delete(id)
    }
  }
}

function oneByOne(): BatchQueue {
  const inLane = lanes()
  return { send: (requester, request) => inLane(accountId(request), () => requester.send(request)) }
}

/** Collects until nothing more comes up at this moment; calls of different accounts are not mixed, because quota is per account. */
function collecting(way: BatchWay, root: string): BatchQueue {
  const waiting = new Map<string, Call[]>()
  const inLane = lanes()
  const flush = (id: string) => {
    const calls = waiting.get(id) ?? []
    waiting.delete(id)
    for (let start = 0; start < calls.length; start += BATCH_LIMIT) {
      const part = calls.slice(start, start + BATCH_LIMIT)
      void inLane(id, () => sendAll(part, way, root))
    }
  }
  return {
    send: (requester, request) =>
      new Promise((resolve, reject) => {
        const id = accountId(request)
        const calls = waiting.get(id)
        const call = { requester, request, resolve, reject, batches: 0 }
        if (calls) calls.push(call)
        else {
          waiting.set(id, [call])
          setImmediate(flush, id)
        }
      }),
  }
}

function accountId({ scope }: RequestContext): string {
  const account = scope['account']
  return isObject(account) ? String(account['id']) : ''
}

/** Settles every call. What a batch leaves undone goes into another one; a call that meets a limit waits for it on its own first. */
async function sendAll(calls: readonly Call[], way: BatchWay, root: string): Promise<void> {
  try {
    for (let left = calls; left.length > 0; ) {
      const [first] = left
      if (first && (left.length === 1 || first.batches >= MOST_BATCHES)) {
        await sendAlone(first)
        left = left.slice(1)
      } else {
        const { again, limited } = settle(left, await batchOf(left, way, root))
        if (limited) await sendAlone(limited)
        left = again.filter((call) => call !== limited)
      }
    }
  } catch (thrown) {
    // A batch that fails as a whole fails all of its calls; those settled before are not concerned.
    for (const call of calls) call.reject(thrown)
  }
}

async function sendAlone({ requester, request, resolve, reject }: Call): Promise<void> {
  try {
    resolve(await requester.send(request))
  } catch (thrown) {
    reject(thrown)
    // Nothing more is sent by a run that has come to its end.
    if (thrown instanceof StoppedError) throw thrown
  }
}

interface Outcome {
  readonly answers: readonly BatchAnswer[]
  readonly headers: Readonly<Record<string, string>>
}

async function batchOf(calls: readonly Call[], { batch, authenticator }: BatchWay, root: string): Promise<Outcome> {
  const [first] = calls
  const scope = first?.request.scope ?? {}
  const credentials = (await authenticator?.parts(scope))?.params ?? {}
  const addresses = calls.map(({ requester, request }) => {
    const params = { ...request.parts.params, ...credentials }
    return requester.url({ ...request, parts: { ...request.parts, params } }).slice(root.replace(/\/$/, '').length + 1)
  })
  const { stream, signal } = first?.request ?? {}
  const { response } = await batch.send({
    scope,
    parts: { body_data: batchFields(addresses) },
    weight: calls.length,
    accept: (answer) => void batchAnswers(answer.json(), calls.length),
    ...(stream === undefined ? {} : { stream }),
    ...(signal ? { signal } : {}),
  })
  return { answers: batchAnswers(response.json(), calls.length), headers: response.headers }
}

/** Settles what is decided. `again`: calls for another batch; `limited`: one of them, to wait for the end of a limit with. */
function settle(calls: readonly Call[], { answers, headers }: Outcome): { again: readonly Call[]; limited: Call | undefined } {
  const again: Call[] = []
  let limited: Call | undefined
  for (const [index, call] of calls.entries()) {
    const answer = answers[index] ?? { kind: 'undone' }
    if (answer.kind === 'answer' && accepted(call, answer.body, headers)) continue
    const verdict = answer.kind === 'error' ? classify(answer.error) : undefined
    if (answer.kind === 'error' && verdict && verdict.retries === 0) {
      call.reject(graphConnectorError(answer.error, verdict))
      continue
    }
    if (verdict?.kind === 'rate') limited ??= call
    else call.batches += 1
    again.push(call)
  }
  return { again, limited }
}

/** False when the body is none that the caller can use: it is asked for again. */
function accepted({ request, requester, resolve, reject }: Call, body: unknown, headers: Outcome['headers']): boolean {
  const response = itemResponse(requester.url(request), body, headers)
  try {
    request.accept?.(response)
    resolve({ response, resolution: { action: 'success' } })
  } catch (thrown) {
    if (thrown instanceof ConnectorError && thrown.failureType === 'transient_error') return false
    reject(thrown)
  }
  return true
}

/** An item as if it had been answered on its own; its text is made only when somebody wants it. */
function itemResponse(url: string, body: unknown, headers: Outcome['headers']): HttpResponse {
  const text = () => JSON.stringify(body)
  return {
    status: 200,
    headers,
    url,
    get body() {
      return new TextEncoder().encode(text())
    },
    text,
    json: () => body,
  }
}
