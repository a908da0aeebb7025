// The fastest path of each database without the destination around it.
import { DuckDBDataChunk, DuckDBInstance, VARCHAR } from '@duckdb/node-api'
import pg from 'pg'
import type { Row } from '../framework/index.ts'

const names = ['page_id', 'metric', 'period', 'end_time', 'metric_date', 'value'] as const
const key = 'page_id, metric, end_time'

const columnsOf = (rows: readonly Row[]) => names.map((name) => rows.map((row) => String(row[name])))

/** Batches of 10,000 through `unnest`, one transaction each. */
export async function barePostgres(url: string, rows: readonly Row[]): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(
    `create table if not exists bare (page_id text, metric text, period text, end_time timestamptz, metric_date date, value numeric, primary key (${key}))`,
  )
  const types = ['text', 'text', 'text', 'timestamptz', 'date', 'numeric']
  const insert = `insert into bare select * from unnest(${types.map((type, index) => `$${index + 1}::${type}[]`).join(', ')})`
  const statement = `${insert} on conflict (${key}) do update set period = excluded.period, metric_date = excluded.metric_date, value = excluded.value`
  const started = performance.now()
  for (let start = 0; start < rows.length; start += 10_000) await client.query(statement, columnsOf(rows.slice(start, start + 10_000)))
  const seconds = (performance.now() - started) / 1000
  await client.end()
  return seconds
}

/** Batches of 10,000 through the appender and a merge. */
export async function bareDuckdb(file: string, rows: readonly Row[]): Promise<number> {
  const instance = await DuckDBInstance.create(file, { threads: '2', memory_limit: '128MB' })
  const connection = await instance.connect()
  const columns = 'page_id varchar, metric varchar, period varchar, end_time timestamptz, metric_date date, value double'
  await connection.run(`create table if not exists bare (${columns})`)
  await connection.run('create temp table staging (c0 varchar, c1 varchar, c2 varchar, c3 varchar, c4 varchar, c5 varchar)')
  const started = performance.now()
  for (let start = 0; start < rows.length; start += 10_000) {
    await connection.run('truncate staging')
    const appender = await connection.createAppender('staging')
    const values = columnsOf(rows.slice(start, start + 10_000))
    for (let at = 0; at < 10_000; at += 2_048) {
      const chunk = DuckDBDataChunk.create(names.map(() => VARCHAR))
      chunk.setColumns(values.map((column) => column.slice(at, at + 2_048)))
      appender.appendDataChunk(chunk)
    }
    appender.closeSync()
    const fields = columns.split(', ').map((column, index) => {
      const [name, type] = column.split(' ')
      return `c${index}::${type} as ${name}`
    })
    await connection.run(
      `merge into bare using (select ${fields.join(', ')} from staging) using (${key}) when matched then update when not matched then insert`,
    )
  }
  const seconds = (performance.now() - started) / 1000
  connection.closeSync()
  instance.closeSync()
  return seconds
}
