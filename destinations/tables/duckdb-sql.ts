import type { DuckDBConnection } from '@duckdb/node-api'
import { quoted } from '../../framework/index.ts'
import type { ColumnType } from './column-type.ts'
import type { Batch, KeyShape } from './table-buffer.ts'
import type { Column, TablePlan } from './table-plan.ts'

export type DuckdbApi = typeof import('@duckdb/node-api')

/** DuckDB has no decimal of any length: numbers are doubles, and what a double cannot hold goes to `_extra`. */
export const duckdbTypes: Readonly<Record<ColumnType, string>> = {
  text: 'varchar',
  bigint: 'bigint',
  numeric: 'double',
  double: 'double',
  boolean: 'boolean',
  timestamptz: 'timestamptz',
  timestamp: 'timestamp',
  date: 'date',
  jsonb: 'json',
}

/** Rows of one vector of DuckDB. */
const vectorRows = 2_048
const staging = '_connector_staging'

/** Rows pass through a table of texts, which the appender fills far faster than statements could. */
export function stagingTable({ columns }: TablePlan): string {
  const texts = Array.from({ length: columns.length + 2 }, (_, index) => `c${index} varchar`)
  return `create or replace temp table ${staging} (${texts.join(', ')})`
}

export async function stage({ values, size }: Batch, connection: DuckDBConnection, duckdb: DuckdbApi): Promise<void> {
  const appender = await connection.createAppender(staging)
  const types = values.map(() => duckdb.VARCHAR)
  for (let start = 0; start < size; start += vectorRows) {
    const chunk = duckdb.DuckDBDataChunk.create(types)
    chunk.setColumns(values.map((column) => column.slice(start, start + vectorRows)))
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
}

/** The staged rows into the table; its only parameter is the id of the run. */
export function mergeText(plan: TablePlan, { nulls }: KeyShape): string {
  const { columns } = plan
  const all = [
    ...columns.map((column) => ({ name: quoted(column.name), type: column.narrowing?.cast ?? duckdbTypes[column.type] })),
    { name: '_extra', type: 'json' },
    { name: '_synced_at', type: 'timestamptz' },
  ]
  const fields = all.map((column, index) => `c${index}::${column.type} as ${column.name}`)
  return upsertText(plan, `select ${fields.join(', ')}, $1::varchar as _run_id from temp.${staging}`, nulls ? 'is not distinct from' : '=')
}

/**
 * Writes rows of a query that gives the columns of the plan and `_extra`, `_synced_at` and `_run_id`. `equals`: how keys are compared; for
 * rows without a null in theirs `=` does, and is faster.
 */
export function upsertText(
  { name, columns }: TablePlan,
  rows: string,
  equals: '=' | 'is not distinct from' = 'is not distinct from',
): string {
  const names = [...columns.map((column) => quoted(column.name)), '_extra', '_synced_at', '_run_id'].join(', ')
  const key = columns.filter((column) => column.key).map((column) => quoted(column.name))
  if (key.length === 0) return `insert into main.${quoted(name)} (${names}) ${rows}`
  const equal = key.map((column) => `target.${column} ${equals} source.${column}`).join(' and ')
  return `merge into main.${quoted(name)} as target using (${rows}) as source on (${equal}) when matched then update by name when not matched then insert by name`
}

export const sameKey = (key: readonly Column[]): string =>
  key.map(({ name }) => `fresh.${quoted(name)} is not distinct from was.${quoted(name)}`).join(' and ')

/** Of rows that are equal in a key with a null the one written last stays: earlier versions inserted them again. */
export function removeRepeatedText({ name, columns }: TablePlan): string {
  const key = columns.filter((column) => column.key).map((column) => quoted(column.name))
  const table = `main.${quoted(name)}`
  const ranked = `select rowid as r, row_number() over (partition by ${key.join(', ')} order by _synced_at desc, rowid desc) as n from ${table}`
  const someNull = key.map((column) => `${column} is null`).join(' or ')
  return `delete from ${table} where rowid in (select r from (${ranked} where ${someNull}) where n > 1)`
}

/** What a person may run where rows of the table repeat the key. */
export function keepLastText({ name, columns }: TablePlan): string {
  const key = columns.filter((column) => column.key).map((column) => quoted(column.name))
  const ranked = `select rowid as r, row_number() over (partition by ${key.join(', ')} order by _synced_at desc, rowid desc) as n from ${quoted(name)}`
  return `delete from ${quoted(name)} where rowid in (select r from (${ranked}) where n > 1);`
}
