import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { importAccounts, readUserTokens } from '../../accounts/import-accounts.ts'
import { openAccountRegistry } from '../../accounts/open.ts'
import { metaTokens } from '../../connectors/meta/login/provider.ts'
import { openPostgres, systemClock } from '../../framework/index.ts'
import { KEY, testAccountRegistry, tokenOf } from '../conformance/account-registry.ts'
import { fakeClock } from '../conformance/fake-clock.ts'
import { type PostgresServer, startPostgres } from '../conformance/postgres-server.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

testAccountRegistry('postgres:', async () => {
  const url = server.freshUrl()
  return {
    connect: (options) => openAccountRegistry(url, { ...options, env: {}, secret: () => undefined }),
    stored: async () => {
      const database = await openPostgres(url, { clock: systemClock })
      try {
        const { rows } = await database.transaction((query) =>
          query(`select row_to_json(a)::text as row from "${database.schema}".instagram_accounts a`),
        )
        return rows.map(({ row }) => String(row)).join('\n')
      } finally {
        await database.close()
      }
    },
    destroy: async () => undefined,
  }
})

describe('postgresAccountRegistry', () => {
  const ID = '17841400000000001'
  const options = { clock: fakeClock(), env: {}, secret: () => undefined, key: KEY }

  async function setUp() {
    const url = server.freshUrl()
    const registry = await openAccountRegistry(url, options)
    onTestFinished(() => registry.close())
    const database = await openPostgres(url, { clock: systemClock })
    onTestFinished(() => database.close())
    const ask = (sql: string, values: readonly unknown[] = []) =>
      database.transaction(async (query) => {
        await query(`set local search_path to "${database.schema}"`)
        return (await query(sql, values)).rows
      })
    await registry.save({ externalId: ID, name: 'acme', provider: 'meta', login: 'facebook' }, tokenOf('one'))
    return { url, registry, ask }
  }

  it('waits for a process on another machine, and takes its place when its time is over', async () => {
    const { registry, ask } = await setUp()
    const holder = JSON.stringify({ host: 'elsewhere', pid: 1, instance: 'x', ticket: 'y' })
    const hold = (until: string) =>
      ask(`update instagram_accounts set refresh_holder = $1, refresh_until = now() + interval '${until}'`, [holder])
    await hold('1 hour')
    const work = vi.fn(async () => undefined)
    const busy = { code: 'ERR_ACCOUNT_BUSY', message: expect.stringContaining('process 1 on elsewhere') }
    await expect(registry.replaceToken(ID, work)).rejects.toMatchObject(busy)
    expect(work).not.toHaveBeenCalled()
    await hold('-1 second')
    await registry.replaceToken(ID, work)
    expect(work).toHaveBeenCalledTimes(1)
    expect(await ask('select refresh_holder, refresh_until from instagram_accounts')).toEqual([
      { refresh_holder: null, refresh_until: null },
    ])
  })

  it('keeps what another process stored when it was overtaken', async () => {
    const { registry, ask } = await setUp()
    const result = await registry.replaceToken(ID, async ({ keep }) => {
      await ask(`update instagram_accounts set refresh_holder = 'somebody else'`)
      await expect(keep(tokenOf('late'))).rejects.toMatchObject({ code: 'ERR_ACCOUNT_BUSY' })
      return tokenOf('late')
    })
    expect(result).toEqual(tokenOf('one'))
    expect(await ask('select refresh_holder from instagram_accounts')).toEqual([{ refresh_holder: 'somebody else' }])
  })

  it('takes a status that it does not know for a pause', async () => {
    const { registry, ask } = await setUp()
    await ask(`update instagram_accounts set status = 'archived'`)
    expect(await registry.find(ID)).toMatchObject({ status: 'paused', reason: 'status archived is not one of this program' })
  })

  it('gives user_tokens to an import', async () => {
    const { url, registry, ask } = await setUp()
    await ask(
      `insert into user_tokens (u_id, platform, access_token, account_id, expires_at) values
        ('u-1', 'instagram', 'sandbox-old-token', '17841400000000002', '2026-12-01Z'),
        ('u-2', 'instagram', 'sandbox-new-token', '17841400000000002', '2027-02-01Z'), ('u-3', 'facebook', '', '17841400000000003', null)`,
    )
    const rows = await readUserTokens(url, { clock: systemClock })
    const outcomes = await importAccounts(rows, { registry, providers: [metaTokens], stores: {}, secret: () => undefined })
    expect(outcomes).toMatchObject([{ account: { externalId: '17841400000000002', owner: 'u-2' } }, { error: { code: 'ERR_IMPORT_ROW' } }])
    const token = await registry.token('17841400000000002')
    expect(token).toEqual({ accessToken: 'sandbox-new-token', createdAt: undefined, expiresAt: '2027-02-01T00:00:00.000Z' })
  })
})
