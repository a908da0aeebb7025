import type { StateCommit } from '../../framework/index.ts'
import type { ColumnType } from './column-type.ts'
import type { Batch } from './table-buffer.ts'
import type { TablePlan } from './table-plan.ts'

/** The rows of a stream in `plan.name` give way to those in `stage`, a table with the same columns, which is dropped. */
export interface Replacement {
  readonly plan: TablePlan
  readonly stage: string
  /** Rows of other streams in the table stay; undefined when the whole table belongs to the stream. */
  readonly owner: string | undefined
}

export interface Replaced {
  /** Rows of the stream that the table had before. */
  readonly before: number
  /** Rows in the table that no stream owns, because they are older than the column that says so. They stay. */
  readonly unowned: number
}

/** What a database has to do for {@link TableDestination}. */
export interface TableStore {
  open(runId: string): Promise<void>
  /** Creates the table or adds what it lacks; gives the types that its columns have then. */
  prepare(plan: TablePlan): Promise<ReadonlyMap<string, ColumnType>>
  /**
   * Upserts the batches, then does the replacements and, where the store keeps them, commits the states: all in one transaction. Throws
   * when another number of rows was written than was given. Gives what was replaced, in the order of the replacements.
   */
  write(batches: readonly Batch[], commit: StateCommit, replacements: readonly Replacement[]): Promise<readonly Replaced[]>
  /** Names of tables that start with the prefix. */
  tables(prefix: string): Promise<readonly string[]>
  drop(tables: readonly string[]): Promise<void>
  /** Where a person finds the table. */
  place(table: string): string
  close(): Promise<void>
}
