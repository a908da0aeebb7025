import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_HASHTAGS } from '../../../sandbox/data/instagram/hashtags.ts'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import type { RunOptions } from '../harness.ts'
import { readInstagram } from './run.ts'

const DAY = 86_400_000

let sandbox: Sandbox
let account: string

beforeEach(async () => {
  sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', pages: 1, seed: 3, instagram: { accounts: 1, media: 10 } })
  account = sandbox.truth.accounts()[0] ?? ''
})
afterEach(() => sandbox.close())

const read = (hashtags: readonly string[], { config, ...options }: RunOptions = {}) =>
  readInstagram(sandbox, { select: ['hashtag_media'], ...options, config: { hashtags, ...config } })
const rowsOf = (run: Awaited<ReturnType<typeof read>>) => run.rows[`hashtag_media__${account}`] ?? []

describe('hashtag_media', () => {
  it('gives recent and top media, every page of them, although the cursor never changes', async () => {
    const run = await read(['#Coffee', 'bakery'])
    expect(run.summary).toMatchObject({ exit_code: 0, errors: [], warnings: [] })
    const rows = rowsOf(run)
    expect(new Set(rows.map(({ hashtag, list }) => `${hashtag} ${list}`))).toEqual(
      new Set(['coffee recent', 'coffee top', 'bakery recent', 'bakery top']),
    )
    // 90 top media in pages of 50.
    expect(rows.filter(({ hashtag, list }) => hashtag === 'coffee' && list === 'top')).toHaveLength(90)
    expect(new Set(rows.map(({ hashtag, list, id }) => `${hashtag} ${list} ${id}`)).size).toBe(rows.length)
    expect(rows[0]).toMatchObject({ ig_user_id: account, timestamp: expect.stringMatching(/\+00:00$/) })
    expect(sandbox.counts['GET /{ig-hashtag}/top_media']).toBe(4)
  })

  it('looks an id up once and for all', async () => {
    const first = await read(['coffee', 'bakery'])
    expect(sandbox.counts['GET /ig_hashtag_search']).toBe(2)
    sandbox.reset()
    sandbox.clock.advance(DAY)
    const second = await read(['coffee', 'bakery'], { state: first.state })
    expect(sandbox.counts['GET /ig_hashtag_search']).toBeUndefined()
    expect(rowsOf(second).length).toBeGreaterThan(0)
  })

  it('never asks for more than thirty hashtags in seven days, and reads the others when there is room', async () => {
    const tags = DEFAULT_HASHTAGS.slice(0, 45)
    let state: RunOptions['state'] = {}
    const wasRead = new Set<string>()
    for (let day = 0; day < 15; day++) {
      const run = await read(tags, { state })
      expect(run.summary.errors).toEqual([])
      expect(sandbox.requests.filter(({ status }) => status === 400)).toEqual([])
      expect(run.summary.warnings.map(({ code }) => code)).toEqual(['ERR_HASHTAG_QUOTA'])
      state = run.state
      const memory = state[`hashtag_media__${account}`]?.['memory']
      const { asked, read: times } = memory as { asked: object; read: object }
      expect(Object.keys(asked)).toHaveLength(30)
      for (const tag of Object.keys(times)) wasRead.add(tag)
      if (day === 6) expect(wasRead.size).toBe(30)
      sandbox.clock.advance(DAY)
    }
    expect([...wasRead].sort()).toEqual([...tags].sort())
    expect(JSON.stringify(state[`hashtag_media__${account}`]).length).toBeLessThan(6_000)
  }, 30_000)

  it('says when the quota was used up elsewhere, and reads what it may', async () => {
    for (const tag of DEFAULT_HASHTAGS.slice(20, 49)) sandbox.instagram.hashtags.ask(account, tag, sandbox.clock.now().getTime())
    const run = await read(['coffee', 'bakery'])
    expect(run.summary.warnings).toMatchObject([{ code: 'ERR_HASHTAG_QUOTA', account_id: account }])
    expect(new Set(rowsOf(run).map(({ hashtag }) => hashtag)).size).toBe(1)
  })

  it('reports a hashtag that does not exist and reads the others', async () => {
    const run = await read(['nosuchtag', 'coffee'])
    expect(run.summary.errors).toMatchObject([
      { code: 'ERR_NOT_FOUND', account_id: account, message: expect.stringContaining('nosuchtag') },
    ])
    expect(rowsOf(run).length).toBeGreaterThan(0)
  })

  it('reports once that the app may not read public content', async () => {
    await sandbox.close()
    sandbox = await startSandbox({
      now: '2026-11-20T12:00:00Z',
      pages: 1,
      seed: 3,
      instagram: { accounts: 1, media: 10, publicContent: false },
    })
    const run = await read(['coffee', 'bakery'])
    expect(run.summary).toMatchObject({ exit_code: 1, rows: 0, streams: { complete: 1 } })
    expect(run.summary.errors).toMatchObject([{ code: 'ERR_PERMISSION', account_id: account }])
  })

  it('is not there with Instagram Login, and says so', async () => {
    const run = await read(['coffee'], { config: { login_type: 'instagram', access_token: 'sandbox-instagram-token' } })
    expect(run.summary.errors).toMatchObject([{ code: 'ERR_LOGIN_UNFIT' }])
    expect(sandbox.counts['GET /ig_hashtag_search']).toBeUndefined()
  })

  it('is silent without hashtags in the config', async () => {
    const run = await readInstagram(sandbox, { select: ['hashtag_media'] })
    expect(run.summary).toMatchObject({ exit_code: 0, rows: 0, warnings: [] })
  })
})
