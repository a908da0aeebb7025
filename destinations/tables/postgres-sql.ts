import { quoted } from '../../framework/index.ts'
import type { ColumnType } from './column-type.ts'
import { type Encoded, replaceEscapes } from './encode.ts'
import type { Batch } from './table-buffer.ts'
import type { Column, TablePlan } from './table-plan.ts'

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

export interface PostgresRows {
  /** A query that gives the columns of the plan and then `_extra`, `_synced_at` and `_run_id`. */
  readonly rows: string
  readonly values: readonly (readonly Encoded[])[]
}

/** The rows of a batch as a query, and its parameters but the last, which is the id of the run. */
export function postgresRows(batch: Batch): PostgresRows {
  const { columns } = batch.plan
  const types = [...columns.map(({ type, narrowing }) => narrowing?.cast ?? postgresTypes[type]), 'jsonb', 'timestamptz']
  const arrays = types.map((type, index) => `$${index + 1}::${type}[]`)
  const rows = `select *, $${types.length + 1}::text from unnest(${arrays.join(', ')})`
  const encoded = [...columns.map(({ type }) => type), 'jsonb', 'timestamptz'] as const
  return {
    rows,
    values: batch.values.map((column, index) => storable(column, encoded[index] ?? 'text')),
  }
}

/** Compared as records, in which null equals null: unlike IS NOT DISTINCT FROM the server can sort or hash them. */
export function sameKey(key: readonly Column[]): string {
  const record = (row: string) => {
    const values = key.map(({ name, type, sqlType = postgresTypes[type] }) => `${row}.${quoted(name)}::${sqlType}`)
    return `row(${values.join(', ')})::record`
  }
  return `${record('fresh')} = ${record('was')}`
}

export interface UpsertSource {
  /** See {@link PostgresRows}. */
  readonly rows: string
  /** Columns or expressions of the unique index that rows are upserted by; rows of a table without a key are inserted. */
  readonly target: string | undefined
}

export function upsertText(table: string, { columns }: TablePlan, { rows, target }: UpsertSource): string {
  const names = [...columns.map(({ name }) => quoted(name)), '_extra', '_synced_at', '_run_id']
  const key = columns.filter((column) => column.key).map(({ name }) => quoted(name))
  // An identity of the table takes the values of the stream, too.
  const insert = `insert into ${table} (${names.join(', ')}) overriding system value ${rows}`
  if (target === undefined) return insert
  const rest = names.filter((name) => !key.includes(name)).map((name) => `${name} = excluded.${name}`)
  return `${insert} on conflict (${target}) do update set ${rest.join(', ')}`
}

/**
 * The upsert with what it wrote: for each label `rows`, and `inserted`, those whose key no row had. The version of a row that was
 * inserted has no `xmax`; one that took the place of another keeps the lock of the one before.
 */
export const countedText = (upsert: string, label = 'null'): string =>
  `with written as (${upsert} returning xmax = 0 as is_new, ${label}::text as label)
   select label, count(*) as rows, count(*) filter (where is_new) as inserted from written group by label`

/** Rows of the table whose keys the rows of the source have. `hasNulls`: parts of keys may be null, which no index finds. */
export function knownText(
  table: string,
  plan: TablePlan,
  { rows, hasNulls }: { readonly rows: string; readonly hasNulls: boolean },
): string {
  const names = [...plan.columns.map(({ name }) => quoted(name)), '_extra', '_synced_at', '_run_id']
  const equal = plan.columns
    .filter(({ key }) => key)
    .map(({ name }) => `was.${quoted(name)} ${hasNulls ? 'is not distinct from' : '='} fresh.${quoted(name)}`)
  return `select count(*) as count from (${rows}) as fresh (${names.join(', ')}) where exists (select 1 from ${table} as was where ${equal.join(' and ')})`
}

/** PostgreSQL stores no U+0000: U+FFFD stands for it. Years before 1 it counts backward from 1 BC. */
function storable(values: readonly Encoded[], type: ColumnType): readonly Encoded[] {
  switch (type) {
    case 'jsonb':
      return values.map((value) => (value?.includes('\\u0000') ? replaceEscapes(value, /^u0000/) : value))
    case 'text':
      return values.map((value) => (value?.includes('\u0000') ? value.replaceAll('\u0000', '\ufffd') : value))
    case 'timestamptz':
    case 'timestamp':
    case 'date':
      return values.some(isBeforeChrist)
        ? values.map((value) => (value !== null && isBeforeChrist(value) ? yearsBackward(value) : value))
        : values
    default:
      return values
  }
}

const isBeforeChrist = (value: Encoded): boolean => value !== null && (value.startsWith('-') || value.startsWith('0000'))

const yearsBackward = (value: string): string => `${value.replace(/^-?\d+/, (year) => String(1 - Number(year)).padStart(4, '0'))} BC`
