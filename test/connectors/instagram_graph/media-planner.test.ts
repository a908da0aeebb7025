import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { urlKey } from '../../../connectors/instagram_graph/media/row.ts'
import { explain } from '../../../framework/runtime/explain.ts'
import { read } from '../../../framework/runtime/read/read.ts'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import type { RunOptions } from '../harness.ts'
import { openInstagram, readInstagram } from './run.ts'

const DAY = 86_400_000
const MEDIA = ['media', 'media_insights']

let sandbox: Sandbox
let account: string

beforeEach(async () => {
  sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', pages: 1, seed: 9, instagram: { accounts: 1, media: 600, days: 800 } })
  account = sandbox.truth.accounts()[0] ?? ''
})
afterEach(() => sandbox.close())

const calls = () => Object.entries(sandbox.counts).reduce((sum, [route, count]) => (route === 'POST /' ? sum : sum + count), 0)

async function planOf({ state = {}, config }: Pick<RunOptions, 'state' | 'config'>) {
  const { connector, http } = await openInstagram(sandbox, config ? { config } : {})
  const streams = (await connector.streams()).filter(({ info }) => MEDIA.includes(info.kind))
  const plans = []
  for await (const plan of explain(streams, state)) plans.push(plan)
  http.close()
  return plans
}

describe('the plan of media', () => {
  it('counts the list once, and the calls for single media with the other stream', async () => {
    const [media, insights] = await planOf({})
    expect(media).toMatchObject({ kind: 'media', slices: 1, exact: false, example: expect.stringContaining(`${account}/media`) })
    expect(insights).toMatchObject({ kind: 'media_insights', calls: 1, exact: false, example: expect.stringContaining('/insights') })
    expect(await planOf({ config: { insights_depth: 'common' } })).toMatchObject([{ calls: 1 }, { calls: 0 }])
  })

  it('tells for the next day what the read then costs', async () => {
    const config = { insights_depth: 'common' }
    const first = await readInstagram(sandbox, { select: MEDIA, config })
    sandbox.clock.advance(DAY)
    const [media] = await planOf({ state: first.state, config })
    expect(media?.exact).toBe(true)
    sandbox.reset()
    await readInstagram(sandbox, { select: MEDIA, config, state: first.state })
    const lists = sandbox.counts['GET /{ig-user}/media'] ?? 0
    // Media whose counts have changed are not known beforehand.
    expect(lists - (media?.calls ?? 0)).toBeGreaterThanOrEqual(0)
    expect(lists - (media?.calls ?? 0)).toBeLessThanOrEqual(4)
  })
})

describe('streams that were apart', () => {
  const readKinds = (select: readonly string[], state: RunOptions['state'] = {}) =>
    readInstagram(sandbox, { select, state, config: { insights_depth: 'common' } })

  it('list on their own once, and together from then on', async () => {
    const alone = await readKinds(['media'])
    sandbox.clock.advance(DAY)
    sandbox.reset()
    const both = await readKinds(MEDIA, alone.state)
    const apart = sandbox.counts['GET /{ig-user}/media'] ?? 0
    expect(apart).toBeGreaterThan(12)
    expect(both.rows[`media_insights__${account}`]?.length).toBeGreaterThan(6_000)
    sandbox.clock.advance(DAY)
    sandbox.reset()
    const again = await readKinds(MEDIA, both.state)
    expect(sandbox.counts['GET /{ig-user}/media']).toBeLessThan(apart - 5)
    expect(again.state[`media_insights__${account}`]?.['memory']).toEqual(again.state[`media__${account}`]?.['memory'])
  })

  it('ask for no insights when only media are read', async () => {
    await readKinds(['media'])
    expect(sandbox.requests.some(({ query }) => String(query['fields'] ?? '').includes('insights'))).toBe(false)
    expect(calls()).toBe(2 + 6)
  })

  it.each([
    ['in their order', 8, MEDIA],
    ['the other way round', 8, MEDIA.toReversed()],
    ['one after the other', 1, MEDIA],
    ['one after the other, the other way round', 1, MEDIA.toReversed()],
  ])('list once, read %s', async (_, concurrency, kinds) => {
    const { connector, run, report, http, clock } = await openInstagram(sandbox, { config: { insights_depth: 'common' } })
    const all = await connector.streams()
    const streams = kinds.flatMap((kind) => all.filter(({ info }) => info.kind === kind))
    const options = { clock, run, report, dialect: 'native', state: {}, signal: new AbortController().signal, concurrency } as const
    for await (const _item of read({ streams, gone: [] }, options));
    http.close()
    expect(run.summary()).toMatchObject({ exit_code: 0, rows: 600 + 600 * 11 })
    expect(sandbox.counts['GET /{ig-user}/media']).toBe(6)
  })
})

describe('a backfill', () => {
  it('reads the media of a range and leaves the state alone', async () => {
    const from = sandbox.clock.now().getTime() - 100 * DAY
    const expected = sandbox.truth.media(account).filter(({ facts }) => facts.created >= from && facts.created < from + 50 * DAY)
    const day = (ms: number) => new Date(ms).toISOString()
    const run = await readInstagram(sandbox, { select: ['media'], range: { from: day(from), to: day(from + 50 * DAY) } })
    expect(run.rows[`media__${account}`]?.map(({ id }) => id).sort()).toEqual(expected.map(({ facts }) => facts.id).sort())
    expect(run.state).toEqual({})
  })
})

describe('urlKey', () => {
  it.each([
    ['https://scontent-lis1-1.cdninstagram.com/v/t51.2885-15/1_n.jpg?_nc_cat=1&oh=00_x&oe=65', '/v/t51.2885-15/1_n.jpg'],
    ['https://scontent-fra3-1.xx.fbcdn.net/v/t51.2885-15/1_n.jpg?oh=1', '/v/t51.2885-15/1_n.jpg'],
    ['https://example.com/a.jpg?version=2', 'https://example.com/a.jpg?version=2'],
    ['https://cdninstagram.com.example.com/a.jpg?oh=2', 'https://cdninstagram.com.example.com/a.jpg?oh=2'],
    ['no address', 'no address'],
  ])('of %s is %s', (url, expected) => expect(urlKey(url)).toBe(expected))
})
