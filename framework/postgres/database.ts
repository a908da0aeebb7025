import type { Pool, PoolClient } from 'pg'
import type { Clock } from '../clock.ts'
import { ConfigError, ConnectorError } from '../errors.ts'
import { type PostgresAddress, parsePostgresUrl } from './address.ts'

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
}

/** Opens nothing yet: the first transaction connects. Throws ConfigError ERR_POSTGRES_URL for a URL that cannot be used. */
export async function openPostgres(url: string, { clock }: PostgresOptions): Promise<PostgresDatabase> {
  const address = parsePostgresUrl(url)
  const pool = await createPool(address)
  const attempt = async <T>(work: (query: Query) => Promise<T>): Promise<T> => {
    const client = await pool.connect()
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
      throw thrown
    }
  }
  return {
    identity: `${address.host.toLowerCase()}:${address.port}/${address.database}`,
    schema: address.schema,
    place: address.place,
    async transaction(work, { repeatable = true } = {}) {
      for (let failures = 1; ; failures++) {
        try {
          return await attempt(work)
        } catch (thrown) {
          const again = isPassing(thrown) && failures < tries && (repeatable || !(thrown instanceof CommitLost))
          if (!again) throw described(thrown instanceof CommitLost ? thrown.cause : thrown, address)
        }
        await clock.sleep(firstPause * 2 ** (failures - 1))
      }
    },
    close: () => pool.end(),
  }
}

async function createPool({ host, port, database, user, password, tls }: PostgresAddress): Promise<Pool> {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({
    host,
    port,
    database,
    ssl: tls,
    max: 4,
    keepAlive: true,
    connectionTimeoutMillis: 15_000,
    query_timeout: 300_000,
    idleTimeoutMillis: 10_000,
    allowExitOnIdle: true,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
  })
  // A pooled connection may break while nobody uses it; the pool drops it and opens another one.
  pool.on('error', () => undefined)
  return pool
}

/** The connection broke at the commit: nobody knows whether it took place. */
class CommitLost extends Error {}

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

const passingCodes = /^(08|40001|40P01|57P0[123]|53300|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)/

function isPassing(thrown: unknown): boolean {
  if (thrown instanceof CommitLost) return true
  if (thrown instanceof ConnectorError || !(thrown instanceof Error)) return false
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  return passingCodes.test(code) || /connection terminated|timeout exceeded when trying to connect|query read timeout/i.test(thrown.message)
}

/** Errors of the database as ours, with what helps a person; errors of the work itself pass. */
function described(thrown: unknown, { place, tls }: PostgresAddress): unknown {
  if (thrown instanceof ConnectorError || !(thrown instanceof Error)) return thrown
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  const message = thrown.message || code
  if (/^(28|3D000|42501)/.test(code))
    return new ConfigError('ERR_POSTGRES_ACCESS', `${place} refuses the access: ${message}`, { cause: thrown })
  if (/certificate|SELF_SIGNED|CERT_|UNABLE_TO/i.test(`${code} ${message}`) && tls) {
    const advice = 'Name its certificate authority with sslrootcert=FILE, or write sslmode=require to go without proof of who answers.'
    return new ConfigError('ERR_POSTGRES_TLS', `the certificate of ${place} cannot be verified (${message}). ${advice}`, { cause: thrown })
  }
  if (isPassing(thrown)) {
    const text = `${place} cannot be reached (${message}); what was not committed will be done again`
    return new ConnectorError('ERR_POSTGRES_CONNECTION', text, { cause: thrown, failureType: 'transient_error' })
  }
  if (code === '') return thrown
  return new ConnectorError('ERR_POSTGRES', `${place}: ${message} (SQLSTATE ${code})`, { cause: thrown })
}

/** An identifier of SQL in quotes. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
