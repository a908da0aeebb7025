export interface SessionTokenOptions {
  readonly login: () => Promise<string>
  /** Epoch milliseconds up to which a token obtained now is good. */
  readonly expiry: () => number
  readonly now: () => number
}

/** A token that is good for a time. However many requests ask at once, there is one login. */
export class SessionToken {
  readonly #options: SessionTokenOptions
  #known: { readonly token: string; readonly expires: number } | undefined
  #login: Promise<string> | undefined

  constructor(options: SessionTokenOptions) {
    this.#options = options
  }

  async get(): Promise<string> {
    if (this.#known && this.#options.now() <= this.#known.expires) return this.#known.token
    this.#login ??= this.#ask().finally(() => {
      this.#login = undefined
    })
    return this.#login
  }

  async #ask(): Promise<string> {
    const token = await this.#options.login()
    this.#known = { token, expires: this.#options.expiry() }
    return token
  }
}
