import { type Clock, openPostgres, type StateRegistry, type StateVersion } from '../framework/index.ts'
import { describeSelf, isDead, lockedBy, readHolder } from './holder.ts'
import { PostgresLease } from './postgres-lease.ts'
import { migrate, readVersions, storedName, tablesOf, versionAt } from './postgres-tables.ts'

export interface PostgresRegistryOptions {
  readonly clock: Clock
  /** Milliseconds without a heartbeat after which a lease may be taken over. */
  readonly staleAfter?: number
}

/**
 * Keeps states in PostgreSQL: one row per connection and stream, and the rows that later runs replaced, for the last version of each of
 * the latest 20 runs. The tables (`_connector_state…`) are created and migrated by the first use.
 */
export async function postgresStateRegistry(url: string, options: PostgresRegistryOptions): Promise<StateRegistry> {
  const { clock, staleAfter = 5 * 60_000 } = options
  const database = await openPostgres(url, { clock })
  const tables = tablesOf(database.schema)
  let migrated: Promise<void> | undefined
  const ready = () => {
    migrated ??= migrate(database, tables)
    return migrated
  }
  return {
    async acquire(connection, connector, runId) {
      await ready()
      const name = storedName(connection)
      const taken = await database.transaction(async (query) => {
        await query(`insert into ${tables.connections} (connection) values ($1) on conflict do nothing`, [name])
        const { rows } = await query(`select token, version, holder, heartbeat from ${tables.connections} where connection = $1 for update`, [
          name,
        ])
        const [row = {}] = rows
        const holder = readHolder(row['holder'])
        const silent = clock.now() - Number(row['heartbeat'] ?? 0) > staleAfter
        if (holder && !silent && !isDead(holder)) throw lockedBy(holder, { connection, where: database.place, staleAfter })
        const token = Number(row['token']) + 1
        await query(`update ${tables.connections} set token = $2, holder = $3, heartbeat = $4 where connection = $1`, [
          name,
          token,
          JSON.stringify(describeSelf(runId, clock)),
          Math.trunc(clock.now()),
        ])
        return { token, base: Number(row['version']) }
      })
      return new PostgresLease({ ...taken, connection, connector, runId, clock, database, tables, heartbeat: staleAfter / 5 })
    },
    async show(connection) {
      await ready()
      return database.transaction(async (query) => (await readVersions(connection, { query, tables, latest: true }))[0])
    },
    async history(connection) {
      await ready()
      return database.transaction(async (query) => {
        const versions: StateVersion[] = []
        for (const { version } of await readVersions(connection, { query, tables, latest: false })) {
          const found = await versionAt(connection, version, { query, tables })
          if (found) versions.push(found)
        }
        return versions
      })
    },
    async connections() {
      await ready()
      const { rows } = await database.transaction((query) => query(`select connection from ${tables.connections} where version > 0`))
      return rows.map(({ connection }) => givenName(String(connection))).sort()
    },
    close: () => database.close(),
  }
}
