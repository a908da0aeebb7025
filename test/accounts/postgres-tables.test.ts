import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openAccountRegistry } from '../../accounts/open.ts'
import { migrateAccountTables } from '../../accounts/postgres-tables.ts'
import { openPostgres, type PostgresDatabase, systemClock } from '../../framework/index.ts'
import { KEY } from '../conformance/account-registry.ts'
import { type PostgresServer, startPostgres } from '../conformance/postgres-server.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

describe('migrateAccountTables', () => {
  const open: PostgresDatabase[] = []
  afterEach(async () => {
    for (const database of open.splice(0)) await database.close()
  })
  async function connect(url = server.freshUrl()) {
    const database = await openPostgres(url, { clock: systemClock })
    open.push(database)
    const ask = async (...statements: readonly string[]) =>
      database.transaction(async (query) => {
        await query(`create schema if not exists "${database.schema}"`)
        await query(`set local search_path to "${database.schema}"`)
        let rows: readonly Readonly<Record<string, unknown>>[] = []
        for (const statement of statements) rows = (await query(statement)).rows
        return rows
      })
    const columns = async (table: string) => {
      const found = await ask(
        `select column_name from information_schema.columns where table_schema = '${database.schema}' and table_name = '${table}'`,
      )
      return found.map(({ column_name }) => column_name)
    }
    return { url, database, ask, columns }
  }

  it('creates the tables with the names that consumers know', async () => {
    const { database, columns, ask } = await connect()
    await migrateAccountTables(database)
    const known = ['id', 'ig_user_id', 'account_name', 'access_token', 'token_expires_at', 'token_created_at', 'last_synced_at', 'priority']
    expect(await columns('instagram_accounts')).toEqual(expect.arrayContaining([...known, 'created_at', 'updated_at', 'status', 'owner']))
    expect(await columns('user_tokens')).toEqual(
      expect.arrayContaining(['token_id', 'u_id', 'platform', 'access_token', 'account_id', 'expires_at']),
    )
    expect(await columns('instagram_posts')).toEqual(
      expect.arrayContaining(['id', 'media_id', 'ig_user_id', 'caption', 'media_url', 'permalink', 'media_type', 'timestamp']),
    )
    await ask(
      `insert into instagram_insights (u_id, account_id, metric, end_time, value) values ('', '1', 'reach', '2026-11-18T08:00:00Z', 5)`,
    )
    const double = `insert into instagram_insights (account_id, metric, end_time) values ('1', 'reach', '2026-11-18T08:00:00Z')`
    await expect(ask(double)).rejects.toThrow(/23505/)
  })

  it('changes nothing the second time, and needs no right to create then', async () => {
    const { database } = await connect()
    await migrateAccountTables(database)
    const statements: string[] = []
    const watched: typeof database = {
      ...database,
      transaction: (work) =>
        database.transaction((query) =>
          work((text, values) => {
            statements.push(text)
            return query(text, values)
          }),
        ),
    }
    await migrateAccountTables(watched)
    expect(statements.filter((text) => !/^\s*select/i.test(text))).toEqual([])
  })

  it('works with tables that exist: adds what is missing and keeps the rows', async () => {
    const { database, ask, url } = await connect()
    await ask(
      `create table instagram_accounts (id serial primary key, ig_user_id bigint unique not null, account_name varchar(80), access_token text,
        token_expires_at timestamp, last_synced_at timestamp, extra text)`,
      `insert into instagram_accounts (ig_user_id, account_name, access_token, token_expires_at, extra)
        values (17841400000000001, 'acme', 'sandbox-user-token', '2027-01-01 12:00:00', 'theirs')`,
      'create table instagram_posts (media_id text primary key, caption text, "timestamp" timestamp)',
      `insert into instagram_posts values ('1', 'old', now())`,
    )
    await migrateAccountTables(database)
    expect(await ask('select extra, status, login_family, priority from instagram_accounts')).toEqual([
      { extra: 'theirs', status: 'active', login_family: 'facebook', priority: 2 },
    ])
    expect(await ask('select media_id, caption from instagram_posts')).toEqual([{ media_id: '1', caption: 'old' }])
    // The key that was there serves; no second index is made for it.
    const unique = `select count(*)::int as n from pg_indexes where tablename = 'instagram_accounts' and schemaname = '${database.schema}'`
    expect(await ask(unique)).toEqual([{ n: 2 }])

    const registry = await openAccountRegistry(url, { clock: systemClock, env: {}, secret: () => undefined, key: KEY })
    expect(await registry.list()).toMatchObject([
      { externalId: '17841400000000001', name: 'acme', tokenExpiresAt: '2027-01-01T12:00:00.000Z' },
    ])
    expect(await registry.rotateKey()).toBe(1)
    expect((await registry.token('17841400000000001')).accessToken).toBe('sandbox-user-token')
    await registry.markSynced('17841400000000001', '2026-11-20T08:00:00Z')
    expect((await registry.find('17841400000000001'))?.lastSyncedAt).toBe('2026-11-20T08:00:00.000Z')
    const token = { accessToken: 'sandbox-user-token-2', createdAt: undefined, expiresAt: undefined }
    expect(
      await registry.save({ externalId: '17841400000000002', name: 'second', provider: 'meta', login: 'instagram' }, token),
    ).toMatchObject({ id: '2' })
    await registry.close()
  })

  it('says which rows prevent a key', async () => {
    const { database, ask } = await connect()
    await ask(
      'create table instagram_accounts (id serial primary key, ig_user_id text)',
      `insert into instagram_accounts (ig_user_id) values ('1'), ('1')`,
    )
    await expect(migrateAccountTables(database)).rejects.toMatchObject({ code: 'ERR_ACCOUNT_TABLES', failureType: 'config_error' })
    expect(await ask('select count(*)::int as n from instagram_accounts')).toEqual([{ n: 2 }])
  })

  it('may be done by several processes at once', async () => {
    const url = server.freshUrl()
    const databases = await Promise.all(Array.from({ length: 4 }, () => connect(url)))
    await Promise.all(databases.map(({ database }) => migrateAccountTables(database)))
    expect(await databases[0]?.columns('instagram_sync_logs')).toContain('errors')
  })

  it('takes the newest token of user_tokens for an account without its own', async () => {
    const { database, ask, url } = await connect()
    await migrateAccountTables(database)
    await ask(
      `insert into instagram_accounts (ig_user_id, account_name) values ('17841400000000001', 'acme')`,
      `insert into user_tokens (u_id, platform, access_token, account_id, expires_at) values
        ('u', 'instagram', 'sandbox-old', '17841400000000001', '2026-12-01Z'), ('u', 'instagram', 'sandbox-new', '17841400000000001', '2027-02-01Z')`,
    )
    const options = { clock: systemClock, env: {}, secret: () => undefined, key: KEY, plainText: 'allowed' } as const
    const registry = await openAccountRegistry(url, options)
    const expiresAt = '2027-02-01T00:00:00.000Z'
    expect(await registry.token('17841400000000001')).toEqual({ accessToken: 'sandbox-new', createdAt: undefined, expiresAt })
    const next = { accessToken: 'sandbox-next', createdAt: '2027-01-31T00:00:00.000Z', expiresAt: '2027-04-01T00:00:00.000Z' }
    await registry.replaceToken('17841400000000001', async () => next)
    expect(await registry.token('17841400000000001')).toEqual(next)
    await registry.close()
  })
})
