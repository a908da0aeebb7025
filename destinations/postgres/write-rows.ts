import type { Query, RowChanges } from '../../framework/index.ts'
import { countedText, knownText, upsertText } from '../tables/postgres-sql.ts'
import type { TablePlan } from '../tables/table-plan.ts'

/** Where rows go. */
export interface RowTarget {
  /** Quoted, with its schema. */
  readonly table: string
  readonly plan: TablePlan
  /** Columns or expressions of the unique index that rows are upserted by; undefined: they are appended. */
  readonly key: string | undefined
  readonly isPartitioned: boolean
}

export interface RowSource {
  /** A query that gives the columns of the plan and then `_extra`, `_synced_at` and `_run_id`, with its parameters. */
  readonly rows: string
  readonly values: readonly unknown[]
  /** Parts of keys may be null. */
  readonly hasNulls: boolean
  /** A column by whose values the rows are counted; not for partitioned tables. */
  readonly label?: string | undefined
}

/** Upserts the rows and gives what the server says that this changed, by label; null stands for all where there is none. */
export async function writeRows(
  { rows, values, hasNulls, label }: RowSource,
  { table, plan, key, isPartitioned }: RowTarget,
  query: Query,
): Promise<ReadonlyMap<string | null, RowChanges>> {
  const upsert = upsertText(table, plan, { rows, target: key })
  if (key === undefined) {
    const { count } = await query(upsert, values)
    return new Map([[null, { inserted: count, updated: 0 }]])
  }
  if (isPartitioned) {
    // Its rows do not show their system columns when they are written.
    const known = await query(knownText(table, plan, { rows, hasNulls }), values)
    const updated = Number(known.rows[0]?.['count'])
    const { count } = await query(upsert, values)
    return new Map([[null, { inserted: count - updated, updated }]])
  }
  const { rows: counts } = await query(countedText(upsert, label), values)
  return new Map(counts.map((row) => [row['label'] === null ? null : String(row['label']), changesOf(row)]))
}

function changesOf(row: Readonly<Record<string, unknown>>): RowChanges {
  const inserted = Number(row['inserted'])
  return { inserted, updated: Number(row['rows']) - inserted }
}
