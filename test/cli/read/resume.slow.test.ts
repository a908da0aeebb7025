import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runConnector, temporaryFolder } from '../run.ts'
import { openWorld } from '../sandbox.ts'

describe('connector read, broken off inside a slice', () => {
  it.each([3, 6, 9])('resumes at the page where it stopped, after %i calls', async (calls) => {
    const { sandbox, config } = await openWorld({ pages: 1, posts: 1_000, days: 60 }, { lookback_days: 0 })
    const folder = temporaryFolder()
    const read = (name: string, ...more: string[]) =>
      runConnector([
        ...['read', 'facebook_pages', '--config', config, '--select', 'posts'],
        ...['--state', `file:${join(folder, name, 'state')}`, '--output', `jsonl:${join(folder, name, 'data')}`, ...more],
      ])
    const ids = (name: string) => {
      const data = join(folder, name, 'data')
      const [file = ''] = readdirSync(data).filter((entry) => !entry.startsWith('.'))
      return readFileSync(join(data, file), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).id as string)
    }
    const listings = () => sandbox.requests.filter(({ path }) => path.endsWith('/published_posts')).length
    expect((await read('whole')).code).toBe(0)
    const whole = listings()
    sandbox.reset()
    expect((await read('parts', '--max-requests', String(calls))).code).toBe(3)
    expect((await read('parts')).code).toBe(0)
    expect(whole).toBeGreaterThan(6)
    expect(listings()).toBeLessThanOrEqual(whole + 2)
    expect(ids('parts').length).toBeLessThanOrEqual(new Set(ids('parts')).size + 1)
    expect(new Set(ids('parts'))).toEqual(new Set(ids('whole')))
  })
})

describe('connector read --from --to, broken off', () => {
  it.each([3, 6, 9])('resumes where it was after %i calls, and leaves the regular state alone', async (calls) => {
    const { sandbox, config } = await openWorld({ pages: 1, posts: 1_000, days: 60 }, { lookback_days: 0 })
    const folder = temporaryFolder()
    const day = (ago: number) => new Date(sandbox.clock.now().getTime() - ago * 86_400_000).toISOString().slice(0, 10)
    const run = (name: string, ...more: string[]) =>
      runConnector([
        ...['read', 'facebook_pages', '--config', config, '--select', 'posts'],
        ...['--state', `file:${join(folder, name, 'state')}`, '--output', `jsonl:${join(folder, name, 'data')}`, ...more],
      ])
    const backfill = (name: string, ...more: string[]) => run(name, '--from', day(55), '--to', day(5), ...more)
    const states = async (name: string) =>
      JSON.parse((await runConnector(['state', 'show', '--json', '--state', `file:${join(folder, name, 'state')}`])).stdout).streams
    const ids = (name: string) => {
      const data = join(folder, name, 'data')
      const [file = ''] = readdirSync(data).filter((entry) => !entry.startsWith('.'))
      return readFileSync(join(data, file), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).id as string)
    }
    const listings = () => sandbox.requests.filter(({ path }) => path.endsWith('/published_posts')).length

    expect((await backfill('whole')).code).toBe(0)
    const whole = listings()
    await run('regular')
    const [[stream, regular] = []] = Object.entries(await states('regular'))
    sandbox.reset()
    await run('parts')
    expect((await states('parts'))[String(stream)]).toEqual(regular)
    const before = listings()
    expect((await backfill('parts', '--max-requests', String(calls))).code).toBe(3)
    expect((await states('parts'))[`${stream}@backfill`]).toMatchObject({ backfill: { from: day(55), to: day(5), complete: false } })
    expect((await backfill('parts')).code).toBe(0)
    expect(listings() - before).toBeLessThanOrEqual(whole + 2)
    expect(await states('parts')).toEqual({
      [String(stream)]: regular,
      [`${stream}@backfill`]: { backfill: { from: day(55), to: day(5), complete: true } },
    })
    const found = new Set(ids('parts'))
    for (const id of ids('whole')) expect(found).toContain(id)
    const exported = await runConnector(['state', 'export', '--state', `file:${join(folder, 'parts', 'state')}`])
    expect(JSON.parse(exported.stdout)).toHaveLength(1)
  })

  it.each([4, 7])('resumes in each of its partitions after %i calls', async (calls) => {
    const { sandbox, config } = await openWorld({ pages: 2, posts: 600, days: 60 }, { lookback_days: 0, stream_layout: 'merged' })
    const folder = temporaryFolder()
    const day = (ago: number) => new Date(sandbox.clock.now().getTime() - ago * 86_400_000).toISOString().slice(0, 10)
    const backfill = (name: string, ...more: string[]) =>
      runConnector([
        ...['read', 'facebook_pages', '--config', config, '--select', 'posts', '--from', day(55), '--to', day(5), '--concurrency', '1'],
        ...['--state', `file:${join(folder, name, 'state')}`, '--output', `jsonl:${join(folder, name, 'data')}`, ...more],
      ])
    const ids = (name: string) =>
      readFileSync(join(folder, name, 'data', 'posts.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).id as string)
    const listings = () => sandbox.requests.filter(({ path }) => path.endsWith('/published_posts')).length
    expect((await backfill('whole')).code).toBe(0)
    const whole = listings()
    sandbox.reset()
    expect((await backfill('parts', '--max-requests', String(calls))).code).toBe(3)
    expect((await backfill('parts')).code).toBe(0)
    // Each of two Pages asks once more for the end of what is known.
    expect(listings()).toBeLessThanOrEqual(whole + 4)
    expect(new Set(ids('parts'))).toEqual(new Set(ids('whole')))
    expect(ids('parts').length).toBeLessThanOrEqual(ids('whole').length + 2)
  })
})
