import { ConnectorError } from '../../../framework/errors.ts'
import type { HttpClient } from '../../../framework/http/client.ts'
import { parseJson } from '../../../framework/http/json.ts'
import { classify, type GraphErrorBody, graphError } from './errors.ts'

/** The API takes no more items in one batch. */
export const BATCH_LIMIT = 50

/** Items of the next batch: as many as the API takes and the budget of the run has left. One at least, so that its end is noticed. */
export function batchSize(http: Pick<HttpClient, 'requestsLeft'>): number {
  return Math.max(1, Math.min(BATCH_LIMIT, http.requestsLeft()))
}

export type BatchAnswer =
  | { readonly kind: 'answer'; readonly body: unknown }
  | { readonly kind: 'error'; readonly error: GraphErrorBody }
  /** The API did not get round to the item. */
  | { readonly kind: 'undone' }

/** Form fields of a batch of GET calls. Every item counts as one call; addresses are relative to the versioned root. */
export function batchFields(addresses: readonly string[]): Record<string, string> {
  const items = addresses.map((relative_url) => ({ method: 'GET', relative_url }))
  // The headers of the items tell how much of its allowance each account has used.
  return { batch: JSON.stringify(items), include_headers: 'true' }
}

/** `{id}/insights?metric=…` with its parameters encoded. */
export function relativeUrl(path: string, params: Readonly<Record<string, string | readonly string[]>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) query.set(name, typeof value === 'string' ? value : value.join(','))
  return `${path}?${query}`
}

/** Answers in the order of the items. Throws ConnectorError ERR_BATCH_SHAPE (transient) when the body is not a list of that length. */
export function batchAnswers(body: unknown, count: number): readonly BatchAnswer[] {
  if (!Array.isArray(body) || body.length !== count) {
    const found = Array.isArray(body) ? `${body.length} answers` : 'no list'
    throw new ConnectorError('ERR_BATCH_SHAPE', `a batch of ${count} calls came back with ${found}`, { failureType: 'transient_error' })
  }
  return body.map(answerOf)
}

/**
 * Why a batch has to be sent again as it is: not one of its items came to anything, because of a limit or of the server.
 * undefined when at least one did, or when the body is no batch answer.
 */
export function batchFailure(body: unknown): GraphErrorBody | 'undone' | undefined {
  if (!Array.isArray(body) || body.length === 0) return undefined
  let failure: GraphErrorBody | 'undone' = 'undone'
  for (const answer of body.map(answerOf)) {
    if (answer.kind === 'answer') return undefined
    if (answer.kind === 'undone') continue
    const { kind } = classify(answer.error)
    if (kind !== 'rate' && kind !== 'transient') return undefined
    if (failure === 'undone' || kind === 'rate') failure = answer.error
  }
  return failure
}

function answerOf(item: { readonly code?: unknown; readonly body?: unknown } | null): BatchAnswer {
  if (item === null || typeof item !== 'object') return { kind: 'undone' }
  const body = parsed(item.body)
  const error = graphError(body)
  if (error) return { kind: 'error', error }
  const success = typeof item.code === 'number' && item.code >= 200 && item.code < 300
  return success && body !== undefined ? { kind: 'answer', body } : { kind: 'undone' }
}

/** undefined for an item whose body is cut off or no JSON; it is asked for again like one that was not done. */
function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return undefined
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}
