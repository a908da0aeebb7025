import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { engagement, GROWING_DAYS, interactions, utcDay } from '../../../../sandbox/data/instagram/engagement.ts'
import {
  firstMediaFrom,
  type MediaSeries,
  mediaFacts,
  mediaListing,
  mediaPlace,
  mediaTime,
  pinned,
} from '../../../../sandbox/data/instagram/media.ts'

const series: MediaSeries = {
  seed: 1,
  accountId: '17841400000000001',
  account: 4,
  count: 1_000,
  days: 1_000,
  anchor: Date.parse('2026-11-20T12:00:00Z'),
  carouselShare: 0.2,
  carouselSize: 5,
  ads: 0,
  beforeConversion: 0.1,
}

describe('media series', () => {
  it('rises with time, and finds the first media of an instant', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_500 }), (n) => {
        expect(mediaTime(series, n)).toBeGreaterThan(mediaTime(series, n - 1))
        expect(firstMediaFrom(series, mediaTime(series, n))).toBe(n)
        expect(firstMediaFrom(series, mediaTime(series, n) + 1)).toBe(n + 1)
      }),
    )
    expect(firstMediaFrom(series, series.anchor)).toBe(1_000)
  })

  it('has ids that lead back to the number', () => {
    expect(mediaPlace(1, mediaFacts(series, 777).id)).toEqual({ account: 4, n: 777, child: 0 })
  })

  it.each([0, 0.05, 0.2, 0.5, 1])('has albums in a share of exactly %d', (carouselShare) => {
    const albums = Array.from({ length: 1_000 }, (_, n) => mediaFacts({ ...series, carouselShare }, n)).filter(
      ({ children }) => children > 0,
    )
    expect(albums).toHaveLength(1_000 * carouselShare)
  })

  it.each([0, 1, 7, 40])('has %d advertisements and still all its albums', (ads) => {
    const media = Array.from({ length: 1_000 }, (_, n) => mediaFacts({ ...series, ads }, n))
    expect(media.filter(({ product }) => product === 'AD')).toHaveLength(ads)
    expect(media.filter(({ children }) => children > 0)).toHaveLength(200)
  })

  it('is listed in an order that leads from places to numbers and back', () => {
    expect(pinned(series)).toHaveLength(2)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 990 }), fc.integer({ min: 1, max: 300 }), (low, length) => {
        const listing = mediaListing(series, low, low + length)
        const numbers = Array.from({ length }, (_, position) => listing.at(position))
        expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, index) => low + index))
        expect(numbers.map((n) => listing.position(n))).toEqual(numbers.map((_, position) => position))
      }),
    )
  })
})

describe('engagement', () => {
  const media = Array.from({ length: 400 }, (_, n) => mediaFacts(series, n + 600))

  it('never falls, and is the sum of its kinds', () => {
    fc.assert(
      fc.property(fc.constantFrom(...media), fc.integer({ min: 0, max: 400 }), (one, age) => {
        const day = utcDay(one.created) + age
        const [now, next] = [engagement(one, 5_000, day), engagement(one, 5_000, day + 1)]
        for (const [name, value] of Object.entries(now)) expect(next[name as keyof typeof next]).toBeGreaterThanOrEqual(value)
        expect(interactions(now)).toBe(now.likes + now.comments + now.saved + now.shares)
        expect(now.reach).toBeLessThanOrEqual(now.views)
      }),
    )
  })

  it('stops after four weeks for most, and continues for a few', () => {
    const grows = (name: 'likes' | 'reach') =>
      media.filter((one) => {
        const day = utcDay(one.created) + GROWING_DAYS
        return engagement(one, 5_000, day)[name] !== engagement(one, 5_000, day + 200)[name]
      }).length
    expect(grows('likes')).toBeGreaterThan(5)
    expect(grows('reach')).toBeGreaterThan(grows('likes'))
    expect(grows('reach')).toBeLessThan(60)
  })
})
