import { mix } from '../data/hash.ts'
import type { Host } from '../hosts.ts'
import { HOUR_MS } from '../time.ts'

/** How the person at the next authorisation page decides. */
export interface LoginPlan {
  /** Instagram account that logs in; default the first. */
  readonly account?: string
  /** The person says no. */
  readonly deny?: boolean
  /** Only these of the scopes asked for are granted; default all. */
  readonly scopes?: readonly string[]
}

/** A code that waits to be exchanged. */
export interface LoginCode {
  readonly host: Host
  readonly redirectUri: string
  readonly scopes: readonly string[]
  readonly account: string | undefined
  readonly expiresAt: number
  used: boolean
}

const LIFETIME_MS = HOUR_MS

/** Logins on their way from the authorisation page to a token. */
export class Logins {
  readonly #codes = new Map<string, LoginCode>()
  readonly #now: () => number
  #plan: LoginPlan = {}

  constructor(now: () => number) {
    this.#now = now
  }

  /** Decides for the person of the next login. */
  next(plan: LoginPlan): void {
    this.#plan = plan
  }

  /** What the person decides; asked once for each login. */
  decide(): LoginPlan {
    const plan = this.#plan
    this.#plan = {}
    return plan
  }

  /** A code that is good for an hour and one use. */
  issue(login: Pick<LoginCode, 'host' | 'redirectUri' | 'scopes' | 'account'>): string {
    const code = `sandbox-code-${this.#codes.size + 1}-${mix(this.#codes.size, 97).toString(16)}`
    this.#codes.set(code, { ...login, expiresAt: this.#now() + LIFETIME_MS, used: false })
    return code
  }

  /** The login behind a code, which is used up by it; or what is wrong with it. */
  redeem(
    code: string,
    { host, redirectUri }: { host: Host; redirectUri: string | undefined },
  ): LoginCode | 'unknown' | 'used' | 'expired' | 'redirect' {
    const login = this.#codes.get(code)
    if (login?.host !== host) return 'unknown'
    if (login.used) return 'used'
    if (login.expiresAt <= this.#now()) return 'expired'
    if (login.redirectUri !== redirectUri) return 'redirect'
    login.used = true
    return login
  }
}
