import { textHash } from '../data/hash.ts'
import { midnight } from '../data/pacific.ts'
import { defined } from '../defined.ts'
import { type GraphError, tokenError } from '../errors.ts'
import type { Host } from '../hosts.ts'
import { DAY_MS, HOUR_MS } from '../time.ts'
import { ALL_SCOPES, INSTAGRAM_SCOPES, LONG_LIVED_SECONDS, STARTING_TOKENS, type Token, type TokenPlan } from '../tokens/token.ts'
import type { InstagramBook } from './instagram.ts'

/** What the store needs to know of the world. */
export interface TokenContext {
  now(): number
  readonly appId: string
  readonly appSecret: string
  readonly firstPage: string | undefined
  readonly instagram: Pick<InstagramBook, 'accounts' | 'has' | 'facts'>
}

/** Text of the Page token that a user or system token yields for a Page; the same each time it is asked for. */
export function pageTokenText(pageId: string, parent = 'sandbox-user-token'): string {
  const suffix = parent === 'sandbox-user-token' ? '' : `-${textHash(parent).toString(16).padStart(8, '0').slice(0, 6)}`
  return `sandbox-page-token-${pageId}${suffix}`
}

/** All tokens and what has happened to them: expiry, revocation, password changes, lost roles. */
export class TokenStore {
  readonly #context: TokenContext
  readonly #tokens = new Map<string, Token>()
  readonly #dead = new Map<string, GraphError>()
  readonly #passwordChanged = new Map<string, number>()
  readonly #lostRoles = new Set<string>()
  #serial = 0

  constructor(context: TokenContext) {
    this.#context = context
    for (const plan of STARTING_TOKENS) this.#issue(fromPlan(plan, context))
  }

  /** Tokens handed out so far, without Page tokens: those are derived from them when needed. */
  list(): readonly Token[] {
    return [...this.#tokens.values()]
  }

  /** Page token of a Page, from `sandbox-user-token` unless told otherwise. */
  page(pageId: string, parent?: string): string {
    return pageTokenText(pageId, parent)
  }

  /** Instagram Login token of an account. */
  instagram(accountId: string): string {
    return accountId === this.#context.instagram.accounts[0] ? 'sandbox-instagram-token' : `sandbox-instagram-token-${accountId}`
  }

  find(text: string): Token | undefined {
    return this.#tokens.get(text) ?? this.#pageToken(text) ?? this.#instagramToken(text) ?? this.#appToken(text)
  }

  /** The token, if it may be used now at a host. Throws code 190 with the subcode of what is wrong with it. */
  check(text: string, host: Host = 'facebook'): Token {
    const token = this.find(text)
    if (!token || (token.kind === 'instagram') !== (host === 'instagram'))
      throw tokenError('Invalid OAuth access token - Cannot parse access token')
    const problem = this.problem(token)
    if (problem) throw problem
    return token
  }

  /** Why a token can't be used; undefined when it can. */
  problem(token: Token): GraphError | undefined {
    const dead = this.#dead.get(token.text) ?? this.#dead.get(`user ${token.userId} ${token.serial}`)
    if (dead) return dead
    if ((this.#passwordChanged.get(token.userId) ?? 0) >= token.serial) return passwordChanged()
    if (token.expiresAt !== 0 && token.expiresAt <= this.#context.now()) return expired(token.expiresAt, this.#context.now())
    if (token.pageId !== undefined && this.#lostRoles.has(token.pageId)) return roleLost()
    return undefined
  }

  /** A new user or system token with the rights of `source` that lives for about 60 days. */
  exchange(source: Token): { token: Token; expiresIn: number } {
    const now = this.#context.now()
    const text = `sandbox-${source.kind}-token-${this.#serial + 1}`
    const token = this.#issue({ ...source, text, issuedAt: now, expiresAt: now + LONG_LIVED_SECONDS * 1_000 })
    return { token, expiresIn: LONG_LIVED_SECONDS }
  }

  /** A new token of an hour for the person who has logged in. */
  login({ host, scopes, account }: { host: Host; scopes: readonly string[]; account: string | undefined }): {
    token: Token
    expiresIn: number
  } {
    const now = this.#context.now()
    const text = `sandbox-login-token-${this.#serial + 1}`
    const times = { issuedAt: now, expiresAt: now + HOUR_MS, pages: 'listed' as const }
    const token =
      host === 'instagram' && account !== undefined
        ? { kind: 'instagram' as const, accountId: account, userId: this.#context.instagram.facts(account).appScopedId }
        : { kind: 'user' as const, userId: this.find('sandbox-user-token')?.userId ?? '' }
    return { token: this.#issue({ ...times, ...token, text, scopes }), expiresIn: HOUR_MS / 1_000 }
  }

  /** Ends a token and the Page tokens derived from it (190/467). */
  revoke(text: string): void {
    this.#kill(text, tokenError('The access token has been invalidated: it was revoked.', 467))
  }

  /** The person removed the app (190/458). */
  removeApp(text: string): void {
    const message = `Error validating access token: The user has not authorized application ${this.#context.appId}.`
    this.#kill(text, tokenError(message, 458))
  }

  /** Ends a token as if its time had run out (190/463). */
  expire(text: string): void {
    const now = this.#context.now()
    this.#dead.set(text, expired(now, now))
  }

  /** All tokens issued so far for the person behind `text` die (190/460). */
  changePassword(text = 'sandbox-user-token'): void {
    const token = this.find(text)
    if (token) this.#passwordChanged.set(token.userId, this.#serial)
  }

  /** The person loses the role on a Page: it vanishes from the lists and its Page tokens answer 190/492. */
  loseRole(pageId: string): void {
    this.#lostRoles.add(pageId)
  }

  restoreRole(pageId: string): void {
    this.#lostRoles.delete(pageId)
  }

  hasRole(pageId: string): boolean {
    return !this.#lostRoles.has(pageId)
  }

  #kill(text: string, error: GraphError): void {
    const token = this.find(text)
    this.#dead.set(text, error)
    if (token && token.pageId === undefined) this.#dead.set(`user ${token.userId} ${token.serial}`, error)
  }

  #issue(token: Omit<Token, 'serial'>): Token {
    this.#serial++
    const issued = { ...token, serial: this.#serial }
    this.#tokens.set(issued.text, issued)
    return issued
  }

  #pageToken(text: string): Token | undefined {
    const pageId = /^sandbox-page-token-(\d+)/.exec(text)?.[1]
    if (pageId === undefined) return undefined
    const parent = this.list().find((token) => text === pageTokenText(pageId, token.text))
    if (!parent || parent.kind === 'instagram') return undefined
    const permanent = parent.kind === 'system' || parent.expiresAt - parent.issuedAt > DAY_MS
    return { ...parent, text, kind: 'page', pageId, expiresAt: permanent ? 0 : parent.expiresAt }
  }

  /** Each account has a token of its own, with the rights and the lifetime of `sandbox-instagram-token`. */
  #instagramToken(text: string): Token | undefined {
    const accountId = /^sandbox-instagram-token-(\d{17})$/.exec(text)?.[1]
    const first = this.#tokens.get('sandbox-instagram-token')
    if (accountId === undefined || !first || !this.#context.instagram.has(accountId)) return undefined
    return { ...first, text, accountId, userId: this.#context.instagram.facts(accountId).appScopedId }
  }

  #appToken(text: string): Token | undefined {
    const { appId, appSecret } = this.#context
    if (text !== `${appId}|${appSecret}`) return undefined
    return { text, kind: 'app', userId: appId, scopes: [], issuedAt: 0, expiresAt: 0, serial: 1_000_000, pages: 'listed' }
  }
}

function fromPlan(plan: TokenPlan, context: TokenContext): Omit<Token, 'serial'> {
  const now = context.now()
  const account = plan.kind === 'instagram' ? context.instagram.accounts[0] : undefined
  return {
    text: plan.text,
    kind: plan.kind,
    userId: account === undefined ? `1${String(textHash(plan.text)).padStart(14, '0')}` : context.instagram.facts(account).appScopedId,
    scopes: (plan.kind === 'instagram' ? INSTAGRAM_SCOPES : ALL_SCOPES).filter((scope) => !plan.without?.includes(scope)),
    issuedAt: plan.lifetimeMs < 0 ? now + plan.lifetimeMs * 2 : now,
    expiresAt: plan.lifetimeMs === 0 ? 0 : now + plan.lifetimeMs,
    pages: plan.pages ?? 'listed',
    ...defined({ accountId: account }),
    ...(plan.roleless ? { roleless: true as const } : {}),
    ...(plan.firstPageOnly && context.firstPage !== undefined ? { targetPages: [context.firstPage] } : {}),
  }
}

function passwordChanged(): GraphError {
  const message =
    'Error validating access token: The session has been invalidated because the user changed their password or Facebook has changed the session for security reasons.'
  return tokenError(message, 460)
}

function roleLost(): GraphError {
  const message = 'Error validating access token: The user associated with the Page access token does not have a role on this Page.'
  return tokenError(message, 492)
}

function expired(at: number, now: number): GraphError {
  const message = `Error validating access token: Session has expired on ${sessionTime(at)}. The current time is ${sessionTime(now)}.`
  return tokenError(message, 463)
}

/** `Friday, 13-Nov-26 05:00:00 PST`, the way that session times are told. */
function sessionTime(ms: number): string {
  const day = Math.floor(ms / DAY_MS)
  const hours = (midnight(day) - day * DAY_MS) / HOUR_MS
  const local = new Date(ms - hours * HOUR_MS)
  const [weekday, date, month, year, clock] = local.toUTCString().replace(',', '').split(' ')
  const long = new Intl.DateTimeFormat('en-US', { weekday: 'long', timeZone: 'UTC' }).format(local)
  return `${long ?? weekday}, ${date}-${month}-${year?.slice(2)} ${clock} ${hours === 7 ? 'PDT' : 'PST'}`
}
