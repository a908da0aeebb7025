import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPostgres } from '../conformance/postgres-server.ts'
import { startS3 } from '../conformance/s3-server.ts'
import { beyondBound } from './perform.ts'
import type { Servers } from './place.ts'
import { endure } from './relentless.ts'

describe('a read that is killed again and again', { timeout: 300_000 }, () => {
  let servers: Servers | undefined
  beforeAll(async () => {
    servers = { postgres: await startPostgres(), s3: await startS3() }
  })
  afterAll(async () => {
    await servers?.postgres.stop()
    await servers?.s3.stop()
  })

  // Discovery takes 3 requests of each run; then as many as there are slices, and two more.
  it.each([
    { product: 'facebook_pages', output: 'duckdb', concurrency: 8, every: 13 },
    { product: 'instagram_graph', output: 'jsonl', concurrency: 4, every: 9 },
  ] as const)('comes to its end after $every requests of each run ($product into $output, $concurrency at once)', async (read) => {
    if (!servers) throw new Error('the servers did not start')
    const place = { ...read, registry: 'file', world: 1 } as const
    const golden = await endure({ ...place, every: Number.POSITIVE_INFINITY, most: 0 }, servers)
    const { ended, kills, runs, asked } = await endure({ ...place, most: 40 }, servers)
    expect(ended, runs.at(-1)?.stderr.slice(-500)).toBe(true)
    expect(kills).toBeGreaterThan(0)
    const again = asked.beyond(golden.asked)
    const bound = { ...read, runs: kills, fresh: 0 }
    expect(beyondBound(again, bound, { streams: read.concurrency, asked: golden.asked }), JSON.stringify(again)).toEqual([])
  })
})
