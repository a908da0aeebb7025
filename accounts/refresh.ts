import {
  type AccountRecord,
  type AccountRegistry,
  type AccountToken,
  AuthenticationError,
  ConnectorError,
  StoppedError,
  type TokenReplacement,
} from '../framework/index.ts'
import type { GraphAccess } from './graph.ts'
import { ageHours, healthOf, type TokenHealth } from './token-health.ts'
import { debugToken, exchangeToken, tryToken } from './tokens.ts'

export interface TokenLife {
  readonly registry: AccountRegistry
  readonly access: GraphAccess
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
const LONGEST_MS = 4 * 60_000
/** Instagram Login refreshes no token that is younger. */
const YOUNGEST_HOURS = 24

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
  if (when === 'due' && !isWanted(account, life)) return outcomeOf(account, account.tokenExpiresAt, 'old')
  const end = AbortSignal.any([AbortSignal.timeout(LONGEST_MS), ...(life.signal ? [life.signal] : [])])
  try {
    const before = await registry.token(account.id)
    const attempt = new Attempt({ ...life, signal: end }, account, { when, before })
    const token = await registry.replaceToken(account.id, (replacement) => attempt.run(replacement))
    return outcomeOf(account, token.expiresAt, attempt.replaced ? 'new' : 'old')
  } catch (thrown) {
    if (thrown instanceof AuthenticationError) return needsLogin(life, account, thrown)
    const stopped = thrown instanceof StoppedError && life.signal?.aborted === true
    if (!(thrown instanceof ConnectorError) || thrown.code === 'ERR_UNEXPECTED' || stopped) throw thrown
    const kept = { account, expiresAt: account.tokenExpiresAt, outcome: 'kept' } as const
    if (end.aborted && !life.signal?.aborted)
      return { ...kept, code: 'ERR_TOKEN_TIMEOUT', reason: 'the provider took longer than four minutes' }
    return { ...kept, code: thrown.code, reason: thrown.message }
  }
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

function outcomeOf(account: AccountRecord, expiresAt: string | undefined, token: 'new' | 'old'): RefreshOutcome {
  if (token === 'new') return { account, expiresAt, outcome: 'refreshed' }
  return { account, expiresAt, outcome: expiresAt === undefined && account.login === 'facebook' ? 'permanent' : 'fresh' }
}

/** By the dates that a listing shows. Tokens of Instagram Login always expire; where nobody knows when, they are replaced to learn it. */
function isWanted({ login, tokenExpiresAt, tokenCreatedAt }: AccountRecord, life: TokenLife): boolean {
  const { state } = healthOf({ accessToken: '', createdAt: tokenCreatedAt, expiresAt: tokenExpiresAt }, ages(life))
  if (state !== 'never') return state !== 'fresh'
  return login === 'instagram' || (tokenCreatedAt === undefined && life.access.apps?.facebook !== undefined)
}

function ages({ access, refreshBeforeDays }: TokenLife): { now: number; refreshBeforeDays?: number } {
  return { now: access.clock.now(), ...(refreshBeforeDays === undefined ? {} : { refreshBeforeDays }) }
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
      if (!(thrown instanceof ConnectorError) || thrown.failureType !== 'config_error' || isAboutTheApp(thrown)) throw thrown
      await keep(undefined)
      return false
    }
  }

  /** Dates of a token of Facebook Login of which nobody knows any, where the app may ask. */
  async #learn(current: AccountToken): Promise<AccountToken> {
    const { access, signal } = this.#life
    const unknown = current.expiresAt === undefined && current.createdAt === undefined
    if (!unknown || this.#account.login !== 'facebook' || !access.apps?.facebook) return current
    const { createdAt, expiresAt } = await debugToken(access, current.accessToken, signal)
    // A date says that it is known: nobody asks again whether the token has an end.
    return { ...current, createdAt: createdAt ?? new Date(access.clock.now()).toISOString(), expiresAt }
  }

  #mayReplace(token: AccountToken): boolean {
    const { state }: TokenHealth = healthOf(token, ages(this.#life))
    if (this.#account.login === 'facebook')
      return state === 'due' || state === 'expired' || (state === 'fresh' && this.#options.when === 'now')
    const age = ageHours(token, this.#life.access.clock.now())
    if (age !== undefined && age < YOUNGEST_HOURS) return false
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
    const { access } = this.#life
    try {
      return await exchangeToken(access, current.accessToken, this.#call())
    } catch (thrown) {
      if (!(thrown instanceof AuthenticationError)) throw thrown
      await this.#try(current)
      const message = `the token works, but the provider does not replace it: ${thrown.message}`
      throw new ConnectorError('ERR_TOKEN_NOT_REPLACED', message, { cause: thrown, failureType: 'transient_error' })
    }
  }

  #try({ accessToken }: AccountToken): Promise<void> {
    return tryToken(this.#life.access, accessToken, this.#call())
  }

  #call() {
    const { login, igUserId } = this.#account
    return { login, igUserId, signal: this.#life.signal }
  }
}

/** Says nothing of the token. */
const isAboutTheApp = ({ code }: ConnectorError): boolean => code === 'ERR_APP_CREDENTIALS'

function isOther(a: AccountToken, b: AccountToken): boolean {
  return a.accessToken !== b.accessToken || a.expiresAt !== b.expiresAt || a.createdAt !== b.createdAt
}
