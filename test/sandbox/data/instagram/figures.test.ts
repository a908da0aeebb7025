import { describe, expect, it } from 'vitest'
import { accountBreakdown, accountDay, accountTotal, followsAndUnfollows } from '../../../../sandbox/data/instagram/account-insights.ts'
import { audienceSize, demographics } from '../../../../sandbox/data/instagram/demographics.ts'
import { shuffled } from '../../../../sandbox/data/instagram/hashtags.ts'
import { breakDown, shareOut } from '../../../../sandbox/data/instagram/shares.ts'

const account = { seed: 1, accountId: '17841400000000001', followers: 40_000 }
const DAY = 20_777

describe('figures of an account', () => {
  it('count interactions as the sum of their kinds', () => {
    const kinds = ['likes', 'comments', 'saves', 'shares', 'replies', 'reposts']
    const sum = kinds.reduce((all, kind) => all + (accountDay(account, kind, DAY) ?? 0), 0)
    expect(accountDay(account, 'total_interactions', DAY)).toBe(sum)
    expect(accountDay(account, 'threads_views', DAY)).toBeUndefined()
  })

  it('count new followers once for two metrics', () => {
    const [follows] = followsAndUnfollows(account, { from: DAY, to: DAY })
    expect(follows).toEqual({ dimension_values: ['FOLLOWER'], value: accountDay(account, 'follower_count', DAY) })
  })

  it('add up to their breakdown, in one dimension or two', () => {
    const total = accountTotal(account, 'views', { from: DAY - 3, to: DAY }) ?? 0
    for (const dimensions of [['follow_type'], ['media_product_type'], ['media_product_type', 'follow_type']]) {
      const results = accountBreakdown(account, 'views', { total, dimensions })
      expect(results.reduce((sum, { value }) => sum + value, 0)).toBe(total)
      expect(results.every(({ dimension_values, value }) => dimension_values.length === dimensions.length && value > 0)).toBe(true)
    }
  })

  it('share nothing out to nobody', () => {
    expect([shareOut(5, 0, ['A', 'B']), breakDown(5, 3, [])]).toEqual([[], []])
  })
})

describe('demographics', () => {
  const query = { account, metric: 'follower_demographics', day: 0 }

  it('are the 45 largest parts, largest first, and less than all', () => {
    for (const dimensions of [['city'], ['country'], ['age', 'gender'], ['country', 'age']]) {
      const values = demographics({ ...query, dimensions }).map(({ value }) => value)
      expect(values).toEqual([...values].sort((a, b) => b - a))
      expect(values.length).toBeLessThanOrEqual(45)
      expect(values.reduce((sum, value) => sum + value, 0)).toBeLessThan(audienceSize(query))
    }
  })

  it('are smaller for a week than for a month', () => {
    const size = (timeframe: 'this_week' | 'this_month') => audienceSize({ ...query, metric: 'reached_audience_demographics', timeframe })
    expect(size('this_week')).toBeLessThan(size('this_month'))
  })
})

describe('shuffled', () => {
  it('holds each number once, in no order', () => {
    const numbers = shuffled(9, 99, 50)
    expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => 50 + index))
    expect(numbers).not.toEqual([...numbers].sort((a, b) => b - a))
  })
})
