import { quoted } from '../../framework/index.ts'
import { duckdbTypes } from './duckdb-sql.ts'
import { hashedName } from './names.ts'
import { postgresTypes } from './postgres-sql.ts'
import type { TablePlan } from './table-plan.ts'

export type SqlDialect = 'postgres' | 'duckdb'

/** The types of a dialect by those of columns. */
export const sqlTypes = { postgres: postgresTypes, duckdb: duckdbTypes } as const

/** Statements that make the table as the destination would; the key becomes a unique index. */
export function createTableText({ name, columns }: TablePlan, dialect: SqlDialect): string {
  const types = sqlTypes[dialect]
  const json = types.jsonb
  const lines = [
    ...columns.map((column) => `${quoted(column.name)} ${types[column.type]}`),
    `_extra ${json}`,
    '_synced_at timestamptz not null',
    `_run_id ${types.text} not null`,
  ]
  const table = `create table if not exists ${quoted(name)} (\n  ${lines.join(',\n  ')}\n);\n`
  const key = columns.filter((column) => column.key).map((column) => quoted(column.name))
  // The destination for DuckDB merges by the key and has no index.
  if (key.length === 0 || dialect === 'duckdb') return table
  return `${table}create unique index if not exists ${quoted(hashedName(`${name}_key`, `${name} (${key.join(', ')})`))} on ${quoted(name)} (${key.join(', ')});\n`
}
