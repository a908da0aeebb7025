import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { ConfigError, ConnectorError, diskAdvice, quoted, type StateCommit } from '../framework/index.ts'
import type { ColumnType } from './tables/column-type.ts'
import { type DuckdbApi, duckdbTypes, mergeText, readDuckdbType, stage, stagingTable, upsertText } from './tables/duckdb-sql.ts'
import { replaceTexts } from './tables/replace-sql.ts'
import type { Batch } from './tables/table-buffer.ts'
import { TableDestination } from './tables/table-destination.ts'
import type { TableLayout, TablePlan } from './tables/table-plan.ts'
import type { Replaced, Replacement, StoreRun, TableStore } from './tables/table-store.ts'

/** DuckDB takes four fifths of the memory of the machine unless told otherwise. */
const limits = { memory_limit: '128MB', threads: '2' }

/** Tables in a DuckDB file. Needs the optional package @duckdb/node-api. */
export async function duckdbDestination(file: string, layout?: TableLayout): Promise<TableDestination> {
  return new TableDestination(new DuckdbTables(file, await loadDuckdb()), layout)
}

async function loadDuckdb(): Promise<DuckdbApi> {
  try {
    return await import('@duckdb/node-api')
  } catch (cause) {
    const message = 'the optional package @duckdb/node-api is not installed; run `npm install @duckdb/node-api@1.5.2-r.1`'
    throw new ConfigError('ERR_OUTPUT_DUCKDB', message, { cause })
  }
}

class DuckdbTables implements TableStore {
  readonly reservedColumns = new Set<string>()
  readonly #file: string
  readonly #duckdb: DuckdbApi
  #instance: DuckDBInstance | undefined
  #connection: DuckDBConnection | undefined
  #runId = ''

  constructor(file: string, duckdb: DuckdbApi) {
    this.#file = file
    this.#duckdb = duckdb
  }

  async open({ runId }: StoreRun): Promise<void> {
    this.#runId = runId
    try {
      this.#instance = await this.#duckdb.DuckDBInstance.create(this.#file, limits)
      this.#connection = await this.#instance.connect()
      await this.#connection.run(`set timezone = 'UTC'`)
    } catch (cause) {
      throw cannotOpen(this.#file, cause)
    }
  }

  async prepare(plan: TablePlan): Promise<TablePlan> {
    return this.#transaction(async (connection) => {
      const table = quoted(plan.name)
      const columns = plan.columns.map(({ name, type }) => `${quoted(name)} ${duckdbTypes[type]}`)
      const own = ['_extra json', '_synced_at timestamptz not null', '_run_id varchar not null']
      await connection.run(`create table if not exists ${table} (${[...columns, ...own].join(', ')})`)
      const types = await this.#columnTypes(plan.name, connection)
      for (const { name, type } of plan.columns) {
        const found = types.get(name.toLowerCase())
        if (found === undefined) await connection.run(`alter table ${table} add column ${quoted(name)} ${duckdbTypes[type]}`)
        else if (found === 'bigint' && type === 'numeric') {
          await connection.run(`alter table ${table} alter column ${quoted(name)} set data type double`)
        }
      }
      const after = await this.#columnTypes(plan.name, connection)
      return { ...plan, columns: plan.columns.map((column) => ({ ...column, type: after.get(column.name.toLowerCase()) ?? column.type })) }
    })
  }

  write(batches: readonly Batch[], _commit: StateCommit, replacements: readonly Replacement[]): Promise<readonly Replaced[]> {
    return this.#transaction(async (connection) => {
      for (const batch of batches) await this.#upsert(batch, connection)
      const replaced: Replaced[] = []
      for (const replacement of replacements) replaced.push(await this.#replace(replacement, connection))
      return replaced
    })
  }

  tables(prefix: string): Promise<readonly string[]> {
    const text = `select table_name from duckdb_tables() where schema_name = 'main' and database_name = current_database() and starts_with(table_name, $1)`
    return this.#transaction(async (connection) => (await connection.runAndReadAll(text, [prefix])).getRows().map(([name]) => String(name)))
  }

  drop(tables: readonly string[]): Promise<void> {
    return this.#transaction(async (connection) => {
      for (const table of tables) await connection.run(`drop table if exists main.${quoted(table)}`)
    })
  }

  place(table: string): string {
    return `${this.#file} ${table}`
  }

  async close(): Promise<void> {
    this.#connection?.closeSync()
    this.#instance?.closeSync()
    this.#connection = undefined
    this.#instance = undefined
  }

  async #upsert(batch: Batch, connection: DuckDBConnection): Promise<void> {
    if (batch.size === 0) return
    await connection.run(stagingTable(batch.plan))
    await stage(batch, connection, this.#duckdb)
    const { rowsChanged } = await connection.run(mergeText(batch.plan), [this.#runId])
    if (rowsChanged !== batch.size) throw this.#countDiffers(batch.plan.name, rowsChanged, batch.size)
  }

  /** The table itself stays, with views, indexes and columns that others made. */
  async #replace({ plan, stage, owner }: Replacement, connection: DuckDBConnection): Promise<Replaced> {
    const names = { table: `main.${quoted(plan.name)}`, stage: `main.${quoted(stage)}` }
    const texts = replaceTexts(plan, names, owner !== undefined)
    const own = owner === undefined ? [] : [owner]
    const count = async (text: string, values: string[]) => Number((await connection.runAndReadAll(text, values)).getRows()[0]?.[0])
    const before = await count(texts.count, own)
    await connection.run(texts.clear, own)
    const rows = await count(`select count(*) from ${names.stage}`, [])
    const { rowsChanged } = await connection.run(upsertText(plan, `select ${texts.names.join(', ')} from ${names.stage}`))
    if (rowsChanged !== rows) throw this.#countDiffers(plan.name, rowsChanged, rows)
    await connection.run(`drop table ${names.stage}`)
    return { before, unowned: texts.unowned === undefined ? 0 : await count(texts.unowned, []) }
  }

  #countDiffers(table: string, count: number, rows: number): ConnectorError {
    return new ConnectorError('ERR_OUTPUT_COUNT', `${this.place(table)} took ${count} of ${rows} rows; the batch was rolled back`)
  }

  /** By lower-case name: DuckDB does not tell names apart by case. */
  async #columnTypes(table: string, connection: DuckDBConnection): Promise<ReadonlyMap<string, ColumnType>> {
    const result = await connection.runAndReadAll(
      `select column_name, data_type from duckdb_columns() where table_name = $1 and schema_name = 'main' and database_name = current_database()`,
      [table],
    )
    const types = new Map<string, ColumnType>()
    for (const [name, type] of result.getRows()) {
      const known = readDuckdbType(String(type))
      if (!known) {
        const message = `${this.place(table)} column ${name} has type ${type}, which this destination does not write. Rename the table or choose another file.`
        throw new ConfigError('ERR_OUTPUT_TABLE', message)
      }
      types.set(String(name).toLowerCase(), known)
    }
    return types
  }

  async #transaction<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = this.#connection
    if (!connection) throw new ConnectorError('ERR_OUTPUT_FAILED', `${this.#file} is not open`)
    try {
      await connection.run('begin transaction')
      const result = await work(connection)
      await connection.run('commit')
      return result
    } catch (cause) {
      // After a failed commit there is no transaction left to roll back.
      await connection.run('rollback').catch(() => undefined)
      if (cause instanceof ConnectorError) throw cause
      throw cannotWrite(this.#file, cause)
    }
  }
}

/** System errors as the engine words them. */
const systemErrors = [
  ['ENOSPC', /no space left/i],
  ['EDQUOT', /quota exceeded/i],
  ['EFBIG', /file too large/i],
  ['EIO', /input\/output error/i],
  ['EROFS', /read-only file system/i],
  ['EACCES', /permission denied/i],
] as const

function systemErrorOf(reason: string): string | undefined {
  return systemErrors.find(([, words]) => words.test(reason))?.[0]
}

function cannotWrite(file: string, cause: unknown): ConnectorError {
  const reason = firstLine(cause)
  const code = systemErrorOf(reason)
  const advice = code === undefined ? '' : `. ${diskAdvice(code)}`
  return new ConnectorError('ERR_OUTPUT_FAILED', `${file} cannot be written (${reason}); the batch will be read again${advice}`, { cause })
}

function cannotOpen(file: string, cause: unknown): ConnectorError {
  const reason = firstLine(cause)
  if (systemErrorOf(reason) !== undefined) return cannotWrite(file, cause)
  if (!/lock/i.test(reason)) return new ConfigError('ERR_OUTPUT_DUCKDB', `${file} cannot be opened as a DuckDB file: ${reason}`, { cause })
  const message = `${file} is in use by another process: ${reason}`
  return new ConnectorError('ERR_OUTPUT_LOCKED', message, { cause, failureType: 'transient_error' })
}

function firstLine(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).split('\n', 1)[0] ?? ''
}
