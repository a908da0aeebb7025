import { type AccountRecord, ConfigError } from '../framework/index.ts'
import type { SyncOptions } from './sync-options.ts'

export interface DueAccounts {
  /** In the order in which they are read. */
  readonly due: readonly AccountRecord[]
  readonly needingLogin: readonly AccountRecord[]
}

/**
 * Accounts to read now, of a list in the order of the registry (by priority, then the stalest first). Throws ConfigError
 * ERR_ACCOUNT_UNKNOWN when `only` names none.
 */
export function dueAccounts(
  accounts: readonly AccountRecord[],
  { only, minAgeSeconds = 0, now }: Pick<SyncOptions, 'only' | 'minAgeSeconds'> & { readonly now: number },
): DueAccounts {
  const needingLogin = accounts.filter(({ status }) => status === 'needs_login')
  if (only !== undefined) {
    const wanted = accounts.find(({ id, igUserId }) => id === only || igUserId === only)
    if (!wanted) throw new ConfigError('ERR_ACCOUNT_UNKNOWN', `there is no account ${only}; connector accounts list shows those there are`)
    return { due: wanted.status === 'active' ? [wanted] : [], needingLogin }
  }
  const isStale = ({ lastSyncedAt }: AccountRecord) => lastSyncedAt === undefined || now - Date.parse(lastSyncedAt) >= minAgeSeconds * 1000
  return { due: accounts.filter((account) => account.status === 'active' && isStale(account)), needingLogin }
}
