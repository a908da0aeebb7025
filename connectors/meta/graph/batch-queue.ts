import type { Authenticator } from '../../../framework/components/authenticators/authenticator.ts'
import type { RequestContext, Requester } from '../../../framework/components/read/requester.ts'
import { defined } from '../../../framework/defined.ts'
import { ConnectorError, RateLimitError, StoppedError } from '../../../framework/errors.ts'
import type { Answer, HttpClient } from '../../../framework/http/client.ts'
import type { HttpResponse } from '../../../framework/http/request.ts'
import type { Services } from '../../../framework/manifest/definition/component.ts'
import { isObject } from '../../../framework/protocol/json.ts'
import { BATCH_LIMIT, type BatchAnswer, batchAnswers, batchFields, batchSize } from './batch.ts'
import { classify, graphConnectorError } from './errors.ts'

/** Requests of one account on their way at the same time. */
const AT_ONCE = 4
/** Batches in which a call may fail before it is sent on its own. */
const MAX_BATCHES = 2

/** Accounts whose standing is remembered. */
const MAX_LANES = 1_000

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

/** The queue of a run for one host: all streams share it, which is what brings their calls together. */
export function batchQueue({ http, shared }: Services, way: BatchWay): BatchQueue {
  const root = way.batch.url({ scope: {}, parts: {} })
  return shared(`batches of ${root}`, () => createQueue(http, way, root))
}

/** Calls of different accounts are not mixed, because quota is per account. */
function createQueue(http: HttpClient, way: BatchWay, root: string): BatchQueue {
  const lanes = new Map<string, Lane>()
  return {
    send: (requester, request) =>
      new Promise((resolve, reject) => {
        const id = accountId(request)
        const forget = () => {
          if (lanes.size > MAX_LANES) lanes.delete(id)
        }
        const lane = lanes.get(id) ?? new Lane(http, { way, root }, forget)
        lanes.set(id, lane)
        lane.add({ requester, request, resolve, reject, batches: 0 })
      }),
  }
}

function accountId({ scope }: RequestContext): string {
  const account = scope['account']
  return isObject(account) ? String(account['id']) : ''
}

/**
 * The calls of one account. They are collected until nothing more comes up at this moment. Calling while the quota is used up makes the
 * wait longer, so only one request goes out until the account is known to answer; when much is waiting, it is a single call.
 */
class Lane {
  readonly #http: HttpClient
  readonly #way: BatchWay
  readonly #root: string
  readonly #onIdle: () => void
  #waiting: Call[] = []
  #standing: 'unknown' | 'answers' | 'limited' = 'unknown'
  #running = 0
  #woken = false

  constructor(http: HttpClient, { way, root }: { readonly way: BatchWay; readonly root: string }, onIdle: () => void) {
    this.#http = http
    this.#way = way
    this.#root = root
    this.#onIdle = onIdle
  }

  add(call: Call): void {
    this.#waiting.push(call)
    if (this.#woken) return
    this.#woken = true
    setImmediate(() => {
      this.#woken = false
      this.#pump()
    })
  }

  #pump(): void {
    for (let size = this.#nextSize(); size > 0; size = this.#nextSize()) {
      const part = this.#waiting.splice(0, size)
      this.#running += 1
      void this.#send(part).then(() => {
        this.#running -= 1
        this.#pump()
      })
    }
    if (this.#waiting.length === 0 && this.#running === 0 && !this.#woken) this.#onIdle()
  }

  /** How many calls go out now. What does not fill a batch waits for company while others are on their way. */
  #nextSize(): number {
    const waiting = this.#waiting.length
    const limit = this.#standing === 'answers' ? AT_ONCE : 1
    if (waiting === 0 || this.#running >= limit) return 0
    const [first] = this.#waiting
    if (!this.#way.batches || this.#standing === 'limited' || (first && first.batches >= MAX_BATCHES)) return 1
    if (this.#standing === 'unknown' && waiting > BATCH_LIMIT) return 1
    const size = batchSize(this.#http)
    if (waiting >= size) return size
    return this.#standing === 'unknown' || this.#running === 0 ? waiting : 0
  }

  /** Settles the calls, or puts them back. Never rejects. */
  async #send(calls: readonly Call[]): Promise<void> {
    const [first] = calls
    try {
      if (first && calls.length === 1) {
        first.resolve(await first.requester.send(first.request))
        this.#standing = 'answers'
      } else {
        const { again, limited } = settle(calls, await batchOf(calls, this.#way, this.#root))
        this.#standing = limited ? 'limited' : 'answers'
        this.#waiting.unshift(...again)
      }
    } catch (thrown) {
      // A refusal is an answer as well.
      if (!(thrown instanceof RateLimitError) && !(thrown instanceof StoppedError)) this.#standing = 'answers'
      for (const call of calls) call.reject(thrown)
    }
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
    ...defined({ stream, signal }),
  })
  return { answers: batchAnswers(response.json(), calls.length), headers: response.headers }
}

/** Settles what is decided. `again`: calls for another batch; `limited`: some of them met the end of the quota. */
function settle(calls: readonly Call[], { answers, headers }: Outcome): { again: readonly Call[]; limited: boolean } {
  const again: Call[] = []
  let limited = false
  for (const [index, call] of calls.entries()) {
    const answer = answers[index] ?? { kind: 'undone' }
    if (answer.kind === 'answer' && accepted(call, answer.body, headers)) continue
    const verdict = answer.kind === 'error' ? classify(answer.error) : undefined
    if (answer.kind === 'error' && verdict && verdict.retries === 0) {
      call.reject(graphConnectorError(answer.error, verdict))
      continue
    }
    limited ||= verdict?.kind === 'rate'
    call.batches += 1
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
