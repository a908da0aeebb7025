import { quoted } from '../../framework/index.ts'
import type { ColumnType } from './column-type.ts'
import { type Encoded, replaceEscapes } from './encode.ts'
import type { Batch } from './table-buffer.ts'
import type { TablePlan } from './table-plan.ts'

export const postgresTypes: Readonly<Record<ColumnType, string>> = {
  text: 'text',
  bigint: 'bigint',
  numeric: 'numeric',
  double: 'double precision',
  boolean: 'boolean',
  timestamptz: 'timestamptz',
  timestamp: 'timestamp',
  date: 'date',
  jsonb: 'jsonb',
}

/** Types of tables that somebody else created, as `format_type` names them. Narrower ones would refuse values: not among them. */
const foreignTypes: Readonly<Record<string, ColumnType>> = {
  'character varying': 'text',
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
  json: 'jsonb',
}

export function readPostgresType(name: string): ColumnType | undefined {
  const own = Object.entries(postgresTypes).find(([, type]) => type === name)?.[0]
  return (own as ColumnType | undefined) ?? foreignTypes[name]
}

/** One statement for a batch, and its parameters but the last, which is the id of the run. */
export function postgresStatement(table: string, batch: Batch): { text: string; values: readonly (readonly Encoded[])[] } {
  const types = [...batch.plan.columns.map(({ type }) => type), 'jsonb', 'timestamptz'] as const
  const arrays = types.map((type, index) => `$${index + 1}::${postgresTypes[type]}[]`)
  const rows = `select *, $${types.length + 1}::text from unnest(${arrays.join(', ')})`
  return {
    text: upsertText(table, batch.plan, rows),
    values: batch.values.map((column, index) => storable(column, types[index] ?? 'text')),
  }
}

/** Writes rows of a query that gives the columns of the plan and then `_extra`, `_synced_at` and `_run_id`. */
export function upsertText(table: string, { columns }: TablePlan, rows: string): string {
  const names = [...columns.map(({ name }) => quoted(name)), '_extra', '_synced_at', '_run_id']
  const key = columns.filter((column) => column.key).map(({ name }) => quoted(name))
  const insert = `insert into ${table} (${names.join(', ')}) ${rows}`
  if (key.length === 0) return insert
  const rest = names.filter((name) => !key.includes(name)).map((name) => `${name} = excluded.${name}`)
  return `${insert} on conflict (${key.join(', ')}) do update set ${rest.join(', ')}`
}

/** PostgreSQL stores no U+0000: U+FFFD stands for it. */
function storable(values: readonly Encoded[], type: ColumnType): readonly Encoded[] {
  if (type === 'jsonb') return values.map((value) => (value?.includes('\\u0000') ? replaceEscapes(value, /^u0000/) : value))
  if (type === 'text') return values.map((value) => (value?.includes('\u0000') ? value.replaceAll('\u0000', '\ufffd') : value))
  return values
}
