import type { CheckResult } from '../../framework/components/checks/check.ts'
import { asConnectorError } from '../../framework/errors.ts'
import type { Command } from '../command.ts'
import { CONNECTOR, NETWORK, SESSION } from '../options.ts'

export const check: Command = {
  name: 'check',
  summary: 'say whether a config works: token, scopes, accounts found',
  examples: ['connector check facebook_pages --config config.json'],
  argument: CONNECTOR,
  options: [...SESSION, ...NETWORK],
  isRun: true,
  run: async (invocation) => {
    const { withRun } = await import('../session.ts')
    const { redactor } = await import('../redact.ts')
    const answer = (connectionStatus: CheckResult) => {
      const line = JSON.stringify({ type: 'CONNECTION_STATUS', connectionStatus })
      invocation.io.stdout.write(`${redactor.redact(line)}\n`)
    }
    try {
      return await withRun(invocation, async ({ connector, run }) => {
        const result = await connector.check()
        answer(result)
        return result.status === 'FAILED' ? 1 : run.exitCode()
      })
    } catch (thrown) {
      // The platform reads the answer, a person the message that the program prints for the error.
      answer({ status: 'FAILED', message: asConnectorError(thrown).message })
      throw thrown
    }
  },
}
