import type { Scope } from '../../template/template.ts'
import type { RequestOption } from '../read/request-option.ts'
import type { RequestParts } from '../read/requester.ts'

/** What the requests of a partition carry. As in the reference, nothing is sent for an empty value. */
export function injected(option: RequestOption | undefined, value: unknown, scope: Scope): RequestParts {
  return option && value !== undefined && value !== null && value !== '' && value !== 0 && value !== false
    ? option.inject(value, scope)
    : {}
}
