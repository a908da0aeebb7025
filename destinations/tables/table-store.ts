import type { ConnectorError, RowChanges, StateCommit } from '../../framework/index.ts'
import type { ChangesByStream } from './row-changes.ts'
import type { Batch } from './table-buffer.ts'
import type { TablePlan } from './table-plan.ts'

/** The rows of a stream in `plan.name` give way to those in `stage`, a table with the same columns, which is dropped. */
export interface Replacement {
  readonly plan: TablePlan
  readonly stage: string
  readonly stream: string
  /** Rows of other streams in the table stay; undefined when the whole table belongs to the stream. */
  readonly owner: string | undefined
}

export interface Replaced extends RowChanges {
  /** Rows of the stream that the table had before. */
  readonly before: number
  /** Rows in the table that no stream owns, because they are older than the column that says so. They stay. */
  readonly unowned: number
}

export interface Written {
  /** What each batch changed, in their order. */
  readonly changes: readonly ChangesByStream[]
  /** In the order of the replacements. */
  readonly replaced: readonly Replaced[]
}

export interface StoreRun {
  readonly runId: string
  /** Takes what a person should know about a table; equal warnings are reported once. */
  warn(warning: ConnectorError): void
}

/** What a database has to do for {@link TableDestination}. */
export interface TableStore {
  /** Names of columns that the database has for itself, in lower case. */
  readonly reservedColumns: ReadonlySet<string>
  open(run: StoreRun): Promise<void>
  /**
   * Creates the table or adds what it lacks. Gives the plan as the table takes it: columns with the types that they have, without
   * those that it cannot have. Throws TableRejection when it cannot take the rows of the plan at all.
   */
  prepare(plan: TablePlan): Promise<TablePlan>
  /**
   * Upserts the batches, then does the replacements and, where the store keeps them, commits the states: all in one transaction. Throws
   * TableRejection, when one table rejects its rows or takes another number than was given. Gives what the database says that it changed.
   */
  write(batches: readonly Batch[], commit: StateCommit, replacements: readonly Replacement[]): Promise<Written>
  /** Names of tables that start with the prefix. */
  tables(prefix: string): Promise<readonly string[]>
  drop(tables: readonly string[]): Promise<void>
  /** Where a person finds the table. */
  place(table: string): string
  close(): Promise<void>
}
