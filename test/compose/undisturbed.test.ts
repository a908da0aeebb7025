import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ReadRequest, read } from '../../compose/index.ts'
import type { ReadSummary } from '../../compose/read-summary.ts'
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts'
import { openStateRegistry } from '../../state/open.ts'
import { openSync } from '../../sync/open-sync.ts'
import { temporaryFolder } from '../cli/run.ts'
import { type PostgresServer, startPostgres } from '../conformance/postgres-server.ts'
import { type S3Server, s3Environment, startS3 } from '../conformance/s3-server.ts'
import { MemoryAccounts } from '../service/memory-registry.ts'
import { sandboxClock } from '../service/world.ts'

const CONCURRENCIES = [1, 4, 8]

let postgres: PostgresServer
let s3: S3Server
let sandbox: Sandbox
beforeAll(async () => {
  postgres = await startPostgres()
  s3 = await startS3()
  sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', pages: 6, days: 40, posts: 12, instagram: { accounts: 6, media: 20 } })
}, 120_000)
afterAll(async () => {
  await Promise.all([sandbox.close(), s3.stop()])
  await postgres.stop()
})

/** Places of one run; the database is one, so that rows and states may be committed together. */
interface Place {
  readonly folder: string
  readonly database: string
}

const registries: Readonly<Record<string, (place: Place) => string>> = {
  file: ({ folder }) => `file:${join(folder, 'state')}`,
  PostgreSQL: ({ database }) => database,
  S3: () => s3.freshUrl(),
}
const outputs: Readonly<Record<string, (place: Place) => string>> = {
  stdout: () => 'stdout',
  JSONL: ({ folder }) => `jsonl:${join(folder, 'data')}`,
  DuckDB: ({ folder }) => `duckdb:${join(folder, 'data.duckdb')}`,
  PostgreSQL: ({ database }) => database,
}
const runs = Object.keys(registries).flatMap((registry) =>
  Object.keys(outputs).flatMap((output) => CONCURRENCIES.map((concurrency) => ({ registry, output, concurrency }))),
)
type Combination = (typeof runs)[number]

function placesOf({ registry, output }: Combination) {
  const place = { folder: temporaryFolder(), database: postgres.freshUrl() }
  return { state: registries[registry]?.(place) ?? '', output: outputs[output]?.(place) ?? '' }
}

/** The states as a new process finds them, and what the log says of a run. */
async function stored(state: string, connection: string, run: string) {
  const registry = await openStateRegistry(state, { clock: sandboxClock(sandbox), env: s3Environment })
  try {
    const record = (await registry.runs.list(connection)).find(({ run_id }) => run_id === run)
    return { states: (await registry.show(connection))?.streams, record }
  } finally {
    await registry.close()
  }
}

const nowhere = () =>
  new Writable({
    write(_chunk, _encoding, done) {
      done()
    },
  })

async function readOnce(combination: Combination) {
  const { state, output } = placesOf(combination)
  const request: ReadRequest = {
    ...{ connector: 'facebook_pages', state, output, concurrency: combination.concurrency, stdout: nowhere() },
    config: { access_token: 'sandbox-user-token', start_date: '2026-10-25', base_url: sandbox.url },
    select: ['page_insights', 'page_insights_week', 'posts', 'post_insights'],
    ...{ clock: sandboxClock(sandbox), env: s3Environment },
  }
  const changes: Pick<ReadSummary, 'rows_inserted' | 'rows_updated'>[] = []
  const counted = async () => {
    const { summary } = await read(request)
    const { run_id, duration_ms, usage_percent, rows_inserted, rows_updated, ...counters } = summary as typeof summary & {
      readonly usage_percent?: unknown
    }
    changes.push({ rows_inserted, rows_updated })
    const { states, record } = await stored(state, 'facebook_pages', run_id)
    const streams = record?.streams.map(({ stream, outcome, rows, rows_written, slices, calls }) => ({
      ...{ stream, outcome, rows, rows_written, slices, calls },
    }))
    return { counters, states, streams: streams?.sort((a, b) => (a.stream < b.stream ? -1 : 1)) }
  }
  return { first: await counted(), second: await counted(), changes }
}

async function syncOnce(combination: Combination) {
  const { state, output } = placesOf(combination)
  const accounts = new MemoryAccounts()
  for (const externalId of sandbox.truth.accounts()) {
    const token = { accessToken: sandbox.tokens.instagram(externalId), createdAt: undefined, expiresAt: undefined }
    await accounts.save({ externalId, name: externalId, provider: 'meta', login: 'instagram' }, token)
  }
  const sync = await openSync({
    ...{ accounts, state, output, concurrency: combination.concurrency, clock: sandboxClock(sandbox), env: s3Environment },
    config: { base_url: sandbox.url, instagram_base_url: sandbox.instagramUrl },
  })
  const counted = async () => {
    const { run_id, duration_ms, usage_percent, timestamp, ...counters } = await sync.run()
    return { counters, ...(await stored(state, 'sync-posts', run_id)) }
  }
  try {
    return { first: await counted(), second: await counted() }
  } finally {
    await sync.close()
  }
}

describe('undisturbed runs end alike, whatever keeps states and rows and however much is read at once', () => {
  let expected: Awaited<ReturnType<typeof readOnce>> | undefined
  it.each(runs)(
    'read: states in $registry, rows into $output, concurrency $concurrency',
    async (combination) => {
      const found = await readOnce(combination)
      expected ??= found
      expect(found.first.counters).toMatchObject({ status: 'complete', exit_code: 0 })
      expect(found.first).toEqual(expected.first)
      expect(found.second).toEqual(expected.second)
      const [first, second] = found.changes
      const { rows_written } = found.second.counters
      // What is read again is in the tables already; files and pipes take it as it comes.
      const isTable = combination.output === 'DuckDB' || combination.output === 'PostgreSQL'
      expect(second).toEqual(isTable ? { rows_inserted: 0, rows_updated: rows_written } : { rows_inserted: rows_written, rows_updated: 0 })
      expect(first).toEqual({ rows_inserted: found.first.counters.rows_written, rows_updated: 0 })
    },
    120_000,
  )

  let synced: Awaited<ReturnType<typeof syncOnce>> | undefined
  it.each(runs.filter(({ output }) => output !== 'stdout'))(
    'sync: states in $registry, rows into $output, concurrency $concurrency',
    async (combination) => {
      const found = await syncOnce(combination)
      synced ??= found
      expect(found.first.counters).toMatchObject({ success: true, posts_inserted: 120, posts_updated: 0 })
      expect(found.second.counters).toMatchObject({ success: true, posts_inserted: 0, posts_updated: 0, rows_written: 0 })
      expect(found).toEqual(synced)
    },
    120_000,
  )
})
