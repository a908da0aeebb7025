import nock from 'nock'
import { describe, expect, it } from 'vitest'
import { connector, graphError, host, onlyNock } from './nock-graph.ts'

onlyNock()
const asked = (metrics: readonly string[]) => `/v26.0/m1/insights?metric=${encodeURIComponent(metrics.join(','))}`
const usual = ['reach', 'views', 'total_interactions', 'shares', 'saved']
const data = (values: Readonly<Record<string, number>>) => ({
  data: Object.entries(values).map(([name, value]) => ({
    name,
    period: 'lifetime',
    values: [{ value }],
    id: `m1/insights/${name}/lifetime`,
  })),
})

describe('getMediaInsights', () => {
  it('makes one request, gives every figure under its name, and the old names from their replacements', async () => {
    const scope = nock(host)
      .get(asked(usual))
      .reply(200, data({ reach: 40, views: 90, total_interactions: 7, shares: 1, saved: 2 }))
    expect(await connector().getMediaInsights('m1')).toEqual({
      ...{ reach: 40, views: 90, total_interactions: 7, shares: 1, saved: 2 },
      ...{ impressions: 90, engagement: 7 },
    })
    scope.done()
  })

  it('keeps what the answer itself calls by an old name', async () => {
    nock(host)
      .get(asked(usual))
      .reply(200, data({ impressions: 100, engagement: 5, reach: 40, views: 90 }))
    expect(await connector().getMediaInsights('m1')).toEqual({ impressions: 100, engagement: 5, reach: 40, views: 90 })
  })

  it('leaves out what is absent, and never makes it 0', async () => {
    nock(host).get(asked(usual)).reply(200, { data: [] })
    expect(await connector().getMediaInsights('m1')).toEqual({})
  })

  it('splits off the metric that a story refuses', async () => {
    const text = '(#100) The Media Insights API does not support the saved metric for this media product type.'
    nock(host).get(asked(usual)).reply(400, graphError(100, text))
    nock(host)
      .get(asked(usual.slice(0, 4)))
      .reply(200, data({ reach: 4 }))
    expect(await connector().getMediaInsights('m1')).toEqual({ reach: 4 })
  })

  it('asks one by one when the text does not say which is refused', async () => {
    nock(host)
      .get(asked(['likes', 'plays_of_tomorrow']))
      .reply(400, graphError(100, '(#100) metric[1] must be one of the following values'))
    nock(host)
      .get(asked(['likes']))
      .reply(200, data({ likes: 3 }))
    nock(host)
      .get(asked(['plays_of_tomorrow']))
      .reply(400, graphError(100, '(#100) metric[0] must be one of the following values'))
    expect(await connector().getMediaInsights('m1', ['likes', 'plays_of_tomorrow'])).toEqual({ likes: 3 })
  })

  it('asks for the replacement of a retired name', async () => {
    nock(host)
      .get(asked(['views', 'reach']))
      .reply(200, data({ views: 8, reach: 6 }))
    expect(await connector().getMediaInsights('m1', ['plays', 'reach'])).toMatchObject({ plays: 8, views: 8, reach: 6 })
  })

  it('throws why nothing can be read', async () => {
    nock(host)
      .get(asked(usual))
      .reply(400, graphError(100, 'Unsupported get request', 33))
    await expect(connector().getMediaInsights('m1')).rejects.toMatchObject({ details: { code: 100, subcode: 33 } })
  })

  it.each(['../me', '..', 'm1/../me', 'm1?fields=x', ''])('asks for nothing but a media: %j', async (id) => {
    await expect(connector().getMediaInsights(id)).rejects.toMatchObject({ code: 'API_ERROR' })
    expect(await connector().deletePost(id)).toMatchObject({ success: false, error: { code: 'API_ERROR' } })
  })
})
