import { describe, expect, it } from 'vitest'
import { difference, NO_DIFFERENCE, type ReadSettings } from './pipeline.ts'
import { type Bench, faultAt, goldenOf, openBench, ROUTES } from './world.ts'

const settings = { select: ['page_insights'] }
const sum = (seconds: readonly number[]) => seconds.reduce((total, each) => total + each, 0)

/** The sandbox answers in a world where nothing was lost. */
async function expectComplete({ table }: Bench, read: ReadSettings = settings): Promise<void> {
  const golden = await goldenOf(read)
  expect(difference(table(), golden.table)).toEqual(NO_DIFFERENCE)
}

describe('429 with Retry-After', () => {
  it.each([
    ['seconds', '7', 7],
    ['seconds beyond our own back-off', '300', 300],
    ['a date', 'Fri, 20 Nov 2026 01:05:00 GMT', 300],
    ['a date in the past', 'Fri, 20 Nov 2020 01:05:00 GMT', 0],
    ['nothing', '', 0],
    ['garbage', 'in a while', 0],
    ['a negative number', '-5', 0],
    ['a number with a unit', '5s', 0],
  ])('as %s is waited for and bounded', async (_, value, least) => {
    const golden = await goldenOf(settings)
    const bench = await openBench({}, { ...settings, concurrency: 1 })
    bench.sandbox.faults.add(faultAt('insights', { kind: 'retry-after', value }, { times: 1 }))
    const outcome = await bench.read()
    expect(outcome.errors).toEqual([])
    expect(outcome.exitCode).toBe(0)
    expect(sum(outcome.waits)).toBeGreaterThanOrEqual(least)
    expect(sum(outcome.waits)).toBeLessThan(least + 120)
    expect(outcome.requests).toBe(golden.outcome.requests + 1)
    await expectComplete(bench)
  })

  it.each(['1000000000', '7200', 'Sat, 20 Nov 2027 01:00:00 GMT'])('of %s is beyond patience: code 5 at once, resumable', async (value) => {
    const golden = await goldenOf(settings)
    const bench = await openBench({}, settings)
    bench.sandbox.faults.add(faultAt('insights', { kind: 'retry-after', value }))
    const outcome = await bench.read()
    expect(outcome.exitCode).toBe(5)
    expect(sum(outcome.waits)).toBe(0)
    expect(outcome.requests).toBeLessThanOrEqual(golden.outcome.requests)
    expect(outcome.emitted).toEqual({})
    bench.sandbox.faults.clear()
    expect((await bench.read()).exitCode).toBe(0)
    await expectComplete(bench)
  })

  it('that never ends is given up after a bounded number of tries', async () => {
    const bench = await openBench({}, { ...settings, concurrency: 1 })
    bench.sandbox.faults.add(faultAt('insights', { kind: 'retry-after', value: '30' }))
    const outcome = await bench.read()
    expect(outcome.exitCode).toBe(5)
    // Eleven tries for each of four slices.
    expect(bench.sandbox.counts[ROUTES.insights]).toBeLessThanOrEqual(4 * 11)
    bench.sandbox.faults.clear()
    expect((await bench.read()).exitCode).toBe(0)
    await expectComplete(bench)
  })
})

describe('a rate error as HTTP 400 or 403', () => {
  const pools = [
    ['app', 4, 'accounts'],
    ['user', 17, 'accounts'],
    ['custom', 613, 'insights'],
    ['pages', 80_001, 'insights'],
  ] as const

  it.each(pools)('of pool %s (%i) is waited for', async (pool, code) => {
    const bench = await openBench({}, settings)
    const [page = ''] = bench.sandbox.truth.pages()
    bench.sandbox.usage.block(pool === 'pages' ? `pages:${page}` : pool, 5)
    const outcome = await bench.read()
    expect(outcome.errors).toEqual([])
    expect(sum(outcome.waits)).toBeGreaterThanOrEqual(300)
    expect(outcome.output).toContain(`Graph API error ${code}`)
    // Each call while blocked costs another minute: few may be made.
    const refused = bench.sandbox.requests.filter(({ status }) => status >= 400)
    expect(refused.length).toBeGreaterThan(0)
    expect(refused.length).toBeLessThanOrEqual(8)
    await expectComplete(bench)
  })

  const codes = [4, 17, 32, 613, 80_001, 80_002, 341].flatMap((code) => ([400, 403] as const).map((status) => ({ code, status })))
  it.each(codes)('$code with status $status waits the minutes that the header names', async ({ code, status }) => {
    const golden = await goldenOf(settings)
    const bench = await openBench({}, { ...settings, concurrency: 1 })
    const [page = ''] = bench.sandbox.truth.pages()
    const usage = { type: 'pages', call_count: 100, total_cputime: 9, total_time: 9, estimated_time_to_regain_access: 12 }
    const header = { kind: 'header', name: 'x-business-use-case-usage', value: JSON.stringify({ [page]: [usage] }) } as const
    bench.sandbox.faults.add(faultAt('insights', { kind: 'error', code, status }, { times: 1 }))
    bench.sandbox.faults.add(faultAt('insights', header, { times: 1 }))
    const outcome = await bench.read()
    expect(outcome.errors).toEqual([])
    expect(sum(outcome.waits)).toBeGreaterThanOrEqual(12 * 60)
    expect(sum(outcome.waits)).toBeLessThan(12 * 60 + 60)
    expect(outcome.requests).toBe(golden.outcome.requests + 1)
    await expectComplete(bench)
  })

  it('for hours is beyond patience', async () => {
    const bench = await openBench({}, settings)
    const [page = ''] = bench.sandbox.truth.pages()
    bench.sandbox.usage.block(`pages:${page}`, 600)
    const outcome = await bench.read()
    expect(outcome.exitCode).toBe(5)
    expect(outcome.errors.map(({ account_id }) => account_id)).toContain(page)
    expect(outcome.summary.streams).toMatchObject({ complete: 1, incomplete: 1 })
    bench.sandbox.usage.clear()
    expect((await bench.read()).exitCode).toBe(0)
    await expectComplete(bench)
  })
})

describe('usage headers', () => {
  const page = JSON.stringify
  const business = (id: string, percent: number, minutes = 0) =>
    page({ [id]: [{ type: 'pages', call_count: percent, total_cputime: 1, total_time: 1, estimated_time_to_regain_access: minutes }] })
  // Several calls of each Page: the first ones only tell how full it is.
  const several = { select: ['page_insights', 'page_insights_week', 'page'] }
  const read = async (value: (id: string) => string, name = 'x-business-use-case-usage') => {
    const bench = await openBench({}, { ...several, concurrency: 1 })
    const [id = ''] = bench.sandbox.truth.pages()
    bench.sandbox.faults.add({ kind: 'header', name, value: value(id), match: { route: ROUTES.insights, page: id } })
    const outcome = await bench.read()
    expect(outcome.errors).toEqual([])
    await expectComplete(bench, several)
    return outcome
  }

  it('of 50 % change nothing', async () => {
    expect((await read((id) => business(id, 50))).waits).toEqual([])
  })

  it('of 95 % spread the calls of that Page', async () => {
    const { waits } = await read((id) => business(id, 95))
    expect(sum(waits)).toBeGreaterThan(0)
    expect(sum(waits)).toBeLessThan(60)
  })

  it('of 100 % keep the next call back before it is refused', async () => {
    const { waits } = await read((id) => business(id, 100))
    // Four calls, and each answer says so again.
    expect(sum(waits)).toBeGreaterThanOrEqual(3 * 60)
    expect(sum(waits)).toBeLessThan(4 * 65)
  })

  it('of 100 % with minutes to regain keep it back for as long', async () => {
    const { waits } = await read((id) => business(id, 100, 20))
    expect(sum(waits)).toBeGreaterThanOrEqual(3 * 20 * 60)
    expect(sum(waits)).toBeLessThan(4 * 21 * 60)
  })

  it('of several businesses pace each by its own', async () => {
    const { waits } = await read((id) => page({ ...JSON.parse(business(id, 10)), ...JSON.parse(business('9', 20)) }))
    expect(waits).toEqual([])
  })

  it.each([
    'no JSON',
    '{"cut',
    '[]',
    '[[1]]',
    'null',
    '42',
    '{"1":null}',
    '{"1":[null,1,"x"]}',
    '{"1":[{"call_count":"many","estimated_time_to_regain_access":"soon"}]}',
    '{"1":[{"call_count":-5}]}',
    '{"__proto__":[{"call_count":1}]}',
    `{"1":${'['.repeat(500)}${']'.repeat(500)}}`,
  ])('that make no sense cost nothing: %s', async (value) => {
    for (const name of ['x-business-use-case-usage', 'x-app-usage', 'x-page-usage'])
      expect((await read(() => value, name)).waits).toEqual([])
  })
})
