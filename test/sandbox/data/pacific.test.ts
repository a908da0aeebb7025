import { describe, expect, it } from 'vitest'
import { dayAt, dayNumber, dayText, endTime, graphTime, midnight } from '../../../sandbox/data/pacific.ts'

const DAY_MS = 86_400_000
const inPacific = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'America/Los_Angeles',
  dateStyle: 'short',
  timeStyle: 'medium',
  hour12: false,
})

describe('Pacific days', () => {
  it('begin at midnight in Los Angeles on each day from 2018 to 2030', () => {
    for (let day = dayNumber('2018-01-01') ?? 0; day < (dayNumber('2030-12-31') ?? 0); day++) {
      expect(inPacific.format(midnight(day)).replace('24:00:00', '00:00:00')).toBe(`${dayText(day)}, 00:00:00`)
    }
  })

  it.each([
    ['2026-03-08', 23],
    ['2026-11-01', 25],
    ['2026-11-02', 24],
  ])('%s has %i hours', (date, hours) => {
    const day = dayNumber(date) ?? 0
    expect((endTime(day) - midnight(day)) / 3_600_000).toBe(hours)
  })

  it('hold each instant from their midnight up to the next', () => {
    for (let day = dayNumber('2026-01-01') ?? 0, last = day + 365; day < last; day++) {
      expect([dayAt(midnight(day)), dayAt(endTime(day) - 1)]).toEqual([day, day])
    }
  })

  it.each(['2026-1-1', 'today', '', '2026-13-01'])('"%s" is not a date', (text) => {
    expect(dayNumber(text)).toBeUndefined()
  })

  it('are written as the API writes times', () => {
    for (const ms of [0, 1_000, DAY_MS - 1_000, Date.parse('2026-11-18T08:05:09Z'), Date.parse('2024-02-29T23:59:59Z')]) {
      expect(graphTime(ms)).toBe(`${new Date(ms).toISOString().slice(0, 19)}+0000`)
    }
  })
})
