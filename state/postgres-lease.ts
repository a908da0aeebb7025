import type { Clock, ConnectionState, JoinedCommit, PostgresDatabase, Query, StateLease, StateVersion } from '../framework/index.ts'
import { CommitQueue, type StateChanges, stateTexts } from './commit-queue.ts'
import { fenced, otherConnector } from './holder.ts'
import { currentVersion, givenName, type StateTables, statesAt, storedName } from './postgres-tables.ts'

/** Versions kept beside the current one. */
const keptBefore = 19

export interface PostgresLeaseOptions {
  readonly token: number
  /** Version that the lease found. */
  readonly base: number
  readonly connection: string
  readonly connector: string
  readonly runId: string
  readonly clock: Clock
  readonly database: PostgresDatabase
  readonly tables: StateTables
  /** Milliseconds between signs of life. */
  readonly heartbeat: number
}

/** Every write names the token of the lease: the row of the connection takes it only while nobody took over. */
export class PostgresLease implements StateLease {
  readonly token: number
  readonly joined: JoinedCommit
  readonly #options: PostgresLeaseOptions
  readonly #timer: NodeJS.Timeout
  readonly #queue: CommitQueue
  #released = false
  #pruned = false

  constructor(options: PostgresLeaseOptions) {
    this.#options = options
    this.token = options.token
    this.#queue = new CommitQueue((changes) => this.#commit(changes))
    this.joined = {
      database: options.database.identity,
      commit: ({ streams, position }, transaction) =>
        this.#queue.join(new Map(stateTexts(streams)), position, (fresh) => transaction((query) => this.#write(fresh, query))),
    }
    // A failed heartbeat needs no report of its own: at worst the lease is taken over, and then the commit fails.
    this.#timer = setInterval(() => this.#beat().catch(() => undefined), options.heartbeat)
    this.#timer.unref()
  }

  load(): Promise<StateVersion | undefined> {
    const { database, tables, connection, connector } = this.#options
    return database.transaction(async (query) => {
      const head = await currentVersion(connection, { query, tables })
      if (head && head.connector !== connector) throw otherConnector(head.connector, { connection, connector, where: database.place })
      return head && { ...head, streams: await statesAt(connection, head.version, { query, tables }) }
    })
  }

  commit(streams: ConnectionState, position?: number): Promise<void> {
    return this.#queue.add(stateTexts(streams), position)
  }

  async replace(streams: ConnectionState): Promise<void> {
    const { database, tables, connection } = this.#options
    const { rows } = await database.transaction((query) =>
      query(`select stream from ${tables.current} where connection = $1`, [storedName(connection)]),
    )
    await this.#queue.add([...rows.map(({ stream }) => [givenName(String(stream)), undefined] as const), ...stateTexts(streams)])
  }

  async release(): Promise<void> {
    if (this.#released) return
    await this.#queue.settled()
    this.#released = true
    clearInterval(this.#timer)
    const { database, tables, connection } = this.#options
    await database.transaction((query) =>
      query(`update ${tables.connections} set holder = null where connection = $1 and token = $2`, [storedName(connection), this.token]),
    )
  }

  #commit(changes: StateChanges): Promise<void> {
    return this.#options.database.transaction((query) => this.#write(changes, query))
  }

  async #write(changes: StateChanges, query: Query): Promise<void> {
    if (changes.size === 0) return
    const { tables, connection } = this.#options
    const version = await this.#nextVersion(query)
    const name = storedName(connection)
    const streams = Array.from(changes.keys(), storedName)
    await this.#keepPast(query, streams)
    await query(`delete from ${tables.current} where connection = $1 and stream = any($2::text[])`, [name, streams])
    const kept = [...changes].filter(([, text]) => text !== undefined)
    const insert = `insert into ${tables.current} (connection, stream, version, state)
      select $1, stream, $2, state from unnest($3::text[], $4::json[]) as changed (stream, state)`
    await query(insert, [name, version, kept.map(([stream]) => storedName(stream)), kept.map(([, text]) => text)])
  }

  /** Fails when the lease was taken over; the row stays locked until the transaction ends, so nobody can take over in between. */
  async #nextVersion(query: Query): Promise<number> {
    const { tables, connection, connector, runId, clock, database } = this.#options
    if (this.#released) throw fenced(connection, runId, 'its lease was given back')
    const at = new Date(clock.now()).toISOString()
    const { rows } = await query(
      `update ${tables.connections} set version = version + 1, connector = coalesce(connector, $3), committed_at = $4, run_id = $5, heartbeat = $6
       where connection = $1 and token = $2 and holder is not null returning version, connector`,
      [storedName(connection), this.token, connector, at, runId, Math.trunc(clock.now())],
    )
    const [row] = rows
    if (!row) throw fenced(connection, runId, 'another run took its lease over')
    if (row['connector'] !== connector) throw otherConnector(String(row['connector']), { connection, connector, where: database.place })
    await query(
      `insert into ${tables.versions} (connection, token, version, committed_at, run_id, connector) values ($1, $2, $3, $4, $5, $6)
       on conflict (connection, token) do update set version = excluded.version, committed_at = excluded.committed_at`,
      [storedName(connection), this.token, row['version'], at, runId, connector],
    )
    return Number(row['version'])
  }

  /** What earlier runs left of these streams stays readable, as long as their version is kept. */
  async #keepPast(query: Query, streams: readonly string[]): Promise<void> {
    const { tables, connection, base } = this.#options
    const name = storedName(connection)
    await query(
      `insert into ${tables.past} (connection, stream, from_version, to_version, state)
       select connection, stream, version, $3, state from ${tables.current}
       where connection = $1 and stream = any($2::text[]) and version <= $3 on conflict do nothing`,
      [name, streams, base],
    )
    if (this.#pruned) return
    this.#pruned = true
    const oldest = `select version from ${tables.versions} where connection = $1 order by version desc offset ${keptBefore} limit 1`
    await query(`delete from ${tables.past} where connection = $1 and to_version < (${oldest})`, [name])
    await query(`delete from ${tables.versions} where connection = $1 and version < (${oldest})`, [name])
  }

  async #beat(): Promise<void> {
    const { database, tables, connection, clock } = this.#options
    await database.transaction((query) =>
      query(`update ${tables.connections} set heartbeat = $3 where connection = $1 and token = $2`, [
        storedName(connection),
        this.token,
        Math.trunc(clock.now()),
      ]),
    )
  }
}
