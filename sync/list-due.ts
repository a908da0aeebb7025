import type { AccountRecord, AccountRegistry } from '../framework/index.ts'
import { type DueAccounts, type DueOptions, dueAccounts } from './due.ts'

/** The accounts to read now, and those that need a login; the registry gives no others. Throws as {@link dueAccounts} does. */
export async function listDue(accounts: AccountRegistry, options: DueOptions): Promise<DueAccounts> {
  const { only, minAgeSeconds = 0, now, provider } = options
  const own = provider === undefined ? {} : { provider }
  const syncedBefore = new Date(now - minAgeSeconds * 1000).toISOString()
  const stale = only === undefined ? { ...own, statuses: ['active'] as const, syncedBefore } : { ids: [only] }
  const lists = [await accounts.list(stale), await accounts.list({ ...own, statuses: ['needs_login'] })]
  return dueAccounts(distinct(lists.flat()), options)
}

const distinct = (accounts: readonly AccountRecord[]): readonly AccountRecord[] => [
  ...new Map(accounts.map((account) => [account.id, account])).values(),
]
