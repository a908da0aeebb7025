import { describe, expect, it } from 'vitest'
import { insightRows } from '../../../../connectors/meta/insights/insight-rows.ts'

const owner = { page_id: '1' }
const series = (name: string, values: object[], period = 'day') => ({
  name,
  period,
  values,
  title: 't',
  description: 'd',
  id: `1/insights/${name}/${period}`,
})
const rows = (data: object[], options: object = {}) => insightRows({ data }, { owner, period: 'day', ...options })

describe('insightRows', () => {
  it('gives a row per value, with the day that the value closes', () => {
    expect(rows([series('page_follows', [{ value: 3, end_time: '2026-11-17T08:00:00+0000' }])])).toEqual([
      { page_id: '1', metric: 'page_follows', period: 'day', end_time: '2026-11-17T08:00:00+00:00', metric_date: '2026-11-16', value: 3 },
    ])
  })

  it('gives zero as zero, and no row for what is absent', () => {
    const values = [
      { value: 0, end_time: '2026-11-17T08:00:00+0000' },
      { end_time: '2026-11-18T08:00:00+0000' },
      { value: null, end_time: '2026-11-19T08:00:00+0000' },
    ]
    expect(rows([series('page_follows', values)]).map((row) => row['value'])).toEqual([0])
  })

  it('keeps maps as maps and sums nothing', () => {
    const [row] = rows([
      series('page_actions_post_reactions_total', [{ value: { like: 12, love: 1 }, end_time: '2026-11-17T08:00:00+0000' }]),
    ])
    expect(row).toMatchObject({ value_map: { like: 12, love: 1 } })
    expect(row).not.toHaveProperty('value')
  })

  it('carries the part of a breakdown', () => {
    const data = [series('page_media_view', [{ value: 18, is_from_ads: '0', end_time: '2026-11-17T08:00:00+0000' }])]
    expect(rows(data, { breakdown: 'is_from_ads' })[0]).toMatchObject({ is_from_ads: '0', value: 18 })
  })

  it('refuses a value without the part that was asked for', () => {
    const data = [series('page_media_view', [{ value: 18, end_time: '2026-11-17T08:00:00+0000' }])]
    expect(() => rows(data, { breakdown: 'is_from_ads' })).toThrow('values of page_media_view came without is_from_ads')
  })

  it('drops end times outside the range, both ends kept', () => {
    const times = ['2026-11-16T08:00:00+0000', '2026-11-17T08:00:00+0000', '2026-11-18T08:00:00+0000', '2026-11-19T08:00:00+0000']
    const range = { from: Date.parse('2026-11-17T08:00:00Z'), to: Date.parse('2026-11-18T08:00:00Z') }
    expect(
      rows(
        [
          series(
            'page_follows',
            times.map((end_time) => ({ value: 1, end_time })),
          ),
        ],
        { range },
      ).map((row) => row['metric_date']),
    ).toEqual(['2026-11-16', '2026-11-17'])
  })

  it('takes the asked period only and gives lifetime values the day of observation', () => {
    const data = [
      series('post_media_view', [{ value: 0, end_time: '2026-11-17T08:00:00+0000' }]),
      series('post_media_view', [{ value: 310 }], 'lifetime'),
    ]
    expect(rows(data, { period: 'lifetime', observedAt: Date.parse('2026-11-20T00:00:00Z') })).toEqual([
      {
        page_id: '1',
        metric: 'post_media_view',
        period: 'lifetime',
        end_time: '2026-11-20T00:00:00+00:00',
        metric_date: '2026-11-20',
        value: 310,
      },
    ])
  })

  it.each([[{}], [{ data: null }], [null], [[]]])('throws a transient error for %j', (body) => {
    expect(() => insightRows(body, { owner, period: 'day' })).toThrow(
      expect.objectContaining({ code: 'ERR_DATA_MISSING', failureType: 'transient_error' }),
    )
  })
})
