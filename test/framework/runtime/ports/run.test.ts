import { describe, expect, it } from 'vitest'
import { AuthenticationError, ConnectorError, RateLimitError, StoppedError } from '../../../../framework/errors.ts'
import { Run, type StreamOutcome } from '../../../../framework/runtime/ports/run.ts'
import { fakeClock } from '../../../conformance/fake-clock.ts'

const login = new AuthenticationError('ERR_TOKEN_EXPIRED', 'expired')
const account = new AuthenticationError('ERR_PAGE_ROLE_LOST', 'no role', { reach: 'account' })
const limit = new RateLimitError('ERR_RATE_LIMITED', 'later')
const stop = new StoppedError('ERR_SIGNAL', 'stopped')
const other = new ConnectorError('ERR_BODY_NOT_JSON', 'no JSON')

function runWith(errors: readonly ConnectorError[], outcomes: readonly StreamOutcome[]): Run {
  const run = new Run(fakeClock(), 'run')
  for (const outcome of outcomes) {
    run.streams.push({ name: 'a', kind: 'a', accountId: undefined, outcome, rows: 0, slices: 0, failedSlices: 0 })
  }
  for (const error of errors) run.note({ severity: 'error', error })
  return run
}

describe('Run', () => {
  it.each([
    ['nothing went wrong', [], ['complete'], 0],
    ['a stream was not read although nothing went wrong', [], ['complete', 'pending'], 3],
    ['a stream failed', [other], ['complete', 'incomplete'], 1],
    ['it was stopped', [stop], ['complete', 'incomplete'], 3],
    ['it was stopped after a failure', [stop, other], ['incomplete'], 1],
    ['the login is refused', [login], ['incomplete'], 4],
    ['the login is refused on the way', [login], ['complete', 'incomplete'], 4],
    ['one account of several is lost', [account], ['complete', 'incomplete'], 1],
    ['every account is lost', [account], ['incomplete', 'incomplete'], 4],
    ['the login is refused and something else failed', [login, other], ['complete', 'incomplete'], 1],
    ['the provider wants a long wait', [limit], ['complete', 'incomplete'], 5],
    ['the provider wants a long wait and something else failed', [limit, other], ['incomplete'], 1],
  ] as const)('ends with its exit code when %s', (_, errors, outcomes, expected) => {
    const run = runWith(errors, outcomes)
    expect(run.exitCode()).toBe(expected)
    expect(run.summary().exit_code).toBe(expected)
  })

  it('counts an equal finding once', () => {
    const run = runWith([other, new ConnectorError('ERR_BODY_NOT_JSON', 'no JSON')], ['incomplete'])
    expect(run.summary().errors).toHaveLength(1)
  })
})
