import type { HttpResponse } from '../../http/request.ts'
import { createResponse } from '../../http/transport/body.ts'
import { jsonText } from '../values/value-text.ts'

/** The answer that the source would give for a page that another record already held. */
export function heldPage(page: unknown): HttpResponse {
  const body = Buffer.from(jsonText(page))
  return createResponse({ status: 200, headers: {}, url: '', body }, (text) => `${text.length} characters`)
}
