import { defineFamily } from '../../manifest/component.ts'
import type { Scope } from '../../template/template.ts'
import type { RequestParts } from '../requesters/requester.ts'

export interface Authenticator {
  /** Asked again for every try, so that credentials stay fresh. Registers the secrets it uses. */
  parts(scope: Scope): Promise<RequestParts> | RequestParts
  /** Gets new credentials; true when the next try has them. */
  refresh?(): Promise<boolean>
}
export const Authenticator = defineFamily<Authenticator>('Authenticator', 'Adds credentials to requests.')
