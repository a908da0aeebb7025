import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { type Clock, ConfigError, ConnectorError, diskAdvice, quoted, type StateCommit, systemClock } from '../framework/index.ts'
import { adaptTable } from './duckdb/columns.ts'
import { countedMerge, mergeByStream } from './duckdb/write-rows.ts'
import { onlyOwner, ownerColumn, splitByStream } from './tables/batch-parts.ts'
import {
  type DuckdbApi,
  keepLastText,
  mergeText,
  removeRepeatedText,
  sameKey,
  stage,
  stagingTable,
  upsertText,
} from './tables/duckdb-sql.ts'
import { TableRejection } from './tables/rejections.ts'
import { replaceTexts } from './tables/replace-sql.ts'
import { allInserted, ChangeCounts, type ChangesByStream, sumOf } from './tables/row-changes.ts'
import type { Batch } from './tables/table-buffer.ts'
import { TableDestination, type TableOptions } from './tables/table-destination.ts'
import { keyOf, type TablePlan } from './tables/table-plan.ts'
import type { Replaced, Replacement, StoreRun, TableStore, Written } from './tables/table-store.ts'

const megabytes = 128
/** DuckDB takes four fifths of the memory of the machine unless told otherwise. */
const limits = { memory_limit: `${megabytes}MB`, threads: '2' }
/** It holds blocks for every column of a table that is written to, so that wide tables need more. */
const columnsWithin = 300
const megabytesPerColumn = 0.2

export interface DuckdbOptions extends TableOptions {
  readonly clock?: Clock
  /** How long to wait for a file that another process holds; 10 s by default. */
  readonly lockTimeoutMs?: number | undefined
}

const DEFAULT_LOCK_TIMEOUT_MS = 10_000
/** Pauses between two tries to open a file that is held. */
const FIRST_PAUSE_MS = 100
const MAX_PAUSE_MS = 1000

/** Tables in a DuckDB file. Needs the optional package @duckdb/node-api. */
export async function duckdbDestination(file: string, options: DuckdbOptions = {}): Promise<TableDestination> {
  return new TableDestination(new DuckdbTables(file, await loadDuckdb(), options), options)
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
  readonly #clock: Clock
  readonly #lockTimeoutMs: number
  #instance: DuckDBInstance | undefined
  #connection: DuckDBConnection | undefined
  #run: StoreRun = { runId: '', warn: () => undefined }
  /** Tables whose rows of earlier versions were looked through for repeated keys. */
  readonly #cleaned = new Set<string>()
  /** Columns that there is memory for. */
  #widest = 0

  constructor(
    file: string,
    duckdb: DuckdbApi,
    { clock = systemClock, lockTimeoutMs = DEFAULT_LOCK_TIMEOUT_MS }: Omit<DuckdbOptions, 'layout'>,
  ) {
    this.#file = file
    this.#clock = clock
    this.#lockTimeoutMs = lockTimeoutMs
    this.#duckdb = duckdb
  }

  async open(run: StoreRun): Promise<void> {
    this.#run = run
    try {
      this.#instance = await this.#openFile()
      this.#connection = await this.#instance.connect()
      await this.#connection.run(`set timezone = 'UTC'`)
    } catch (cause) {
      throw cannotOpen(this.#file, cause)
    }
  }

  /** A file that another process holds is tried again until the time is over. */
  async #openFile(): Promise<DuckDBInstance> {
    const until = this.#clock.monotonic() + this.#lockTimeoutMs
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, MAX_PAUSE_MS)) {
      try {
        return await this.#duckdb.DuckDBInstance.create(this.#file, limits)
      } catch (thrown) {
        const left = until - this.#clock.monotonic()
        if (left <= 0 || !isLocked(firstLine(thrown))) throw thrown
        await this.#clock.sleep(Math.min(pause, left))
      }
    }
  }

  async prepare(plan: TablePlan): Promise<TablePlan> {
    return this.#transaction(async (connection) => {
      await this.#makeRoom(plan.columns.length, connection)
      const work = { connection, place: this.place(plan.name), warn: (warning: ConnectorError) => this.#run.warn(warning) }
      return rejecting(plan.name, work.place, () => adaptTable(plan, work))
    })
  }

  async #makeRoom(columns: number, connection: DuckDBConnection): Promise<void> {
    if (columns <= Math.max(columnsWithin, this.#widest)) return
    this.#widest = columns
    await connection.run(`set memory_limit = '${Math.ceil(megabytes + columns * megabytesPerColumn)}MB'`)
  }

  write(batches: readonly Batch[], _commit: StateCommit, replacements: readonly Replacement[]): Promise<Written> {
    return this.#transaction(async (connection) => {
      const changes: ChangesByStream[] = []
      for (const batch of batches) changes.push(await this.#upsert(batch, connection))
      const replaced: Replaced[] = []
      for (const replacement of replacements) replaced.push(await this.#replace(replacement, connection))
      return { changes, replaced }
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

  async #upsert(batch: Batch, connection: DuckDBConnection): Promise<ChangesByStream> {
    const { plan, size, owners } = batch
    if (size === 0) return new Map()
    const isKeyed = keyOf(plan).length > 0
    const owner = isKeyed ? onlyOwner(batch) : ''
    const label = ownerColumn(plan)
    if (owner === undefined && label === undefined) return this.#upsertEach(splitByStream(batch), connection)
    const changes = await rejecting(plan.name, this.place(plan.name), async () => {
      await this.#stage(batch, connection)
      const statement = { text: mergeText(plan, batch.keys), values: [this.#run.runId] }
      if (owner === undefined && label !== undefined) return mergeByStream(statement, label, connection)
      return new Map([[owner ?? '', await countedMerge(statement, plan, connection)]])
    })
    const { inserted, updated } = sumOf(changes)
    if (inserted + updated !== size) throw this.#countDiffers(plan, inserted + updated, size)
    return isKeyed ? changes : allInserted(owners)
  }

  async #upsertEach(batches: readonly Batch[], connection: DuckDBConnection): Promise<ChangesByStream> {
    const counts = new ChangeCounts()
    for (const batch of batches) counts.addAll(await this.#upsert(batch, connection))
    return counts.all
  }

  async #stage(batch: Batch, connection: DuckDBConnection): Promise<void> {
    const { plan, keys } = batch
    if (keys.nulls && !this.#cleaned.has(plan.name)) await this.#removeRepeated(plan, connection)
    await connection.run(stagingTable(plan))
    await stage(batch, connection, this.#duckdb)
  }

  async #removeRepeated(plan: TablePlan, connection: DuckDBConnection): Promise<void> {
    const { rowsChanged } = await connection.run(removeRepeatedText(plan))
    this.#cleaned.add(plan.name)
    if (rowsChanged === 0) return
    const message = `${this.place(plan.name)}: ${rowsChanged} rows repeated a key with a null and were removed; of each key the row written last is left`
    this.#run.warn(new ConnectorError('ERR_OUTPUT_KEY', message, { failureType: 'config_error' }))
  }

  /** The table itself stays, with views, indexes and columns that others made. */
  #replace({ plan, stage, owner }: Replacement, connection: DuckDBConnection): Promise<Replaced> {
    const names = { table: `main.${quoted(plan.name)}`, stage: `main.${quoted(stage)}` }
    const texts = replaceTexts(plan, names, { isOwned: owner !== undefined, sameKey, rowId: 'rowid' })
    const own = owner === undefined ? [] : [owner]
    const count = async (text: string, values: string[]) => Number((await connection.runAndReadAll(text, values)).getRows()[0]?.[0])
    return rejecting(plan.name, this.place(plan.name), async () => {
      const before = await count(texts.count, own)
      await connection.run(texts.clear, own)
      if (texts.repeated !== undefined) await connection.run(texts.repeated, own)
      const rows = await count(`select count(*) from ${names.stage}`, [])
      const text = upsertText(plan, `select ${texts.names.join(', ')} from ${names.stage}`)
      const { inserted, updated } = await countedMerge({ text, values: [] }, plan, connection)
      if (inserted + updated !== rows) throw this.#countDiffers(plan, inserted + updated, rows)
      await connection.run(`drop table ${names.stage}`)
      return { before, inserted, updated, unowned: texts.unowned === undefined ? 0 : await count(texts.unowned, []) }
    })
  }

  #countDiffers(plan: TablePlan, count: number, rows: number): TableRejection {
    const place = this.place(plan.name)
    if (count < rows)
      return new TableRejection(plan.name, 'ERR_OUTPUT_COUNT', `${place} took ${count} of ${rows} rows; the batch was rolled back`)
    const message = `${place} cannot be written by the key (${keyOf(plan).join(', ')}): rows of the table repeat it. To keep the last of each, run: ${keepLastText(plan)} Or choose another table or file.`
    return new TableRejection(plan.name, 'ERR_OUTPUT_KEY', message)
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
      // What was removed is there again.
      this.#cleaned.clear()
      // After a failed commit there is no transaction left to roll back.
      await connection.run('rollback').catch(() => undefined)
      if (cause instanceof ConnectorError) throw cause
      throw cannotWrite(this.#file, cause)
    }
  }
}

/** Kinds of errors that concern the table of a statement and not the file. */
const ofTheTable =
  /^(Binder|Catalog|Constraint|Conversion|Dependency|Invalid Input|Not implemented|Out of Range|Parser|TransactionContext) Error/i

/** Runs the work of one table; what the table refuses is a rejection of it. */
async function rejecting<T>(table: string, place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    if (!(thrown instanceof Error) || thrown instanceof ConnectorError || !ofTheTable.test(thrown.message)) throw thrown
    const advice = 'Change what rejects them (a constraint, an index, a type), or choose another table or file.'
    throw new TableRejection(table, 'ERR_OUTPUT_TABLE', `${place} rejected rows: ${firstLine(thrown)}. ${advice}`, thrown)
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

const isLocked = (reason: string): boolean => /set lock|lock is held|used by another process/i.test(reason)

function cannotOpen(file: string, cause: unknown): ConnectorError {
  const reason = firstLine(cause)
  if (systemErrorOf(reason) !== undefined) return cannotWrite(file, cause)
  if (!isLocked(reason)) return new ConfigError('ERR_OUTPUT_DUCKDB', `${file} cannot be opened as a DuckDB file: ${reason}`, { cause })
  const message = `${file} is in use by another process: ${reason}`
  return new ConnectorError('ERR_OUTPUT_LOCKED', message, { cause, failureType: 'transient_error' })
}

function firstLine(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).split('\n', 1)[0] ?? ''
}
