import { defineFamily } from '../../manifest/definition/component.ts'
import type { Scope } from '../../template/template.ts'
import type { RequestParts } from './requester.ts'

/** Puts one value into a request: a query parameter, header, form field or JSON field. */
export interface RequestOption {
  inject(value: unknown, scope: Scope): RequestParts
  /** Where it goes, such as `request_parameter.limit`; two options of one request must not collide. */
  readonly target: string
}

export const RequestOption = defineFamily<RequestOption>('RequestOption', 'Says where in a request a value goes.')
