import { GraphError, invalidParameter } from '../errors.ts'
import type { Token } from '../tokens/token.ts'
import { bytesOf, type Reply } from './reply.ts'
import { type GraphRequest, readRequest } from './request.ts'

const MAX_ITEMS = 50

interface BatchItem {
  readonly method?: unknown
  readonly relative_url?: unknown
  readonly body?: unknown
  readonly access_token?: unknown
}

/** What one item came to; null when it was not done in time and may be sent again. */
export type RunItem = (request: GraphRequest) => Reply | null

/**
 * The answer to a batch: one element per item in the order of the request, each with its own status and the body as text. The outer
 * call is 200 whatever the items came to. Items use the token of the batch unless they bring one.
 */
export function runBatch(outer: GraphRequest, { items, token, run }: { items: string; token: Token; run: RunItem }): unknown[] {
  const list = readItems(items)
  const withHeaders = outer.params.get('include_headers') !== 'false'
  return list.map((item) => {
    const reply = run(itemRequest(item, outer, token))
    if (reply === null) return null
    const headers = Object.entries(reply.headers).map(([name, value]) => ({ name, value }))
    return { code: reply.status, ...(withHeaders ? { headers } : {}), body: bytesOf(reply).toString('utf8') }
  })
}

function readItems(text: string): BatchItem[] {
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    throw invalidParameter('batch parameter must be a JSON array')
  }
  if (!Array.isArray(list) || list.length === 0) throw invalidParameter('batch parameter must be a JSON array')
  if (list.length > MAX_ITEMS) {
    const message = `Too many requests in batch message. Maximum batch size is ${MAX_ITEMS}`
    throw new GraphError({ code: 1, type: 'GraphBatchException', message })
  }
  return list
}

/** Items are written with or without version; one without is served by the version of the batch. */
function itemRequest(item: BatchItem, outer: GraphRequest, token: Token): GraphRequest {
  const url = String(item.relative_url ?? '').replace(/^\/*/, '/')
  const version = /^\/v\d+\.\d+(?:\/|\?|$)/.test(url) || outer.version === undefined ? '' : `/v${outer.version}.0`
  const method = String(item.method ?? 'GET').toUpperCase()
  const request = readRequest({ method, url: version + url, headers: {}, body: String(item.body ?? ''), host: outer.host, inBatch: true })
  if (request.token !== undefined) return request
  const own = typeof item.access_token === 'string' ? item.access_token : token.text
  return { ...request, token: own, tokenPlace: typeof item.access_token === 'string' ? 'body' : outer.tokenPlace }
}
