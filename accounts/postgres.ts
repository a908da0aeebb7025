import {
  type AccountRecord,
  type AccountRegistry,
  type AccountToken,
  type Clock,
  LEASE_MS,
  openPostgres,
  type PostgresResult,
  type Query,
  type SyncLogEntry,
} from '../framework/index.ts'
import { idTaken, noToken, unknownAccount } from './account-errors.ts'
import { isKnownStatus } from './account-filter.ts'
import { type AccountCondition, type AccountKeys, accountCondition, accountKeys } from './postgres-keys.ts'
import { replaceInPostgres } from './postgres-replacement.ts'
import { type AccountTables, accountTables, migrateAccountTables } from './postgres-tables.ts'
import { SEED } from './seed-names.ts'
import type { TokenCipher } from './token-cipher.ts'

export interface PostgresAccountsOptions {
  readonly clock: Clock
  readonly cipher: TokenCipher
  /** How long a replacement of a token may take before another process begins one; milliseconds, five minutes by default. */
  readonly holdMs?: number
  /** Told every token that is read, so that no output shows it. */
  readonly secret: (value: string) => void
}

/** Runs one statement of its own. */
export type Ask = (text: string, values?: readonly unknown[]) => Promise<PostgresResult>

type Row = PostgresResult['rows'][number]

/** Keeps accounts in the table of accounts (see postgres-tables.ts); an account without a token of its own uses the newest of `user_tokens`. */
export async function postgresAccountRegistry(url: string, options: PostgresAccountsOptions): Promise<AccountRegistry> {
  return registryOf(accountStore(await openPostgres(url, { clock: options.clock })), options)
}

type Database = Awaited<ReturnType<typeof openPostgres>>

/** The tables of accounts, migrated before the first statement. */
interface AccountStore {
  readonly database: Database
  readonly tables: AccountTables
  readonly transaction: <T>(work: (query: Query) => Promise<T>) => Promise<T>
  readonly ask: Ask
  readonly statements: () => Promise<Statements>
}

function accountStore(database: Database): AccountStore {
  const tables = accountTables(database.schema)
  let migrated: Promise<void> | undefined
  const transaction = async <T>(work: (query: Query) => Promise<T>): Promise<T> => {
    migrated ??= migrateAccountTables(database)
    await migrated.catch((thrown) => {
      // The next call tries again: the server may have been away for a moment.
      migrated = undefined
      throw thrown
    })
    return database.transaction(async (query) => {
      // Columns of existing tables may be without a time zone: they are taken as UTC.
      await query(`set local time zone 'UTC'`)
      return work(query)
    })
  }
  let prepared: Promise<Statements> | undefined
  const statements = (): Promise<Statements> => {
    prepared ??= transaction(async (query) => accountRows(tables, await accountKeys(query, tables)))
    return prepared.catch((thrown) => {
      prepared = undefined
      throw thrown
    })
  }
  return { database, tables, transaction, ask: (text, values) => transaction((query) => query(text, values)), statements }
}

function registryOf(store: AccountStore, options: PostgresAccountsOptions): AccountRegistry {
  const { database, tables, transaction, ask, statements } = store
  const { cipher, secret } = options
  return {
    list: async (filter = {}) => {
      const { list, keys } = await statements()
      const condition = accountCondition(filter, keys)
      return (await ask(list(condition), condition.values)).rows.map(recordOf)
    },
    count: async ({ limit: _, offset: __, ...filter } = {}) => {
      const { count, keys } = await statements()
      const { where, values } = accountCondition(filter, keys)
      return Number((await ask(count(where), values)).rows[0]?.['count'])
    },
    find: async (id) => (await ask((await statements()).one, [id])).rows.map(recordOf)[0],
    async save(account, token) {
      secret(token.accessToken)
      const { externalId, provider, name, login, owner = null, priority = null } = account
      const sealed = cipher.seal(token.accessToken, externalId)
      const values = [externalId, name, sealed, token.expiresAt ?? null, token.createdAt ?? null, login, owner, priority, provider]
      const { rows: saved } = await ask((await statements()).save, values)
      if (saved[0]) return recordOf(saved[0])
      throw idTaken(externalId, { provider: recordOf(await find(store, externalId)).provider, place: database.place })
    },
    remove: async (id) => (await ask(`delete from ${tables.accounts} where ${(await statements()).keys.meant('')}`, [id])).count > 0,
    token: async (id) => tokenOf(await find(store, id), options),
    replaceToken: (id, work) => replaceToken(store, options, { id, work }),
    rotateKey: async () => {
      const { keys } = await statements()
      return transaction((query) => sealAnew(query, { accounts: tables.accounts, keys }, cipher))
    },
    setStatus: (id, status, reason) => change(store, id, { set: 'status = $2, status_reason = $3', values: [status, reason ?? null] }),
    markSynced: (id, at) =>
      change(store, id, { set: 'last_synced_at = greatest(last_synced_at::timestamptz, $2::timestamptz)', values: [at] }),
    log: async (entry) => void (await ask((await statements()).log, logValues(entry))),
    logs: async ({ limit, accountId }) =>
      (await ask((await statements()).logs(accountId), accountId === undefined ? [limit] : [limit, accountId])).rows.map(entryOf),
    close: () => database.close(),
  }
}

async function find({ database, ask, statements }: AccountStore, id: string): Promise<Row> {
  const { rows: found } = await ask((await statements()).one, [id])
  if (!found[0]) throw unknownAccount(id, database.place)
  return found[0]
}

interface Change {
  /** Assignments, whose parameters begin with `$2`. */
  readonly set: string
  readonly values: readonly unknown[]
}

async function change({ database, tables, ask, statements }: AccountStore, id: string, { set, values }: Change): Promise<void> {
  const sql = `update ${tables.accounts} set ${set}, updated_at = now() where ${(await statements()).keys.meant('')}`
  const { count } = await ask(sql, [id, ...values])
  if (count === 0) throw unknownAccount(id, database.place)
}

function tokenOf(row: Row, { cipher, secret }: PostgresAccountsOptions): AccountToken {
  const account = String(row['ig_user_id'])
  if (typeof row['access_token'] !== 'string' || row['access_token'] === '') throw noToken(account)
  const accessToken = cipher.open(row['access_token'], account)
  secret(accessToken)
  return { accessToken, createdAt: text(row['token_created_at']), expiresAt: text(row['token_expires_at']) }
}

interface Exchange {
  readonly id: string
  readonly work: Parameters<AccountRegistry['replaceToken']>[1]
}

async function replaceToken(store: AccountStore, options: PostgresAccountsOptions, { id, work }: Exchange): Promise<AccountToken> {
  const { clock, cipher, secret, holdMs = LEASE_MS } = options
  const { tables, transaction } = store
  cipher.requireWritable()
  const row = await find(store, id)
  const account = { id: String(row['id']), externalId: String(row['ig_user_id']) }
  const { keys } = await store.statements()
  const read = async () => tokenOf(await find(store, id), options)
  return replaceInPostgres({ keys, account, work, tables, transaction, cipher, clock, holdMs, secret, read })
}

const utc = (column: string): string =>
  `to_char(${column}::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ${column.replace(/^.*\./, '')}`

type Statements = ReturnType<typeof accountRows>

function accountRows({ accounts, userTokens, syncLogs }: AccountTables, keys: AccountKeys) {
  const columns = `a.id::text as id, a.ig_user_id::text as ig_user_id, a.account_name, a.provider, a.login_family, a.status, a.status_reason,
    a.owner::text as owner, coalesce(a.priority, 2)::int as priority, coalesce(nullif(a.access_token, ''), u.access_token) as access_token,
    ${utc('a.token_created_at')}, ${utc('a.last_synced_at')},
    to_char(coalesce(a.token_expires_at::timestamptz, case when coalesce(a.access_token, '') = '' then u.expires_at::timestamptz end)
      at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as token_expires_at`
  const from = `${accounts} a left join lateral (
      select access_token, expires_at from ${userTokens} where ${keys.token}
      order by expires_at desc nulls last, token_id desc limit 1) u on coalesce(a.access_token, '') = ''`
  return {
    keys,
    list: ({ where, page }: AccountCondition) => `select ${columns} from ${from} where a.ig_user_id is not null${where}
      order by coalesce(a.priority, 2), a.last_synced_at nulls first, a.ig_user_id::text ${page}`,
    count: (where: string) => `select count(*) as count from ${accounts} a where a.ig_user_id is not null${where}`,
    one: `select ${columns} from ${from} where ${keys.meant('a.')} and a.ig_user_id is not null
      order by (${keys.external}) desc nulls last limit 1`,
    // A new login also ends a replacement that is under way: it works on the old token.
    save: `with saved as (
      insert into ${accounts} as t (ig_user_id, account_name, access_token, token_expires_at, token_created_at, login_family, owner, priority, provider)
      values ($1, $2, $3, $4, $5, $6, $7, coalesce($8::int, 2), $9)
      on conflict (ig_user_id) do update set account_name = excluded.account_name, access_token = excluded.access_token,
        token_expires_at = excluded.token_expires_at, token_created_at = excluded.token_created_at, login_family = excluded.login_family,
        owner = coalesce(excluded.owner, t.owner), priority = coalesce($8::int, t.priority, 2), status = 'active', status_reason = null,
        token_candidate = null, refresh_holder = null, refresh_until = null, provider = excluded.provider, updated_at = now()
      where coalesce(t.provider, '${SEED.provider}') = excluded.provider
      returning *) select ${columns} from saved a left join (select null::text as access_token, null::timestamptz as expires_at) u on true`,
    log: `insert into ${syncLogs}
      (run_id, account_id, started_at, finished_at, success, posts_inserted, posts_updated, insights_written, requests, errors)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    logs: (
      account: string | undefined,
    ) => `select run_id, account_id::text as account_id, ${utc('started_at')}, ${utc('finished_at')}, success, posts_inserted,
      posts_updated, insights_written, requests, errors from ${syncLogs} ${account === undefined ? '' : `where ${keys.logged}`}
      order by ${syncLogs}.finished_at desc nulls last, id desc limit $1`,
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function recordOf(row: Row): AccountRecord {
  const status = text(row['status']) ?? 'active'
  return {
    id: String(row['id']),
    externalId: String(row['ig_user_id']),
    provider: text(row['provider']) || SEED.provider,
    name: text(row['account_name']) ?? String(row['ig_user_id']),
    login: text(row['login_family']) || SEED.login,
    // A word of another program that this one does not know is no reason to read the account.
    status: isKnownStatus(status) ? status : 'paused',
    reason: text(row['status_reason']) ?? (isKnownStatus(status) ? undefined : `status ${status} is not one of this program`),
    owner: text(row['owner']),
    priority: Number(row['priority']),
    tokenExpiresAt: text(row['token_expires_at']),
    tokenCreatedAt: text(row['token_created_at']),
    lastSyncedAt: text(row['last_synced_at']),
  }
}

function logValues(entry: SyncLogEntry): readonly unknown[] {
  const { runId, accountId, startedAt, finishedAt, success, inserted, updated, written, requests, errors } = entry
  const counts = [inserted, updated, written, requests]
  return [runId, accountId ?? null, startedAt, finishedAt, success, ...counts, JSON.stringify(errors)]
}

function entryOf(row: Row): SyncLogEntry {
  const errors = row['errors']
  return {
    runId: text(row['run_id']) ?? '',
    accountId: text(row['account_id']),
    startedAt: text(row['started_at']) ?? '',
    finishedAt: text(row['finished_at']) ?? '',
    success: row['success'] === true,
    inserted: Number(row['posts_inserted'] ?? 0),
    updated: Number(row['posts_updated'] ?? 0),
    written: Number(row['insights_written'] ?? 0),
    requests: Number(row['requests'] ?? 0),
    errors: Array.isArray(errors) ? errors.map(String) : [],
  }
}

/** In one transaction: no token is left behind that needs the old key. */
async function sealAnew(
  query: Query,
  { accounts, keys }: { readonly accounts: string; readonly keys: AccountKeys },
  cipher: TokenCipher,
): Promise<number> {
  cipher.requireWritable()
  const { rows } = await query(
    `select id::text as id, ig_user_id::text as ig_user_id, access_token, token_candidate from ${accounts}
     where coalesce(access_token, '') <> '' order by id::text for update`,
  )
  let written = 0
  for (const { id, ig_user_id, access_token, token_candidate } of rows) {
    const kept = [text(access_token), text(token_candidate)]
    if (kept.every((sealed) => sealed === undefined || cipher.isCurrent(sealed))) continue
    const [token, candidate] = kept.map((sealed) =>
      sealed === undefined ? null : cipher.seal(cipher.openAny(sealed, String(ig_user_id)), String(ig_user_id)),
    )
    await query(`update ${accounts} set access_token = $2, token_candidate = $3, updated_at = now() where ${keys.own}`, [
      id,
      token,
      candidate,
    ])
    written++
  }
  return written
}
