import type { HttpResponse } from '../../http/request.ts'
import { createResponse } from '../../http/transport/body.ts'

/** Bytes that one body may unfold to, over all files in it. */
export const MAX_UNPACKED_BYTES = 256 * 1024 * 1024

/** The same answer with what was packed inside its body. Errors tell the length of that, not its content. */
export function withBody({ status, headers, url }: HttpResponse, body: Uint8Array): HttpResponse {
  return createResponse({ status, headers, url, body }, (text) => `${text.length} characters`)
}
