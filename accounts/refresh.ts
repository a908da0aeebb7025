import {
  type AccountRecord,
  type AccountRegistry,
  type AccountToken,
  AuthenticationError,
  ConnectorError,
  defined,
  StoppedError,
  type TokenAccess,
  type TokenProvider,
  type TokenReplacement,
} from '../framework/index.ts'
import { ageHours, healthOf, type TokenHealth } from './token-health.ts'
import { loginOf } from './token-providers.ts'

export interface TokenLife {
  readonly registry: AccountRegistry
  /** Of the accounts. */
  readonly provider: TokenProvider
  readonly access: TokenAccess
  /** 7 unless given; a token is also due in the last tenth of its life. */
  readonly refreshBeforeDays?: number
  /** Where the person of an account logs in again. */
  readonly loginUrl?: (account: AccountRecord) => string | undefined
  readonly signal?: AbortSignal
}

/**
 * What became of a token. `refreshed`: a new one, tried and stored. `fresh`: not due, or another process was faster. `permanent`: does not
 * expire. `kept`: it could not be replaced this time; the old one stays and the next run tries again. `needs_login`: it is dead.
 */
export type RefreshOutcome = {
  readonly account: AccountRecord
  /** ISO-8601, UTC, of the token that counts now. */
  readonly expiresAt: string | undefined
} & (
  | { readonly outcome: 'refreshed' | 'fresh' | 'permanent' }
  | { readonly outcome: 'kept' | 'needs_login'; readonly code: string; readonly reason: string; readonly loginUrl?: string }
)

/** A replacement has to end before another process may take it over. */
const MAX_MS = 4 * 60_000

/**
 * Keeps the token of one account alive. `due`: replaces it in time, and asks nothing for accounts that need a login. `now`: replaces it
 * whenever that is possible, and looks whether an account that needed a login works again.
 * Throws only what stops a run, and bugs: everything else is an outcome.
 */
export async function refreshToken(life: TokenLife, account: AccountRecord, when: 'due' | 'now'): Promise<RefreshOutcome> {
  if (when === 'due' && account.status === 'needs_login') {
    const reason = account.reason ?? 'the account needs a login'
    return { account, expiresAt: account.tokenExpiresAt, outcome: 'needs_login', code: 'ERR_ACCOUNT_NEEDS_LOGIN', reason }
  }
  const { registry } = life
  // Nothing to replace in time, nothing to ask.
  if (when === 'due' && !isWanted(account, life)) return outcomeOf(life, account, { expiresAt: account.tokenExpiresAt, token: 'old' })
  const end = AbortSignal.any([AbortSignal.timeout(MAX_MS), ...(life.signal ? [life.signal] : [])])
  try {
    const before = await registry.token(account.id)
    const attempt = new Attempt({ ...life, signal: end }, account, { when, before })
    const token = await registry.replaceToken(account.id, (replacement) => attempt.run(replacement))
    return outcomeOf(life, account, { expiresAt: token.expiresAt, token: attempt.replaced ? 'new' : 'old' })
  } catch (thrown) {
    if (isDead(thrown)) return await needsLogin(life, account, thrown)
    return keptOf(account, thrown, { stop: life.signal, end })
  }
}

interface Signals {
  /** Of the run. */
  readonly stop: AbortSignal | undefined
  /** Of the run or of the time for one replacement. */
  readonly end: AbortSignal
}

/** The outcome of a failure that the old token survives. Throws what stops a run, and bugs. */
function keptOf(account: AccountRecord, thrown: unknown, { stop, end }: Signals): RefreshOutcome {
  const stopped = thrown instanceof StoppedError && stop?.aborted === true
  if (!(thrown instanceof ConnectorError) || thrown.code === 'ERR_UNEXPECTED' || stopped) throw thrown
  const kept = { account, expiresAt: account.tokenExpiresAt, outcome: 'kept' } as const
  if (end.aborted && !stop?.aborted) return { ...kept, code: 'ERR_TOKEN_TIMEOUT', reason: 'the provider took longer than four minutes' }
  return { ...kept, code: thrown.code, reason: thrown.message }
}

/** Marks an account whose token is dead. Also for syncs that meet the error on their way. */
export async function needsLogin(
  { registry, loginUrl }: Pick<TokenLife, 'registry' | 'loginUrl'>,
  account: AccountRecord,
  { code, message }: AuthenticationError,
): Promise<RefreshOutcome> {
  const url = loginUrl?.(account)
  const reason = `${message}; log in again${url === undefined ? ', see `connector accounts login-url`' : `: ${url}`}`
  await registry.setStatus(account.id, 'needs_login', reason)
  const outcome = { account, expiresAt: account.tokenExpiresAt, outcome: 'needs_login', code, reason } as const
  return url === undefined ? outcome : { ...outcome, loginUrl: url }
}

/** The token is refused, and not the app that asked: only a new login helps. */
export function isDead(thrown: unknown): thrown is AuthenticationError {
  return thrown instanceof AuthenticationError && thrown.reach !== 'app'
}

interface Counting {
  readonly expiresAt: string | undefined
  readonly token: 'new' | 'old'
}

function outcomeOf({ provider }: TokenLife, account: AccountRecord, { expiresAt, token }: Counting): RefreshOutcome {
  if (token === 'new') return { account, expiresAt, outcome: 'refreshed' }
  const permanent = expiresAt === undefined && loginOf(provider, account).expiry === 'maybe'
  return { account, expiresAt, outcome: permanent ? 'permanent' : 'fresh' }
}

/** By the dates that a listing shows. Tokens that always expire are replaced to learn when, where nobody knows. */
function isWanted(account: AccountRecord, life: TokenLife): boolean {
  const { tokenExpiresAt, tokenCreatedAt } = account
  const { state } = healthOf({ accessToken: '', createdAt: tokenCreatedAt, expiresAt: tokenExpiresAt }, ages(life))
  if (state !== 'never') return state !== 'fresh'
  const { name, expiry } = loginOf(life.provider, account)
  return expiry === 'always' || (tokenCreatedAt === undefined && life.provider.knowsDates(life.access, name))
}

function ages({ access, refreshBeforeDays }: TokenLife): { now: number; refreshBeforeDays?: number } {
  return { now: access.clock.now(), ...defined({ refreshBeforeDays }) }
}

interface AttemptOptions {
  readonly when: 'due' | 'now'
  /** The token as it stood before this process had to wait for another one. */
  readonly before: AccountToken
}

/** One try to replace a token, while no other process does. */
class Attempt {
  /** Whether `run` gave another token. */
  replaced = false
  readonly #life: TokenLife & { readonly signal: AbortSignal }
  readonly #account: AccountRecord
  readonly #options: AttemptOptions

  constructor(life: TokenLife & { readonly signal: AbortSignal }, account: AccountRecord, options: AttemptOptions) {
    this.#life = life
    this.#account = account
    this.#options = options
  }

  /** The token to store; undefined when the current one stays. */
  async run({ current, candidate, keep }: TokenReplacement): Promise<AccountToken | undefined> {
    if (candidate && (await this.#works(candidate, keep))) return this.#taken(candidate)
    if (isOther(current, this.#options.before)) return undefined
    const known = await this.#learn(current)
    if (!this.#mayReplace(known)) {
      await this.#reactivate(known)
      return known === current ? undefined : known
    }
    const next = await this.#exchange(known)
    // From here on a crash loses nothing: the old token is in place, and the new one is kept until it has been tried.
    await keep(next)
    if (await this.#works(next, keep)) return this.#taken(next)
    const message = 'the provider gave a token that does not work; the old one stays'
    throw new ConnectorError('ERR_TOKEN_ANSWER', message, { failureType: 'transient_error' })
  }

  #taken(token: AccountToken): AccountToken {
    this.replaced = true
    return token
  }

  /** Tries a candidate, and forgets it when it does not work. A passing failure leaves it for the next run. */
  async #works(candidate: AccountToken, keep: TokenReplacement['keep']): Promise<boolean> {
    try {
      await this.#try(candidate)
      return true
    } catch (thrown) {
      const isAboutTheApp = thrown instanceof AuthenticationError && !isDead(thrown)
      if (!(thrown instanceof ConnectorError) || thrown.failureType !== 'config_error' || isAboutTheApp) throw thrown
      await keep(undefined)
      return false
    }
  }

  /** Dates of a token of which nobody knows any, where the provider tells them. */
  async #learn(current: AccountToken): Promise<AccountToken> {
    const { access, provider } = this.#life
    const unknown = current.expiresAt === undefined && current.createdAt === undefined
    const call = this.#call()
    if (!unknown || !provider.knowsDates(access, call.login)) return current
    const { createdAt, expiresAt } = await provider.dates(access, current.accessToken, call)
    // A date says that it is known: nobody asks again whether the token has an end.
    return { ...current, createdAt: createdAt ?? new Date(access.clock.now()).toISOString(), expiresAt }
  }

  #mayReplace(token: AccountToken): boolean {
    const { state }: TokenHealth = healthOf(token, ages(this.#life))
    const { expiry, minAgeHours } = loginOf(this.#life.provider, this.#account)
    const age = ageHours(token, this.#life.access.clock.now())
    if (age !== undefined && age < minAgeHours) return false
    if (state === 'never') return expiry === 'always'
    return state !== 'fresh' || this.#options.when === 'now'
  }

  /** An account that needed a login works again when its token does: somebody has put a new one in its place. */
  async #reactivate(token: AccountToken): Promise<void> {
    if (this.#options.when !== 'now') return
    await this.#try(token)
    if (this.#account.status === 'needs_login') await this.#life.registry.setStatus(this.#account.id, 'active')
  }

  /** A refusal kills an account only when the token itself is refused too. */
  async #exchange(current: AccountToken): Promise<AccountToken> {
    const { access, provider } = this.#life
    try {
      return await provider.refresh(access, current.accessToken, this.#call())
    } catch (thrown) {
      if (!isDead(thrown)) throw thrown
      await this.#try(current)
      const message = `the token works, but the provider does not replace it: ${thrown.message}`
      throw new ConnectorError('ERR_TOKEN_NOT_REPLACED', message, { cause: thrown, failureType: 'transient_error' })
    }
  }

  #try({ accessToken }: AccountToken): Promise<void> {
    return this.#life.provider.verify(this.#life.access, accessToken, this.#call())
  }

  #call() {
    const { name: login } = loginOf(this.#life.provider, this.#account)
    return { login, externalId: this.#account.externalId, signal: this.#life.signal }
  }
}

function isOther(a: AccountToken, b: AccountToken): boolean {
  return a.accessToken !== b.accessToken || a.expiresAt !== b.expiresAt || a.createdAt !== b.createdAt
}
