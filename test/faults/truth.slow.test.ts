import { describe, expect, it } from 'vitest'
import { messages, runConnector, summaryOf } from '../cli/run.ts'
import { openWorld } from '../cli/sandbox.ts'
import { canonical, comparablePost, expectedRows } from './expectation.ts'
import { keyOf } from './pipeline.ts'

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10)
const dayMs = 86_400_000

/** Rows by stream, as the built command line prints them. */
function rowsOf(stdout: string): Map<string, Record<string, unknown>[]> {
  const streams = new Map<string, Record<string, unknown>[]>()
  for (const message of messages(stdout) as { record?: { stream: string; data: Record<string, unknown> } }[]) {
    if (!message.record) continue
    const { stream, data } = message.record
    const rows = streams.get(stream) ?? []
    streams.set(stream, rows)
    rows.push(data)
  }
  return streams
}

describe('a full read', () => {
  it.each([
    { name: 'Pages of a user', token: 'sandbox-user-token', days: 400, posts: 130, seed: 11 },
    { name: 'Pages of a business', token: 'sandbox-business-token', days: 120, posts: 110, seed: 12 },
  ])('of three $name over $days days gives exactly the rows that the seed says', async ({ token, days, posts, seed }) => {
    // The sandbox's clock stands, so that what is true does not change while it is read.
    const now = Date.now()
    const from = day(now - days * dayMs)
    const world = { pages: 3, days, posts, seed, now: new Date(now) }
    const { sandbox, config } = await openWorld(world, { access_token: token, start_date: from })
    const { code, stdout, stderr } = await runConnector(['read', 'facebook_pages', '--config', config])
    expect(code).toBe(0)
    const found = rowsOf(stdout)
    const { ownedPages, clientPages } = sandbox.pages.business
    const pages = token === 'sandbox-business-token' ? [...ownedPages, ...clientPages] : sandbox.truth.pages()
    const observed = String(found.get(`post_insights__${pages[0]}`)?.[0]?.['metric_date'])
    expect([day(now), day(Date.now())]).toContain(observed)
    const expected = expectedRows(sandbox, seed, { pages, from, observed })

    expect([...found.keys()].sort()).toEqual([...expected.keys()].sort())
    expect(found.size).toBe(3 * 8)
    for (const [stream, rows] of expected) {
      const read = (found.get(stream) ?? []).map((row) => canonical(stream.startsWith('posts__') ? comparablePost(row) : row))
      const present = new Set(read)
      const wanted = new Set(rows.map(canonical))
      expect(wanted.size, stream).toBeGreaterThan(0)
      expect(read.filter((row) => !wanted.has(row)).slice(0, 3), `${stream}: rows that should not be there`).toEqual([])
      expect([...wanted].filter((row) => !present.has(row)).slice(0, 3), `${stream}: rows that are missing`).toEqual([])
      expect(new Set((found.get(stream) ?? []).map(keyOf)).size, `${stream}: keys`).toBe(read.length)
    }
    const total = [...expected.values()].reduce((sum, rows) => sum + rows.length, 0)
    expect(summaryOf(stderr)).toMatchObject({ rows: total, rows_written: total, errors: [], warnings: [] })
  })
})
