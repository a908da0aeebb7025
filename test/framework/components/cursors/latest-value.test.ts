import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cursorFormat } from '../../../../framework/components/cursors/cursor-format.ts'
import { LatestValue } from '../../../../framework/components/cursors/latest-value.ts'
import { ValueRange } from '../../../../framework/components/cursors/value-range.ts'
import {
  compareDatetimes,
  type DateTime,
  datetimeOfEpochMs,
  formatDatetime,
  parseIso,
} from '../../../../framework/template/python/datetime.ts'

const inputs = ['%Y-%m-%dT%H:%M:%S.%f%z', '%Y-%m-%dT%H:%M:%S%z', '%Y-%m-%dT%H:%M', '%Y-%m-%d', '%s']
const format = cursorFormat(inputs, '%Y-%m-%dT%H:%M:%S.%fZ', 'native')

const moment = fc.integer({ min: Date.UTC(2023, 0), max: Date.UTC(2024, 11) }).map(datetimeOfEpochMs)
/** Few layouts in a row, so that texts are compared as texts most of the time. */
const layout = fc.constantFrom('%Y-%m-%dT%H:%M:%S.%f+0000', '%Y-%m-%dT%H:%M:%S+0000', '%Y-%m-%dT%H:%M', '%Y-%m-%d', '%s')
const value = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(moment, layout).map(([at, form]) => formatDatetime(at, form)) },
  { weight: 3, arbitrary: fc.tuple(moment, fc.constantFrom(-28_800, 19_800)).map(([at, offset]) => at.atOffset(offset).isoformat()) },
  { weight: 2, arbitrary: moment.map((at) => Math.trunc(at.timestamp)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('garbage', '2023-02-30', '2023-13-01T00:00:00+0000', '2023-01-01T25:00:00+0000', null, undefined),
  },
)

function readOrNothing(input: unknown): DateTime | undefined {
  try {
    return input === null || input === undefined ? undefined : format.read(input)
  } catch {
    return undefined
  }
}

const text = (at: DateTime | undefined) => at && format.write(at)

describe('LatestValue', () => {
  it('finds what reading every value finds', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 30 }), fc.option(moment, { nil: undefined }), (values, limit) => {
        const latest = new LatestValue({ format, limit, onUnreadable: () => undefined })
        for (const each of values) latest.offer(each)
        const readable = values.map(readOrNothing).filter((at) => at !== undefined)
        const counted = readable.filter((at) => limit === undefined || compareDatetimes(at, limit) <= 0)
        expect(text(latest.moment)).toBe(text(counted.sort(compareDatetimes).at(-1)))
        expect(latest.seen).toBe(readable.length > 0)
      }),
      { numRuns: 500 },
    )
  })

  it('tells of values that cannot be read', () => {
    const unreadable: unknown[] = []
    const latest = new LatestValue({ format, limit: undefined, onUnreadable: (each) => unreadable.push(each) })
    for (const each of ['2024-01-01', '2024-02-30', '2024-99-99', undefined]) latest.offer(each)
    expect(unreadable).toEqual(['2024-02-30', '2024-99-99', undefined])
    expect(text(latest.moment)).toBe('2024-01-01T00:00:00.000000Z')
  })

  it('reads every value where the order of texts means nothing', () => {
    const slashes = cursorFormat([], '%d/%m/%Y', 'native')
    const latest = new LatestValue({ format: slashes, limit: undefined, onUnreadable: () => undefined })
    for (const each of ['02/01/2024', '31/12/2023', '01/02/2024']) latest.offer(each)
    expect(latest.moment && slashes.write(latest.moment)).toBe('01/02/2024')
  })
})

describe('ValueRange', () => {
  it('says what reading every value says', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), moment, fc.option(moment, { nil: undefined }), (values, low, high) => {
        const range = new ValueRange(format, low, high)
        for (const each of values) {
          const at = readOrNothing(each)
          if (at === undefined) continue
          const inside = compareDatetimes(at, low) >= 0 && (high === undefined || compareDatetimes(at, high) <= 0)
          expect(range.has(each)).toBe(inside)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('does not take the start of a day for the time within it', () => {
    const range = new ValueRange(format, parseIso('2024-01-02T06:00:00Z'), parseIso('2024-01-03T06:00:00Z'))
    expect(['2024-01-01', '2024-01-02', '2024-01-03', '2024-01-04'].map((each) => range.has(each))).toEqual([false, false, true, false])
  })
})
