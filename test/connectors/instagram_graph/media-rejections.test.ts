import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import type { InstagramOptions } from '../../../sandbox/world/instagram-options.ts'
import type { RunOptions } from '../harness.ts'
import { expectedInsights, readNames, texts } from './media-table.ts'
import { readInstagram } from './run.ts'

const DAY = 86_400_000
const MEDIA = ['media', 'media_insights']

let sandbox: Sandbox
let account: string

async function start(instagram: InstagramOptions): Promise<void> {
  sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', pages: 1, seed: 5, instagram: { accounts: 1, ...instagram } })
  account = sandbox.truth.accounts()[0] ?? ''
}

beforeEach(() => start({ media: 250 }))
afterEach(() => sandbox.close())

const read = (options: RunOptions = {}) => readInstagram(sandbox, { select: MEDIA, ...options })
const ids = () => sandbox.truth.media(account).map(({ facts }) => facts.id)
const expected = () => texts(expectedInsights(sandbox, account, { ids: ids(), names: readNames('ig_media') }))
const insights = (run: Awaited<ReturnType<typeof read>>) => run.rows[`media_insights__${account}`]

describe('one media that refuses a metric', () => {
  it('loses that metric alone, with its id and the reason, at the cost of a few calls', async () => {
    await read()
    const calm = sandbox.counts['GET /{ig-user}/media'] ?? 0
    const id = ids()[140] ?? ''
    sandbox.instagram.refuse(id, 'saved')
    sandbox.reset()
    const run = await read()
    expect(texts(insights(run))).toEqual(expected())
    expect(
      insights(run)
        ?.filter((row) => row['media_id'] === id)
        .map((row) => row['metric']),
    ).not.toContain('saved')
    expect(run.summary.errors).toMatchObject([{ code: 'ERR_METRIC_UNSUPPORTED', account_id: account, media_id: id, metric: 'saved' }])
    expect(run.summary).toMatchObject({ exit_code: 1, streams: { complete: 2 } })
    // The refused page once more without insights, and ten parts of it; one part is refused and asked media by media.
    expect((sandbox.counts['GET /{ig-user}/media'] ?? 0) - calm).toBe(11)
  })

  it('is found in a list of the window too', async () => {
    const first = await read()
    sandbox.clock.advance(DAY)
    const id = ids()[2] ?? ''
    sandbox.instagram.refuse(id, 'reach')
    const run = await read({ state: first.state })
    expect(run.summary.errors).toMatchObject([{ code: 'ERR_METRIC_UNSUPPORTED', media_id: id, metric: 'reach' }])
    expect(insights(run)?.some((row) => row['media_id'] === id && row['metric'] === 'likes')).toBe(true)
  })
})

describe('a media that is hidden', () => {
  it('is reported with its id, keeps its row and costs nobody else anything', async () => {
    const id = ids()[40] ?? ''
    sandbox.instagram.hide(id)
    const run = await read()
    expect(run.summary.errors).toMatchObject([{ code: 'ERR_NOT_FOUND', account_id: account, media_id: id }])
    expect(run.rows[`media__${account}`]).toHaveLength(250)
    expect(texts(insights(run))).toEqual(expected())
  })
})

describe('advertisements', () => {
  it('have a row and no insights, without a word', async () => {
    await sandbox.close()
    await start({ media: 250, ads: 3 })
    const run = await read()
    expect(run.summary).toMatchObject({ exit_code: 0, errors: [], warnings: [] })
    expect(run.rows[`media__${account}`]?.filter((row) => row['media_product_type'] === 'AD')).toHaveLength(3)
    expect(texts(insights(run))).toEqual(expected())
  })
})

describe('media from before the conversion to a business', () => {
  beforeEach(async () => {
    await sandbox.close()
    await start({ media: 400, beforeConversion: 0.5 })
  })

  it('have rows and no insights: counted, not reported', async () => {
    const run = await read()
    expect(run.summary).toMatchObject({ exit_code: 0, errors: [], warnings: [] })
    expect(run.rows[`media__${account}`]).toHaveLength(400)
    expect(texts(insights(run))).toEqual(expected())
    expect(run.output).toContain(`200 media of account ${account} were posted before it became a business`)
  })

  it('are asked for once and never again', async () => {
    const first = await read()
    const old = new Set(ids().filter((id) => sandbox.truth.mediaInsights(id).refused === '100/2108006'))
    const asked = () => sandbox.requests.filter(({ path }) => path.endsWith('/insights') && old.has(path.split('/').at(-2) ?? '')).length
    expect(asked()).toBeLessThan(50)
    let state = first.state
    sandbox.reset()
    for (let day = 0; day < 31; day++) {
      sandbox.clock.advance(DAY)
      state = (await read({ state })).state
    }
    expect(asked()).toBe(0)
    const refusedLists = sandbox.requests.filter(({ path, status }) => path.endsWith('/media') && status === 400)
    expect(refusedLists.length).toBeLessThanOrEqual(2)
  }, 30_000)
})

describe('a metric that is retired during the run', () => {
  it.each(['reach', 'follows'])('(%s) is left out once, and everything else arrives', async (metric) => {
    sandbox.faults.add({ kind: 'refuse-metric', metric })
    const run = await read()
    expect(run.summary.errors).toMatchObject([{ code: 'ERR_METRIC_REFUSED', metric }])
    expect(texts(insights(run))).toEqual(expected().filter((row) => !row.includes(`"metric":"${metric}"`)))
    expect(sandbox.counts['GET /{ig-media}/insights']).toBeLessThan(250 + 150)
  })
})

describe('a right that is missing', () => {
  it('fails the insights and leaves the media alone', async () => {
    const run = await read({ config: { access_token: 'sandbox-no-instagram-insights-token' } })
    expect(run.rows[`media__${account}`]).toHaveLength(250)
    expect(run.summary).toMatchObject({ exit_code: 1, streams: { complete: 1, incomplete: 1 } })
    expect(run.summary.errors).toMatchObject([{ code: 'ERR_PERMISSION', stream: `media_insights__${account}` }])
    expect(run.state[`media_insights__${account}`]).toEqual({})
  })
})

describe('Instagram Login', () => {
  const config = () => ({ login_type: 'instagram', access_token: `sandbox-instagram-token` })

  it('reads the same media one call at a time, without the metrics of the other login', async () => {
    const run = await read({ config: config() })
    expect(run.summary.errors).toEqual([])
    expect(sandbox.counts['POST /']).toBeUndefined()
    const [name = ''] = Object.keys(run.rows).filter((stream) => stream.startsWith('media_insights'))
    const own = name.split('__')[1] ?? ''
    const names = readNames('ig_media', { login: 'instagram' })
    expect(names).not.toContain('total_views')
    const all = sandbox.truth.media(own).map(({ facts }) => facts.id)
    expect(texts(run.rows[name])).toEqual(texts(expectedInsights(sandbox, own, { ids: all, names })))
  })
})

describe('a list that ignores times', () => {
  it('is read to its end instead', async () => {
    const first = await read()
    sandbox.clock.advance(DAY)
    const body = JSON.stringify({
      data: ids()
        .slice(0, 9)
        .map((id) => ({ id, timestamp: '2026-11-19T00:00:00+0000' })),
    })
    sandbox.faults.add({ kind: 'body', body, match: { route: 'GET /{ig-user}/media', limitAbove: 99 }, skip: 1, times: 1 })
    sandbox.reset()
    const run = await read({ state: first.state })
    expect(run.summary.exit_code).toBe(0)
    expect(run.output).toContain(`ignores since and until of account ${account}; it is read as a whole`)
    expect(new Set(run.rows[`media__${account}`]?.map(({ id }) => id))).toEqual(new Set(ids()))
  })
})

describe('a list', () => {
  it('that never ends is given up, for both streams', async () => {
    sandbox.faults.add({ kind: 'repeat-cursor', match: { route: 'GET /{ig-user}/media' } })
    const run = await read()
    expect(run.summary.exit_code).toBe(1)
    expect(new Set(run.summary.errors.map(({ code }) => code))).toEqual(new Set(['ERR_PAGINATION_LOOP']))
    expect(new Set(run.summary.errors.map(({ stream }) => stream))).toEqual(new Set([`media__${account}`, `media_insights__${account}`]))
  })
})
