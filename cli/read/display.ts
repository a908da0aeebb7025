import type { ReadResult } from '../../compose/read-result.ts'
import type { Session } from '../../compose/session.ts'
import { systemClock } from '../../framework/clock.ts'
import type { Item } from '../../framework/runtime/ports/items.ts'
import type { ExitCode } from '../../framework/runtime/ports/run.ts'
import type { CatalogMatch } from '../../framework/runtime/read/catalog-match.ts'
import type { Io } from '../command.ts'
import { createProgress } from '../output/progress.ts'
import type { TerminalLog } from '../session.ts'

/** What a person sees of a read: progress while it runs, a table at its end; programs get the summary line. */
export interface Display {
  show(item: Item): void
  /** Prints the result; the last line of stderr is the JSON summary. */
  finish(result: ReadResult): Promise<ExitCode>
  stop(): void
}

export async function openDisplay(
  session: Session,
  catalog: CatalogMatch,
  { io, log }: { readonly io: Io; readonly log: TerminalLog },
): Promise<Display> {
  const { run, http } = session
  const progress = await createProgress({
    stream: io.stderr,
    clock: systemClock,
    network: () => http.stats(),
    streams: catalog.streams.map(({ info }) => info),
  })
  log.printTo((line) => progress.print(line))
  return {
    show: (item) => progress.observe(item),
    async finish({ summary, places }) {
      progress.stop()
      if (io.stderr.isTTY === true) {
        const { renderResultTable } = await import('../output/table.ts')
        const { wantsColour } = await import('../output/terminal-text.ts')
        const columns = io.stderr.columns ?? 80
        const table = renderResultTable({
          summary,
          streams: run.streams,
          places,
          columns,
          colour: wantsColour(io.stderr, io.env),
        })
        io.stderr.write(`${table}\n`)
      }
      io.stderr.write(`${session.redactor.redact(JSON.stringify(summary))}\n`)
      return summary.exit_code
    },
    stop: () => progress.stop(),
  }
}
