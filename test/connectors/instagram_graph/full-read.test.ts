import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import type { RunResult } from '../harness.ts'
import { expectedRows, sorted } from './expected.ts'
import { ACCOUNT_STREAMS, readInstagram } from './run.ts'

const START = '2025-10-17'

describe('a full read of Instagram accounts', () => {
  let sandbox: Sandbox
  let first: RunResult
  let requests: Readonly<Record<string, number>>

  beforeAll(async () => {
    sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', instagram: { accounts: 3 }, days: 400, seed: 7 })
    first = await readInstagram(sandbox, { select: ACCOUNT_STREAMS, config: { start_date: START } })
    requests = { ...sandbox.counts }
  }, 60_000)
  afterAll(() => sandbox.close())

  it('is complete', () => {
    expect(first.summary).toMatchObject({ status: 'complete', exit_code: 0, errors: [], warnings: [] })
    expect(Object.keys(first.rows)).toHaveLength(3 * ACCOUNT_STREAMS.length)
  })

  it('gives every row of 400 days that is there, and no other', () => {
    for (const account of sandbox.truth.accounts()) {
      for (const [kind, expected] of Object.entries(expectedRows(sandbox, { account, from: START }))) {
        expect(expected.length, kind).toBeGreaterThan(kind === 'online_followers' ? 20 : 350)
        expect(sorted(first.rows[`${kind}__${account}`]), kind).toEqual(sorted(expected))
      }
    }
  })

  it('gives the profile with the UTC day on which it was seen', () => {
    for (const account of sandbox.truth.accounts()) {
      expect(first.rows[`account__${account}`]).toEqual([
        {
          ...sandbox.truth.account(account),
          profile_picture_url: expect.stringContaining('https://'),
          page_id: sandbox.instagram.pageOf(account),
          end_time: '2026-11-20T00:00:00+00:00',
          metric_date: '2026-11-20',
        },
      ])
    }
  })

  it('takes what a day costs into batches of fifty', () => {
    const totals = 5 * 400 // two groups of plain totals, three breakdowns
    const series = 3 * 15 + 2 // reach by day, week and 28 days; follower_count and online_followers know 30 days only
    const audiences = 4 * 2
    expect(requests['GET /{ig-user}/insights']).toBe(3 * (totals + series + audiences))
    // 6,165 calls in 124 full batches; streams begin and end at different moments, and each waits until its state is kept, so not every
    // batch is full.
    expect(first.requests).toBeLessThanOrEqual(205)
  })

  it('puts no token into an address', () => {
    expect(new Set(sandbox.requests.map(({ tokenIn }) => tokenIn))).toEqual(new Set(['header']))
  })

  describe('and the next day', () => {
    let second: RunResult

    beforeAll(async () => {
      sandbox.clock.advance(86_400_000)
      sandbox.reset()
      const [account] = sandbox.truth.accounts()
      const config = { start_date: START, account_ids: [account] }
      second = await readInstagram(sandbox, { select: ACCOUNT_STREAMS, config, state: first.state })
    })

    it('costs one account three requests', () => {
      expect(second.requests).toBe(3)
      expect(sandbox.counts['GET /{ig-user}/insights']).toBe(43)
    })

    it('finds the day that has become visible, and reads two days again', () => {
      const [account = ''] = sandbox.truth.accounts()
      for (const [kind, expected] of Object.entries(expectedRows(sandbox, { account, from: '2026-11-15' }))) {
        const own = kind === 'online_followers' ? expected.slice(-4) : expected
        expect(sorted(second.rows[`${kind}__${account}`]), kind).toEqual(sorted(own))
      }
      expect(second.state[`account_insights__${account}`]).toEqual({ end_time: '2026-11-19T08:00:00+00:00' })
    })

    it('asks for the demographics once a day only', async () => {
      sandbox.reset()
      const again = await readInstagram(sandbox, { select: ['account_demographics'], config: { start_date: START }, state: second.state })
      const own = sandbox.requests.filter(({ account }) => account === sandbox.truth.accounts()[0])
      expect(own).toEqual([])
      expect(again.summary.status).toBe('complete')
    })
  })
})
