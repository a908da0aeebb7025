import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PostgresServer } from '../conformance/postgres-server.ts'
import { type S3Server, s3Environment } from '../conformance/s3-server.ts'
import { type DatabaseProxy, startDatabaseProxy } from './database-proxy.ts'
import { Platform } from './platform.ts'
import { dropSchema, duckdbRows, jsonlRows, postgresRows, type Rows } from './rows.ts'
import type { Scenario } from './scenario.ts'
import { mountDisk, type SmallDisk } from './small-disk.ts'

export interface Servers {
  readonly postgres: PostgresServer
  readonly s3: S3Server
}

/** Where a reader writes and keeps its state. */
export interface Place {
  readonly env: Readonly<Record<string, string>>
  readonly proxy: DatabaseProxy | undefined
  readonly disk: SmallDisk | undefined
  /** For `--state` and `--output` of the next run. */
  flags(): readonly string[]
  /** Takes in what a run printed. */
  take(stdout: string): void
  /** What stands there now. */
  rows(): Promise<Rows>
  /** Throws when a state is not whole. */
  assertSoundState(): void
  /** Kilobytes of the largest file, and of all of them. */
  sizes(): { readonly largest: number; readonly total: number }
  close(): Promise<void>
}

type Needs = Pick<Scenario, 'output' | 'registry' | 'disturbances'>

export async function openPlace({ output, registry, disturbances }: Needs, servers: Servers): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'connector-kill-'))
  const disk = disturbances.some(({ kind }) => kind === 'disk-full') ? mountDisk(join(folder, 'disk')) : undefined
  const root = disk?.folder ?? folder
  const direct = servers.postgres.freshUrl()
  const usesDatabase = output === 'postgres' || registry === 'postgres'
  const proxy = usesDatabase ? await startDatabaseProxy(new URL(direct)) : undefined
  const database = new URL(direct)
  if (proxy) database.host = `127.0.0.1:${proxy.port}`
  const s3 = servers.s3.freshUrl()
  const platform = new Platform(join(folder, 'states.json'))
  const [data, file] = [join(root, 'data'), join(root, 'data.duckdb')]
  const outputs = { stdout: 'stdout', jsonl: `jsonl:${data}`, duckdb: `duckdb:${file}`, postgres: database.href }
  const registries = { file: `file:${join(root, 'state')}`, postgres: database.href, s3 }
  const readers = {
    stdout: async () => platform.rows,
    jsonl: async () => jsonlRows(data),
    duckdb: () => duckdbRows(file),
    postgres: () => postgresRows(direct),
  }
  return {
    env: s3Environment,
    proxy,
    disk,
    flags: () => ['--output', outputs[output], ...(registry === 'none' ? platform.flags() : ['--state', registries[registry]])],
    take: (stdout) => (output === 'stdout' ? platform.take(stdout) : assertSilent(stdout)),
    rows: readers[output],
    assertSoundState() {
      for (const text of jsonFiles(join(root, 'state'))) JSON.parse(text)
      const prefix = decodeURIComponent(new URL(s3).pathname).slice(1)
      for (const [key, text] of servers.s3.objects) if (key.startsWith(prefix)) JSON.parse(text)
    },
    sizes: () => sizesOf(root),
    async close() {
      await proxy?.close()
      if (usesDatabase) await dropSchema(direct)
      disk?.unmount()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Other outputs than stdout leave it to the protocol's error message, if there is one. */
function assertSilent(stdout: string): void {
  for (const line of stdout.split('\n').filter((text) => text !== '')) {
    if (JSON.parse(line).type !== 'TRACE') throw new Error(`stdout has a line that belongs elsewhere: ${line.slice(0, 200)}`)
  }
}

function jsonFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
  return names.map((name) => readFileSync(join(folder, name), 'utf8'))
}

function sizesOf(folder: string): { readonly largest: number; readonly total: number } {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const sizes = names.map((name) => statSync(join(folder, name))).map((found) => (found.isFile() ? found.size / 1024 : 0))
  return { largest: Math.max(0, ...sizes), total: sizes.reduce((sum, size) => sum + size, 0) }
}
