import type { HttpResponse } from '../../http/request.ts'
import type { Resolution } from '../../http/resolution.ts'
import { defineFamily } from '../../manifest/definition/component.ts'

export interface ResponseFilter {
  /** What to do about the response; undefined: it does not match. */
  match(response: HttpResponse): Resolution | undefined
}
export const ResponseFilter = defineFamily<ResponseFilter>(
  'ResponseFilter',
  'Recognises responses that mean something else than their status.',
)
