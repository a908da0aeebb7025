import { defineFamily } from '../../manifest/definition/component.ts'
import type { Scope } from '../../template/template.ts'
import type { RequestParts } from '../read/requester.ts'

/** Puts a session token into requests. */
export interface SessionTokenUse {
  parts(token: string, scope: Scope): RequestParts
}
export const SessionTokenUse = defineFamily<SessionTokenUse>('SessionTokenUse', 'Says how requests carry a session token.')
