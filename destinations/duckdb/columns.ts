import type { DuckDBConnection } from '@duckdb/node-api'
import { ConnectorError, quoted } from '../../framework/index.ts'
import { duckdbTypes } from '../tables/duckdb-sql.ts'
import { TableRejection } from '../tables/rejections.ts'
import type { Column, TablePlan } from '../tables/table-plan.ts'
import { storedType } from './stored-type.ts'

export interface ColumnWork {
  readonly connection: DuckDBConnection
  /** Where a person finds the table. */
  readonly place: string
  warn(warning: ConnectorError): void
}

interface ColumnFacts {
  readonly name: string
  readonly type: string
  /** A row may leave it out. */
  readonly isOptional: boolean
  readonly hasDefault: boolean
}

/** By lower-case name: DuckDB does not tell names apart by case. */
type TableFacts = ReadonlyMap<string, ColumnFacts>

/** Columns that stand beside the data; a table that somebody else made has none of these. */
const ownColumns = { _extra: 'json', _synced_at: 'timestamptz', _run_id: 'varchar' } as const
const ownTypes: Readonly<Record<keyof typeof ownColumns, readonly string[]>> = {
  _extra: ['JSON', 'VARCHAR'],
  _synced_at: ['TIMESTAMP WITH TIME ZONE', 'TIMESTAMP'],
  _run_id: ['VARCHAR'],
}

const advice = 'Rename the table, or choose another file.'

/**
 * Creates the table or adds what an existing one lacks, and widens its own columns where it allows that. Gives the plan as the table then
 * takes it: columns that it cannot have are left out, narrower ones stay as they are. Throws TableRejection.
 */
export async function adaptTable(plan: TablePlan, work: ColumnWork): Promise<TablePlan> {
  await assertTable(plan, work)
  await work.connection.run(createText(plan))
  const before = await readColumns(plan.name, work)
  assertTakesRows(plan, before, work)
  const changes = [await addOwnColumns(plan, before, work), await addColumns(plan, before, work), await widenColumns(plan, before, work)]
  const facts = changes.includes(true) ? await readColumns(plan.name, work) : before
  const columns: Column[] = []
  for (const column of plan.columns) {
    const found = await adapted(column, { plan, facts }, work)
    if (found) columns.push(found)
  }
  const fields = new Set(columns.map(({ path }) => path[0]))
  const wanted = [...(plan.without ?? []), ...plan.columns.flatMap(({ path }) => path[0] ?? [])]
  const without = new Set(wanted.filter((field) => !fields.has(field)))
  return { name: plan.name, columns, ...(without.size > 0 ? { without } : {}), ...(plan.isReplaced ? { isReplaced: true } : {}) }
}

const typeOf = ({ type, narrowing }: Column): string => narrowing?.cast ?? duckdbTypes[type]

function createText({ name, columns }: TablePlan): string {
  const data = columns.map((column) => `${quoted(column.name)} ${typeOf(column)}`)
  const own = ['_extra json', '_synced_at timestamptz not null', '_run_id varchar not null']
  return `create table if not exists main.${quoted(name)} (${[...data, ...own].join(', ')})`
}

async function assertTable({ name }: TablePlan, { connection, place }: ColumnWork): Promise<void> {
  const { length } = await rowsOf(
    connection,
    `select 1 from duckdb_views() where schema_name = 'main' and database_name = current_database() and lower(view_name) = lower($1)`,
    name,
  )
  if (length > 0) throw new TableRejection(name, 'ERR_OUTPUT_TABLE', `${place} is a view. ${advice}`)
}

async function readColumns(table: string, { connection }: ColumnWork): Promise<TableFacts> {
  const text = `select column_name, data_type, is_nullable, column_default is not null from duckdb_columns()
    where lower(table_name) = lower($1) and schema_name = 'main' and database_name = current_database()`
  const rows = await rowsOf(connection, text, table)
  return new Map(
    rows.map(([name, type, isNullable, hasDefault]) => [
      String(name).toLowerCase(),
      { name: String(name), type: String(type), isOptional: isNullable === true || hasDefault === true, hasDefault: hasDefault === true },
    ]),
  )
}

async function rowsOf(connection: DuckDBConnection, text: string, table: string): Promise<readonly (readonly unknown[])[]> {
  return (await connection.runAndReadAll(text, [table])).getRows()
}

function assertTakesRows({ name, columns }: TablePlan, facts: TableFacts, { place }: ColumnWork): void {
  const known = new Set([...columns.map((column) => column.name.toLowerCase()), ...Object.keys(ownColumns)])
  const required = [...facts].filter(([column, { isOptional }]) => !known.has(column) && !isOptional).map(([, column]) => column.name)
  if (required.length > 0) {
    const sql = required.map((column) => `alter table ${quoted(name)} alter column ${quoted(column)} drop not null;`).join(' ')
    const message = `${place} has columns that no stream fills, that may not be null and have no default: ${required.join(', ')}. Give them a default, or run: ${sql}`
    throw new TableRejection(name, 'ERR_OUTPUT_TABLE', message)
  }
  for (const [column, types] of Object.entries(ownTypes)) {
    const found = facts.get(column)
    if (!found || types.includes(found.type)) continue
    const message = `${place} has a column ${column} of type ${found.type}, where the connector keeps ${types[0]}. Rename it, or choose another file.`
    throw new TableRejection(name, 'ERR_OUTPUT_TABLE', message)
  }
}

async function addOwnColumns({ name }: TablePlan, facts: TableFacts, { connection }: ColumnWork): Promise<boolean> {
  const missing = Object.entries(ownColumns).filter(([column]) => !facts.has(column))
  for (const [column, type] of missing) await connection.run(`alter table main.${quoted(name)} add column ${column} ${type}`)
  return missing.length > 0
}

async function addColumns(plan: TablePlan, facts: TableFacts, { connection, place, warn }: ColumnWork): Promise<boolean> {
  const missing = plan.columns.filter(({ name }) => !facts.has(name.toLowerCase()))
  for (const column of missing) {
    const sql = `alter table main.${quoted(plan.name)} add column ${quoted(column.name)} ${typeOf(column)}`
    const failure = await attempt(connection, sql)
    if (failure !== undefined) warn(columnWarning(`${place} gets no column ${column.name} (${failure})`, `To add it, run: ${sql};`))
  }
  return missing.length > 0
}

/** A whole number beyond 2^53 would lose digits in a wider column: its column stays. */
async function widenColumns(plan: TablePlan, facts: TableFacts, { connection, place, warn }: ColumnWork): Promise<boolean> {
  let changed = false
  for (const { name, type } of plan.columns) {
    if (type !== 'numeric' || facts.get(name.toLowerCase())?.type !== 'BIGINT') continue
    const table = `main.${quoted(plan.name)}`
    const exact = `select 1 from ${table} where ${quoted(name)} not between -9007199254740992 and 9007199254740992 limit 1`
    const isExact = (await connection.runAndReadAll(exact)).getRows().length === 0
    const sql = `alter table ${table} alter column ${quoted(name)} set data type double`
    const failure = isExact ? await attempt(connection, sql) : 'it has numbers that would lose digits'
    changed ||= failure === undefined
    if (failure === undefined) continue
    warn(columnWarning(`${place} column ${name} stays bigint (${failure})`, `To widen it, drop what depends on it and run: ${sql};`))
  }
  return changed
}

/** A statement that the table may refuse; the transaction continues. Gives why. */
async function attempt(connection: DuckDBConnection, text: string): Promise<string | undefined> {
  try {
    await connection.run(text)
    return undefined
  } catch (thrown) {
    if (!(thrown instanceof Error) || !/^(Catalog|Dependency|Binder|Not implemented|Parser)\b/.test(thrown.message)) throw thrown
    return thrown.message.split('\n', 1)[0]
  }
}

function columnWarning(what: string, how: string): ConnectorError {
  return new ConnectorError('ERR_OUTPUT_COLUMN', `${what}; its other values go to _extra. ${how}`, { failureType: 'config_error' })
}

interface Table {
  readonly plan: TablePlan
  readonly facts: TableFacts
}

/** The column as it is; undefined when its values go to `_extra`. */
async function adapted(column: Column, { plan, facts }: Table, work: ColumnWork): Promise<Column | undefined> {
  const found = facts.get(column.name.toLowerCase())
  const stored = found && storedType(found.type)
  const { name, path, key } = column
  const isGenerated = found?.hasDefault === true && (await refusesValues(plan.name, name, work))
  if (stored && !isGenerated) {
    return { name, type: stored.type, path, key, ...(stored.narrowing ? { narrowing: stored.narrowing, sqlType: found.type } : {}) }
  }
  const why = isGenerated ? 'is generated' : found ? `has type ${found.type}, which this destination does not write` : 'cannot be added'
  if (key || path.length === 0) {
    const message = `${work.place} column ${name} tells rows apart and ${why}. ${advice}`
    throw new TableRejection(plan.name, 'ERR_OUTPUT_TABLE', message)
  }
  if (found) work.warn(columnWarning(`${work.place} column ${name} is not written: it ${why}`, 'Rename it to get a column of its own.'))
  return undefined
}

/** The catalog does not tell generated columns from those with a default. */
async function refusesValues(table: string, column: string, { connection }: ColumnWork): Promise<boolean> {
  const refused = await attempt(connection, `explain insert into main.${quoted(table)} (${quoted(column)}) select null where false`)
  return refused !== undefined
}
