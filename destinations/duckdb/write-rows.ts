import type { DuckDBConnection } from '@duckdb/node-api'
import { quoted, type RowChanges } from '../../framework/index.ts'
import { ChangeCounts, type ChangesByStream } from '../tables/row-changes.ts'
import { keyOf, type TablePlan } from '../tables/table-plan.ts'

export interface MergeStatement {
  readonly text: string
  readonly values: string[]
}

/** Runs a merge into the table of the plan. No other process writes to the file: what the table grows by is what was inserted. */
export async function countedMerge({ text, values }: MergeStatement, plan: TablePlan, connection: DuckDBConnection): Promise<RowChanges> {
  const before = await rowsIn(plan, connection)
  const { rowsChanged } = await connection.run(text, values)
  const inserted = keyOf(plan).length === 0 ? rowsChanged : (await rowsIn(plan, connection)) - before
  return { inserted, updated: rowsChanged - inserted }
}

/** The same for rows of several streams, whose names are in the column `owner`. */
export async function mergeByStream(
  { text, values }: MergeStatement,
  owner: string,
  connection: DuckDBConnection,
): Promise<ChangesByStream> {
  const [actions = [], streams = []] = (await connection.runAndReadAll(`${text} returning merge_action, ${owner}`, values)).getColumns()
  const counts = new ChangeCounts()
  for (const [index, action] of actions.entries()) {
    const isNew = action === 'INSERT'
    counts.add(String(streams[index]), { inserted: isNew ? 1 : 0, updated: isNew ? 0 : 1 })
  }
  return counts.all
}

async function rowsIn({ name }: TablePlan, connection: DuckDBConnection): Promise<number> {
  return Number((await connection.runAndReadAll(`select count(*) from main.${quoted(name)}`)).getRows()[0]?.[0])
}
