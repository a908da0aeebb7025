import { type AccountRecord, ConfigError } from '../framework/index.ts'
import type { SyncOptions } from './sync-options.ts'

export interface DueAccounts {
  /** In the order in which they are read. */
  readonly due: readonly AccountRecord[]
  readonly needingLogin: readonly AccountRecord[]
}

export interface DueOptions extends Pick<SyncOptions, 'only' | 'minAgeSeconds'> {
  /** Epoch milliseconds. */
  readonly now: number
  /** Whose accounts are read; undefined: everybody's. */
  readonly provider?: string | undefined
}

/**
 * Accounts to read now, of a list in the order of the registry (by priority, then the stalest first). Throws ConfigError
 * ERR_ACCOUNT_UNKNOWN when `only` names none.
 */
export function dueAccounts(all: readonly AccountRecord[], { only, minAgeSeconds = 0, now, provider }: DueOptions): DueAccounts {
  const accounts = all.filter((account) => provider === undefined || account.provider === provider)
  const needingLogin = accounts.filter(({ status }) => status === 'needs_login')
  if (only !== undefined) {
    const wanted = all.find(({ id, externalId }) => id === only || externalId === only)
    if (!wanted) throw new ConfigError('ERR_ACCOUNT_UNKNOWN', `there is no account ${only}; connector accounts list shows those there are`)
    if (!accounts.includes(wanted)) {
      const message = `account ${only} belongs to the provider ${wanted.provider}; this sync reads accounts of ${provider}`
      throw new ConfigError('ERR_ACCOUNT_PROVIDER', message)
    }
    return { due: wanted.status === 'active' ? [wanted] : [], needingLogin }
  }
  const isStale = ({ lastSyncedAt }: AccountRecord) => lastSyncedAt === undefined || now - Date.parse(lastSyncedAt) >= minAgeSeconds * 1000
  return { due: accounts.filter((account) => account.status === 'active' && isStale(account)), needingLogin }
}
