import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

export interface PostgresServer {
  /** URL of a schema of its own, empty at first. */
  freshUrl(): string
  stop(): Promise<void>
}

/**
 * PostgreSQL over its wire protocol: the server that CONNECTOR_TEST_POSTGRES names (`postgres://…/database`, no parameters),
 * else one inside this process.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const given = process.env['CONNECTOR_TEST_POSTGRES']
  let schemas = 0
  const urlOf = (base: string) => `${base}?schema=test_${process.pid}_${Date.now()}_${++schemas}`
  if (given) return { freshUrl: () => urlOf(given), stop: async () => undefined }
  const db = await PGlite.create()
  const server = new PGLiteSocketServer({ db, port: 0, maxConnections: 50 })
  await server.start()
  const stop = async () => {
    await server.stop()
    await db.close()
  }
  return { freshUrl: () => urlOf(`postgres://postgres@${server.getServerConn()}/postgres`), stop }
}
