/** `needs_login`: the token is dead and only a person can get a new one. `paused`: set by hand, syncs pass it over. */
export type AccountStatus = 'active' | 'needs_login' | 'paused'

/** An account whose data is kept up to date. Its token is never part of it, so that a listing can be printed. */
export interface AccountRecord {
  readonly id: string
  /** The provider's id of the account. */
  readonly externalId: string
  /** Whose API the account belongs to: the provider part of its connectors' ids. */
  readonly provider: string
  readonly name: string
  /** Which of the provider's logins the token comes from; tokens of one are never refreshed at another's host. */
  readonly login: string
  readonly status: AccountStatus
  /** Why the status is what it is, for people; never holds a token. */
  readonly reason: string | undefined
  /** Whose account it is, for platforms with users of their own. */
  readonly owner: string | undefined
  /** Lower comes first. */
  readonly priority: number
  /** ISO-8601, UTC; undefined for a token that does not expire, or whose life is not known. */
  readonly tokenExpiresAt: string | undefined
  /** ISO-8601, UTC. */
  readonly tokenCreatedAt: string | undefined
  /** ISO-8601, UTC; undefined before the first sync that went through. */
  readonly lastSyncedAt: string | undefined
}

export interface NewAccount {
  readonly externalId: string
  readonly provider: string
  readonly name: string
  readonly login: string
  readonly owner?: string
  /** 2 unless given. */
  readonly priority?: number
  /** Where the token stands (`env:NAME`, `file:PATH`, …), for registries that keep references instead of tokens. */
  readonly tokenReference?: string
}

export interface AccountToken {
  readonly accessToken: string
  /** ISO-8601, UTC. */
  readonly createdAt: string | undefined
  /** ISO-8601, UTC; undefined for never. */
  readonly expiresAt: string | undefined
}

/** One replacement of a token, while no other process may make one. */
export interface TokenReplacement {
  /** As it stands now: another process may have replaced it while this one waited. */
  readonly current: AccountToken
  /** A new token that was kept by a replacement which did not end; nobody knows whether it works. */
  readonly candidate: AccountToken | undefined
  /** Makes a new token durable beside the current one, so that it is not lost while it is tried; undefined forgets the candidate. */
  keep(candidate: AccountToken | undefined): Promise<void>
}

export interface SyncLogEntry {
  readonly runId: string
  /** `AccountRecord.id`; undefined for an entry about the whole run. */
  readonly accountId: string | undefined
  /** ISO-8601, UTC. */
  readonly startedAt: string
  readonly finishedAt: string
  readonly success: boolean
  /** Rows of recipes that tell new rows from changed ones. */
  readonly inserted: number
  readonly updated: number
  /** Rows of the others. */
  readonly written: number
  readonly requests: number
  readonly errors: readonly string[]
}

/** Which accounts a list has: those that meet every member that is set. */
export interface AccountFilter {
  readonly provider?: string
  readonly statuses?: readonly AccountStatus[]
  /** Each an `id` or an `externalId`; names of no account are passed over. */
  readonly ids?: readonly string[]
  /** Synced at this time or earlier, or never: ISO-8601. */
  readonly syncedBefore?: string
  /** At most so many, after the first `offset`. */
  readonly limit?: number
  readonly offset?: number
}

/** Where accounts and their tokens are kept. One contract suite tests every implementation. */
export interface AccountRegistry {
  /** By priority, then the stalest first; accounts never synced before all others of their priority. */
  list(filter?: AccountFilter): Promise<readonly AccountRecord[]>
  /** How many accounts the filter names, whatever its `limit` and `offset`. */
  count(filter?: AccountFilter): Promise<number>
  /** By `id` or `externalId`. */
  find(id: string): Promise<AccountRecord | undefined>
  /**
   * Adds the account, or gives the one with this `externalId` its new token and makes it active again.
   * Throws ConfigError ERR_ACCOUNT_ID_TAKEN when another provider's account has the id.
   */
  save(account: NewAccount, token: AccountToken): Promise<AccountRecord>
  /** False when there is no such account. */
  remove(id: string): Promise<boolean>
  /**
   * Throws ConfigError ERR_ACCOUNT_UNKNOWN; ERR_ACCOUNT_TOKEN_UNREADABLE (wrong key, damaged text, a reference without a secret);
   * ERR_ACCOUNT_TOKEN_PLAIN for a token in plain text where those are not allowed.
   */
  token(id: string): Promise<AccountToken>
  /**
   * Replaces a token, one process at a time; a second caller waits for the first, and its `work` is given the token that came of it.
   * What `work` returns is durable before the old token is let go, and makes an account that needed a login active; undefined keeps the
   * old token. A process that dies in between leaves the old token in place and the candidate that it kept; its place is free at once
   * on its own machine, elsewhere after a time (five minutes unless set), and `work` has to end within it.
   * Throws ConfigError as `token` does, and ERR_ACCOUNT_TOKEN_READ_ONLY before `work` is called when a new token could not be kept;
   * ConnectorError ERR_ACCOUNT_BUSY (transient) when another process takes longer.
   */
  replaceToken(id: string, work: (replacement: TokenReplacement) => Promise<AccountToken | undefined>): Promise<AccountToken>
  /** Writes every kept token again with the current key, so that older keys and plain texts are needed no more. Gives the number written. */
  rotateKey(): Promise<number>
  /** Throws ConfigError ERR_ACCOUNT_UNKNOWN. */
  setStatus(id: string, status: AccountStatus, reason?: string): Promise<void>
  /** Only moves forward. Throws ConfigError ERR_ACCOUNT_UNKNOWN. */
  markSynced(id: string, at: string): Promise<void>
  log(entry: SyncLogEntry): Promise<void>
  /** Newest first. */
  logs(options: { readonly limit: number; readonly accountId?: string }): Promise<readonly SyncLogEntry[]>
  close(): Promise<void>
}

/** A registry of somebody's own; one without `count` has its accounts listed. */
export type AccountRegistryDefinition = Omit<AccountRegistry, 'count'> & Partial<Pick<AccountRegistry, 'count'>>

/** The registry with every member. */
export function defineAccountRegistry(own: AccountRegistryDefinition): AccountRegistry {
  return {
    list: (filter) => own.list(filter),
    count: async ({ limit: _, offset: __, ...filter } = {}) => (own.count ? own.count(filter) : (await own.list(filter)).length),
    find: (id) => own.find(id),
    save: (account, token) => own.save(account, token),
    remove: (id) => own.remove(id),
    token: (id) => own.token(id),
    replaceToken: (id, work) => own.replaceToken(id, work),
    rotateKey: () => own.rotateKey(),
    setStatus: (id, status, reason) => own.setStatus(id, status, reason),
    markSynced: (id, at) => own.markSynced(id, at),
    log: (entry) => own.log(entry),
    logs: (options) => own.logs(options),
    close: () => own.close(),
  }
}
