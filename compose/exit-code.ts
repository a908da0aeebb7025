import { AuthenticationError, ConfigError, type ConnectorError, RateLimitError, StoppedError } from '../framework/errors.ts'
import type { ExitCode } from '../framework/runtime/ports/run.ts'

/** Exit code of an error that ended a command. */
export function exitCodeOf(error: ConnectorError): ExitCode {
  if (error instanceof ConfigError) return 2
  if (error instanceof StoppedError) return 3
  if (error instanceof AuthenticationError) return 4
  if (error instanceof RateLimitError) return 5
  return 1
}
