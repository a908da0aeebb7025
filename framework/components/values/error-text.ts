import type { HttpResponse } from '../../http/request.ts'

const keys = [
  'message',
  'messages',
  'error',
  'errors',
  'failures',
  'failure',
  'detail',
  'err',
  'error_message',
  'msg',
  'reason',
  'status_message',
]
/** Error bodies are small; deeper ones are no error texts. */
const maxDepth = 20

/** What the body of a response says about an error, in the forms that APIs commonly use; a body that is not JSON speaks for itself. */
export function errorText(response: HttpResponse): string | undefined {
  const body = jsonOr(response, undefined)
  return body === undefined ? response.text() : find(body, 0)
}

/** The body as JSON, or `fallback` when it is none: error pages often are not. */
export function jsonOr<T>(response: HttpResponse, fallback: T): unknown | T {
  try {
    return response.json()
  } catch {
    return fallback
  }
}

function find(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null || depth > maxDepth) return undefined
  if (Array.isArray(value)) {
    const texts = value.map((item) => find(item, depth + 1)).filter((text) => text !== undefined && text !== '')
    return texts.length === 0 ? undefined : texts.join(', ')
  }
  for (const key of keys) {
    const text = Object.hasOwn(value, key) ? find((value as Record<string, unknown>)[key], depth + 1) : undefined
    if (text) return text
  }
  return undefined
}
