import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { explain, type StreamPlan } from '../../../framework/runtime/explain.ts'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import { ACCOUNT_STREAMS, openInstagram, readInstagram } from './run.ts'

const DAY = 86_400_000
const doc = readFileSync(new URL('../../../docs/instagram-calls.md', import.meta.url), 'utf8')

/** Requests and calls that the table says. */
function documented(read: string): { readonly requests: number; readonly calls: number } {
  const line = doc.split('\n').find((row) => row.startsWith(`| ${read} |`))
  const [requests = Number.NaN, calls = Number.NaN] = line?.split('|').slice(2, 4).map(Number) ?? []
  return { requests, calls }
}

const world = (options = {}) =>
  startSandbox({
    ...{ now: '2026-11-20T12:00:00Z', pages: 1, seed: 7 },
    instagram: { accounts: 1, media: 1_000, carouselShare: 0.2, carouselSize: 5 },
    ...options,
  })

/** As Meta counts: items of batches, and what is sent alone. */
const callsOf = (sandbox: Sandbox) =>
  Object.entries(sandbox.counts).reduce((sum, [route, count]) => (route === 'POST /' ? sum : sum + count), 0)

describe('the documented cost of a read', () => {
  const media = ['media', 'media_insights']
  it.each([
    ['media and their insights, `insights_depth: common`', media, 'common'],
    ['media and their insights, `insights_depth: full`', media, 'full'],
    ['account streams', [...ACCOUNT_STREAMS], 'full'],
    ['all streams, `insights_depth: common`', [], 'common'],
    ['all streams, `insights_depth: full`', [], 'full'],
  ])('%s', async (name, select, insights_depth) => {
    const sandbox = await world()
    try {
      const config = { start_date: '2026-11-01', insights_depth }
      const first = await readInstagram(sandbox, { select, config })
      expect(first.summary).toMatchObject({ status: 'complete', exit_code: 0 })
      expect(callsOf(sandbox)).toBe(documented(`${name}, first read`).calls)
      expect(first.requests).toBeLessThanOrEqual(documented(`${name}, first read`).requests)
      sandbox.clock.advance(DAY)
      sandbox.reset()
      const second = await readInstagram(sandbox, { select, config, state: first.state })
      expect(second.summary).toMatchObject({ status: 'complete', exit_code: 0 })
      expect(callsOf(sandbox)).toBe(documented(`${name}, next day`).calls)
      expect(second.requests).toBeLessThanOrEqual(documented(`${name}, next day`).requests)
    } finally {
      await sandbox.close()
    }
  })
})

describe('explain', () => {
  it('counts the calls of the account streams as they will be', async () => {
    const sandbox = await world({ days: 120 })
    const config = { start_date: '2026-09-01' }
    const { connector, http } = await openInstagram(sandbox, { config })
    try {
      const plans: StreamPlan[] = []
      for await (const plan of explain(await connector.streams(), {})) plans.push(plan)
      const own = plans.filter(({ kind }) => ACCOUNT_STREAMS.some((name) => name === kind))
      const planned = own.reduce((sum, { calls }) => sum + calls, 0)
      expect(own.find(({ kind }) => kind === 'account_demographics')).toMatchObject({ calls: 8, exact: true })
      expect(own.find(({ kind }) => kind === 'account_insights')?.example).not.toMatch(/token/)
      sandbox.reset()
      await readInstagram(sandbox, { select: ACCOUNT_STREAMS, config })
      expect(callsOf(sandbox) - 2).toBe(planned)
    } finally {
      http.close()
      await sandbox.close()
    }
  })
})
