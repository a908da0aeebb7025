import type { AccountFilter, AccountRecord, AccountStatus } from '../framework/index.ts'

/** The accounts that the filter names, of a list in the order of the registry. */
export function filterAccounts(
  accounts: readonly AccountRecord[],
  { provider, statuses, ids, syncedBefore, offset = 0, limit = Number.POSITIVE_INFINITY }: AccountFilter,
): readonly AccountRecord[] {
  const before = syncedBefore === undefined ? Number.POSITIVE_INFINITY : Date.parse(syncedBefore)
  const found = accounts.filter(
    (account) =>
      (provider === undefined || account.provider === provider) &&
      (statuses === undefined || statuses.includes(account.status)) &&
      (ids === undefined || ids.includes(account.id) || ids.includes(account.externalId)) &&
      (account.lastSyncedAt === undefined || Date.parse(account.lastSyncedAt) <= before),
  )
  return found.slice(offset, offset + limit)
}

export const KNOWN_STATUSES: readonly AccountStatus[] = ['active', 'needs_login', 'paused']

export const isKnownStatus = (status: string): status is AccountStatus => KNOWN_STATUSES.some((known) => known === status)
