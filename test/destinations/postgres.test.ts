import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { postgresDestination } from '../../destinations/postgres.ts'
import { tableName } from '../../destinations/tables/names.ts'
import { parsePostgresUrl, type Row } from '../../framework/index.ts'
import { recordOf, testDestination } from '../conformance/destination.ts'
import { fakeClock } from '../conformance/fake-clock.ts'
import { type PostgresServer, startPostgres } from '../conformance/postgres-server.ts'
import { selectTexts, testTableDestination } from '../conformance/table-destination.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

/** Rows of the last of several statements. */
async function ask(url: string, sql: string): Promise<Row[]> {
  const { host, port, database, user, password } = parsePostgresUrl(url)
  const client = new pg.Client({ host, port, database, user, password })
  await client.connect()
  try {
    const results = (await client.query(`begin; set local time zone 'UTC'; ${sql}; commit`)) as unknown as readonly { rows: Row[] }[]
    return results.at(-2)?.rows ?? []
  } finally {
    await client.end()
  }
}

const tableOf = (url: string, table: string) => `"${parsePostgresUrl(url).schema}"."${table}"`

testDestination('postgres:', async () => {
  const url = server.freshUrl()
  return {
    open: () => postgresDestination(url, { clock: fakeClock(), layout: 'per_stream' }),
    rows: async (stream) => (await ask(url, `select * from ${tableOf(url, tableName(stream))} order by ctid`)).map(recordOf),
    text: (text) => text.replaceAll('\u0000', '\ufffd').toWellFormed(),
    destroy: async () => undefined,
  }
})

testTableDestination('postgres:', async () => {
  const url = server.freshUrl()
  return {
    open: (layout) => postgresDestination(url, { clock: fakeClock(), ...(layout ? { layout } : {}) }),
    select: async (table, columns, order) =>
      (await ask(url, selectTexts(tableOf(url, table), columns, order))).map((row) => Object.values(row) as (string | null)[]),
    destroy: async () => undefined,
  }
})
