import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAccountRegistry } from '../../accounts/open.ts'
import { refreshToken } from '../../accounts/refresh.ts'
import { metaTokens } from '../../connectors/meta/login/provider.ts'
import { type AccountRegistry, createHttpClient, createRedactor, systemClock } from '../../framework/index.ts'
import { silentReporter } from '../../framework/report.ts'
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts'
import { runConnector } from '../cli/run.ts'
import { type PostgresServer, startPostgres } from '../conformance/postgres-server.ts'
import { APP, DAY_MS, KEY } from './world.ts'

const preload = fileURLToPath(new URL('crash-at.mjs', import.meta.url))
const FAULTS = [
  { kind: 'error', code: 2, status: 503, times: 2 },
  { kind: 'body', status: 200, body: '{"token_type":"bearer","expires_in":5183944}', contentType: 'application/json', times: 1 },
  { kind: 'reset', bytes: 0, times: 1 },
] as const

let sandbox: Sandbox
let server: PostgresServer
beforeAll(async () => {
  sandbox = await startSandbox({ pages: 1, posts: 1, days: 2 })
  server = await startPostgres()
})
afterAll(() => Promise.all([sandbox.close(), server.stop()]))

interface Case {
  readonly url: string
  readonly registry: AccountRegistry
  readonly id: string
  /** Runs `accounts refresh` in a process of its own; true when it was killed. */
  refresh(crashAt?: string): Promise<boolean>
  /** Status of a call with the token that the registry has now. */
  read(): Promise<number>
  /** What the next run does with the account. */
  next(): Promise<string>
  close(): Promise<void>
}

async function openCase(url: string): Promise<Case> {
  const redactor = createRedactor()
  const registry = await openAccountRegistry(url, { clock: systemClock, env: {}, secret: redactor.secret, key: KEY })
  const externalId = sandbox.instagram.accounts[0] ?? ''
  const iso = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString()
  const token = { accessToken: 'sandbox-user-token', createdAt: iso(-58), expiresAt: iso(2) }
  const account = await registry.save({ externalId, name: 'acme', provider: 'meta', login: 'facebook' }, token)
  const report = silentReporter
  const http = createHttpClient({ clock: systemClock, report, redactor })
  const env = {
    CONNECTOR_ACCOUNTS: url,
    CONNECTOR_ACCOUNTS_KEY: KEY,
    CONNECTOR_FACEBOOK_APP_ID: APP.clientId,
    CONNECTOR_FACEBOOK_APP_SECRET: APP.clientSecret,
  }
  return {
    url,
    registry,
    id: account.id,
    async refresh(crashAt) {
      const crash = crashAt === undefined ? {} : { CRASH_AT: crashAt, NODE_OPTIONS: `--import ${preload}` }
      const ended = await runConnector(['accounts', 'refresh', account.id, '--base-url', sandbox.url], { env: { ...env, ...crash } })
      expect(`${ended.stdout}${ended.stderr}`).not.toMatch(/sandbox-user-token/)
      if (ended.code !== null && ended.code > 1) throw new Error(`the process ended with ${ended.code}: ${ended.stderr}`)
      return ended.code === null
    },
    async read() {
      const { accessToken } = await registry.token(account.id)
      const headers = { authorization: `Bearer ${accessToken}` }
      return (await fetch(`${sandbox.url}/v26.0/${externalId}?fields=id`, { headers })).status
    },
    async next() {
      const access = { http, clock: systemClock, hosts: { facebook: sandbox.url }, apps: { facebook: APP } }
      const found = (await registry.find(account.id)) ?? account
      return (await refreshToken({ registry, provider: metaTokens, access }, found, 'now')).outcome
    },
    async close() {
      http.close()
      await registry.close()
    },
  }
}

/** The account has a working token whatever happened, and the next run goes on. */
async function expectAlive(opened: Case): Promise<void> {
  expect(await opened.read()).toBe(200)
  expect((await opened.registry.find(opened.id))?.status).toBe('active')
  sandbox.faults.clear()
  expect(await opened.next()).toBe('refreshed')
  expect(await opened.read()).toBe(200)
}

async function inFolder(work: (url: string, stored: () => string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'connector-kill-'))
  const files = () => readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  try {
    await work(`file:${join(folder, 'accounts.yaml')}`, () => files().join('\n'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

describe('a process killed while it replaces a token', () => {
  // One refresh takes 21 steps: locks, the candidate, the swap.
  it.each(upTo(11).map((seed) => 2 * seed - 1))('leaves a working token in a file: before file step %i', async (step) => {
    await inFolder(async (url, stored) => {
      const opened = await openCase(url)
      const killed = await opened.refresh(`file:${step}`)
      expect(killed).toBe(true)
      expect(stored()).not.toMatch(/sandbox-user-token/)
      await expectAlive(opened)
      await opened.close()
    })
  })

  it.each(upTo(5).map((seed) => 3 * seed))('leaves a working token in PostgreSQL: before write %i', async (step) => {
    const opened = await openCase(server.freshUrl())
    expect(await opened.refresh(`write:${step}:${new URL(opened.url).port}`)).toBe(true)
    await expectAlive(opened)
    await opened.close()
  })

  it.each(['file', 'postgres'])('leaves a working token in %s when it dies between the answer and the save', async (kind) => {
    await inFolder(async (folder) => {
      const opened = await openCase(kind === 'file' ? folder : server.freshUrl())
      // 1: the answer with the new token. 2: the answer to the call that tries it.
      for (const response of [1, 2]) {
        expect(await opened.refresh(`response:${response}`)).toBe(true)
        expect((await opened.registry.token(opened.id)).accessToken).toBe('sandbox-user-token')
        expect(await opened.read()).toBe(200)
      }
      await expectAlive(opened)
      await opened.close()
    })
  })

  it.each(upTo(4))('does not harm another one at the same time, with faults: seed %i', async (seed) => {
    await inFolder(async (folder) => {
      const opened = await openCase(seed % 2 === 0 ? folder : server.freshUrl())
      const fault = FAULTS[seed % FAULTS.length]
      if (fault) sandbox.faults.add({ match: { path: '*/oauth/access_token' }, ...fault })
      const crashAt = seed % 2 === 0 ? `file:${5 * seed}` : `response:${1 + (seed % 3)}`
      await Promise.all([opened.refresh(crashAt), opened.refresh()])
      await expectAlive(opened)
      await opened.close()
    })
  })
})
