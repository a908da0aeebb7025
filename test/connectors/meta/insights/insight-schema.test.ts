import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { insightSchema } from '../../../../connectors/meta/insights/insight-schema.ts'
import { metricsOf } from '../../../../connectors/meta/metrics/catalogue.ts'

const named = (...names: string[]) => metricsOf(['fb_page', 'fb_post']).filter(({ metric }) => names.includes(metric))
const shape = { period: 'day', breakdown: undefined, account_field: 'page_id', item_field: undefined }
const row = {
  page_id: '1',
  metric: 'page_follows',
  period: 'day',
  end_time: '2026-11-17T08:00:00+00:00',
  metric_date: '2026-11-16',
  value: 3,
}

function accepts(schema: object, data: object): boolean {
  const ajv = new Ajv({ strict: false })
  addFormats.default(ajv)
  return ajv.validate(schema, data)
}

describe('insightSchema', () => {
  it('describes the rows', () => {
    const schema = insightSchema(named('page_follows', 'page_actions_post_reactions_total'), shape)
    expect(accepts(schema, row)).toBe(true)
    expect(accepts(schema, { ...row, value: undefined, value_map: { like: 3 } })).toBe(true)
    expect(accepts(schema, { ...row, value: 'three' })).toBe(false)
    expect(accepts(schema, { ...row, page_id: undefined })).toBe(false)
  })

  it('requires the part of a breakdown and the id of a post', () => {
    const schema = insightSchema(named('page_media_view'), { ...shape, breakdown: 'is_from_ads', item_field: 'post_id' })
    expect(schema['required']).toEqual(['page_id', 'post_id', 'metric', 'end_time', 'is_from_ads'])
    expect(accepts(schema, row)).toBe(false)
    expect(accepts(schema, { ...row, post_id: '1_2', is_from_ads: '1' })).toBe(true)
  })

  it('has only the kinds of values that the metrics have', () => {
    expect(insightSchema(named('page_follows'), shape)['properties']).not.toHaveProperty('value_map')
  })

  it('says of every metric what it counts and whether days may be added up', () => {
    const metrics = insightSchema(named('page_follows', 'page_views_total', 'page_impressions'), shape)['x-metrics']
    expect(metrics).toEqual({
      page_follows: { unit: 'followers (running total)', kind: 'number', additive_over_time: false, notes: expect.any(String) },
      page_views_total: { unit: 'count', kind: 'number', additive_over_time: true, notes: expect.any(String) },
    })
  })
})
