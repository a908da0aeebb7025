import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Row } from '../../../framework/protocol/messages.ts'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import { sharedFolder } from '../../shared.ts'
import type { RunResult } from '../harness.ts'
import { readInstagram } from './run.ts'

const ACCOUNT = '41462785487205123'
const PAGE = '981261308043123'
const DAY = { end_time: '2026-11-20T00:00:00+00:00', metric_date: '2026-11-20' }
const folder = new URL('../../../sandbox/recordings/instagram/', import.meta.url)

interface Entry {
  readonly name: string
  readonly values?: readonly { readonly value: unknown }[]
}

const recorded = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { data: (Row & Entry)[] }
const utc = (time: unknown) => String(time).replace('+0000', '+00:00')
const byKey = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(row)).sort()

describe('recorded answers of Instagram', () => {
  let sandbox: Sandbox
  let run: RunResult

  const rows = (kind: string) => run.rows[`${kind}__${ACCOUNT}`] ?? []
  const insights = (kind: string, id: string) => rows(kind).filter((row) => (row['media_id'] ?? row['story_id']) === id)

  beforeAll(async () => {
    sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', instagram: { accounts: 1 } })
    const streams = ['account', 'media', 'media_insights', 'stories', 'story_insights', 'account_demographics']
    const config = { access_token: 'sandbox-recorded-instagram-token', start_date: '2026-11-01' }
    sandbox.recordings.use(`/${ACCOUNT}/stories`, 'instagram/stories_for_story_insights_happy_path.json')
    run = await readInstagram(sandbox, { select: streams, config })
  })
  afterAll(() => sandbox.close())

  it('become the profile of the account', () => {
    expect(rows('account')).toEqual([{ ...recorded('users.json').data[0], page_id: PAGE, ...DAY }])
  })

  it('become the demographics by city, in both timeframes', () => {
    const [entry] = recorded('user_lifetime_insights.json').data
    const table = (entry as unknown as { total_value: { breakdowns: { results: { dimension_values: string[]; value: number }[] }[] } })
      .total_value.breakdowns[0]?.results
    const expected = ['this_week', 'this_month'].flatMap((timeframe) =>
      table?.map(({ dimension_values, value }) => ({
        ...{ ig_user_id: ACCOUNT, metric: 'follower_demographics', period: 'lifetime', timeframe, breakdown: 'city' },
        ...{ breakdown_value: dimension_values[0], ...DAY, value },
      })),
    )
    expect(expected.length).toBeGreaterThan(40)
    expect(byKey(rows('account_demographics'))).toEqual(byKey(expected as Row[]))
  })

  it('become media, each once and with all its fields', () => {
    const media = recorded('media.json').data
    expect(rows('media')).toHaveLength(media.length)
    for (const { timestamp, children, ...fields } of media) {
      const row = rows('media').find(({ id }) => id === fields['id'])
      expect(row).toMatchObject({ ...fields, ig_user_id: ACCOUNT, timestamp: utc(timestamp) })
      const ids = (children as { data: Row[] } | undefined)?.data.map(({ id }) => id)
      expect((row?.['children'] as Row[] | undefined)?.map(({ id }) => id)).toEqual(ids)
    }
  })

  it.each([
    ['84386203808767123', 'media_insights_for_reels.json'],
    ['66123508374641123', 'media_insights_for_carousel_album.json'],
    ['90014330517797123', 'media_insights_for_video_feed.json'],
    ['09894619573775123', 'media_insights_for_video.json'],
    ['35076616084176123', 'media_insights_for_general_media.json'],
  ])('become the insights of media %s', (id, file) => {
    const expected = recorded(file).data.map(({ name, values }) => ({
      ...{ ig_user_id: ACCOUNT, media_id: id, metric: name, period: 'lifetime', ...DAY, value: values?.[0]?.value },
    }))
    expect(byKey(insights('media_insights', id))).toEqual(byKey(expected))
  })

  it('become the insights of a story', () => {
    const [story] = recorded('stories_for_story_insights_happy_path.json').data
    const id = String(story?.['id'])
    expect(rows('stories')).toMatchObject([{ id, ig_user_id: ACCOUNT, media_product_type: 'STORY' }])
    const expected = recorded('story_insights_for_story_insights_happy_path.json').data.map(({ name, values }) => ({
      ...{ ig_user_id: ACCOUNT, story_id: id, metric: name, period: 'lifetime', ...DAY, value: values?.[0]?.value },
    }))
    expect(byKey(insights('story_insights', id))).toEqual(byKey(expected))
  })

  it('that refuse one media leave the others alone, each named by its id', () => {
    const answered = new Set(rows('media_insights').map(({ media_id }) => media_id))
    const refused = run.summary.errors.map(({ media_id }) => media_id)
    expect(refused).toContain('64256500936159123')
    for (const id of refused) expect(answered.has(id)).toBe(false)
    expect(answered.size + new Set(refused).size).toBe(recorded('media.json').data.length)
  })

  it.each([
    ['media_for_error_posted_before_business.json', '35076616084176124', undefined],
    ['media_for_error_with_wrong_permissions.json', '35076616084176125', 'ERR_NOT_FOUND'],
    ['media_for_error_with_wrong_permissions_code_10.json', '35076616084176126', 'ERR_PERMISSION'],
  ])('%s: one media is refused, the other is read', async (file, refused, code) => {
    const other = await startSandbox({ now: '2026-11-20T12:00:00Z', instagram: { accounts: 1 } })
    try {
      other.recordings.use(`/${ACCOUNT}/media`, `instagram/${file}`)
      const config = { access_token: 'sandbox-recorded-instagram-token' }
      const result = await readInstagram(other, { select: ['media_insights'], config })
      const ids = recorded(file).data.map(({ id }) => id)
      expect(ids).toContain(refused)
      const answered = new Set(result.rows[`media_insights__${ACCOUNT}`]?.map(({ media_id }) => media_id))
      expect([...answered]).toEqual(ids.filter((id) => id !== refused))
      // That media from before the conversion have no insights is how it is, and no error.
      const expected = code === undefined ? [] : [{ code, media_id: refused, account_id: ACCOUNT }]
      expect([...result.summary.errors, ...result.summary.warnings]).toMatchObject(expected)
    } finally {
      await other.close()
    }
  })

  describe.skipIf(!sharedFolder)('give what another connector made of the same account in 2023', () => {
    interface Theirs {
      readonly stream: string
      readonly data: Row
    }
    const file = join(sharedFolder ?? '', 'recordings', 'instagram', 'records_read_by_airbyte_2023.jsonl')
    const lines = sharedFolder ? readFileSync(file, 'utf8').split('\n') : []
    const theirs: readonly Theirs[] = lines.filter((line) => line !== '').map((line) => JSON.parse(line))
    const of = (stream: string) => theirs.filter((record) => record.stream === stream).map(({ data }) => data)
    const shared = (ours: Row, other: Row) => Object.keys(other).filter((field) => field in ours)
    /** How ids were disguised when the answers were recorded. */
    const disguised = (id: unknown) => `${String(id).replace(/^178|^179/, '')}123`

    // Values that were replaced by placeholders in the answers, and counts that have grown since.
    const DISGUISED = ['caption', 'username', 'permalink', 'shortcode', 'media_url', 'thumbnail_url']
    const LATER = ['like_count']

    it('media: every field but those that were disguised or have grown', () => {
      const pairs = of('media').map((other) => ({ other, ours: rows('media').find(({ ig_id }) => ig_id === other['ig_id']) ?? {} }))
      expect(pairs).toHaveLength(3)
      for (const { other, ours } of pairs) {
        const fields = shared(ours, other)
        // They name the account business_account_id, and give the Page with each media.
        expect(Object.keys(other).filter((field) => !fields.includes(field))).toEqual(['page_id', 'business_account_id'])
        for (const field of fields) expect(typeof ours[field], field).toBe(typeof other[field])
        const rest = fields.filter((field) => ![...DISGUISED, ...LATER, 'id', 'owner'].includes(field))
        expect(rest).toEqual(['ig_id', 'is_comment_enabled', 'timestamp', 'comments_count', 'media_product_type', 'media_type'])
        for (const field of rest) expect(ours[field], field).toEqual(other[field])
        expect(ours['id']).toBe(disguised(other['id']))
        expect(ours['owner']).toEqual({ id: disguised((other['owner'] as Row)['id']) })
        for (const field of LATER) expect(Number(ours[field])).toBeGreaterThanOrEqual(Number(other[field]))
      }
    })

    it('the account: the same fields of the same types, every value disguised', () => {
      const [other = {}] = of('users')
      const [ours = {}] = rows('account')
      expect(shared(ours, other)).toEqual(Object.keys(other))
      for (const field of Object.keys(other)) expect(typeof ours[field], field).toBe(typeof other[field])
      expect(Object.keys(ours).filter((field) => !(field in other))).toEqual(['end_time', 'metric_date'])
    })

    it('demographics: the same metric and breakdown; combinations are not read', () => {
      const theirBreakdowns = of('user_lifetime_insights').map(({ breakdown }) => breakdown)
      expect(theirBreakdowns).toEqual(['city', 'country', 'age,gender'])
      const [city = {}] = of('user_lifetime_insights')
      for (const ours of rows('account_demographics')) {
        expect(shared(ours, city)).toEqual(['breakdown', 'metric'])
        expect(ours).toMatchObject({ breakdown: city['breakdown'], metric: city['metric'] })
      }
    })

    it('accounts: of a Page, by their ids', () => {
      const [other = {}] = of('Api')
      expect(other['account']).toEqual({ page_id: other['id'], business_account_id: expect.stringMatching(/^\d+$/) })
      expect(rows('account')[0]).toMatchObject({ page_id: PAGE })
    })
  })
})
