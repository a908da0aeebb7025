import { exitCodeOf } from '../compose/exit-code.ts'
import { type ConnectorError, StoppedError } from '../framework/errors.ts'
import { describeError, type ExitCode, statusOf } from '../framework/runtime/ports/run.ts'
import type { Io } from './command.ts'

/** A command that ended with an error: one message on stderr. */
export async function printFailure(error: ConnectorError, { io, debug }: { readonly io: Io; readonly debug: boolean }): Promise<void> {
  if (error.code === 'ERR_OUTPUT_CLOSED') return
  const { renderError } = await import('./output/errors.ts')
  const { redactor } = await import('./redact.ts')
  io.stderr.write(`${renderError(error, { tty: io.stderr.isTTY === true, debug, redact: redactor.redact })}\n`)
}

/** The last line of stderr of a run. */
export async function printSummary(summary: object, { stderr }: Io): Promise<void> {
  const { redactor } = await import('./redact.ts')
  stderr.write(`${redactor.redact(JSON.stringify(summary))}\n`)
}

/** The summary of a run that ended before there was anything to count. */
export function failureSummary(error: ConnectorError, exit_code: ExitCode = exitCodeOf(error)): object {
  return { type: 'summary', status: statusOf(exit_code), exit_code, errors_total: 1, errors: [describeError(error)] }
}

/** What a second signal leaves: nobody waits for the rest of the run. */
export function hurriedSummary(signal: string): string {
  const error = new StoppedError('ERR_SIGNAL', `stopped at once by a second ${signal}; what is committed stays, run again to resume`)
  return `${JSON.stringify(failureSummary(error))}\n`
}
