import { filterAccounts } from '../../accounts/account-filter.ts'
import {
  type AccountFilter,
  type AccountRecord,
  type AccountRegistry,
  type AccountStatus,
  type AccountToken,
  ConfigError,
  type NewAccount,
  type SyncLogEntry,
} from '../../framework/index.ts'

/** A registry of accounts that lives as long as the test. */
export class MemoryAccounts implements AccountRegistry {
  readonly #accounts = new Map<string, AccountRecord>()
  readonly #tokens = new Map<string, AccountToken>()
  readonly #replacing = new Map<string, Promise<void>>()
  readonly #candidates = new Map<string, AccountToken>()
  readonly entries: SyncLogEntry[] = []

  async list(filter: AccountFilter = {}) {
    const age = ({ lastSyncedAt }: AccountRecord) => (lastSyncedAt === undefined ? Number.NEGATIVE_INFINITY : Date.parse(lastSyncedAt))
    const byNeed = (one: AccountRecord, other: AccountRecord) =>
      one.priority - other.priority || (age(one) < age(other) ? -1 : age(one) > age(other) ? 1 : 0)
    return filterAccounts([...this.#accounts.values()].sort(byNeed), filter)
  }

  async count({ limit: _, offset: __, ...filter }: AccountFilter = {}) {
    return (await this.list(filter)).length
  }

  async find(wanted: string) {
    return [...this.#accounts.values()].find(({ id, externalId }) => id === wanted || externalId === wanted)
  }

  async save({ priority = 2, owner, ...account }: NewAccount, token: AccountToken) {
    const known = await this.find(account.externalId)
    const record: AccountRecord = {
      ...account,
      id: known?.id ?? `a${this.#accounts.size + 1}`,
      owner,
      priority,
      status: 'active',
      reason: undefined,
      tokenExpiresAt: token.expiresAt,
      tokenCreatedAt: token.createdAt,
      lastSyncedAt: known?.lastSyncedAt,
    }
    this.#accounts.set(record.id, record)
    this.#tokens.set(record.id, token)
    return record
  }

  async remove(id: string) {
    return this.#accounts.delete(id)
  }

  async token(id: string) {
    const token = this.#tokens.get(id)
    if (!token) throw new ConfigError('ERR_ACCOUNT_UNKNOWN', `there is no account ${id}`)
    return token
  }

  async replaceToken(id: string, work: Parameters<AccountRegistry['replaceToken']>[1]): Promise<AccountToken> {
    const before = this.#replacing.get(id)
    const replace = async () => {
      await before
      const current = await this.token(id)
      const replacement = { current, candidate: this.#candidates.get(id), keep: async (token?: AccountToken) => this.#keep(id, token) }
      const token = (await work(replacement)) ?? current
      this.#tokens.set(id, token)
      this.#keep(id, undefined)
      this.#change(id, { tokenCreatedAt: token.createdAt, tokenExpiresAt: token.expiresAt })
      return token
    }
    const replaced = replace()
    this.#replacing.set(
      id,
      replaced.then(
        () => undefined,
        () => undefined,
      ),
    )
    return replaced
  }

  async rotateKey() {
    return 0
  }

  async setStatus(id: string, status: AccountStatus, reason?: string) {
    this.#change(id, { status, reason })
  }

  async markSynced(id: string, at: string) {
    const { lastSyncedAt } = this.#accounts.get(id) ?? {}
    if (lastSyncedAt === undefined || lastSyncedAt < at) this.#change(id, { lastSyncedAt: at })
  }

  async log(entry: SyncLogEntry) {
    this.entries.unshift(entry)
  }

  async logs({ limit, accountId }: { readonly limit: number; readonly accountId?: string }) {
    return this.entries.filter((entry) => accountId === undefined || entry.accountId === accountId).slice(0, limit)
  }

  async close() {
    // Nothing is open.
  }

  #keep(id: string, token: AccountToken | undefined) {
    if (token) this.#candidates.set(id, token)
    else this.#candidates.delete(id)
  }

  #change(id: string, change: Partial<AccountRecord>) {
    const account = this.#accounts.get(id)
    if (account) this.#accounts.set(id, { ...account, ...change })
  }
}
