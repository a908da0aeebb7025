import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readIsoTime } from '../../../destinations/tables/iso-time.ts'

const written = (text: string): string | undefined => {
  const time = readIsoTime(text)
  return time && `${time.day}${time.clock === undefined ? '' : `T${time.clock}`}${time.hasOffset ? 'Z' : ''}`
}

describe('readIsoTime', () => {
  it.each([
    // Fractions.
    ['2026-01-02T03:04:05.123456789Z', '2026-01-02T03:04:05.123456Z'],
    ['2026-01-02T03:04:05.1234567+01:00', '2026-01-02T02:04:05.123456Z'],
    ['2026-01-02T03:04:05.100000000000000000001Z', '2026-01-02T03:04:05.1Z'],
    ['2026-01-02T03:04:05.9999999Z', '2026-01-02T03:04:05.999999Z'],
    ['2026-01-02T03:04:05,25Z', '2026-01-02T03:04:05.25Z'],
    ['2026-01-02T03:04.5Z', '2026-01-02T03:04:30Z'],
    ['2026-01-02T03,25', '2026-01-02T03:15:00'],
    // Separators and letters.
    ['2026-01-02t03:04:05z', '2026-01-02T03:04:05Z'],
    ['2026-01-02 03:04:05', '2026-01-02T03:04:05'],
    ['2026-01-02 03:04:05 +0100', '2026-01-02T02:04:05Z'],
    // Basic format.
    ['20260102T030405Z', '2026-01-02T03:04:05Z'],
    ['20260102T0304+0530', '2026-01-01T21:34:00Z'],
    ['20260102T03Z', '2026-01-02T03:00:00Z'],
    ['20260102', '2026-01-02'],
    // Week and ordinal dates.
    ['2026-W01-5', '2026-01-02'],
    ['2026W015T03:04Z', '2026-01-02T03:04:00Z'],
    ['2020-W53-7', '2021-01-03'],
    ['2009-W01-1', '2008-12-29'],
    ['2026-002', '2026-01-02'],
    ['2024366', '2024-12-31'],
    // The end of a day, leap seconds.
    ['2026-12-31T24:00:00Z', '2027-01-01T00:00:00Z'],
    ['2026-12-31T24:00', '2027-01-01T00:00:00'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z'],
    ['1990-12-31T15:59:60.5-08:00', '1991-01-01T00:00:00.5Z'],
    // Offsets.
    ['2026-01-02T03:04:05-08', '2026-01-02T11:04:05Z'],
    ['2026-01-02T03:04:05-00:00', '2026-01-02T03:04:05Z'],
    ['2026-01-02T03:04:05+23:59', '2026-01-01T03:05:05Z'],
    ['2026-01-02T03:04:05\u221208:00', '2026-01-02T11:04:05Z'],
    // Years.
    ['0001-01-01T00:00:00+01:00', '0000-12-31T23:00:00Z'],
    ['-0043-03-15', '-0043-03-15'],
    ['-000043-03-15T12:00:00Z', '-0043-03-15T12:00:00Z'],
    ['+012026-01-02T03:04:05Z', '12026-01-02T03:04:05Z'],
    ['9999-12-31T23:59:59-01:00', '10000-01-01T00:59:59Z'],
  ])('reads %s', (text, expected) => {
    expect(written(text)).toBe(expected)
  })

  it.each([
    ...['', 'yesterday', '2026', '2026-01', '12:00', '2026-1-2', '2026-13-01', '2026-02-29', '2026-00-10', '2026-01-00', '2026-W54-1'],
    ...[
      '2026-W00-1',
      '2025-W53-1',
      '2026-W01-8',
      '2026-000',
      '2026-366',
      '2026-01-02T25:00',
      '2026-01-02T24:00:01',
      '2026-01-02T24:00:00.1',
    ],
    ...['2026-01-02T03:60', '2026-01-02T03:04:61', '2026-01-02T12:00:60Z', '2026-01-02T03:04:05.', '2026-01-02T', 'T03:04', '1767254400'],
    ...['2026-01-02T03:04:05+24:00', '2026-01-02T03:04:05+01:60', '2026-01-02T03:04:05 UTC', '-9999-01-01', '+999999-01-01', '26-01-02'],
  ])('takes %j for no time', (text) => {
    expect(written(text)).toBeUndefined()
  })

  it('agrees with Date on every instant and offset', () => {
    const instants = fc.date({ min: new Date('0100-01-01T00:00:00Z'), max: new Date('9998-01-01T00:00:00Z'), noInvalidDate: true })
    fc.assert(
      fc.property(instants, fc.integer({ min: -23 * 60, max: 23 * 60 }), (date, minutes) => {
        const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1)
        const offset = `${minutes < 0 ? '-' : '+'}${new Date(Math.abs(minutes) * 60_000).toISOString().slice(11, 16)}`
        const { day, clock } = readIsoTime(local + offset) ?? {}
        expect(new Date(`${day}T${clock}Z`).getTime()).toBe(date.getTime())
      }),
    )
  })

  it('gives the same day for its calendar, ordinal and week date', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 9_998 }), fc.integer({ min: 1, max: 365 }), (year, ordinal) => {
        const day = readIsoTime(`${year}-${String(ordinal).padStart(3, '0')}`)?.day ?? ''
        const date = new Date(`${day}T00:00:00Z`)
        const weekday = date.getUTCDay() || 7
        const thursday = new Date(date.getTime() + (4 - weekday) * 86_400_000)
        const week = Math.ceil(((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / 86_400_000 + 1) / 7)
        expect(readIsoTime(day)?.day).toBe(day)
        expect(readIsoTime(`${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}-${weekday}`)?.day).toBe(day)
      }),
    )
  })
})
