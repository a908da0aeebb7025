import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addMonths,
  civilFromDays,
  dayOfYear,
  daysFromCivil,
  daysFromIsoWeek,
  firstDay,
  isoWeekDate,
  lastDay,
  weekdayOf,
} from '../../../../framework/template/datetime/calendar.ts'

const anyDay = fc.integer({ min: firstDay, max: lastDay })

describe('the calendar', () => {
  it('agrees with JavaScript dates', () => {
    fc.assert(
      fc.property(anyDay, (days) => {
        const date = new Date(days * 86_400_000)
        expect(civilFromDays(days)).toEqual({ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() })
        expect((weekdayOf(days) + 1) % 7).toBe(date.getUTCDay())
      }),
    )
  })

  it('goes from days to dates and back, by date and by ISO week', () => {
    fc.assert(
      fc.property(anyDay, (days) => {
        const { year, month, day } = civilFromDays(days)
        expect(daysFromCivil(year, month, day)).toBe(days)
        expect(daysFromIsoWeek(isoWeekDate(days))).toBe(days)
        expect(daysFromCivil(year, 1, 1) + dayOfYear(days) - 1).toBe(days)
      }),
    )
  })

  it.each([
    ['2024-12-30', 2025, 1, 1],
    ['2021-01-03', 2020, 53, 7],
    ['2026-01-01', 2026, 1, 4],
  ])('puts %s into ISO week %d-W%d-%d', (text, year, week, weekday) => {
    expect(isoWeekDate(Date.parse(text) / 86_400_000)).toEqual({ year, week, weekday })
  })

  it('keeps the day of the month, or takes the last one', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: -100, max: 100 }), (days, months) => {
        const [before, after] = [civilFromDays(days), civilFromDays(addMonths(days, months))]
        expect(after.year * 12 + after.month).toBe(before.year * 12 + before.month + months)
        expect(after.day).toBeLessThanOrEqual(before.day)
        if (before.day <= 28) expect(after.day).toBe(before.day)
      }),
    )
  })
})
