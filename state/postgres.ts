import { randomUUID } from 'node:crypto'
import {
  type Clock,
  heartbeatOf,
  LEASE_MS,
  openPostgres,
  type Query,
  type StateLease,
  type StateRegistry,
  type StateVersion,
} from '../framework/index.ts'
import { describeSelf, isAlive, lockedBy, readHolder } from './holder.ts'
import { PostgresLease } from './postgres-lease.ts'
import { currentVersion, givenName, keptVersions, migrate, type StateTables, statesAt, storedName, tablesOf } from './postgres-tables.ts'
import { createRunLog, type RunStore } from './run-log.ts'

export interface PostgresRegistryOptions {
  readonly clock: Clock
  /** Milliseconds without a heartbeat after which a lease may be taken over. */
  readonly staleAfter?: number
}

/**
 * Keeps states in PostgreSQL: one row per connection and stream, and the rows that later runs replaced, for the last version of each of
 * the latest 20 runs. The tables (`_connector_…`) are created and migrated by the first use.
 */
export async function postgresStateRegistry(url: string, options: PostgresRegistryOptions): Promise<StateRegistry> {
  const { clock, staleAfter = LEASE_MS } = options
  const database = await openPostgres(url, { clock })
  const tables = tablesOf(database.schema)
  let migrated: Promise<void> | undefined
  const reading = async <T>(work: (query: Query) => Promise<T>): Promise<T> => {
    migrated ??= migrate(database, tables)
    await migrated
    return database.transaction(work)
  }
  return {
    async acquire(connection, connector, runId): Promise<StateLease> {
      const ticket = { connection, runId, clock, staleAfter, where: database.place, id: randomUUID() }
      const taken = await reading((query) => takeLease(query, tables, ticket))
      return new PostgresLease({ ...taken, connection, connector, runId, clock, database, tables, heartbeat: heartbeatOf(staleAfter) })
    },
    show: (connection) =>
      reading(async (query) => {
        const head = await currentVersion(connection, { query, tables })
        return head && { ...head, streams: await statesAt(connection, head.version, { query, tables }) }
      }),
    history: (connection) =>
      reading(async (query) => {
        const versions: StateVersion[] = []
        for (const head of await keptVersions(connection, { query, tables })) {
          versions.push({ ...head, streams: await statesAt(connection, head.version, { query, tables }) })
        }
        return versions
      }),
    connections: () =>
      reading(async (query) => {
        const { rows } = await query(`select connection from ${tables.connections} where version > 0`)
        return rows.map(({ connection }) => givenName(String(connection))).sort()
      }),
    runs: createRunLog(runRows(reading, tables)),
    close: () => database.close(),
  }
}

/** One row per run: the record as JSON, to be looked into with SQL. */
function runRows(reading: <T>(work: (query: Query) => Promise<T>) => Promise<T>, { runs }: StateTables): RunStore {
  const ask = (text: string, ...values: readonly string[]) => reading((query) => query(text, values))
  return {
    put: async (connection, name, text) => {
      const upsert = `insert into ${runs} values ($1, $2, $3) on conflict (connection, run_id) do update set record = excluded.record`
      await ask(upsert, storedName(connection), name, text)
    },
    get: async (connection, name) => {
      const { rows } = await ask(
        `select record::text as text from ${runs} where connection = $1 and run_id = $2`,
        storedName(connection),
        name,
      )
      return rows[0] && String(rows[0]['text'])
    },
    names: async (connection) => {
      const { rows } = await ask(`select run_id from ${runs} where connection = $1`, storedName(connection))
      return rows.map(({ run_id }) => String(run_id)).sort()
    },
    remove: async (connection, name) =>
      void (await ask(`delete from ${runs} where connection = $1 and run_id = $2`, storedName(connection), name)),
  }
}

interface Ticket {
  /** Tells this attempt from others: a transaction whose answer got lost is done again and finds itself. */
  readonly id: string
  readonly connection: string
  readonly runId: string
  readonly clock: Clock
  readonly staleAfter: number
  readonly where: string
}

async function takeLease(query: Query, tables: StateTables, ticket: Ticket): Promise<{ token: number; base: number }> {
  const { connection, runId, clock, staleAfter, id } = ticket
  const name = storedName(connection)
  await query(`insert into ${tables.connections} (connection) values ($1) on conflict do nothing`, [name])
  const { rows } = await query(`select token, version, holder, heartbeat from ${tables.connections} where connection = $1 for update`, [
    name,
  ])
  const { token: last, version, holder: stored, heartbeat } = rows[0] ?? {}
  const holder = readHolder(stored)
  const own = (stored as { readonly ticket?: unknown } | null)?.ticket === id
  if (holder && !own && isAlive(holder, { heartbeat: Number(heartbeat), now: clock.now() })) throw lockedBy(holder, ticket)
  const token = Number(last) + 1
  const content = JSON.stringify({ ...describeSelf(runId, { clock, staleAfter }), ticket: id })
  await query(`update ${tables.connections} set token = $2, holder = $3, heartbeat = $4 where connection = $1`, [
    name,
    token,
    content,
    Math.trunc(clock.now()),
  ])
  return { token, base: Number(version) }
}
