import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addDuration,
  CalendarDate,
  compareDatetimes,
  DateTime,
  datetimeOfEpochMs,
  differenceOf,
  formatDatetime,
  parseDatetime,
  parseDuration,
  parseIso,
  subtractDuration,
} from '../../../../framework/template/python/datetime.ts'
import { failureOf } from '../evaluate.ts'

describe('parseDatetime', () => {
  it.each([
    ['1704067200', '%s', '2024-01-01 00:00:00+00:00'],
    [1704067200, '%s', '2024-01-01 00:00:00+00:00'],
    ['1704067200001', '%ms', '2024-01-01 00:00:00.001000+00:00'],
    ['-1', '%ms', '1969-12-31 23:59:59.999000+00:00'],
    ['1675092508.873709', '%s_as_float', '2023-01-30 15:28:28.873709+00:00'],
    ['1675092508873709', '%epoch_microseconds', '2023-01-30 15:28:28.873709+00:00'],
    ['2024-01-31T03:04:05.678Z', '%Y-%m-%dT%H:%M:%S.%_msZ', '2024-01-31 03:04:05.678000+00:00'],
    ['2024-01-31T03:04:05+0530', '%Y-%m-%dT%H:%M:%S%z', '2024-01-31 03:04:05+05:30'],
    ['2024-01-31T03:04:05Z', '%Y-%m-%dT%H:%M:%S%z', '2024-01-31 03:04:05+00:00'],
    ['2024-01-31', '%Y-%m-%d', '2024-01-31 00:00:00+00:00'],
  ])('reads %j in %s', (value, format, text) => {
    expect(String(parseDatetime(value, format))).toBe(text)
  })

  it.each([
    ['2024-01-31T00:00:00', '%Y-%m-%d'],
    ['2024-02-30', '%Y-%m-%d'],
    ['x', '%s'],
    [1686058051000000, '%s'],
    ['2024', '%q'],
    ['2024-01-01', '%s-%Y'],
  ])('refuses %j in %s', (value, format) => {
    expect(failureOf(() => parseDatetime(value, format))).toMatch(/^ERR_DATETIME_FORMAT: /)
  })
})

describe('formatDatetime', () => {
  const moment = parseDatetime('2024-01-02T03:04:05.678900+0200', '%Y-%m-%dT%H:%M:%S.%f%z')

  it.each([
    ['%s', '1704157445'],
    ['%ms', '1704157445678'],
    ['%epoch_microseconds', '1704157445678900'],
    ['%s_as_float', '1704157445.6789'],
    ['%Y-%m-%dT%H:%M:%S.%_ms%z', '2024-01-02T03:04:05.678+0200'],
    ['%Y-%j %G-W%V-%u %-d|%_H', '2024-002 2024-W01-2 2| 3'],
    ['modified:gt:%Y', 'modified:gt:2024'],
  ])('writes %s', (format, text) => {
    expect(formatDatetime(moment, format)).toBe(text)
  })

  it('writes dates at midnight', () => {
    expect(formatDatetime(new CalendarDate(0), '%Y-%m-%dT%H:%M:%S%z')).toBe('1970-01-01T00:00:00')
  })

  it('is undone by parseDatetime', () => {
    const moments = fc.tuple(
      fc.integer({ min: -62_135_596_800 + 86_400, max: 253_402_214_400 }),
      fc.nat(999_999),
      fc.integer({ min: -1439, max: 1439 }),
    )
    const formats = fc.constantFrom(
      '%Y-%m-%dT%H:%M:%S.%f%z',
      '%d/%b/%Y %I:%M:%S.%f %p %z',
      '%A %B %d %Y %H.%M.%S,%f%z',
      '%G-%V-%u %H:%M:%S.%f%z',
      '%Y %j %H:%M:%S.%f %z',
    )
    fc.assert(
      fc.property(moments, formats, ([wall, micro, minutes], format) => {
        const written = new DateTime(wall, micro, minutes * 60)
        // glibc writes years before 1000 without zeros, which strptime does not read.
        fc.pre(written.days > -354_000)
        expect(parseDatetime(formatDatetime(written, format), format)).toEqual(written)
      }),
    )
  })
})

describe('durations', () => {
  it.each([
    ['2024-01-31T00:00:00Z', 'P1M', '2024-02-29 00:00:00+00:00'],
    ['2023-01-31T00:00:00Z', 'P1M', '2023-02-28 00:00:00+00:00'],
    ['2024-02-29T00:00:00Z', 'P1Y', '2025-02-28 00:00:00+00:00'],
    ['2024-11-30T00:00:00Z', 'P3M1DT1H', '2025-03-01 01:00:00+00:00'],
    ['2024-01-01T00:00:00Z', 'PT0.000001S', '2024-01-01 00:00:00.000001+00:00'],
    ['2024-01-01T00:00:00Z', '-P1D', '2023-12-31 00:00:00+00:00'],
    ['2024-01-01T00:00:00Z', 'P1W', '2024-01-08 00:00:00+00:00'],
  ])('%s + %s', (moment, duration, text) => {
    expect(String(addDuration(parseIso(moment), parseDuration(duration)))).toBe(text)
  })

  it('are subtracted month by month too', () => {
    expect(String(subtractDuration(parseIso('2024-03-31'), parseDuration('P1M')))).toBe('2024-02-29 00:00:00+00:00')
  })

  it.each(['', 'P', '1D', 'P1H', 'P1.5', 'PT1D'])('refuse %j', (text) => {
    expect(failureOf(() => parseDuration(text))).toMatch(/^ERR_DATETIME_FORMAT: /)
  })

  it('refuse results outside of the years 1 to 9999', () => {
    expect(() => addDuration(parseIso('9999-12-31'), parseDuration('P1D'))).toThrow('out of range')
  })
})

describe('compareDatetimes and differenceOf', () => {
  it('compare instants, not wall clocks', () => {
    const [left, right] = [parseIso('2024-01-01T00:00:00+02:00'), parseIso('2023-12-31T22:00:00Z')]
    expect(compareDatetimes(left, right)).toBe(0)
    expect(differenceOf(parseIso('2024-01-02'), right).totalSeconds).toBe(93_600)
  })

  it('refuse a naive and an aware value together', () => {
    expect(() => compareDatetimes(new DateTime(0, 0, 0), new DateTime(0, 0, undefined))).toThrow('naive')
  })
})

describe('datetimeOfEpochMs', () => {
  it('takes microseconds from the fraction', () => {
    expect(String(datetimeOfEpochMs(1_710_506_096_789.012))).toBe('2024-03-15 12:34:56.789012+00:00')
    expect(String(datetimeOfEpochMs(-0.001))).toBe('1969-12-31 23:59:59.999999+00:00')
  })
})
