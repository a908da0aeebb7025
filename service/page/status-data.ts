import { tokenHealth } from '../../accounts/token-health.ts'
import { alwaysExpires } from '../../accounts/token-providers.ts'
import type { AccountRecord, SyncLogEntry, TokenProvider } from '../../framework/index.ts'
import { DAY_MS } from '../../framework/time.ts'

/** Days that the charts show. */
const CHART_DAYS = 30
/** Runs that the page lists. */
const RUNS = 12
/** As `refreshToken` decides: a week before the end. */
const REFRESH_DAYS = 7

export interface AccountLine {
  readonly account: AccountRecord
  readonly token: ReturnType<typeof tokenHealth>
  /** UTC day; undefined for tokens that are not replaced. */
  readonly nextRefresh: string | undefined
  /** Of the last 30 days. */
  readonly rows: number
  readonly errors: number
  readonly lastError: string | undefined
}

export interface DayCount {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string
  readonly posts: number
  readonly requests: number
}

/** Of all accounts, listed or not. */
export interface AccountCounts {
  readonly active: number
  readonly needingLogin: number
  readonly total: number
}

/** What the status page shows. */
export interface StatusData {
  readonly now: number
  /** The first of them, in the order in which they are read. */
  readonly accounts: readonly AccountLine[]
  readonly counts: AccountCounts
  /** Every day of the last 30, oldest first. */
  readonly days: readonly DayCount[]
  /** Newest first. */
  readonly runs: readonly SyncLogEntry[]
  readonly warnings: readonly string[]
  readonly runningSince: string | undefined
}

export interface StatusSources {
  readonly now: number
  readonly accounts: readonly AccountRecord[]
  readonly counts: AccountCounts
  /** Newest first: entries of accounts and of runs. */
  readonly entries: readonly SyncLogEntry[]
  readonly warnings: readonly string[]
  readonly runningSince: string | undefined
  /** Who keeps the tokens of the accounts alive. */
  readonly providers: readonly TokenProvider[]
}

export function statusData({ now, accounts, counts, entries, warnings, runningSince, providers }: StatusSources): StatusData {
  const runs = entries.filter(({ accountId }) => accountId === undefined)
  const since = new Date(now - CHART_DAYS * DAY_MS).toISOString()
  const recent = entries.filter(({ finishedAt }) => finishedAt >= since)
  return {
    now,
    accounts: accounts.map((account) => lineOf(account, recent, { now, providers })),
    counts,
    days: countDays(runs, now),
    runs: runs.slice(0, RUNS),
    warnings,
    runningSince,
  }
}

function lineOf(
  account: AccountRecord,
  entries: readonly SyncLogEntry[],
  { now, providers }: Pick<StatusSources, 'now' | 'providers'>,
): AccountLine {
  const own = entries.filter(({ accountId }) => accountId === account.id)
  const failed = own.filter(({ errors }) => errors.length > 0)
  return {
    account,
    token: tokenHealth(account, { now, expiry: alwaysExpires(providers, account) ? 'always' : 'maybe' }),
    nextRefresh: refreshDay(account, now),
    rows: own.reduce((sum, entry) => sum + entry.inserted + entry.updated + entry.written, 0),
    errors: failed.length,
    lastError: account.reason ?? failed[0]?.errors[0],
  }
}

function refreshDay({ tokenExpiresAt, tokenCreatedAt, status }: AccountRecord, now: number): string | undefined {
  if (tokenExpiresAt === undefined || status === 'needs_login') return undefined
  const end = Date.parse(tokenExpiresAt)
  const life = tokenCreatedAt === undefined ? 0 : end - Date.parse(tokenCreatedAt)
  const due = end - Math.max(REFRESH_DAYS * DAY_MS, life * 0.1)
  return new Date(Math.max(due, now)).toISOString().slice(0, 10)
}

function countDays(runs: readonly SyncLogEntry[], now: number): readonly DayCount[] {
  const counts = new Map<string, { posts: number; requests: number }>()
  for (const { finishedAt, inserted, updated, written, requests } of runs) {
    const day = finishedAt.slice(0, 10)
    const count = counts.get(day) ?? { posts: 0, requests: 0 }
    count.posts += inserted + updated + written
    count.requests += requests
    counts.set(day, count)
  }
  return Array.from({ length: CHART_DAYS }, (_, index) => {
    const day = new Date(now - (CHART_DAYS - 1 - index) * DAY_MS).toISOString().slice(0, 10)
    return { day, ...(counts.get(day) ?? { posts: 0, requests: 0 }) }
  })
}
