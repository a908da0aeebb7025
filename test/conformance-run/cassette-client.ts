import { ConnectorError } from '../../framework/errors.ts'
import type { Answer, HttpClient } from '../../framework/http/client.ts'
import type { HttpResponse } from '../../framework/http/request.ts'
import { createResponse } from '../../framework/http/transport/body.ts'
import { isNode } from '../../framework/manifest/definition/build.ts'

/** A request and its answer as the reference made and got them. */
export interface Exchange {
  readonly request: {
    /** Name of the stream that asked; `<oauth>` and `<session_token>` for logins. */
    readonly stream: string
    readonly method: string
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string | null
  }
  readonly response: { readonly status: number; readonly body: unknown }
}

export interface SentRequest {
  readonly stream: string
  /** Equal for equal requests, however their headers are cased and their JSON is spaced. */
  readonly text: string
}

/** Answers from a recording and writes down what is asked. A request that was not recorded fails. */
export function cassetteClient(exchanges: readonly Exchange[]): HttpClient & { readonly sent: SentRequest[] } {
  const answers = new Map<string, HttpResponse[]>()
  for (const { request, response } of exchanges) {
    const text = textOf(request)
    for (const key of [text, request.stream + text]) answers.set(key, [...(answers.get(key) ?? []), responseOf(response, request.url)])
  }
  const sent: SentRequest[] = []
  return {
    sent,
    secret: () => undefined,
    requestsLeft: () => Number.POSITIVE_INFINITY,
    send: async (prepare, handler, options): Promise<Answer> => {
      const request = await prepare()
      const text = textOf(request)
      sent.push({ stream: options?.stream ?? '<login>', text })
      // Streams may ask for the same address and were answered differently.
      const waiting = answers.get((options?.stream ?? '') + text) ?? answers.get(text)
      const response = waiting && waiting.length > 1 ? waiting.shift() : waiting?.[0]
      if (!response) throw new ConnectorError('ERR_NOT_RECORDED', `not recorded: ${text}`)
      const resolution = handler.interpret({ response }, request)
      if (resolution.action === 'success' || resolution.action === 'ignore') return { response, resolution }
      throw resolution.error ?? new ConnectorError('ERR_NO_SUCCESS', resolution.message ?? resolution.action)
    },
  }
}

function responseOf({ status, body }: Exchange['response'], url: string): HttpResponse {
  const headers = { 'content-type': 'application/json' }
  return createResponse({ status, headers, url, body: Buffer.from(JSON.stringify(body)) }, (text) => text)
}

/** What two requests are compared by. */
type Asked = { readonly method: string; readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body?: unknown }

/** Headers that the library under the reference sets by itself; the recordings leave them out. */
const unrecorded = new Set(['accept', 'accept-encoding', 'connection', 'user-agent', 'content-length'])

/** Equal for equal requests: parameters and JSON in any order, names of headers in any case. */
export function textOf({ method, url, headers, body }: Asked): string {
  const { origin, pathname, searchParams } = new URL(url)
  const named = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), String(value)] as const)
    .filter(([name]) => !unrecorded.has(name))
  return JSON.stringify({
    request: `${method} ${origin}${decoded(pathname)}`,
    // Two parameters of one request never depend on their order.
    query: [...searchParams].map(String).sort(),
    headers: Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1))),
    body: bodyOf(body),
  })
}

/** Which characters of a path are escaped is each library's own. */
function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}

function bodyOf(body: unknown): unknown {
  if (typeof body !== 'string' || body === '') return null
  try {
    return sorted(JSON.parse(body))
  } catch {
    return body
  }
}

/** Keys in order, all the way down. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isNode(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  )
}
