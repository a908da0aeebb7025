import { afterEach, describe, expect, it } from 'vitest'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../sandbox/sandbox.ts'
import type { RunOptions, RunResult } from '../harness.ts'
import { expectedRows, sorted } from './expected.ts'
import { ACCOUNT_STREAMS, readInstagram } from './run.ts'

const START = '2026-11-01'
const DAY = 86_400_000
const running: Sandbox[] = []

async function start(options: SandboxOptions): Promise<{ sandbox: Sandbox; accounts: readonly string[] }> {
  const sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', days: 60, seed: 13, ...options })
  running.push(sandbox)
  return { sandbox, accounts: sandbox.truth.accounts() }
}

afterEach(async () => {
  for (const started of running.splice(0)) await started.close()
})

const run = (sandbox: Sandbox, options: RunOptions = {}) =>
  readInstagram(sandbox, { select: ACCOUNT_STREAMS, ...options, config: { start_date: START, ...options.config } })

/** Every stream of the account holds what it should; `without`: metrics that are left out. */
function expectComplete(result: RunResult, { sandbox, account, without = [] }: { sandbox: Sandbox; account: string; without?: string[] }) {
  for (const [kind, rows] of Object.entries(expectedRows(sandbox, { account, from: START }))) {
    const own = rows.filter(({ metric, metric_date }) => !without.includes(String(metric)) && String(metric_date) >= START)
    expect(sorted(result.rows[`${kind}__${account}`]), `${kind} of ${account}`).toEqual(sorted(own))
  }
}

describe('one account of 50 that withdrew its right', () => {
  it('is reported by its id, keeps its state, and the other 49 arrive', async () => {
    const { sandbox, accounts } = await start({ instagram: { accounts: 50 } })
    const [revoked = '', ...others] = accounts
    const streams = ['account_insights', 'account_insights_week', 'account_demographics']
    sandbox.instagram.revoke(revoked)
    const state = { [`account_insights__${revoked}`]: { end_time: '2026-11-15T08:00:00+00:00' } }
    const result = await run(sandbox, { select: streams, state })
    expect(result.summary.exit_code).toBe(1)
    expect(new Set(result.summary.errors.map(({ account_id }) => account_id))).toEqual(new Set([revoked]))
    expect(result.summary.errors[0]).toMatchObject({ code: 'ERR_PERMISSION', metric: expect.any(String) })
    expect(result.summary.streams).toMatchObject({ complete: 49 * 3, incomplete: 3 })
    expect(result.state[`account_insights__${revoked}`]).toEqual({ end_time: '2026-11-15T08:00:00+00:00' })
    for (const account of others) expect(result.rows[`account_insights__${account}`]?.length).toBeGreaterThan(150)
    for (const account of others.slice(0, 3)) {
      const expected = expectedRows(sandbox, { account, from: START })
      for (const kind of streams) expect(sorted(result.rows[`${kind}__${account}`]), kind).toEqual(sorted(expected[kind]))
    }
  }, 60_000)

  it('costs few calls before it is left alone', async () => {
    const { sandbox, accounts } = await start({ instagram: { accounts: 2 } })
    const [revoked = ''] = accounts
    sandbox.instagram.revoke(revoked)
    await run(sandbox)
    const asked = sandbox.requests.filter(({ account, inBatch }) => account === revoked && !inBatch)
    expect(asked.length).toBeLessThan(20)
  })
})

describe('a metric that is retired while the run is on', () => {
  it('is left out from then on and reported once; every other metric arrives', async () => {
    const { sandbox, accounts } = await start({ instagram: { accounts: 3 } })
    sandbox.faults.add({ kind: 'retire-metric', object: 'ig_user', metric: 'saves', match: { metric: 'saves' }, skip: 30, times: 1 })
    const result = await run(sandbox)
    expect(result.summary.exit_code).toBe(1)
    expect(result.summary.errors).toMatchObject([
      { code: 'ERR_METRIC_REFUSED', metric: 'saves', account_id: expect.any(String), date_range: expect.stringContaining('2026-') },
    ])
    expect(result.summary.streams).toMatchObject({ incomplete: 0, pending: 0 })
    for (const account of accounts) {
      for (const [kind, rows] of Object.entries(expectedRows(sandbox, { account, from: START }))) {
        const left = (row: { metric?: unknown }) => row.metric !== 'saves'
        const own = rows.filter((row) => left(row) && String(row['metric_date']) >= START)
        expect(sorted((result.rows[`${kind}__${account}`] ?? []).filter(left)), kind).toEqual(sorted(own))
      }
    }
  })

  it('costs a search of ⌈log2 n⌉ + 1 calls, and one more try for what was under way', async () => {
    const { sandbox } = await start({ instagram: { accounts: 1 }, pages: 1 })
    await run(sandbox, { select: ['account_insights'] })
    const before = sandbox.counts['GET /{ig-user}/insights'] ?? 0
    sandbox.reset()
    sandbox.faults.add({ kind: 'refuse-metric', metric: 'shares' })
    const result = await run(sandbox, { select: ['account_insights'] })
    const days = 19
    expect(result.summary.errors).toHaveLength(1)
    expect(sandbox.counts['GET /{ig-user}/insights']).toBeLessThanOrEqual(before + days + Math.ceil(Math.log2(10)) + 1)
  })
})

describe('an account that is rate-limited for ten minutes', () => {
  it('is waited for, and everything arrives', async () => {
    const { sandbox, accounts } = await start({ instagram: { accounts: 4 } })
    const [limited = ''] = accounts
    sandbox.usage.block(`instagram:${limited}`, 10)
    const result = await run(sandbox)
    expect(result.summary).toMatchObject({ status: 'complete', exit_code: 0, errors: [] })
    for (const account of accounts) expectComplete(result, { sandbox, account })
    const waited = result.waits.reduce((sum, seconds) => sum + seconds, 0)
    expect(waited).toBeGreaterThanOrEqual(600)
    expect(waited).toBeLessThan(3_600)
    expect(sandbox.clock.now().getTime()).toBeLessThan(Date.parse('2026-11-20T13:00:00Z'))
  })
})

describe('all of it at once', () => {
  it('ends with what is left, each thing reported by id', async () => {
    const { sandbox, accounts } = await start({ instagram: { accounts: 5 } })
    const [revoked = '', limited = '', ...others] = accounts
    sandbox.instagram.revoke(revoked)
    sandbox.usage.block(`instagram:${limited}`, 10)
    sandbox.faults.add({ kind: 'refuse-metric', metric: 'replies' })
    const result = await run(sandbox)
    expect(result.summary.exit_code).toBe(1)
    for (const account of [limited, ...others]) expectComplete(result, { sandbox, account, without: ['replies'] })
    const reported = new Set(result.summary.errors.map(({ code, account_id, metric }) => (code === 'ERR_PERMISSION' ? account_id : metric)))
    expect(reported).toEqual(new Set([revoked, 'replies']))
  })
})

describe('a batch', () => {
  it('whose items are not all done is asked for the rest', async () => {
    const { sandbox, accounts } = await start({ instagram: { accounts: 1 }, pages: 1 })
    sandbox.faults.add({ kind: 'null-batch-item', match: { route: 'GET /{ig-user}/insights' }, skip: 3, times: 9 })
    const result = await run(sandbox)
    expect(result.summary).toMatchObject({ status: 'complete', errors: [] })
    expectComplete(result, { sandbox, account: accounts[0] ?? '' })
  })

  it('of which an item never gets done is taken apart, and the call succeeds on its own', async () => {
    const { sandbox, accounts } = await start({ instagram: { accounts: 1 }, pages: 1 })
    sandbox.faults.add({ kind: 'null-batch-item', match: { metric: 'follower_count' } })
    const result = await run(sandbox)
    expect(result.summary).toMatchObject({ status: 'complete', errors: [] })
    expectComplete(result, { sandbox, account: accounts[0] ?? '' })
  })

  it.each([
    ['a failing server', { kind: 'error', code: 2, status: 503, transient: true, message: 'Service temporarily unavailable' }],
    ['a page in HTML', { kind: 'html', status: 502 }],
    ['half an answer', { kind: 'truncate', bytes: 400 }],
  ] as const)('that meets %s is sent again', async (_, fault) => {
    const { sandbox, accounts } = await start({ instagram: { accounts: 1 }, pages: 1 })
    sandbox.faults.add({ ...fault, match: { method: 'POST' }, times: 2 })
    const result = await run(sandbox)
    expect(result.summary).toMatchObject({ status: 'complete', errors: [] })
    expectComplete(result, { sandbox, account: accounts[0] ?? '' })
  })

  it('carries the proof of each call when the app asks for it', async () => {
    const { sandbox, accounts } = await start({ instagram: { accounts: 1 }, pages: 1, appSecret: 'sandbox-secret' })
    const result = await run(sandbox, { config: { app_secret: 'sandbox-secret' } })
    expect(result.summary).toMatchObject({ status: 'complete', errors: [] })
    expectComplete(result, { sandbox, account: accounts[0] ?? '' })
    expect(result.output).not.toContain('appsecret_proof=')
  })
})

describe('a budget of requests', () => {
  it('is never exceeded, and the next run resumes', async () => {
    const { sandbox, accounts } = await start({ instagram: { accounts: 2 } })
    const cut = await run(sandbox, { maxRequests: 90 })
    expect(cut.summary.exit_code).toBe(3)
    const calls = Object.entries(sandbox.counts).reduce((sum, [route, count]) => (route === 'POST /' ? sum : sum + count), 0)
    expect(calls).toBeLessThanOrEqual(90)
    const rest = await run(sandbox, { state: cut.state })
    expect(rest.summary).toMatchObject({ status: 'complete', exit_code: 0 })
    for (const account of accounts) {
      for (const [kind, rows] of Object.entries(expectedRows(sandbox, { account, from: START }))) {
        const name = `${kind}__${account}`
        const union = new Set(sorted([...(cut.rows[name] ?? []), ...(rest.rows[name] ?? [])]))
        const own = rows.filter(({ metric_date }) => String(metric_date) >= START)
        expect([...union].sort(), kind).toEqual(sorted(own))
      }
    }
  })
})

describe('merged streams', () => {
  it('hold the same rows, with state for each account', async () => {
    const { sandbox, accounts } = await start({ instagram: { accounts: 2 } })
    const config = { stream_layout: 'merged' }
    const first = await run(sandbox, { config })
    for (const [index, account] of accounts.entries()) {
      const rows = first.rows['account_insights']?.filter(({ ig_user_id }) => ig_user_id === account)
      const expected = expectedRows(sandbox, { account, from: START })['account_insights']
      expect(sorted(rows), String(index)).toEqual(sorted(expected))
    }
    sandbox.clock.advance(DAY)
    sandbox.reset()
    const second = await run(sandbox, { config, state: first.state })
    expect(second.summary).toMatchObject({ status: 'complete', errors: [] })
    expect(sandbox.counts['GET /{ig-user}/insights']).toBe(2 * 43)
  })
})
