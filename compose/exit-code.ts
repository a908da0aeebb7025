import { AuthenticationError, ConfigError, type ConnectorError, RateLimitError, StoppedError } from '../framework/errors.ts'
import type { ExitCode } from '../framework/runtime/ports/run.ts'

/** What the exit codes of all commands mean; help and documents are made of it. */
export const exitCodes: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'a stream or action failed',
  2: 'usage or configuration',
  3: 'stopped early but resumable',
  4: 'authentication',
  5: 'rate-limited',
}

/** Exit code of an error that ended a command. */
export function exitCodeOf(error: ConnectorError): ExitCode {
  if (error instanceof ConfigError) return 2
  if (error instanceof StoppedError) return 3
  if (error instanceof AuthenticationError) return 4
  if (error instanceof RateLimitError) return 5
  return 1
}
