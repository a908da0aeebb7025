import { ConnectorError } from '../../errors.ts'
import type { HttpRequest } from '../../http/request.ts'
import { isNode } from '../../manifest/definition/build.ts'
import type { Services } from '../../manifest/definition/component.ts'
import { HOUR_MS } from '../../time.ts'
import { type GrantRefusal, loginHandler } from './login-handler.ts'
import { expiryOf, findValue } from './token-answer.ts'
import type { Token, TokenStore } from './token-store.ts'

const DEFAULT_LIFETIME_MS = HOUR_MS

export interface OAuthOptions {
  readonly services: Services
  readonly store: TokenStore
  /** The request for a new token, made again for every try. */
  readonly request: () => HttpRequest
  readonly names: { readonly access: string; readonly refresh: string; readonly expires: string }
  readonly expiryFormat: string | undefined
  readonly refusal: GrantRefusal
}

/** Keeps an access token fresh. However many requests ask at once, the provider is asked once. */
export class OAuthSession {
  readonly #options: OAuthOptions
  #login: Promise<string> | undefined

  constructor(options: OAuthOptions) {
    this.#options = options
  }

  /** The access token; a new one when the old one has expired. */
  async token(): Promise<string> {
    const { store, services } = this.#options
    const token = store.read()
    return token && services.clock.now() <= token.expires ? token.access : this.#renew()
  }

  /** Replaces a token that was rejected, unless another request has done so meanwhile. */
  async replace(rejected: string): Promise<void> {
    const token = this.#options.store.read()
    if (!token || token.access === rejected) await this.#renew()
  }

  #renew(): Promise<string> {
    this.#login ??= this.#ask().finally(() => {
      this.#login = undefined
    })
    return this.#login
  }

  async #ask(): Promise<string> {
    const { services, request, refusal, store, names } = this.#options
    const { response } = await services.http.send(request, loginHandler(refusal))
    const body = response.json()
    const access = this.#secret(body, names.access)
    if (access === undefined) throw missing(names.access, body)
    store.write({ access, expires: this.#expiry(body) }, this.#secret(body, names.refresh))
    return access
  }

  #secret(body: unknown, name: string): string | undefined {
    const value = findValue(body, name)
    if (value === undefined) return undefined
    this.#options.services.http.secret(String(value))
    return String(value)
  }

  /** Without a word from the provider: what was known, as long as it lies ahead, else one hour. */
  #expiry(body: unknown): Token['expires'] {
    const { services, names, expiryFormat, store } = this.#options
    const now = services.clock.now()
    const said = findValue(body, names.expires)
    if (said !== undefined) return expiryOf(said, { now, format: expiryFormat })
    const known = store.read()?.expires ?? 0
    return known > now ? known : now + DEFAULT_LIFETIME_MS
  }
}

function missing(name: string, body: unknown): ConnectorError {
  const keys = isNode(body) ? Object.keys(body).join(', ') : 'none'
  return new ConnectorError('ERR_TOKEN_MISSING', `the token endpoint answered without '${name}'; it sent: ${keys}`)
}
