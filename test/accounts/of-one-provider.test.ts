import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openAccountRegistry } from '../../accounts/open.ts'
import { metaTokens } from '../../connectors/meta/login/provider.ts'
import { type AccountRegistry, openPostgres, systemClock } from '../../framework/index.ts'
import { temporaryFolder } from '../cli/run.ts'
import { type PostgresServer, startPostgres } from '../conformance/postgres-server.ts'

// Written by the program as it was before accounts of several providers could be kept.
const before = fileURLToPath(new URL('../fixtures/accounts-of-one-provider', import.meta.url))
const KEY = Buffer.alloc(32, 7).toString('base64')
const dates = { createdAt: '2026-11-11T00:00:00.000Z', expiresAt: '2027-01-10T00:00:00.000Z' }

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

async function openFile(): Promise<AccountRegistry> {
  const folder = temporaryFolder()
  cpSync(before, folder, { recursive: true })
  return open(`file:${join(folder, 'accounts.yaml')}`)
}

async function openDatabase(): Promise<AccountRegistry> {
  const url = server.freshUrl()
  const database = await openPostgres(url, { clock: systemClock })
  await database.transaction(async (query) => {
    await query(`create schema if not exists "${database.schema}"`)
    await query(`set local search_path to "${database.schema}"`)
    for (const statement of readFileSync(join(before, 'accounts.sql'), 'utf8').split(/;\n/)) if (statement.trim()) await query(statement)
  })
  await database.close()
  return open(url)
}

async function open(url: string): Promise<AccountRegistry> {
  const env = { ACME: 'sandbox-acme-token', TWO: 'sandbox-two-token' }
  const registry = await openAccountRegistry(url, { clock: systemClock, env, key: KEY, secret: () => undefined, providers: [metaTokens] })
  onTestFinished(() => registry.close())
  return registry
}

describe.each([
  ['a file', openFile],
  ['PostgreSQL', openDatabase],
])('accounts that %s has from before there were several providers', (_place, openRegistry) => {
  it('belong to the provider that there was, with all that was known of them', async () => {
    const registry = await openRegistry()
    const all = await registry.list()
    expect(all.map(({ externalId }) => externalId)).toEqual(['17841400000000002', '17841400000000003', '17841400000000001'])
    expect(all).toMatchObject([
      {
        provider: 'meta',
        login: 'instagram',
        name: 'two',
        priority: 1,
        owner: 'u-2',
        status: 'needs_login',
        reason: 'the password was changed',
      },
      { provider: 'meta', login: 'instagram', name: 'three', owner: 'u-3', status: 'active', tokenExpiresAt: dates.expiresAt },
      { provider: 'meta', login: 'facebook', name: 'acme', status: 'active', lastSyncedAt: '2026-11-20T00:00:00.000Z' },
    ])
    expect(await registry.token('17841400000000001')).toEqual({ accessToken: 'sandbox-acme-replaced', ...dates })
    expect((await registry.token('17841400000000002')).accessToken).toBe('sandbox-two-token')
    expect(await registry.token('17841400000000003')).toEqual({ accessToken: 'sandbox-three-token', ...dates })
  })

  it('have the log that they had', async () => {
    const registry = await openRegistry()
    const times = { runId: 'r1', startedAt: '2026-11-20T00:00:00.000Z', success: true, inserted: 7, updated: 2, requests: 3 }
    expect(await registry.logs({ limit: 5 })).toMatchObject([
      { ...times, accountId: undefined, written: 5, errors: ['17841400000000002: ERR_GRAPH: refused'] },
      { ...times, accountId: expect.any(String), written: 0, errors: [] },
    ])
  })

  it('take a new login, and share their registry with accounts of others', async () => {
    const registry = await openRegistry()
    const two = { externalId: '17841400000000002', provider: 'meta', name: 'two', login: 'instagram' }
    expect(await registry.save(two, { accessToken: 'sandbox-two-again', ...dates })).toMatchObject({
      status: 'active',
      owner: 'u-2',
      priority: 1,
    })
    const other = { externalId: 'red-box', provider: 'postbox', name: 'red', login: 'postbox' }
    const token = { accessToken: 'pbx-some-other-key', ...dates }
    const taken = registry.save({ ...other, externalId: two.externalId }, token)
    await expect(taken).rejects.toMatchObject({ code: 'ERR_ACCOUNT_ID_TAKEN', failureType: 'config_error' })
    expect((await registry.token(two.externalId)).accessToken).toBe('sandbox-two-again')
  })
})

describe('a registry of two providers', () => {
  it.each([
    ['a file', async () => `file:${join(temporaryFolder(), 'accounts.yaml')}`],
    ['PostgreSQL', async () => server.freshUrl()],
  ])('keeps both in %s', async (_place, place) => {
    const url = await place()
    const options = { clock: systemClock, env: {}, key: KEY, secret: () => undefined }
    const registry = await openAccountRegistry(url, options)
    onTestFinished(() => registry.close())
    const accounts = [
      { externalId: '17841400000000001', provider: 'meta', name: 'acme', login: 'facebook' },
      { externalId: 'red-box', provider: 'postbox', name: 'red', login: 'postbox' },
    ]
    for (const account of accounts) await registry.save(account, { accessToken: `sandbox-of-${account.name}`, ...dates })
    const again = await openAccountRegistry(url, options)
    onTestFinished(() => again.close())
    expect(await again.list()).toMatchObject(accounts)
    expect((await again.token('red-box')).accessToken).toBe('sandbox-of-red')
  })
})
