import { asConnectorError } from '../../framework/errors.ts'
import type { Command } from '../command.ts'
import { exitCodeOf } from '../exit-code.ts'
import { CONFIG, CONNECTOR, NETWORK } from '../options.ts'
import { openSession, type Session } from '../session.ts'

export const check: Command = {
  name: 'check',
  summary: 'say whether a config works: token, scopes, accounts found',
  argument: CONNECTOR,
  options: [CONFIG, ...NETWORK],
  run: async (invocation) => {
    const { io } = invocation
    let session: Session | undefined
    const answer = (connectionStatus: { status: string; message?: string }) => {
      const line = JSON.stringify({ type: 'CONNECTION_STATUS', connectionStatus })
      io.stdout.write(`${session ? session.redact(line) : line}\n`)
    }
    try {
      session = await openSession(invocation)
      const { status, message } = await session.connector.check()
      answer({ status, ...(message === undefined ? {} : { message }) })
      session.printMessage(message)
      return status === 'SUCCEEDED' ? session.run.exitCode() : 1
    } catch (thrown) {
      const error = asConnectorError(thrown)
      answer({ status: 'FAILED', message: error.message })
      await session?.printError(error)
      if (!session) throw error
      return exitCodeOf(error)
    }
  },
}
