import { asConnectorError, type ConnectorError } from '../../framework/errors.ts'
import type { ExitCode } from '../../framework/runtime/ports/run.ts'
import { errorItem } from '../../framework/runtime/read/trace.ts'
import type { Io } from '../command.ts'

/** Runs a protocol verb: an error that ends it is reported to the platform on stdout too, then passed on to the terminal. */
export async function protocolErrors(io: Io, work: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await work()
  } catch (thrown) {
    const error = asConnectorError(thrown)
    await tellPlatform(error, io)
    throw error
  }
}

/** The error as a message of the protocol. A person at a terminal reads it on stderr; two of them would only confuse. */
export async function tellPlatform(error: ConnectorError, { stdout }: Io): Promise<void> {
  if (stdout.isTTY === true || error.code === 'ERR_OUTPUT_CLOSED') return
  const { redactor } = await import('../redact.ts')
  stdout.write(`${redactor.redact(JSON.stringify(errorItem(error, Date.now()).message))}\n`)
}
