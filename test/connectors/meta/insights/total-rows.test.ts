import { describe, expect, it } from 'vitest'
import { totalRows, totalsOf } from '../../../../connectors/meta/insights/total-rows.ts'

const views = { name: 'views', period: 'day', total_value: { value: 930 } }
const parts = (keys: readonly string[], ...results: readonly (readonly [readonly string[], number])[]) => ({
  name: 'views',
  total_value: {
    value: 930,
    breakdowns: [{ dimension_keys: keys, results: results.map(([dimension_values, value]) => ({ dimension_values, value })) }],
  },
})
const options = {
  owner: { ig_user_id: '17' },
  period: 'day',
  breakdown: undefined,
  endTime: '2026-11-18T08:00:00+00:00',
  day: '2026-11-17',
}
const row = { ig_user_id: '17', metric: 'views', period: 'day', end_time: '2026-11-18T08:00:00+00:00', metric_date: '2026-11-17' }

describe('totalRows', () => {
  it('gives one row for a plain total', () => {
    expect(totalRows({ data: [views] }, options)).toEqual([{ ...row, value: 930 }])
  })

  it('gives one row for each part of a breakdown, whatever it is called', () => {
    const body = { data: [parts(['follow_type'], [['FOLLOWER'], 300], [['SOMETHING_NEW'], 630])] }
    expect(totalRows(body, { ...options, breakdown: 'follow_type' })).toEqual([
      { ...row, follow_type: 'FOLLOWER', value: 300 },
      { ...row, follow_type: 'SOMETHING_NEW', value: 630 },
    ])
  })

  it.each([
    ['an entry without total_value', { data: [{ name: 'follows_and_unfollows', period: 'day' }] }],
    ['no entries', { data: [] }],
    ['a value of null', { data: [{ name: 'views', total_value: { value: null } }] }],
    ['parts that nobody asked for', { data: [parts(['city'], [['Berlin'], 3])] }],
  ])('gives none for %s', (_, body) => {
    expect(totalRows(body, options)).toEqual([])
  })

  it('keeps a zero that the API says', () => {
    expect(totalRows({ data: [{ name: 'views', total_value: { value: 0 } }] }, options)).toEqual([{ ...row, value: 0 }])
  })

  it('refuses parts without the dimension that was asked for', () => {
    const body = { data: [parts(['follower_type'], [['FOLLOWER'], 300])] }
    expect(() => totalRows(body, { ...options, breakdown: 'follow_type' })).toThrow(/came without follow_type/)
  })
})

describe('totalsOf', () => {
  it('keeps combined dimensions in their order', () => {
    expect(totalsOf({ data: [parts(['timeframe', 'age', 'gender'], [['THIS_MONTH', '18-24', 'F'], 7])] })).toEqual([
      { metric: 'views', value: 7, dimensions: ['timeframe', 'age', 'gender'], values: ['THIS_MONTH', '18-24', 'F'] },
    ])
  })

  it('asks for another try when there is no data', () => {
    expect(() => totalsOf({})).toThrow(expect.objectContaining({ code: 'ERR_DATA_MISSING', failureType: 'transient_error' }))
  })
})
