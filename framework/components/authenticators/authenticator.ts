import type { HttpRequest, HttpResponse } from '../../http/request.ts'
import { defineFamily } from '../../manifest/definition/component.ts'
import type { Scope } from '../../template/template.ts'
import type { RequestParts } from '../read/requester.ts'

/** The requests that credentials are for. */
export interface CredentialTarget {
  /** Start of their addresses: the requester's `url_base`. */
  readonly base: string
  /** The request as it is without credentials; absent outside an HttpRequester. */
  readonly request?: () => HttpRequest
  readonly stream?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Adds credentials to requests: headers, parameters or body fields. Throws ConnectorError when there are none to be had. */
export interface Authenticator {
  /** Asked again for every try, so that credentials stay fresh. Registers the secrets it uses. */
  parts(scope: Scope, target?: CredentialTarget): Promise<RequestParts> | RequestParts
  /** Shown every response to requests with these credentials; true when others can take over at once. */
  observe?(request: HttpRequest, response: HttpResponse): boolean
  /** The bare credential, for authenticators that build on this one. */
  token?(): string
  /** Gets new credentials in the place of those rejected, unless that happened meanwhile; true when the next try has them. */
  refresh?(rejected: RequestParts): Promise<boolean>
}
export const Authenticator = defineFamily<Authenticator>('Authenticator', 'Adds credentials to requests.')
