import { describe, expect, it } from 'vitest'
import { StoppedError } from '../../../../framework/errors.ts'
import { createBudget } from '../../../../framework/http/limits/budget.ts'
import { createWaiting } from '../../../../framework/http/limits/waiting.ts'
import { createFakeClock, createRecordingReporter } from '../fixtures.ts'

function setUp({ patienceSeconds = 100, deadlineSeconds = undefined as number | undefined } = {}) {
  const clock = createFakeClock()
  const report = createRecordingReporter()
  const budget = createBudget({ clock, ...(deadlineSeconds === undefined ? {} : { deadlineSeconds }) })
  return { clock, report, waiting: createWaiting({ clock, budget, report, patienceSeconds }) }
}

describe('Waiting', () => {
  it('sleeps, counts, and tells the platform when the provider asked', async () => {
    const { clock, report, waiting } = setUp()
    await waiting.wait({ seconds: 5, asked: 'provider', label: 'x', stream: 'media' })
    await waiting.wait({ seconds: 2, asked: 'own', label: 'x' })
    await waiting.wait({ seconds: 0, asked: 'own', label: 'x' })
    expect(clock.sleeps).toEqual([5, 2])
    expect(waiting.waited).toBe(7)
    expect(report.waits).toEqual([{ stream: 'media', seconds: 5 }])
  })

  it.each(['provider', 'own'] as const)('throws at once when it takes longer than patience (%s)', async (asked) => {
    const { clock, waiting } = setUp({ patienceSeconds: 10 })
    await expect(waiting.wait({ seconds: 10.2, asked, label: 'GET https://a.example/x' })).rejects.toMatchObject({
      name: 'RateLimitError',
      code: 'ERR_RATE_LIMITED',
      retryAfter: 11,
      message: 'GET https://a.example/x: the provider is to be asked again in 11 s, but 10 s may be waited; resume the run then',
    })
    expect(clock.sleeps).toEqual([])
  })

  it('is a rate limit when the provider’s time ends after the deadline, and the deadline when our own does', async () => {
    const { clock, waiting } = setUp({ deadlineSeconds: 20 })
    await expect(waiting.wait({ seconds: 30, asked: 'provider', label: 'x' })).rejects.toMatchObject({
      name: 'RateLimitError',
      retryAfter: 30,
    })
    await expect(waiting.wait({ seconds: 30, asked: 'own', label: 'x' })).rejects.toMatchObject({
      name: 'StoppedError',
      code: 'ERR_DEADLINE',
    })
    expect(clock.sleeps).toEqual([])
  })

  it('ends with the reason when the run is stopped', async () => {
    const { waiting } = setUp()
    const controller = new AbortController()
    const waited = waiting.wait({ seconds: 50, asked: 'own', label: 'x', signal: controller.signal })
    controller.abort(new StoppedError('ERR_SIGNAL', 'SIGTERM'))
    await expect(waited).rejects.toMatchObject({ code: 'ERR_SIGNAL' })
    await expect(waiting.wait({ seconds: 1, asked: 'own', label: 'x', signal: controller.signal })).rejects.toMatchObject({
      code: 'ERR_SIGNAL',
    })
    await expect(waiting.wait({ seconds: 1, asked: 'own', label: 'x', signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ERR_ABORTED',
      name: 'StoppedError',
    })
  })
})
