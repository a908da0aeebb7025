import { describe, expect, it } from 'vitest'
import type { CheckResult, CheckTarget } from '../../../../framework/components/checks/check.ts'
import { diagnose } from '../../../../framework/components/checks/diagnose.ts'
import { ConfigError, StoppedError } from '../../../../framework/errors.ts'

const target: CheckTarget = { streamNames: [], probe: async () => 'records', accounts: async () => undefined }
const checkThat = (check: () => Promise<CheckResult>) => diagnose({ check }, target, 90)

describe('diagnose', () => {
  it('takes the answer of a check that knows of the present only', async () => {
    expect(await checkThat(async () => ({ status: 'SUCCEEDED', message: 'fine' }))).toEqual([
      { check: 'connection', status: 'ok', summary: 'fine' },
    ])
    expect(await checkThat(async () => ({ status: 'FAILED' }))).toEqual([{ check: 'connection', status: 'error', summary: 'FAILED' }])
  })

  it('takes a refusal for an observation, and neither a stop nor a bug', async () => {
    const refused = new ConfigError('ERR_NO_SUCH_STREAM', 'no such stream')
    expect(await checkThat(() => Promise.reject(refused))).toEqual([
      { check: 'connection', status: 'error', summary: 'no such stream', facts: { code: 'ERR_NO_SUCH_STREAM' } },
    ])
    await expect(checkThat(() => Promise.reject(new StoppedError('ERR_BUDGET', 'enough')))).rejects.toThrow('enough')
    await expect(checkThat(() => Promise.reject(new TypeError('x is undefined')))).rejects.toThrow('x is undefined')
  })

  it('asks a check that knows of the days to come', async () => {
    const check = {
      check: () => Promise.reject(new Error('not asked')),
      diagnose: async (_: CheckTarget, days: number) => [{ check: 'token', status: 'ok' as const, summary: `${days} days` }],
    }
    expect(await diagnose(check, target, 7)).toEqual([{ check: 'token', status: 'ok', summary: '7 days' }])
  })
})
