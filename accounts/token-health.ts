import type { AccountRecord, AccountToken, Login } from '../framework/index.ts'
import { DAY_MS, HOUR_MS } from '../framework/index.ts'

/** Below this share of its life a token is replaced, whatever the number of days. */
const LAST_SHARE = 0.1

export const REFRESH_BEFORE_DAYS = 7

/** How long a token lives yet. `never`: it does not expire, or nobody knows when; the text tells which. */
export interface TokenHealth {
  readonly state: 'fresh' | 'due' | 'expired' | 'never'
  /** Rounded down, negative when it expired; undefined for `never`. */
  readonly daysLeft: number | undefined
  /** For people: `43 days left`, `expired 2 days ago`, `does not expire`, `end not known`. */
  readonly text: string
}

/** What of a record tells how its token is. */
export type TokenDates = Pick<AccountRecord, 'tokenExpiresAt' | 'tokenCreatedAt'>

export interface HealthOptions {
  /** Epoch milliseconds. */
  readonly now: number
  readonly refreshBeforeDays?: number | undefined
  /** Of the login: `always` means that a token without a known end has one; `maybe` by default. */
  readonly expiry?: Login['expiry'] | undefined
}

/** For listings and checks: of a record, or of anything with the two dates. */
export function tokenHealth(
  { tokenExpiresAt, tokenCreatedAt }: TokenDates,
  { now, refreshBeforeDays = REFRESH_BEFORE_DAYS, expiry = 'maybe' }: HealthOptions,
): TokenHealth {
  if (tokenExpiresAt === undefined) {
    // Nothing is known of a token until somebody has asked for its dates.
    const known = expiry !== 'always' && tokenCreatedAt !== undefined
    return { state: 'never', daysLeft: undefined, text: known ? 'does not expire' : 'end not known' }
  }
  const left = Date.parse(tokenExpiresAt) - now
  const daysLeft = Math.floor(left / DAY_MS)
  const days = (count: number) => `${count} day${count === 1 ? '' : 's'}`
  if (left <= 0) return { state: 'expired', daysLeft, text: `expired ${days(Math.floor(-left / DAY_MS))} ago` }
  const life = tokenCreatedAt === undefined ? 0 : Date.parse(tokenExpiresAt) - Date.parse(tokenCreatedAt)
  const due = left <= Math.max(refreshBeforeDays * DAY_MS, life * LAST_SHARE)
  return { state: due ? 'due' : 'fresh', daysLeft, text: `${days(daysLeft)} left` }
}

/** The same of a token. */
export function healthOf({ createdAt, expiresAt }: AccountToken, options: HealthOptions): TokenHealth {
  return tokenHealth({ tokenExpiresAt: expiresAt, tokenCreatedAt: createdAt }, options)
}

/** Hours since the token was made; undefined when nobody knows. */
export function ageHours({ createdAt }: AccountToken, now: number): number | undefined {
  return createdAt === undefined ? undefined : (now - Date.parse(createdAt)) / HOUR_MS
}
