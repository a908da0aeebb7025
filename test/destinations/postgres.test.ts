import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { postgresDestination } from '../../destinations/postgres.ts'
import { tableName } from '../../destinations/tables/names.ts'
import { parsePostgresUrl, type Row } from '../../framework/index.ts'
import { recordOf, testDestination } from '../conformance/destination.ts'
import { fakeClock } from '../conformance/fake-clock.ts'
import { type PostgresServer, startPostgres } from '../conformance/postgres-server.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

async function select(url: string, table: string): Promise<Row[]> {
  const { host, port, database, user, password, schema } = parsePostgresUrl(url)
  const client = new pg.Client({ host, port, database, user, password })
  await client.connect()
  try {
    return (
      (
        (await client.query(`begin; set local time zone 'UTC'; select * from "${schema}"."${table}" order by ctid; commit`)) as unknown as {
          rows: Row[]
        }[]
      )[2]?.rows ?? []
    )
  } finally {
    await client.end()
  }
}

testDestination('postgres:', async () => {
  const url = server.freshUrl()
  return {
    open: () => postgresDestination(url, { clock: fakeClock(), layout: 'per_stream' }),
    rows: async (stream) => (await select(url, tableName(stream))).map(recordOf),
    text: (text) => text.replaceAll('\u0000', '\ufffd').toWellFormed(),
    destroy: async () => undefined,
  }
})
