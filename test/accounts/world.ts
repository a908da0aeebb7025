import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openAccountRegistry } from '../../accounts/open.ts'
import type { TokenLife } from '../../accounts/refresh.ts'
import { metaTokens } from '../../connectors/meta/login/provider.ts'
import type { MetaLogin } from '../../connectors/meta/login/token-call.ts'
import {
  type AccountRecord,
  type AccountRegistry,
  type Clock,
  createHttpClient,
  createRedactor,
  type Redactor,
  type TokenAccess,
} from '../../framework/index.ts'
import { silentReporter } from '../../framework/report.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts'
import { NOW } from '../sandbox/ask.ts'

export const DAY_MS = 86_400_000
export const APP = { clientId: '1234567890', clientSecret: 'sandbox-app-secret' }
export const KEY = Buffer.alloc(32, 7).toString('base64')

export interface TokenWorld {
  readonly sandbox: Sandbox
  readonly registry: AccountRegistry
  readonly access: TokenAccess
  readonly life: TokenLife
  readonly redactor: Redactor
  readonly clock: Clock
  readonly folder: string
  /** Ids of the accounts that exist, first one first. */
  readonly accounts: readonly string[]
  /** Adds the account with a token that is `ageDays` old. */
  add(token: string, login: MetaLogin, dates?: { ageDays?: number; leftDays?: number }): Promise<AccountRecord>
  /** Status and body of a call that reads the account with the token that the registry has. */
  readWith(account: AccountRecord): Promise<number>
}

/** Time of the sandbox; nothing waits. */
export function sandboxClock(sandbox: Sandbox): Clock {
  return { now: () => sandbox.clock.now().getTime(), monotonic: () => performance.now(), sleep: async () => undefined }
}

/** A sandbox with a registry of accounts, as long as the test lives. */
export async function tokenWorld(options: SandboxOptions = {}, more: Partial<TokenLife> = {}): Promise<TokenWorld> {
  const sandbox = await startSandbox({ now: NOW, pages: 3, posts: 5, days: 30, ...options })
  onTestFinished(() => sandbox.close())
  const folder = mkdtempSync(join(tmpdir(), 'connector-tokens-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const clock = sandboxClock(sandbox)
  const redactor = createRedactor()
  const report = silentReporter
  const http = createHttpClient({ clock, report, redactor, patienceSeconds: 60 })
  onTestFinished(() => http.close())
  const secret = redactor.secret
  const registry = await openAccountRegistry(`file:${join(folder, 'accounts.yaml')}`, { clock, env: {}, secret, key: KEY })
  const hosts = { facebook: sandbox.url, instagram: sandbox.instagramUrl, instagramApi: sandbox.instagramUrl }
  const access: TokenAccess = { http, clock, hosts, apps: { facebook: APP, instagram: APP } }
  const accounts = sandbox.instagram.accounts
  const iso = (ms: number) => new Date(ms).toISOString()
  return {
    sandbox,
    registry,
    access,
    life: { registry, provider: metaTokens, access, ...more },
    redactor,
    clock,
    folder,
    accounts,
    add: (token, login, { ageDays = 58, leftDays = 2 } = {}) => {
      const [createdAt, expiresAt] = [iso(clock.now() - ageDays * DAY_MS), iso(clock.now() + leftDays * DAY_MS)]
      return registry.save(
        { externalId: accounts[0] ?? '', name: 'acme', provider: 'meta', login },
        { accessToken: token, createdAt, expiresAt },
      )
    },
    readWith: async ({ id, login, externalId }) => {
      const { accessToken } = await registry.token(id)
      const base = login === 'instagram' ? sandbox.instagramUrl : sandbox.url
      const url = `${base}/v26.0/${login === 'instagram' ? 'me?fields=user_id' : `${externalId}?fields=id`}`
      return (await fetch(url, { headers: { authorization: `Bearer ${accessToken}` } })).status
    },
  }
}

/** Writes a file into the folder of the world and gives its path. */
export function fileIn({ folder }: TokenWorld, name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
