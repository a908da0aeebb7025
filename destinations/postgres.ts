import {
  type Clock,
  ConnectorError,
  openPostgres,
  type PostgresDatabase,
  type Query,
  quoted,
  type StateCommit,
  type StateLease,
} from '../framework/index.ts'
import { adaptColumns, createTable } from './postgres/columns.ts'
import { ensureKey, type KeyTarget, suits } from './postgres/key-index.ts'
import { causeOf, countDiffers, type RejectedTable, rejectingRows, rejectionOf, sqlstate, sqlstateOf } from './postgres/rejection.ts'
import { readTableFacts } from './postgres/table-facts.ts'
import { TextEncoding } from './postgres/text-encoding.ts'
import { type BatchTarget, writeBatch, writeInParts } from './postgres/write-batch.ts'
import { writeRows } from './postgres/write-rows.ts'
import { sameKey } from './tables/postgres-sql.ts'
import { TableRejection } from './tables/rejections.ts'
import { replaceTexts } from './tables/replace-sql.ts'
import { type ChangesByStream, sumOf } from './tables/row-changes.ts'
import type { Batch, KeyShape } from './tables/table-buffer.ts'
import { TableDestination, type TableOptions } from './tables/table-destination.ts'
import type { TablePlan } from './tables/table-plan.ts'
import type { Replaced, Replacement, StoreRun, TableStore, Written } from './tables/table-store.ts'

export interface PostgresTablesOptions extends TableOptions {
  readonly clock: Clock
  /** When it belongs to a registry in the same database, rows and states are committed in one transaction: exactly once. */
  readonly lease?: StateLease | undefined
  /** False: keys with null are told apart as servers before PostgreSQL 15 have to. Asked of the server unless given. */
  readonly nullsNotDistinct?: boolean
}

/** Tables in PostgreSQL 12 or newer, Supabase and others that speak its protocol included. */
export async function postgresDestination(url: string, options: PostgresTablesOptions): Promise<TableDestination> {
  const { clock, lease, nullsNotDistinct } = options
  const database = await openPostgres(url, { clock })
  const states = lease?.joined?.database === database.identity ? lease.joined : undefined
  return new TableDestination(new PostgresTables(database, { states, nullsNotDistinct }), options)
}

/** https://www.postgresql.org/docs/current/ddl-system-columns.html */
const systemColumns = new Set(['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'])
const anyKey: KeyShape = { nulls: false, bytes: 0 }

interface PostgresStoreOptions {
  readonly states: StateLease['joined']
  readonly nullsNotDistinct: boolean | undefined
}

/** How rows get from a batch into its table; gives what changed. */
type Insert = (batch: Batch, query: Query) => Promise<ChangesByStream>

interface Work {
  readonly batches: readonly Batch[]
  readonly commit: StateCommit
  readonly replacements: readonly Replacement[]
  readonly insert: Insert
}

class PostgresTables implements TableStore {
  readonly reservedColumns = systemColumns
  readonly #database: PostgresDatabase
  readonly #states: StateLease['joined']
  #nullsNotDistinct: boolean | undefined
  #run: StoreRun = { runId: '', warn: () => undefined }
  /** undefined for UTF-8. */
  #encoding: TextEncoding | undefined
  #hasWarned = false
  /** Tables whose key gets its index with the replacement of their rows. */
  readonly #late = new Set<string>()
  /** How rows of each table are told apart. */
  readonly #targets = new Map<string, KeyTarget | undefined>()
  readonly #partitioned = new Set<string>()

  constructor(database: PostgresDatabase, { states, nullsNotDistinct }: PostgresStoreOptions) {
    this.#database = database
    this.#states = states
    this.#nullsNotDistinct = nullsNotDistinct
  }

  async open(run: StoreRun): Promise<void> {
    this.#run = run
    await this.#database.transaction(async (query) => {
      const { rows } = await query(
        `select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding, exists (select 1 from pg_namespace where nspname = $1) as found`,
        [this.#database.schema],
      )
      this.#encoding = this.#encodingOf(String(rows[0]?.['encoding']))
      this.#nullsNotDistinct ??= Number(rows[0]?.['version']) >= 150_000
      // Where the schema exists, the right to create one is not needed.
      if (rows[0]?.['found'] !== true) await query(`create schema if not exists ${quoted(this.#database.schema)}`)
    })
  }

  prepare(plan: TablePlan): Promise<TablePlan> {
    const table = this.#table(plan.name)
    return this.#database.transaction(async (query) => {
      await lockTables(query)
      const work = { query, table, warn: (warning: ConnectorError) => this.#run.warn(warning) }
      const found = await readTableFacts(table.qualified, query)
      if (!found) await createTable(plan, work)
      try {
        const facts = found ?? (await readTableFacts(table.qualified, query))
        const prepared = facts ? await adaptColumns(plan, facts, work) : plan
        this.#targets.set(plan.name, await this.#firstKey(prepared, query))
        if (facts?.kind === 'p') this.#partitioned.add(plan.name)
        return prepared
      } catch (thrown) {
        throw rejectionOf(thrown, table)
      }
    })
  }

  async write(batches: readonly Batch[], commit: StateCommit, replacements: readonly Replacement[]): Promise<Written> {
    for (const { plan, keys } of batches) await this.#suitKey(plan, keys)
    for (const { plan, stage } of replacements) await this.#suitKey(plan, this.#keysOf(stage))
    const write = (insert: Insert) => this.#transaction({ batches, commit, replacements, insert })
    try {
      return await write((batch, query) => writeBatch(batch, this.#targetOf(batch), query))
    } catch (thrown) {
      const code = sqlstateOf(thrown)
      // Another run replaced the index of the key.
      if (code === '42P10') {
        for (const { plan, keys } of batches) await this.#renewKey(plan, keys)
        return write((batch, query) => writeBatch(batch, this.#targetOf(batch), query))
      }
      // Two rows of a batch have keys that are equal for the database, as texts that ignore case.
      if (code === '21000') return write((batch, query) => writeInParts(batch, this.#targetOf(batch), query))
      throw thrown
    }
  }

  async tables(prefix: string): Promise<readonly string[]> {
    const text = 'select tablename from pg_tables where schemaname = $1 and left(tablename, length($2)) = $2'
    const { rows } = await this.#database.transaction((query) => query(text, [this.#database.schema, prefix]))
    return rows.map(({ tablename }) => String(tablename))
  }

  async drop(tables: readonly string[]): Promise<void> {
    const text = `drop table if exists ${tables.map((table) => this.#table(table).qualified).join(', ')}`
    await this.#database.transaction((query) => query(text))
  }

  #encodingOf(encoding: string): TextEncoding | undefined {
    if (encoding === 'UTF8') return undefined
    return new TextEncoding(encoding, (character) => {
      if (this.#hasWarned) return
      this.#hasWarned = true
      const code = character.codePointAt(0)?.toString(16)
      const message = `${this.#database.place} is encoded in ${encoding}, which lacks characters that the rows have (the first is ${character}): they are written as \\u{${code}}. A database in UTF8 holds all of them.`
      this.#run.warn(new ConnectorError('ERR_OUTPUT_ENCODING', message, { failureType: 'config_error' }))
    })
  }

  place(table: string): string {
    return `${this.#database.place} ${this.#database.schema}.${table}`
  }

  close(): Promise<void> {
    return this.#database.close()
  }

  async #transaction({ batches, commit, replacements, insert }: Work): Promise<Written> {
    const repeatable = replacements.length === 0 && batches.every(({ plan }) => plan.columns.some(({ key }) => key))
    const transaction = (write: (query: Query) => Promise<void>) =>
      this.#database.transaction(
        async (query) => {
          const changes: ChangesByStream[] = []
          for (const batch of batches) changes.push(await insert(batch, query))
          const replaced: Replaced[] = []
          for (const replacement of replacements) replaced.push(await this.#replace(replacement, query))
          await write(query)
          return { changes, replaced }
        },
        { repeatable },
      )
    const joined = Object.keys(commit.streams).length > 0 ? this.#states : undefined
    try {
      return await (joined ? joined.commit(commit, transaction) : transaction(async () => undefined))
    } catch (thrown) {
      throw this.#deferredRejection(thrown, [...batches, ...replacements])
    }
  }

  /** A deferred constraint fails at the commit and names its table. */
  #deferredRejection(thrown: unknown, written: readonly { readonly plan: TablePlan }[]): unknown {
    const cause = causeOf(thrown)
    if (thrown instanceof TableRejection || sqlstate(cause) === '' || !(cause instanceof Error) || !('table' in cause)) return thrown
    const found = written.find(({ plan }) => plan.name === cause.table)
    const rejection = found ? rejectionOf(cause, this.#table(found.plan.name)) : thrown
    return rejection === cause ? thrown : rejection
  }

  #targetOf({ plan }: { readonly plan: TablePlan }): BatchTarget {
    const named = this.#table(plan.name)
    const key = this.#targets.get(plan.name)?.text
    const isPartitioned = this.#partitioned.has(plan.name)
    return { named, table: named.qualified, plan, key, isPartitioned, encoding: this.#encoding, runId: this.#run.runId }
  }

  /** The table itself stays, with views, grants, indexes and columns that others made. */
  async #replace({ plan, stage, owner }: Replacement, query: Query): Promise<Replaced> {
    const table = this.#table(plan.name)
    const names = { table: table.qualified, stage: this.#table(stage).qualified }
    const texts = replaceTexts(plan, names, { isOwned: owner !== undefined, sameKey, rowId: 'ctid' })
    const count = async (text: string, values: readonly string[]) => Number((await query(text, values)).rows[0]?.['count'])
    const own = owner === undefined ? [] : [owner]
    return rejectingRows(table, async () => {
      const before = await count(texts.count, own)
      await query(texts.clear, own)
      if (texts.repeated !== undefined && this.#late.has(plan.name)) {
        await query(texts.repeated, own)
        this.#targets.set(plan.name, await this.#key(plan, this.#keysOf(stage), query))
      }
      const rows = await count(`select count(*) as count from ${names.stage}`, [])
      const cast = new Map(plan.columns.map(({ name, narrowing }) => [quoted(name), narrowing?.cast]))
      const selected = texts.names.map((name) => (cast.get(name) === undefined ? name : `${name}::${cast.get(name)}`))
      const source = { rows: `select ${selected.join(', ')} from ${names.stage}`, values: [], hasNulls: this.#keysOf(stage).nulls }
      const { inserted, updated } = sumOf(await writeRows(source, this.#targetOf({ plan }), query))
      if (inserted + updated !== rows) throw countDiffers(table, inserted + updated, rows)
      await query(`drop table ${names.stage}`)
      return { before, inserted, updated, unowned: texts.unowned === undefined ? 0 : await count(texts.unowned, []) }
    })
  }

  /** What the keys of the rows in a stage may ask of an index. */
  #keysOf(stage: string): KeyShape {
    const covers = this.#targets.get(stage)?.covers
    return { nulls: covers?.nulls === true, bytes: covers?.long === true ? Number.POSITIVE_INFINITY : 0 }
  }

  /** Keys with nulls or long ones may need another index than keys so far. */
  async #suitKey(plan: TablePlan, keys: KeyShape): Promise<void> {
    const target = this.#targets.get(plan.name)
    if (target && !suits(target, keys)) await this.#renewKey(plan, keys)
  }

  async #renewKey(plan: TablePlan, keys: KeyShape): Promise<void> {
    const table = this.#table(plan.name)
    await this.#database.transaction(async (query) => {
      await lockTables(query)
      try {
        this.#targets.set(plan.name, await this.#key(plan, keys, query))
      } catch (thrown) {
        throw rejectionOf(thrown, table)
      }
    })
  }

  /** Rows that are about to be replaced may repeat the key; it gets its index once they are gone. */
  async #firstKey(plan: TablePlan, query: Query): Promise<KeyTarget | undefined> {
    try {
      return await this.#key(plan, anyKey, query)
    } catch (thrown) {
      if (plan.isReplaced && thrown instanceof TableRejection && thrown.code === 'ERR_OUTPUT_KEY') this.#late.add(plan.name)
      else throw thrown
      return undefined
    }
  }

  #key(plan: TablePlan, keys: KeyShape, query: Query): Promise<KeyTarget | undefined> {
    const warn = (code: string, message: string) => this.#run.warn(new ConnectorError(code, message, { failureType: 'config_error' }))
    const nullsNotDistinct = this.#nullsNotDistinct === true
    return ensureKey(plan, { query, table: this.#table(plan.name), nullsNotDistinct, keys, warn })
  }

  #table(name: string): RejectedTable {
    return { name, qualified: `${quoted(this.#database.schema)}.${quoted(name)}`, place: this.place(name) }
  }
}

/** Two runs that create or change one table at the same time would get in each other's way. */
async function lockTables(query: Query): Promise<void> {
  await query(`select pg_advisory_xact_lock(hashtext('connector tables'))`)
}
