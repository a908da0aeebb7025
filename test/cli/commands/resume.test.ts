import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runConnector, temporaryFolder } from '../run.ts'
import { openWorld } from '../sandbox.ts'

describe('connector read, broken off inside a slice', () => {
  it.each([3, 6, 9])('goes on at the page where it stopped, after %i calls', async (calls) => {
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
