import type { Clock } from '../../clock.ts'
import { StoppedError } from '../../errors.ts'

/** Sleeps; a run that is stopped meanwhile ends with a StoppedError. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await clock.sleep(ms, signal)
  } catch (thrown) {
    if (!signal?.aborted) throw thrown
    const reason: unknown = signal.reason
    if (reason instanceof StoppedError) throw new StoppedError(reason.code, reason.message, { cause: reason })
    throw new StoppedError('ERR_ABORTED', 'the action was stopped; resume it later with the same key', { cause: reason })
  }
}
