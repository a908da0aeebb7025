import { describe, expect, it } from 'vitest'
import { startSandbox } from '../../../sandbox/sandbox.ts'
import { ask, codeOf, NOW, withSandbox } from '../ask.ts'
import { accountOf, askAccount, askInstagram } from './reading.ts'

const ALL =
  'reach, views, likes, comments, saved, shares, reposts, total_interactions, follows, profile_visits, profile_activity, ig_reels_avg_watch_time, ig_reels_video_view_total_time, reels_skip_rate, crossposted_views, total_views, total_likes, total_comments, navigation, replies, link_clicks'.split(
    ', ',
  )
const FEED =
  'reach views likes comments saved shares reposts total_interactions follows profile_visits profile_activity total_views total_likes total_comments'
const REELS =
  'reach views likes comments saved shares reposts total_interactions ig_reels_avg_watch_time ig_reels_video_view_total_time reels_skip_rate crossposted_views total_views total_likes total_comments'
const STORY =
  'reach views shares reposts total_interactions follows profile_visits profile_activity total_views navigation replies link_clicks'

describe('media insights', () => {
  const sandbox = withSandbox({ instagram: { followers: 30_000 } })
  const insights = (id: string, query: string, token?: string) =>
    ask(sandbox(), `/v25.0/${id}/insights?${query}`, token === undefined ? {} : { token })
  const find = (kind: string, index = 0) => {
    const account = accountOf(sandbox(), index)
    if (kind === 'STORY')
      return (
        sandbox()
          .truth.stories(account)
          .find(({ counts }) => counts.reach >= 5)?.facts.id ?? ''
      )
    return (
      sandbox()
        .truth.media(account)
        .find(({ facts }) => `${facts.type} ${facts.product}`.includes(kind))?.facts.id ?? ''
    )
  }

  it.each([
    ['IMAGE FEED', FEED],
    ['VIDEO FEED', FEED],
    ['CAROUSEL_ALBUM', FEED],
    ['REELS', REELS],
    ['STORY', STORY],
  ])('of %s has its metrics and refuses each other one by name', async (kind, offered) => {
    const id = find(kind)
    const { json } = await insights(id, `metric=${offered.replaceAll(' ', ',')}`)
    expect(json.data.map(({ name }: { name: string }) => name)).toEqual(offered.split(' '))
    const values = Object.fromEntries(
      json.data.map((entry: { name: string; values: { value: number }[] }) => [entry.name, entry.values[0]?.value]),
    )
    expect(sandbox().truth.mediaInsights(id).values).toMatchObject(values)
    for (const metric of ALL.filter((name) => !offered.split(' ').includes(name))) {
      const answer = await insights(id, `metric=reach,${metric}`)
      expect([answer.status, answer.json.error.message]).toEqual([
        400,
        `(#100) The Media Insights API does not support the ${metric} metric for this media product type.`,
      ])
    }
  })

  it('look as the API shows them, and agree with the counts of the node', async () => {
    const id = find('IMAGE FEED')
    const { json } = await insights(id, 'metric=likes&period=lifetime')
    const { json: node } = await ask(sandbox(), `/v25.0/${id}?fields=like_count`)
    expect(json).toEqual({
      data: [
        {
          name: 'likes',
          period: 'lifetime',
          values: [{ value: node.like_count }],
          title: 'Likes',
          description: 'Likes of the media.',
          id: `${id}/insights/likes/lifetime`,
        },
      ],
    })
  })

  it.each([
    ['IMAGE FEED', 'profile_activity', 'action_type'],
    ['STORY', 'navigation', 'story_navigation_action_type'],
  ])('of %s break %s down by %s', async (kind, metric, dimension) => {
    const { json } = await insights(find(kind), `metric=${metric}&breakdown=${dimension}`)
    const [{ values, total_value }] = json.data
    const sum = total_value.breakdowns[0].results.reduce((all: number, { value }: { value: number }) => all + value, 0)
    expect([total_value.breakdowns[0].dimension_keys, sum, total_value.value]).toEqual([[dimension], values[0].value, values[0].value])
  })

  it.each([
    ['metric=reach&breakdown=action_type', 500, /An unknown error has occurred/],
    ['metric=reach,plays', 400, /^\(#100\) metric\[1\] must be one of the following values: impressions, reach, replies, saved/],
    [
      'metric=impressions',
      400,
      /^\(#100\) Starting from version v22\.0 and above, the impressions metric is no longer supported for the queried media$/,
    ],
    ['metric=reach&period=day', 400, /Incompatible metrics \(reach\) with period \(day\)/],
    ['', 400, /metric is required/],
  ])('refuse %s', async (query, status, text) => {
    const answer = await insights(find('REELS'), query)
    expect(answer.status).toBe(status)
    expect(answer.json.error.message).toMatch(text)
  })

  it('refuse facebook_views of media that were not shared there', async () => {
    const media = sandbox().truth.media(accountOf(sandbox()))
    const [shared, own] = [true, false].map((wanted) => media.find(({ facts }) => facts.sharedToFacebook === wanted)?.facts.id ?? '')
    expect((await insights(shared ?? '', 'metric=facebook_views')).status).toBe(200)
    expect((await insights(own ?? '', 'metric=facebook_views')).json.error.message).toMatch(/does not support the facebook_views metric/)
  })

  it('are not there for album children, advertisements and unknown media', async () => {
    const album = sandbox()
      .truth.media(accountOf(sandbox()))
      .find(({ facts }) => facts.children > 0)?.facts.id
    const { json } = await ask(sandbox(), `/v25.0/${album}/children`)
    expect(codeOf(await insights(json.data[0].id, 'metric=reach'))).toBe('100/33')
    expect((await insights(find('AD', 2), 'metric=reach')).json.error.message).toMatch(/does not support the reach metric/)
    expect(codeOf(await insights('17900000000000001', 'metric=reach'))).toBe('100/33')
  })

  it('are refused for media from before the business conversion, with the recorded error', async () => {
    const old = sandbox()
      .truth.media(accountOf(sandbox(), 1))
      .filter(({ facts }) => facts.beforeConversion)
    const { json } = await insights(old[0]?.facts.id ?? '', 'metric=reach')
    expect(old).toHaveLength(12)
    expect(json.error).toMatchObject({
      message: 'Invalid parameter',
      code: 100,
      error_subcode: 2108006,
      error_data: { blame_field_specs: [['']] },
      error_user_title: 'Media posted before business account conversion',
    })
  })

  it('need their scope', async () => {
    const id = find('REELS')
    for (const token of ['sandbox-no-instagram-insights-token', 'sandbox-no-engagement-token']) {
      expect(codeOf(await insights(id, 'metric=reach', token))).toBe('10')
    }
    expect(codeOf(await askInstagram(sandbox(), `/v25.0/${id}/insights?metric=reach`, 'sandbox-instagram-no-insights-token'))).toBe('10')
  })

  it('at the Instagram host leave out what belongs to Facebook Login', async () => {
    const id = find('IMAGE FEED')
    expect((await askInstagram(sandbox(), `/v25.0/${id}/insights?metric=reach`)).status).toBe(200)
    const { json } = await askInstagram(sandbox(), `/v25.0/${id}/insights?metric=total_views`)
    expect([json.error.type, json.error.message]).toEqual([
      'IGApiException',
      expect.stringMatching(/does not support the total_views metric/),
    ])
  })

  it('know metrics from the day they came to the day they went', async () => {
    const world = await startSandbox({ now: '2024-12-01T12:00:00Z', instagram: { accounts: 1, media: 20 } })
    const id = world.truth.media(accountOf(world))[0]?.facts.id
    const read = async (metric: string) =>
      (await ask(world, `/v21.0/${id}/insights?metric=${metric}`, { token: 'sandbox-system-token' })).status
    expect([await read('reach'), await read('views'), await read('reposts')]).toEqual([200, 400, 400])
    world.clock.set('2025-12-04T12:00:00Z')
    expect([await read('reach'), await read('views'), await read('reposts')]).toEqual([200, 200, 200])
    await world.close()
  })

  it('do not know the views of feed videos from before all videos were reels', async () => {
    const world = await startSandbox({ now: NOW, instagram: { accounts: 1, media: 400, days: 2_500 } })
    const videos = world.truth.media(accountOf(world)).filter(({ facts }) => facts.type === 'VIDEO' && facts.product === 'FEED')
    const statuses = await Promise.all(
      videos.map(async ({ facts }) => [
        facts.created < Date.parse('2022-07-21'),
        (await ask(world, `/v25.0/${facts.id}/insights?metric=views`)).status,
      ]),
    )
    expect(new Set(statuses.map(String))).toEqual(new Set(['true,400', 'false,200']))
    await world.close()
  })
})

describe('insights within a media list', () => {
  const sandbox = withSandbox({ instagram: { media: 300 } })
  const fields = 'fields=id,timestamp,insights.metric(reach,views,likes,saved)'

  it('come with each media', async () => {
    const { status, json } = await askAccount(sandbox(), `/media?limit=100&${fields}`)
    const expected = sandbox().truth.mediaInsights(json.data[7].id).values
    expect([status, json.data.length]).toEqual([200, 100])
    expect(
      json.data[7].insights.data.map((entry: { name: string; values: { value: number }[] }) => [entry.name, entry.values[0]?.value]),
    ).toEqual(['reach', 'views', 'likes', 'saved'].map((name) => [name, expected[name]]))
  })

  it('fail the page that holds one refusing media, also when it is reached by a cursor', async () => {
    const statuses: number[] = []
    const codes: string[] = []
    for (let after = ''; ; ) {
      const answer = await askAccount(sandbox(), `/media?limit=100&${fields}${after}`, { index: 1 })
      statuses.push(answer.status)
      if (answer.status !== 200) codes.push(codeOf(answer))
      const { json } = await askAccount(sandbox(), `/media?limit=100${after}`, { index: 1 })
      if (!json.paging.next) break
      after = `&after=${json.paging.cursors.after}`
    }
    expect([statuses, codes]).toEqual([[200, 200, 400], ['100/2108006']])
  })

  it('fail for a metric that one product on the page does not have', async () => {
    const { json } = await askAccount(sandbox(), '/media?limit=50&fields=id,insights.metric(reach,follows)')
    expect(json.error.message).toBe('(#100) The Media Insights API does not support the follows metric for this media product type.')
  })
})
