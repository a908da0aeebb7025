import { systemClock } from '../framework/clock.ts'
import type { CatalogMatch } from '../framework/runtime/bound-stream.ts'
import type { DestinationReport } from '../framework/runtime/destination.ts'
import type { Item } from '../framework/runtime/items.ts'
import type { ExitCode } from '../framework/runtime/run.ts'
import type { Io } from './command.ts'
import { createProgress } from './output/progress.ts'
import { summaryLine } from './output/summary.ts'
import type { Session } from './session.ts'

/** What a person sees of a read: progress while it runs, a table at its end; programs get the summary line. */
export interface Display {
  show(item: Item): void
  /** Prints the result; the last line of stderr is the JSON summary. */
  finish(report: DestinationReport): Promise<ExitCode>
  [Symbol.asyncDispose](): Promise<void>
}

export async function openDisplay(session: Session, catalog: CatalogMatch, io: Io): Promise<Display> {
  const { run, http } = session
  const progress = await createProgress({
    stream: io.stderr,
    clock: systemClock,
    network: () => http.stats(),
    streams: catalog.streams.map(({ info }) => info),
  })
  session.printTo((line) => progress.print(line))
  return {
    show: (item) => progress.observe(item),
    async finish(report) {
      progress.stop()
      const summary = run.summary()
      if (io.stderr.isTTY === true) {
        const { renderResultTable } = await import('./output/table.ts')
        const { wantsColour } = await import('./output/terminal-text.ts')
        const columns = io.stderr.columns ?? 80
        const table = renderResultTable({
          summary,
          streams: run.streams,
          places: report.places,
          columns,
          colour: wantsColour(io.stderr, io.env),
        })
        io.stderr.write(`${table}\n`)
      }
      io.stderr.write(`${session.redactor.redact(summaryLine(summary, http.stats(), report))}\n`)
      return summary.exit_code
    },
    async [Symbol.asyncDispose]() {
      progress.stop()
      http.close()
    },
  }
}
