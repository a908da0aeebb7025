import type { StateCommit } from '../../framework/index.ts'
import type { ColumnType } from './column-type.ts'
import type { Batch } from './table-buffer.ts'
import type { TablePlan } from './table-plan.ts'

/** What a database has to do for {@link TableDestination}. */
export interface TableStore {
  open(runId: string): Promise<void>
  /** Creates the table or adds what it lacks; gives the types that its columns have then. */
  prepare(plan: TablePlan): Promise<ReadonlyMap<string, ColumnType>>
  /**
   * Upserts the batches and, where the store keeps them, commits the states: all in one transaction. Throws when another number of
   * rows was written than was given.
   */
  write(batches: readonly Batch[], commit: StateCommit): Promise<void>
  /** Where a person finds the table. */
  place(table: string): string
  close(): Promise<void>
}
