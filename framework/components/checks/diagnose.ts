import { asConnectorError, RateLimitError, StoppedError } from '../../errors.ts'
import type { Check, CheckTarget, Observation } from './check.ts'

/** What a check knows of now and of the days to come; of a check that knows the present only, its answer. */
export async function diagnose(check: Check, target: CheckTarget, days: number): Promise<readonly Observation[]> {
  if (check.diagnose) return check.diagnose(target, days)
  try {
    const { status, message = status } = await check.check(target)
    return [{ check: 'connection', status: status === 'FAILED' ? 'error' : 'ok', summary: message }]
  } catch (thrown) {
    const error = asConnectorError(thrown)
    // A run that was stopped says nothing about the connection, and neither does a bug.
    if (error instanceof StoppedError || error instanceof RateLimitError || error.code === 'ERR_UNEXPECTED') throw error
    return [{ check: 'connection', status: 'error', summary: error.message, facts: { code: error.code } }]
  }
}
