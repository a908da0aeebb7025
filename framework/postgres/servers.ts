import type { Pool, PoolClient } from 'pg'
import type { PostgresAddress, PostgresHost } from './address.ts'
import { isPassing, lacksTls, ReadOnlyServer } from './faults.ts'

/** The servers that may have a database: connections go to the first one that answers and takes writes. */
export interface Servers {
  connect(): Promise<PoolClient>
  /** What failed on a connection. A server that no longer takes writes is passed over next time, which is worth a try. */
  failure(thrown: unknown): unknown
  close(): Promise<void>
}

export function openServers(address: PostgresAddress): Servers {
  const { hosts, needsWritable } = address
  const pools = new Map<PostgresHost, Promise<Pool>>()
  const writable = new WeakSet<PoolClient>()
  let current = 0

  const poolOf = (host: PostgresHost): Promise<Pool> => {
    const known = pools.get(host) ?? createPool(host, address)
    pools.set(host, known)
    return known
  }
  const connectTo = async (host: PostgresHost): Promise<PoolClient> => {
    const pool = await poolOf(host)
    try {
      return await pool.connect()
    } catch (thrown) {
      if (!host.isTlsOptional || !lacksTls(thrown)) throw thrown
      const plain = createPool({ ...host, tls: false }, address)
      pools.set(host, plain)
      await pool.end()
      return (await plain).connect()
    }
  }
  const checked = async (client: PoolClient): Promise<PoolClient> => {
    if (!needsWritable || writable.has(client)) return client
    try {
      const { rows } = await client.query('show transaction_read_only')
      if (rows[0]?.transaction_read_only === 'on') throw new ReadOnlyServer('the server takes no writes')
    } catch (thrown) {
      client.release(true)
      throw thrown
    }
    writable.add(client)
    return client
  }
  const next = () => {
    current = (current + 1) % hosts.length
  }
  return {
    async connect() {
      for (let failures = 1; ; failures++) {
        try {
          return await checked(await connectTo(hosts[current] ?? address))
        } catch (thrown) {
          if (!isPassing(thrown)) throw thrown
          next()
          if (failures >= hosts.length) throw thrown
        }
      }
    },
    failure(thrown) {
      const isReadOnly = thrown instanceof Error && 'code' in thrown && thrown.code === '25006'
      if (hosts.length === 1 || !isReadOnly) return thrown
      next()
      return new ReadOnlyServer(thrown.message, { cause: thrown })
    },
    async close() {
      await Promise.all([...pools.values()].map(async (pool) => (await pool).end()))
    },
  }
}

async function createPool({ host, port, tls }: PostgresHost, address: PostgresAddress): Promise<Pool> {
  const { default: pg } = await import('pg')
  const { database, user, password, options, applicationName, connectTimeoutMs = 15_000, maxConnections, channelBinding } = address
  const pool = new pg.Pool({
    host,
    port,
    database,
    ssl: tls,
    max: maxConnections,
    keepAlive: true,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: 300_000,
    idleTimeoutMillis: 10_000,
    allowExitOnIdle: true,
    ...(channelBinding ? { enableChannelBinding: true } : {}),
    ...(options === undefined ? {} : { options }),
    ...(applicationName === undefined ? {} : { application_name: applicationName }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
  })
  // A pooled connection may break while nobody uses it; the pool drops it and opens another one.
  pool.on('error', () => undefined)
  return pool
}
