import type { PoolClient } from 'pg'
import type { Clock } from '../clock.ts'
import { parsePostgresUrl } from './address.ts'
import { CommitLost, describedFault, isPassing } from './faults.ts'
import type { Environment } from './libpq-files.ts'
import { openServers, type Servers } from './servers.ts'

export interface PostgresResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** Rows that the statement returned or changed. */
  readonly count: number
}

/** Runs one statement of a transaction. */
export type Query = (text: string, values?: readonly unknown[]) => Promise<PostgresResult>

export interface TransactionOptions {
  /** False when the work may not be done twice: a connection lost at the commit then ends in an error. True unless said. */
  readonly repeatable?: boolean
}

/**
 * A database through a pool of connections. Everything happens inside transactions and with unnamed statements, so that it works
 * behind poolers that hand out a server connection per transaction (PgBouncer, Supavisor).
 */
export interface PostgresDatabase {
  /** Equal for two URLs of one database. */
  readonly identity: string
  readonly schema: string
  /** For messages: without password. */
  readonly place: string
  /** Commits what `work` did, or nothing. A lost connection, a deadlock or a serialization failure is tried again, a few times. */
  transaction<T>(work: (query: Query) => Promise<T>, options?: TransactionOptions): Promise<T>
  close(): Promise<void>
}

/** Tries of a transaction whose connection broke. */
const tries = 4
const firstPause = 250

export interface PostgresOptions {
  readonly clock: Clock
  /** Where the `PG…` variables are looked up; `process.env` by default. */
  readonly env?: Environment
}

/** Opens nothing yet: the first transaction connects. Throws ConfigError ERR_POSTGRES_URL for a URL that cannot be used. */
export async function openPostgres(url: string, { clock, env }: PostgresOptions): Promise<PostgresDatabase> {
  const address = parsePostgresUrl(url, env)
  const servers = openServers(address)
  return {
    identity: `${address.hosts.map(({ host, port }) => `${host.toLowerCase()}:${port}`).join(',')}/${address.database}`,
    schema: address.schema,
    place: address.place,
    async transaction(work, options = {}) {
      for (let failures = 1; ; failures++) {
        try {
          return await onConnection(servers, work)
        } catch (thrown) {
          if (failures >= tries || !mayRepeat(thrown, options))
            throw describedFault(thrown instanceof CommitLost ? thrown.cause : thrown, address)
        }
        await clock.sleep(firstPause * 2 ** (failures - 1))
      }
    },
    close: () => servers.close(),
  }
}

function mayRepeat(thrown: unknown, { repeatable = true }: TransactionOptions): boolean {
  return isPassing(thrown) && (repeatable || !(thrown instanceof CommitLost))
}

async function onConnection<T>(servers: Servers, work: (query: Query) => Promise<T>): Promise<T> {
  const client = await servers.connect()
  // An idle client that loses its connection says so here; the next statement fails and is tried again.
  const ignore = () => undefined
  client.on('error', ignore)
  try {
    const result = await inTransaction(client, work)
    client.removeListener('error', ignore)
    client.release()
    return result
  } catch (thrown) {
    client.release(true)
    throw servers.failure(thrown)
  }
}

async function inTransaction<T>(client: PoolClient, work: (query: Query) => Promise<T>): Promise<T> {
  await client.query('begin')
  let result: T
  try {
    result = await work(async (text, values) => {
      const { rows, rowCount } = await client.query(text, values === undefined ? undefined : [...values])
      return { rows, count: rowCount ?? 0 }
    })
  } catch (thrown) {
    // On a broken connection there is nothing to roll back; the server does it by itself.
    await client.query('rollback').catch(() => undefined)
    throw thrown
  }
  try {
    await client.query('commit')
  } catch (cause) {
    throw isPassing(cause) ? new CommitLost('the connection broke at the commit', { cause }) : cause
  }
  return result
}

/** An identifier of SQL in quotes. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
