import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDestination } from '../../../destinations/open.ts'
import { createTableText } from '../../../destinations/tables/ddl.ts'
import { planTable } from '../../../destinations/tables/table-plan.ts'
import { openPostgres, systemClock } from '../../../framework/index.ts'
import { temporaryFolder } from '../../cli/run.ts'
import { from, runOf } from '../../conformance/destination.ts'
import { page, streamInfo } from '../../conformance/items.ts'
import { type PostgresServer, startPostgres } from '../../conformance/postgres-server.ts'

const properties = {
  id: { type: 'string' },
  'odd "name"': { type: 'integer' },
  at: { type: 'string', format: 'date-time' },
  day: { type: 'string', format: 'date' },
  ratio: { type: ['null', 'number'] },
  map: { type: 'object' },
  flag: { type: 'boolean' },
}
const stream = streamInfo('rows', { schema: { type: 'object', properties } })
const row = { id: '1', 'odd "name"': 2, at: '2026-01-02T03:04:05Z', day: '2026-01-02', ratio: 0.5, map: { a: 1 }, flag: true }

async function write(url: string) {
  const destination = await openDestination(url, { stdout: process.stdout, redact: (text) => text })
  await destination.open(runOf([stream]))
  for await (const _ of destination.write(from([page(stream, [row]), page(stream, [{ ...row, ratio: 1 }])])));
  await destination.close()
  return destination.report().rows
}

describe('createTableText', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.stop())

  it('makes a table of PostgreSQL that the destination takes as its own', async () => {
    const url = server.freshUrl()
    const database = await openPostgres(url, { clock: systemClock })
    const indexes = await database.transaction(async (query) => {
      await query(`create schema "${database.schema}"`)
      await query(`set local search_path to "${database.schema}"`)
      for (const statement of createTableText(planTable(stream, 'shared'), 'postgres')
        .split(';\n')
        .filter((text) => text.trim() !== ''))
        await query(statement)
      return (await query('select 1 from pg_indexes where schemaname = $1', [database.schema])).count
    })
    expect(await write(url)).toEqual({ rows: 2 })
    const after = await database.transaction((query) => query(`select "ratio"::text as ratio, _extra from "${database.schema}".rows`))
    const left = await database.transaction((query) => query('select 1 from pg_indexes where schemaname = $1', [database.schema]))
    expect([after.rows, left.count]).toEqual([[{ ratio: '1', _extra: null }], indexes])
    await database.close()
  })

  it('makes a table of DuckDB that the destination takes as its own', async () => {
    const file = join(temporaryFolder(), 'data.duckdb')
    const { DuckDBInstance } = await import('@duckdb/node-api')
    const instance = await DuckDBInstance.create(file)
    const connection = await instance.connect()
    await connection.run(createTableText(planTable(stream, 'shared'), 'duckdb'))
    connection.closeSync()
    instance.closeSync()
    expect(await write(`duckdb:${file}`)).toEqual({ rows: 2 })
  })
})
