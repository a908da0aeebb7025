import {
  type Clock,
  ConfigError,
  ConnectorError,
  openPostgres,
  type PostgresDatabase,
  type Query,
  quoted,
  type StateCommit,
  type StateLease,
} from '../framework/index.ts'
import type { ColumnType } from './tables/column-type.ts'
import { widens } from './tables/column-type.ts'
import { hashedName, isHashedName } from './tables/names.ts'
import { postgresStatement, postgresTypes, readPostgresType, upsertText } from './tables/postgres-sql.ts'
import { replaceTexts } from './tables/replace-sql.ts'
import type { Batch } from './tables/table-buffer.ts'
import { TableDestination } from './tables/table-destination.ts'
import { keyOf, type TableLayout, type TablePlan } from './tables/table-plan.ts'
import type { Replaced, Replacement, TableStore } from './tables/table-store.ts'

export interface PostgresTablesOptions {
  readonly clock: Clock
  readonly layout?: TableLayout
  /** When it belongs to a registry in the same database, rows and states are committed in one transaction: exactly once. */
  readonly lease?: StateLease | undefined
}

/** Tables in PostgreSQL 12 or newer, Supabase and others that speak its protocol included. */
export async function postgresDestination(url: string, { clock, layout, lease }: PostgresTablesOptions): Promise<TableDestination> {
  const database = await openPostgres(url, { clock })
  const states = lease?.joined?.database === database.identity ? lease.joined : undefined
  return new TableDestination(new PostgresTables(database, states), layout)
}

class PostgresTables implements TableStore {
  readonly #database: PostgresDatabase
  readonly #states: StateLease['joined']
  #runId = ''

  constructor(database: PostgresDatabase, states: StateLease['joined']) {
    this.#database = database
    this.#states = states
  }

  async open(runId: string): Promise<void> {
    this.#runId = runId
    await this.#database.transaction(async (query) => {
      const { rows } = await query('select 1 from pg_namespace where nspname = $1', [this.#database.schema])
      // Where the schema exists, the right to create one is not needed.
      if (rows.length === 0) await query(`create schema if not exists ${quoted(this.#database.schema)}`)
    })
  }

  prepare(plan: TablePlan): Promise<ReadonlyMap<string, ColumnType>> {
    return this.#database.transaction(async (query) => {
      // Two runs that create one table at the same time would get in each other's way.
      await query(`select pg_advisory_xact_lock(hashtext('connector tables'))`)
      await query(`create table if not exists ${this.#qualified(plan.name)} (${columnDefinitions(plan)})`)
      const types = await this.#columnTypes(plan.name, query)
      const changes = columnChanges(plan, types)
      if (changes.length > 0) await query(`alter table ${this.#qualified(plan.name)} ${changes.join(', ')}`)
      await this.#indexKey(plan, query)
      return this.#columnTypes(plan.name, query)
    })
  }

  async write(batches: readonly Batch[], commit: StateCommit, replacements: readonly Replacement[]): Promise<readonly Replaced[]> {
    const repeatable = replacements.length === 0 && batches.every(({ plan }) => plan.columns.some(({ key }) => key))
    const transaction = (write: (query: Query) => Promise<void>) =>
      this.#database.transaction(
        async (query) => {
          for (const batch of batches) await this.#upsert(batch, query)
          const replaced: Replaced[] = []
          for (const replacement of replacements) replaced.push(await this.#replace(replacement, query))
          await write(query)
          return replaced
        },
        { repeatable },
      )
    const joined = Object.keys(commit.streams).length > 0 ? this.#states : undefined
    return joined ? joined.commit(commit, transaction) : transaction(async () => undefined)
  }

  async tables(prefix: string): Promise<readonly string[]> {
    const text = 'select tablename from pg_tables where schemaname = $1 and left(tablename, length($2)) = $2'
    const { rows } = await this.#database.transaction((query) => query(text, [this.#database.schema, prefix]))
    return rows.map(({ tablename }) => String(tablename))
  }

  async drop(tables: readonly string[]): Promise<void> {
    const text = `drop table if exists ${tables.map((table) => this.#qualified(table)).join(', ')}`
    await this.#database.transaction((query) => query(text))
  }

  place(table: string): string {
    return `${this.#database.place} ${this.#database.schema}.${table}`
  }

  close(): Promise<void> {
    return this.#database.close()
  }

  async #upsert(batch: Batch, query: Query): Promise<void> {
    if (batch.size === 0) return
    const { text, values } = postgresStatement(this.#qualified(batch.plan.name), batch)
    const { count } = await query(text, [...values, this.#runId])
    if (count !== batch.size) throw this.#countDiffers(batch.plan.name, count, batch.size)
  }

  #countDiffers(table: string, count: number, rows: number): ConnectorError {
    const message = `${this.place(table)} took ${count} of ${rows} rows (a trigger or a policy?); the batch was rolled back`
    return new ConnectorError('ERR_OUTPUT_COUNT', message)
  }

  /** The table itself stays, with views, grants, indexes and columns that others made. */
  async #replace({ plan, stage, owner }: Replacement, query: Query): Promise<Replaced> {
    const names = { table: this.#qualified(plan.name), stage: this.#qualified(stage) }
    const texts = replaceTexts(plan, names, owner !== undefined)
    const count = async (text: string, values: readonly string[]) => Number((await query(text, values)).rows[0]?.['count'])
    const own = owner === undefined ? [] : [owner]
    const before = await count(texts.count, own)
    await query(texts.clear, own)
    const rows = await count(`select count(*) as count from ${names.stage}`, [])
    const source = `select ${texts.names.join(', ')} from ${names.stage}`
    const written = await query(upsertText(names.table, plan, source))
    if (written.count !== rows) throw this.#countDiffers(plan.name, written.count, rows)
    await query(`drop table ${names.stage}`)
    return { before, unowned: texts.unowned === undefined ? 0 : await count(texts.unowned, []) }
  }

  async #columnTypes(table: string, query: Query): Promise<ReadonlyMap<string, ColumnType>> {
    const { rows } = await query(
      `select attname as name, format_type(atttypid, null) as type from pg_attribute
       where attrelid = to_regclass($1) and attnum > 0 and not attisdropped`,
      [this.#qualified(table)],
    )
    const types = new Map<string, ColumnType>()
    for (const { name, type } of rows) {
      const known = readPostgresType(String(type))
      if (known) types.set(String(name), known)
      else throw unknownType(`${this.place(table)} column ${name}`, String(type))
    }
    return types
  }

  async #indexKey(plan: TablePlan, query: Query): Promise<void> {
    const { name } = plan
    const columns = keyOf(plan)
    if (columns.length === 0) return this.#dropOwnKeys(name, query)
    if (await this.#hasKey(name, columns, query)) return
    const key = columns.map(quoted)
    const index = hashedName(`${name}_key`, `${name} (${key.join(', ')})`)
    await query(`create unique index if not exists ${quoted(index)} on ${this.#qualified(name)} (${key.join(', ')})`)
  }

  /** Rows that are appended may have the key of another one: a key index that this destination made would refuse them. */
  async #dropOwnKeys(table: string, query: Query): Promise<void> {
    const text = `select i.relname as name from pg_index x join pg_class i on i.oid = x.indexrelid
      where x.indrelid = to_regclass($1) and x.indisunique and not x.indisprimary`
    const { rows } = await query(text, [this.#qualified(table)])
    const own = rows.map(({ name }) => String(name)).filter((name) => isHashedName(name, `${table}_key`))
    for (const name of own) await query(`drop index if exists ${this.#qualified(name)}`)
  }

  /** Somebody else's table may have the key already. */
  async #hasKey(table: string, key: readonly string[], query: Query): Promise<boolean> {
    const { rows } = await query(
      `select 1 from pg_index x where x.indrelid = to_regclass($1) and x.indisunique and x.indpred is null and x.indexprs is null and x.indisvalid
         and (select array_agg(a.attname::text order by a.attname::text) from pg_attribute a
              where a.attrelid = x.indrelid and a.attnum = any (x.indkey::int2[])) = $2::text[]`,
      [this.#qualified(table), key.toSorted()],
    )
    return rows.length > 0
  }

  #qualified(table: string): string {
    return `${quoted(this.#database.schema)}.${quoted(table)}`
  }
}

/** Columns of the data first, as a person expects them. */
function columnDefinitions({ columns }: TablePlan): string {
  const data = columns.map(({ name, type }) => `${quoted(name)} ${postgresTypes[type]}`)
  return [...data, '_extra jsonb', '_synced_at timestamptz not null', '_run_id text not null'].join(', ')
}

function columnChanges({ columns }: TablePlan, types: ReadonlyMap<string, ColumnType>): readonly string[] {
  const changes = columns.flatMap(({ name, type }) => {
    const found = types.get(name)
    if (found === undefined) return [`add column ${quoted(name)} ${postgresTypes[type]}`]
    return widens(found, type) ? [`alter column ${quoted(name)} type ${postgresTypes[type]}`] : []
  })
  // A table that somebody else made has none of these; its rows get a value too.
  const own = { _extra: 'jsonb', _synced_at: 'timestamptz not null default now()', _run_id: `text not null default ''` }
  return [...changes, ...Object.entries(own).flatMap(([name, type]) => (types.has(name) ? [] : [`add column ${name} ${type}`]))]
}

function unknownType(column: string, type: string): ConfigError {
  const message = `${column} has type ${type}, which this destination does not write. Rename the table or choose another schema (?schema=…).`
  return new ConfigError('ERR_OUTPUT_TABLE', message)
}
