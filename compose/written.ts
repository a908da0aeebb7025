import type { Destination, DestinationReport, RowChanges } from '../framework/runtime/ports/destination.ts'

/** What a destination took in, and what the rows of each stream changed there. */
export interface Written extends DestinationReport {
  readonly changes: Readonly<Record<string, RowChanges>>
}

export const NOTHING_WRITTEN: Written = { rows: {}, places: [], changes: {} }

export function writtenTo(destination: Destination, streams: readonly { readonly name: string }[]): Written {
  const changes = Object.fromEntries(streams.map(({ name }) => [name, destination.changes(name)]))
  return { ...destination.report(), changes }
}

/** As summaries and records of runs name them. */
export interface ChangedRows {
  readonly rows_inserted: number
  readonly rows_updated: number
}

export function changedRows(changes: readonly RowChanges[]): ChangedRows {
  let rows_inserted = 0
  let rows_updated = 0
  for (const { inserted, updated } of changes) {
    rows_inserted += inserted
    rows_updated += updated
  }
  return { rows_inserted, rows_updated }
}
