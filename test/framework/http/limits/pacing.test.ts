import { describe, expect, it } from 'vitest'
import { createBudget } from '../../../../framework/http/limits/budget.ts'
import { createPacing } from '../../../../framework/http/limits/pacing.ts'
import { createWaiting } from '../../../../framework/http/limits/waiting.ts'
import type { Usage } from '../../../../framework/http/resolution.ts'
import { createFakeClock, createRecordingReporter, fakeResponse, getRequest } from '../fixtures.ts'

function setUp({ patienceSeconds = 3600, random = 0 } = {}) {
  const clock = createFakeClock()
  const report = createRecordingReporter()
  const waiting = createWaiting({ clock, budget: createBudget({ clock }), report, patienceSeconds })
  // The reader of these tests: usage stands in the header as JSON.
  const usageReader = (response: { headers: Readonly<Record<string, string>> }) =>
    JSON.parse(response.headers['x-usage'] ?? '[]') as Usage[]
  const pacing = createPacing({ clock, random: () => random, waiting, patienceSeconds, usageReader })
  const request = (paceKey?: string, weight?: number) =>
    getRequest('https://a.example/', { ...(paceKey === undefined ? {} : { paceKey }), ...(weight === undefined ? {} : { weight }) })
  const answer = (paceKey: string | undefined, usages: readonly Partial<Usage>[], status = 200) =>
    pacing.observe(
      request(paceKey),
      fakeResponse(status, {
        'x-usage': JSON.stringify(usages.map((usage) => ({ pool: paceKey, percent: 0, regainSeconds: 0, ...usage }))),
      }),
    )
  const departures = async (keys: readonly (string | undefined)[], each?: (key: string | undefined) => void) =>
    Promise.all(
      keys.map(async (key) => {
        await pacing.pass(request(key), {})
        each?.(key)
        return clock.monotonic() / 1000
      }),
    )
  return { clock, report, pacing, request, answer, departures }
}

describe('Pacing', () => {
  it('lets everything out freely without readings and below 80 percent', async () => {
    const { answer, departures } = setUp()
    expect(await departures(['a', 'a', 'b', undefined])).toEqual([0, 0, 0, 0])
    answer('a', [{ percent: 79.9 }])
    expect(await departures(['a', 'a', 'a'])).toEqual([0, 0, 0])
  })

  it.each([
    [85, 0.625],
    [90, 2.5],
    [95, 5.625],
    [99, 9.025],
  ])('at %d percent leaves %d s between two requests', async (percent, gap) => {
    const { answer, departures, report } = setUp()
    answer('a', [{ percent }])
    const times = await departures(['a', 'a', 'a'])
    expect(times[0]).toBe(0)
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeCloseTo(gap, 1)
    expect((times[2] ?? 0) - (times[1] ?? 0)).toBeCloseTo(gap, 1)
    expect(report.waits).toEqual([])
  })

  it('leaves more room behind a batch', async () => {
    const { answer, departures, pacing, request } = setUp()
    answer('a', [{ percent: 90 }])
    await pacing.pass(request('a', 4), {})
    expect(await departures(['a'])).toEqual([10])
  })

  it('waits out the regain time of a blocked pool while other pools continue', async () => {
    const { answer, departures, report } = setUp()
    answer('a', [{ percent: 100, regainSeconds: 300 }])
    const order: (string | undefined)[] = []
    expect(await departures(['a', 'b', undefined], (key) => order.push(key))).toEqual([300, 0, 0])
    expect(order).toEqual(['b', undefined, 'a'])
    expect(report.waits).toEqual([{ seconds: 300 }])
  })

  it('is blocked by regain time at any percentage, and for a minute at 100 percent without one', async () => {
    const one = setUp()
    one.answer('a', [{ percent: 97, regainSeconds: 30 }])
    expect(await one.departures(['a'])).toEqual([30])
    const other = setUp()
    other.answer('a', [{ percent: 100 }])
    expect(await other.departures(['a'])).toEqual([60])
  })

  it('lets waiters out one by one after a block, and all once an answer says so', async () => {
    const { answer, departures } = setUp()
    answer('a', [{ percent: 10, regainSeconds: 100 }])
    const times = await departures(['a', 'a', 'a', 'a'])
    expect(times).toEqual([100, 101, 102, 103])

    const relieved = setUp()
    relieved.answer('a', [{ percent: 10, regainSeconds: 100 }])
    let first = true
    const after = await relieved.departures(['a', 'a', 'a', 'a'], () => {
      if (first) relieved.answer('a', [{ percent: 12 }])
      first = false
    })
    expect(after).toEqual([100, 100, 100, 100])
  })

  it('stays shut when the answer after a block is another block', async () => {
    const { answer, departures } = setUp()
    answer('a', [{ percent: 100, regainSeconds: 100 }])
    let first = true
    const times = await departures(['a', 'a'], () => {
      if (first) answer('a', [{ percent: 100, regainSeconds: 200 }], 400)
      first = false
    })
    expect(times).toEqual([100, 300])
  })

  it('knows the pools of a key from its responses: a shared business stops both accounts, an own account one', async () => {
    const { answer, departures } = setUp()
    answer('ig1', [
      { pool: 'business', percent: 5 },
      { pool: 'account-1', percent: 5 },
    ])
    answer('ig2', [
      { pool: 'business', percent: 5 },
      { pool: 'account-2', percent: 5 },
    ])
    answer('ig1', [{ pool: 'account-1', percent: 100, regainSeconds: 50 }])
    expect(await departures(['ig1', 'ig2'])).toEqual([50, 0])
    answer('ig2', [{ pool: 'business', percent: 100, regainSeconds: 50 }])
    expect(await departures(['ig1', 'ig2', 'ig3'])).toEqual([100, 110, 50])
  })

  it('keeps a refused key out, and nobody else', async () => {
    const { pacing, request, departures } = setUp()
    pacing.block(request('a'), 40)
    expect(await departures(['a', 'b', undefined])).toEqual([40, 0, 0])
    pacing.block(request(), 10)
    expect(await departures([undefined, 'b'])).toEqual([50, 40])
  })

  it('throws when a block lasts beyond patience', async () => {
    const { answer, pacing, request, clock } = setUp({ patienceSeconds: 60 })
    answer('a', [{ percent: 100, regainSeconds: 3600 }])
    await expect(pacing.pass(request('a'), {})).rejects.toMatchObject({ name: 'RateLimitError', retryAfter: 3600 })
    expect(clock.sleeps).toEqual([])
  })

  it('never fails a run by spreading alone', async () => {
    const { answer, departures } = setUp({ patienceSeconds: 3 })
    answer('a', [{ percent: 99 }])
    expect(await departures(['a', 'a', 'a'])).toEqual([0, 3, 3])
    const hasty = setUp({ patienceSeconds: 0 })
    hasty.answer('a', [{ percent: 99 }])
    expect(await hasty.departures(['a', 'a'])).toEqual([0, 0])
  })

  it('adds jitter after a block', async () => {
    const { answer, departures } = setUp({ random: 0.5 })
    answer('a', [{ regainSeconds: 10 }])
    expect(await departures(['a'])).toEqual([10.5])
  })

  it('forgets readings of an hour ago', async () => {
    const { answer, clock, departures, pacing } = setUp()
    answer('a', [{ percent: 99 }])
    expect(pacing.usagePercent()).toBe(99)
    clock.pass(3601)
    expect(pacing.usagePercent()).toBeUndefined()
    expect(await departures(['a', 'a'])).toEqual([3601, 3601])
  })

  it.each([
    ['no JSON', 'oops', 1],
    ['no list', '{"a":1}', 1],
    ['a percentage that is not a number', '[{"pool":"a","percent":null,"regainSeconds":0},{"pool":"a","percent":7,"regainSeconds":0}]', 1],
    ['a negative regain time', '[{"pool":"a","percent":100,"regainSeconds":-1}]', 1],
    ['nothing', '[]', 0],
  ])('ignores and counts a header with %s', async (_, header, ignored) => {
    const { pacing, request, departures } = setUp()
    pacing.observe(request('a'), fakeResponse(200, { 'x-usage': header }))
    expect(pacing.ignoredReadings).toBe(ignored)
    expect(await departures(['a', 'a'])).toEqual([0, 0])
  })

  it('reports the highest reading', () => {
    const { answer, pacing } = setUp()
    expect(pacing.usagePercent()).toBeUndefined()
    answer('a', [
      { pool: 'x', percent: 12 },
      { pool: 'y', percent: 34 },
    ])
    answer('b', [{ pool: 'x', percent: 20 }])
    expect(pacing.usagePercent()).toBe(34)
  })
})
