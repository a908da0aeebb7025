import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { LoggedRequest } from '../../sandbox/wire/log.ts'
import { type Ended, runConnector, summaryOf, temporaryFolder } from '../cli/run.ts'
import { openWorld } from '../cli/sandbox.ts'
import { difference, keyOf, linesOf, NO_DIFFERENCE, tableOf } from './pipeline.ts'

const concurrency = 2
/** Pages that may lie between the source and a committed state. */
const inFlight = concurrency + 4
const dayMs = 86_400_000

/** Park and Miller; the seed is part of the test's name. */
function randomOf(seed: number): () => number {
  let state = (seed * 7919 + 1) % 2_147_483_647
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

interface Place {
  readonly sandbox: Sandbox
  readonly folder: string
  /** Reads on; kills the process a moment after its n-th request, when n is given. */
  run(killAfter?: { readonly requests: number; readonly ms: number }): Promise<Ended>
}

const now = new Date()

async function openPlace(): Promise<Place> {
  const config = { start_date: new Date(now.getTime() - 290 * dayMs).toISOString().slice(0, 10), lookback_days: 0, metrics: METRICS }
  const world = await openWorld({ pages: 2, days: 300, posts: 120, now, latencyMs: 2 }, config)
  const { sandbox } = world
  const folder = temporaryFolder()
  const args = ['read', 'facebook_pages', '--config', world.config, '--select', 'page_insights*,posts,post_insights']
  const places = ['--state', `file:${join(folder, 'state')}`, '--output', `jsonl:${join(folder, 'data')}`]
  return {
    sandbox,
    folder,
    run: (killAfter) =>
      runConnector([...args, ...places, '--concurrency', String(concurrency)], {
        meanwhile: async (child) => {
          if (!killAfter) return
          const before = callsOf(sandbox)
          while (child.exitCode === null && callsOf(sandbox) - before < killAfter.requests) await wait(1)
          await wait(killAfter.ms)
          child.kill('SIGKILL')
        },
      }),
  }
}
const METRICS = ['page_media_view', 'page_follows', 'post_media_view']
const callsOf = ({ requests }: Sandbox) => requests.filter(({ inBatch }) => !inBatch).length

let golden: Promise<{ readonly table: ReadonlyMap<string, string>; readonly calls: number }> | undefined

/** What an undisturbed run gives; read once, because all runs see the same world. */
function goldenTable() {
  golden ??= openPlace().then(async ({ run, folder, sandbox }) => {
    const { code } = await run()
    if (code !== 0) throw new Error(`the undisturbed run ended with ${code}`)
    return { table: tableOf(folder), calls: callsOf(sandbox) }
  })
  return golden
}

/** Every state file can be read at any moment. */
function expectSoundState(folder: string): void {
  const state = join(folder, 'state')
  if (!existsSync(state)) return
  for (const name of readdirSync(state).filter((each) => each.endsWith('.json'))) JSON.parse(readFileSync(join(state, name), 'utf8'))
}

/** Windows of insights that were answered before and are asked for again, more than the day at their seam. */
function repeatedWindows(before: readonly LoggedRequest[], after: readonly LoggedRequest[]): number {
  const name = ({ path, query }: LoggedRequest) => [path, query['metric'], query['period'], query['breakdown']].join(' ')
  const bounds = ({ query }: LoggedRequest) => [Number(query['since']), Number(query['until'])] as const
  const answered = before.filter(({ route, status }) => route === 'GET /{page}/insights' && status === 200)
  return after.filter((request) => {
    const [since, until] = bounds(request)
    return answered.some((other) => {
      const [from, to] = bounds(other)
      return name(other) === name(request) && Math.min(until, to) - Math.max(since, from) > 1.5 * (dayMs / 1000)
    })
  }).length
}

/** Cursor values of rows that stand in the files more than once, by stream. A seam between two reads repeats one. */
function doubledValues(folder: string): ReadonlyMap<string, ReadonlySet<unknown>> {
  const seen = new Map<string, string>()
  const doubled = new Map<string, Set<unknown>>()
  for (const { stream, row } of linesOf(folder)) {
    const key = `${stream} ${keyOf(row)}`
    const text = JSON.stringify(row)
    if (seen.has(key)) {
      expect(text).toBe(seen.get(key))
      doubled.set(stream, (doubled.get(stream) ?? new Set()).add(row['end_time'] ?? row['created_time']))
    }
    seen.set(key, text)
  }
  return doubled
}

describe('kill -9 at any moment', { timeout: 180_000 }, () => {
  it.each([1, 2, 3, 4, 5, 6])('loses nothing, doubles nothing, repeats little (seed %i)', async (seed) => {
    const random = randomOf(seed)
    const golden = await goldenTable()
    const place = await openPlace()
    let kills = 0
    let end: Ended | undefined
    for (let attempt = 0; attempt < 8 && end?.code !== 0; attempt++) {
      const log = place.sandbox.requests.length
      end = await place.run(attempt < 4 ? { requests: Math.floor(random() * 16), ms: Math.floor(random() * 12) } : undefined)
      expectSoundState(place.folder)
      const [before, after] = [place.sandbox.requests.slice(0, log), place.sandbox.requests.slice(log)]
      expect(repeatedWindows(before.slice(-400), after)).toBeLessThanOrEqual(inFlight * Math.max(1, kills))
      if (end.code === null) kills += 1
    }
    expect(kills).toBeGreaterThanOrEqual(3)
    expect(end?.code).toBe(0)
    expect(summaryOf(end?.stderr ?? '')).toMatchObject({ status: 'complete', errors: [] })
    expect(difference(tableOf(place.folder), golden.table)).toEqual(NO_DIFFERENCE)
    for (const [stream, values] of doubledValues(place.folder)) expect(values.size, stream).toBeLessThanOrEqual(kills)
  })

  it('just before the end leaves nothing to do but that', async () => {
    const golden = await goldenTable()
    const place = await openPlace()
    const killed = await place.run({ requests: golden.calls, ms: 0 })
    expect([null, 0]).toContain(killed.code)
    expectSoundState(place.folder)
    const before = callsOf(place.sandbox)
    expect((await place.run()).code).toBe(0)
    // Discovery, the tail of each of twelve streams, and what was in flight.
    expect(callsOf(place.sandbox) - before).toBeLessThanOrEqual(3 + 2 * 14 + inFlight)
    expect(difference(tableOf(place.folder), golden.table)).toEqual(NO_DIFFERENCE)
  })
})
