import { describe, expect, it } from 'vitest'
import { readGraphUsage, regainSeconds } from '../../../../connectors/meta/graph/usage.ts'

const business = (entries: object) => ({ headers: { 'x-business-use-case-usage': JSON.stringify(entries) } })

describe('readGraphUsage', () => {
  it('reads the highest figure of the app', () => {
    const headers = { 'x-app-usage': '{"call_count":12,"total_cputime":40,"total_time":3}' }
    expect(readGraphUsage({ headers })).toEqual([{ pool: 'app', percent: 40, regainSeconds: 0 }])
  })

  it('reads every id and kind of the business header, minutes as seconds', () => {
    const response = business({
      '17': [{ type: 'instagram', call_count: 97, total_cputime: 1, total_time: 1, estimated_time_to_regain_access: 0 }],
      '18': [
        { type: 'pages', call_count: 100, total_cputime: 1, total_time: 1, estimated_time_to_regain_access: 7 },
        { type: 'messenger', call_count: 2, total_cputime: 1, total_time: 1, estimated_time_to_regain_access: 0 },
      ],
    })
    expect(readGraphUsage(response)).toEqual([
      { pool: '17:instagram', percent: 97, regainSeconds: 0 },
      { pool: '18:pages', percent: 100, regainSeconds: 420 },
      { pool: '18:messenger', percent: 2, regainSeconds: 0 },
    ])
    expect(regainSeconds(response)).toBe(420)
  })

  it.each([['not json'], ['[]'], ['{"1":"x"}'], ['{"1":[null,3]}'], ['{"1":[{"call_count":"9"}]}'], ['null']])(
    'reads nothing from %s',
    (header) => {
      expect(readGraphUsage({ headers: { 'x-business-use-case-usage': header } })).toEqual([])
      expect(regainSeconds({ headers: { 'x-business-use-case-usage': header } })).toBeUndefined()
    },
  )

  it('reads nothing when no header came', () => {
    expect(readGraphUsage({ headers: {} })).toEqual([])
  })
})

describe('usage of a batch', () => {
  const item = (id: string, percent: number, minutes = 0) => ({
    code: 200,
    headers: [
      { name: 'Content-Type', value: 'application/json' },
      {
        name: 'X-Business-Use-Case-Usage',
        value: JSON.stringify({ [id]: [{ type: 'instagram', call_count: percent, estimated_time_to_regain_access: minutes }] }),
      },
    ],
    body: '{}',
  })

  it('is read from its items: the highest of each pool', () => {
    const body = [item('17', 40), null, item('17', 96, 3), item('18', 2)]
    const response = { headers: { 'x-app-usage': '{"call_count":1}' }, url: 'https://graph.facebook.com/v26.0/', json: () => body }
    expect(readGraphUsage(response)).toEqual([
      { pool: 'app', percent: 1, regainSeconds: 0 },
      { pool: '17:instagram', percent: 96, regainSeconds: 180 },
      { pool: '18:instagram', percent: 2, regainSeconds: 0 },
    ])
    expect(regainSeconds(response)).toBe(180)
  })

  it('is not looked for in other bodies', () => {
    const json = () => {
      throw new Error('nobody asked for the body')
    }
    expect(readGraphUsage({ headers: {}, url: 'https://graph.facebook.com/v26.0/17/insights?metric=reach', json })).toEqual([])
  })
})
