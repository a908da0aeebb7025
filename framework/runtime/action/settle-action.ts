import type { Clock } from '../../clock.ts'
import { ConfigError } from '../../errors.ts'
import type { ActionJournal } from '../ports/action-journal.ts'
import type { ActionOutcome } from './run-action.ts'

export interface HandSettlement {
  readonly journal: ActionJournal
  readonly clock: Clock
  /** What a person found at the provider; undefined: nothing is there. */
  readonly id: string | undefined
}

/**
 * Writes down what a person found out about an action in doubt: it is there, or it is not and its key may be used again. Throws ConfigError
 * ERR_ACTION_SETTLED for one whose outcome is known.
 */
export async function settleByHand(key: string, { journal, clock, id }: HandSettlement): Promise<ActionOutcome> {
  const claim = await journal.claim(key)
  try {
    const { found } = claim
    if (!found || found.state === 'DONE')
      throw new ConfigError('ERR_ACTION_SETTLED', `there is nothing in doubt about key ${JSON.stringify(key)}`)
    const { failure: _, ...record } = found
    const updatedAt = new Date(clock.now()).toISOString()
    if (id !== undefined) {
      const output = { id, found_by: 'hand' }
      await claim.write({ ...record, state: 'DONE', output, updatedAt })
      return { key, state: 'DONE', output, replayed: false }
    }
    const failure = { code: 'UNKNOWN_OUTCOME', message: 'a person found that nothing was posted', retryable: true }
    await claim.write({ ...record, state: 'FAILED', failure, steps: {}, updatedAt })
    return { key, state: 'FAILED', failure, replayed: false }
  } finally {
    await claim.release()
  }
}
