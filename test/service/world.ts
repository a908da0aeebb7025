import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { ConnectorPackage, SyncRecipe } from '../../connectors/index.ts'
import { instagramGraph } from '../../connectors/instagram_graph/package.ts'
import { insights } from '../../connectors/instagram_graph/recipe.ts'
import { instagramPosts } from '../../connectors/instagram_posts/package.ts'
import { posts } from '../../connectors/instagram_posts/recipe.ts'
import { ChangeCounts } from '../../destinations/tables/row-changes.ts'
import {
  type Clock,
  createRedactor,
  type Destination,
  defineDestination,
  type Item,
  loadManifest,
  type Row,
} from '../../framework/index.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts'
import { fileStateRegistry } from '../../state/file.ts'
import { loadRecipe } from '../../sync/load-recipe.ts'
import { type SyncRequest, syncAccounts } from '../../sync/sync-accounts.ts'
import type { SyncOptions } from '../../sync/sync-options.ts'
import { temporaryFolder } from '../cli/run.ts'
import { MemoryAccounts } from './memory-registry.ts'

/** Rows by table and key, as a destination with keys would hold them. */
export interface Tables {
  readonly rows: Map<string, Map<string, Row>>
  /** Rows written, repeated ones included. */
  writes: number
  count(table: string): number
}

export function memoryTables(): Tables {
  const rows = new Map<string, Map<string, Row>>()
  return { rows, writes: 0, count: (table) => rows.get(table)?.size ?? 0 }
}

/** Writes into tables in memory; `refuse` breaks the first write. */
export function memoryDestination(tables: Tables, refuse?: () => boolean): Destination {
  const changes = new ChangeCounts()
  return defineDestination({
    open: async () => undefined,
    changes: (stream) => changes.of(stream),
    async *write(items: AsyncIterable<Item>) {
      for await (const item of items) {
        if (item.type === 'page') {
          if (refuse?.()) throw new Error('the disk is full')
          const table = tables.rows.get(item.stream.kind) ?? new Map<string, Row>()
          tables.rows.set(item.stream.kind, table)
          for (const row of item.rows) {
            const key = JSON.stringify(item.stream.primaryKey.map(([field = '']) => row[field]))
            changes.add(item.stream.name, table.has(key) ? { inserted: 0, updated: 1 } : { inserted: 1, updated: 0 })
            table.set(key, row)
          }
          tables.writes += item.rows.length
        }
        yield item
      }
    },
    close: async () => undefined,
    report: () => ({ rows: {}, places: [] }),
  })
}

const packages: Readonly<Record<string, ConnectorPackage>> = { posts: instagramPosts, insights: instagramGraph, media: instagramGraph }

/** A recipe on a sandbox. */
export async function sandboxRecipe(sandbox: Sandbox, recipe: SyncRecipe = posts, config: Readonly<Record<string, unknown>> = {}) {
  const source = packages[recipe.name]
  if (!source) throw new TypeError(`no package for ${recipe.name}`)
  const text = readFileSync(fileURLToPath(new URL(`../../${source.manifest}`, import.meta.url)), 'utf8')
  const bases = { base_url: sandbox.url, instagram_base_url: sandbox.instagramUrl }
  return loadRecipe(recipe, {
    manifest: loadManifest({ file: source.manifest, text }),
    parts: await source.load(),
    config: { ...bases, ...config },
    env: {},
  })
}

export { insights, posts }

export function sandboxClock(sandbox: Sandbox): Clock {
  const now = () => sandbox.clock.now().getTime()
  return { now, monotonic: now, sleep: async (ms) => sandbox.clock.advance(ms) }
}

export interface SyncWorld {
  readonly sandbox: Sandbox
  readonly accounts: MemoryAccounts
  readonly tables: Tables
  readonly log: string[]
  /** Ids of the accounts at the provider, in the order of the registry. */
  readonly ids: readonly string[]
  readonly request: SyncRequest
  sync(options?: Partial<SyncRequest> & SyncOptions): ReturnType<typeof syncAccounts>
}

/** A sandbox whose accounts, by Instagram Login, are in a registry; all of it lives as long as the test. */
export async function openSyncWorld(options: SandboxOptions = {}, recipe: SyncRecipe = posts, config = {}): Promise<SyncWorld> {
  const sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', posts: 0, ...options })
  onTestFinished(() => sandbox.close())
  const accounts = new MemoryAccounts()
  const ids = sandbox.truth.accounts()
  const expiresAt = new Date(sandbox.clock.now().getTime() + 50 * 86_400_000).toISOString()
  for (const externalId of ids) {
    const token = { accessToken: sandbox.tokens.instagram(externalId), createdAt: undefined, expiresAt }
    await accounts.save({ externalId, name: sandbox.instagram.facts(externalId).username, provider: 'meta', login: 'instagram' }, token)
  }
  const tables = memoryTables()
  const log: string[] = []
  const clock = sandboxClock(sandbox)
  const request: SyncRequest = {
    accounts,
    recipe: await sandboxRecipe(sandbox, recipe, config),
    states: await fileStateRegistry(temporaryFolder(), { clock }),
    output: async () => memoryDestination(tables),
    clock,
    logger: { log: (level, message) => void log.push(`${level} ${message}`) },
    redactor: createRedactor(),
    signal: new AbortController().signal,
    random: () => 0.5,
  }
  return { sandbox, accounts, tables, log, ids, request, sync: (more = {}) => syncAccounts({ ...request, ...more }) }
}
