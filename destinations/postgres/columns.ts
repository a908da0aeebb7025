import { ConnectorError, type Query, quoted } from '../../framework/index.ts'
import { postgresTypes } from '../tables/postgres-sql.ts'
import { TableRejection } from '../tables/rejections.ts'
import type { Column, TablePlan } from '../tables/table-plan.ts'
import { attempt, type RejectedTable } from './rejection.ts'
import { storedType } from './stored-type.ts'
import { type ColumnFacts, readTableFacts, type TableFacts } from './table-facts.ts'

/** https://www.postgresql.org/docs/current/limits.html */
const maxColumns = 1_600
/** Columns whose values always fit one row of 8 kB, because longer ones are stored beside it. */
const columnsOfAnyRow = 320
const rowBytes = 7_900

/** Columns that stand beside the data; a table that somebody else made has none of these, and its rows get a value too. */
const ownColumns = { _extra: 'jsonb', _synced_at: 'timestamptz not null default now()', _run_id: `text not null default ''` } as const
const ownTypes: Readonly<Record<keyof typeof ownColumns, readonly string[]>> = {
  _extra: ['jsonb', 'json'],
  _synced_at: ['timestamptz', 'timestamp'],
  _run_id: ['text', 'varchar'],
}

export interface ColumnWork {
  readonly query: Query
  readonly table: RejectedTable
  warn(warning: ConnectorError): void
}

/** Creates the table where there is none. Columns of the data first, as a person expects them. */
export async function createTable({ columns }: TablePlan, { query, table }: ColumnWork): Promise<void> {
  const room = maxColumns - Object.keys(ownColumns).length
  const data = neededFirst(columns).slice(0, room)
  const kept = columns.filter((column) => data.includes(column)).map(({ name, type }) => `${quoted(name)} ${postgresTypes[type]}`)
  const own = ['_extra jsonb', '_synced_at timestamptz not null', '_run_id text not null']
  await query(`create table if not exists ${table.qualified} (${[...kept, ...own].join(', ')})`)
}

/**
 * Adds the columns that an existing table lacks and widens its own ones, where the table allows it. Gives the plan as the table then
 * takes it: columns that it cannot have are left out, narrower ones stay as they are. Throws TableRejection.
 */
export async function adaptColumns(plan: TablePlan, before: TableFacts, work: ColumnWork): Promise<TablePlan> {
  assertTakesRows(plan, before, work.table)
  const changes = [await addOwnColumns(before, work), await addColumns(plan, before, work), await widenColumns(plan, before, work)]
  const after = changes.includes(true) ? ((await readTableFacts(work.table.qualified, work.query)) ?? before) : before
  const columns = plan.columns.flatMap((column) => adapted(column, after, work) ?? [])
  const fields = new Set(columns.map(({ path }) => path[0]))
  const wanted = [...(plan.without ?? []), ...plan.columns.flatMap(({ path }) => path[0] ?? [])]
  const without = new Set(wanted.filter((field) => !fields.has(field)))
  return {
    name: plan.name,
    columns,
    ...(without.size > 0 ? { without } : {}),
    ...(plan.isReplaced ? { isReplaced: true as const } : {}),
    ...(columns.length > columnsOfAnyRow ? { rowBytes: rowBytes - Math.ceil(columns.length / 8) } : {}),
  }
}

/** Without them rows could not be told apart: the key, and the name of the stream where several share the table. */
const isNeeded = ({ key, path }: Column): boolean => key || path.length === 0

const neededFirst = (columns: readonly Column[]): readonly Column[] => [
  ...columns.filter(isNeeded),
  ...columns.filter((column) => !isNeeded(column)),
]

const relations: Readonly<Record<string, string>> = { v: 'a view', m: 'a materialized view', f: 'a foreign table', c: 'a type' }

function assertTakesRows({ name, columns }: TablePlan, facts: TableFacts, { place, qualified }: RejectedTable): void {
  if (facts.kind !== 'r' && facts.kind !== 'p') {
    const message = `${place} is ${relations[facts.kind] ?? 'not a table'}. Rename it, or choose another schema (?schema=…).`
    throw new TableRejection(name, 'ERR_OUTPUT_TABLE', message)
  }
  const known = new Set([...columns.map((column) => column.name), ...Object.keys(ownColumns)])
  const required = [...facts.columns.values()].filter((column) => !known.has(column.name) && !column.isOptional)
  if (required.length === 0 || facts.hasInsertTrigger) return
  const names = required.map((column) => column.name).join(', ')
  const sql = required.map((column) => `alter column ${quoted(column.name)} drop not null`).join(', ')
  const message = `${place} has columns that no stream fills, that may not be null and have no default: ${names}. Give them a default, or run \`alter table ${qualified} ${sql}\`.`
  throw new TableRejection(name, 'ERR_OUTPUT_TABLE', message)
}

async function addOwnColumns({ columns }: TableFacts, { query, table }: ColumnWork): Promise<boolean> {
  for (const [name, types] of Object.entries(ownTypes)) {
    const found = columns.get(name)
    if (found && !types.includes(found.typeName ?? '')) {
      const message = `${table.place} has a column ${name} of type ${found.sqlType}, where the connector keeps ${types[0]}. Rename it, or choose another schema (?schema=…).`
      throw new TableRejection(table.name, 'ERR_OUTPUT_TABLE', message)
    }
  }
  const missing = Object.entries(ownColumns).filter(([name]) => !columns.has(name))
  if (missing.length === 0) return false
  const sql = `alter table ${table.qualified} ${missing.map(([name, type]) => `add column ${name} ${type}`).join(', ')}`
  const failure = await attempt(query, sql)
  if (failure) {
    const message = `${table.place} lacks columns that the connector needs, and they cannot be added (${failure.message}). Run as its owner: ${sql};`
    throw new TableRejection(table.name, 'ERR_OUTPUT_TABLE', message, failure)
  }
  return true
}

async function addColumns({ columns }: TablePlan, facts: TableFacts, { query, table, warn }: ColumnWork): Promise<boolean> {
  const missing = neededFirst(columns.filter(({ name }) => !facts.columns.has(name)))
  if (missing.length === 0) return false
  const ownMissing = Object.keys(ownColumns).filter((name) => !facts.columns.has(name)).length
  const room = Math.max(0, maxColumns - facts.columnsEver - ownMissing)
  const addable = missing.slice(0, room)
  if (missing.length > room) warn(tooManyColumns(missing.slice(room), table))
  const clause = ({ name, type }: Column) => `add column ${quoted(name)} ${postgresTypes[type]}`
  if (addable.length === 0 || !(await attempt(query, `alter table ${table.qualified} ${addable.map(clause).join(', ')}`))) return true
  for (const column of addable) {
    const sql = `alter table ${table.qualified} ${clause(column)}`
    const failure = await attempt(query, sql)
    if (!failure) continue
    warn(columnWarning(`${table.place} gets no column ${column.name} (${failure.message})`, `To add it, run: ${sql};`))
  }
  return true
}

/** Only columns as this destination made them; another type was chosen on purpose and stays. */
async function widenColumns({ columns }: TablePlan, facts: TableFacts, { query, table, warn }: ColumnWork): Promise<boolean> {
  let changed = false
  for (const { name, type } of columns) {
    const found = facts.columns.get(name)
    if (type !== 'numeric' || found?.typeName !== 'int8' || found.isDomain) continue
    const sql = `alter table ${table.qualified} alter column ${quoted(name)} type ${postgresTypes[type]}`
    const failure = await attempt(query, sql)
    changed ||= !failure
    if (!failure) continue
    const advice = `To widen it, drop what depends on it, run \`${sql}\`, and create that again.`
    warn(columnWarning(`${table.place} column ${name} stays bigint (${failure.message})`, advice))
  }
  return changed
}

function columnWarning(what: string, advice: string): ConnectorError {
  return new ConnectorError('ERR_OUTPUT_COLUMN', `${what}; its other values go to _extra. ${advice}`, { failureType: 'config_error' })
}

function tooManyColumns(columns: readonly Column[], { place }: RejectedTable): ConnectorError {
  const names = columns.slice(0, 5).map(({ name }) => name)
  const list = `${names.join(', ')}${columns.length > names.length ? ', …' : ''}`
  const message = `${place} is full: a table of PostgreSQL has at most ${maxColumns} columns, dropped ones included. The values of ${columns.length} fields go to _extra: ${list}`
  return new ConnectorError('ERR_OUTPUT_COLUMN', message, { failureType: 'config_error' })
}

/** The column as it is; undefined when its values go to `_extra`. */
function adapted(column: Column, facts: TableFacts, { table, warn }: ColumnWork): Column | undefined {
  const found = facts.columns.get(column.name)
  const stored = found && storedType(found)
  const { name, path, key } = column
  if (stored && !isClosed(column, found)) {
    const { type, narrowing } = stored
    return { name, type, path, key, ...(narrowing ? { narrowing, sqlType: found.sqlType } : {}) }
  }
  const why = found ? closedBecause(found) : 'cannot be added'
  if (isNeeded(column)) {
    const message = `${table.place} column ${column.name} tells rows apart and ${why}. Rename the table, or choose another schema (?schema=…).`
    throw new TableRejection(table.name, 'ERR_OUTPUT_TABLE', message)
  }
  if (found) warn(columnWarning(`${table.place} column ${column.name} is not written: it ${why}`, 'Rename it to get a column of its own.'))
  return undefined
}

/** Values of ours do not get in. */
function isClosed({ key }: Column, { isGenerated, identity, typeName }: ColumnFacts): boolean {
  return isGenerated || (identity === 'a' && !key) || (typeName === 'json' && key)
}

function closedBecause({ isGenerated, identity, sqlType, isDomain }: ColumnFacts): string {
  if (isGenerated) return 'is generated'
  if (identity === 'a') return 'is an identity (generated always)'
  return `has ${isDomain ? 'the domain' : 'type'} ${sqlType}, which this destination does not write`
}
