import { commonWrites, type Destination, type DestinationReport, type Item } from '../framework/index.ts'

/** Writes to several destinations. An item is accepted when all of them accepted it; the first failure ends the run. */
export function tee(destinations: readonly Destination[]): Destination {
  return {
    writes: commonWrites(destinations.map(({ writes }) => writes)),
    readsAhead: destinations.every(({ readsAhead }) => readsAhead),
    prompt: destinations.every(({ prompt }) => prompt),
    async open(run) {
      for (const destination of destinations) await destination.open(run)
    },
    write: (items: AsyncIterable<Item>) => destinations.reduce((rest, destination) => destination.write(rest), items),
    async close() {
      const results = await Promise.allSettled(destinations.map((destination) => destination.close()))
      const failed = results.find((result) => result.status === 'rejected')
      if (failed) throw failed.reason
    },
    lost: (streams) => [...new Set(destinations.flatMap((destination) => destination.lost(streams)))],
    changes: (stream) => {
      const all = destinations.map((destination) => destination.changes(stream))
      return { inserted: Math.min(...all.map(({ inserted }) => inserted)), updated: Math.max(...all.map(({ updated }) => updated)) }
    },
    report: () => merge(destinations.map((destination) => destination.report())),
  }
}

/** Rows that all of them have: the smallest number. */
function merge(reports: readonly DestinationReport[]): DestinationReport {
  const streams = new Set(reports.flatMap(({ rows }) => Object.keys(rows)))
  const rows = Array.from(streams, (stream) => [stream, Math.min(...reports.map((report) => report.rows[stream] ?? 0))] as const)
  const misfits = new Map<string, number>()
  for (const [column, count] of reports.flatMap((report) => Object.entries(report.misfits ?? {}))) {
    misfits.set(column, Math.max(misfits.get(column) ?? 0, count))
  }
  const replaced = reports.flatMap((report) => Object.entries(report.replaced ?? {}))
  const unowned = reports.flatMap((report) => Object.entries(report.unowned ?? {}))
  return {
    rows: Object.fromEntries(rows),
    places: reports.flatMap(({ places }) => places),
    ...(misfits.size > 0 ? { misfits: Object.fromEntries(misfits) } : {}),
    ...(replaced.length > 0 ? { replaced: Object.fromEntries(replaced) } : {}),
    ...(unowned.length > 0 ? { unowned: Object.fromEntries(unowned) } : {}),
  }
}
