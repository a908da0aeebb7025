import { describe, expect, it } from 'vitest'
import { closedDay, pacificDate, pacificMidnight, pacificMidnights, previousMidnight } from '../../../../connectors/meta/metrics/pacific.ts'

const iso = (instant: number) => new Date(instant).toISOString()

describe('pacific', () => {
  it.each([
    ['2026-01-15', '2026-01-15T08:00:00.000Z'],
    ['2026-07-15', '2026-07-15T07:00:00.000Z'],
    ['2026-03-08', '2026-03-08T08:00:00.000Z'],
    ['2026-03-09', '2026-03-09T07:00:00.000Z'],
    ['2026-11-01', '2026-11-01T07:00:00.000Z'],
    ['2026-11-02', '2026-11-02T08:00:00.000Z'],
  ])('begins %s at %s', (date, expected) => {
    expect(iso(pacificMidnight(date))).toBe(expected)
    expect(pacificDate(Date.parse(expected))).toBe(date)
  })

  it('gives every midnight of a range once, both ends included, over a change of the clock', () => {
    const midnights = pacificMidnights(Date.parse('2026-10-31T07:00:00Z'), Date.parse('2026-11-03T08:00:00Z'))
    expect(midnights.map(iso)).toEqual([
      '2026-10-31T07:00:00.000Z',
      '2026-11-01T07:00:00.000Z',
      '2026-11-02T08:00:00.000Z',
      '2026-11-03T08:00:00.000Z',
    ])
  })

  it('gives none when the range holds no midnight', () => {
    expect(pacificMidnights(Date.parse('2026-11-03T08:00:01Z'), Date.parse('2026-11-04T07:59:59Z'))).toEqual([])
  })

  it.each([
    ['2026-11-02T08:00:00Z', '2026-11-01T07:00:00.000Z'],
    ['2026-03-09T07:00:00Z', '2026-03-08T08:00:00.000Z'],
    ['2026-06-02T07:00:00Z', '2026-06-01T07:00:00.000Z'],
  ])('finds the midnight before %s', (midnight, expected) => {
    expect(iso(previousMidnight(Date.parse(midnight)))).toBe(expected)
  })

  it.each([
    ['2026-11-17T08:00:00Z', '2026-11-16'],
    ['2026-07-17T07:00:00Z', '2026-07-16'],
    ['2026-11-02T08:00:00Z', '2026-11-01'],
  ])('reads end_time %s as the day %s', (end, day) => {
    expect(closedDay(Date.parse(end))).toBe(day)
  })
})
