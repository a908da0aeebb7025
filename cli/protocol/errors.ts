import { asConnectorError } from '../../framework/errors.ts'
import type { ExitCode } from '../../framework/runtime/ports/run.ts'
import { errorItem } from '../../framework/runtime/read/trace.ts'
import type { Io } from '../command.ts'

/** Runs a protocol verb: an error that ends it is told to the platform on stdout too, then goes on to the terminal. */
export async function protocolErrors(io: Io, work: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await work()
  } catch (thrown) {
    const error = asConnectorError(thrown)
    // A person at a terminal reads the message on stderr; two of them would only confuse.
    if (io.stdout.isTTY !== true && error.code !== 'ERR_OUTPUT_CLOSED') {
      const { redactor } = await import('../redact.ts')
      io.stdout.write(`${redactor.redact(JSON.stringify(errorItem(error, Date.now()).message))}\n`)
    }
    throw error
  }
}
