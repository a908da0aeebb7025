import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { covers, type MediaCheckpoint, readCheckpoint, writeCheckpoint } from '../../../../connectors/instagram_graph/media/checkpoint.ts'
import { CountTable } from '../../../../connectors/instagram_graph/media/count-table.ts'
import {
  cutsOf,
  olderRanges,
  RANGE_SIZE,
  rangesOf,
  segmentsOf,
  sweepOf,
  windowStart,
} from '../../../../connectors/instagram_graph/media/scan-plan.ts'

const DAY = 86_400
const item = (time: number) => ({ time })
/** Times of media, newest first. */
const history = fc
  .array(fc.integer({ min: 1, max: 50_000 }), { maxLength: 400 })
  .map((times) => times.toSorted((one, other) => other - one).map(item))

const memory = (changes: Partial<MediaCheckpoint> = {}): MediaCheckpoint => ({
  looked: 1_000,
  recent: 500,
  counts: CountTable.sized(1),
  older: 3,
  cuts: [400, 300],
  day: 20_000,
  swept: undefined,
  converted: undefined,
  rest: undefined,
  ...changes,
})

describe('olderRanges', () => {
  it('hold every older media once, whatever the cuts', () => {
    fc.assert(
      fc.property(
        history,
        fc.integer({ min: 1, max: 60_000 }),
        fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: undefined }),
        (media, before, floor) => {
          const ranges = olderRanges(cutsOf(media), before, floor)
          const inside = ({ time }: { time: number }) =>
            ranges.filter(({ from, to = 0 }) => time <= to && (from === undefined || time >= from)).length
          for (const entry of media) expect(inside(entry)).toBe(entry.time < before && (floor === undefined || entry.time >= floor) ? 1 : 0)
        },
      ),
    )
  })

  it('are full of at most ninety, as long as no two hundred were posted in one second', () => {
    const media = Array.from({ length: 1_000 }, (_, index) => item(5_000 - index))
    for (const { from = 0, to = 0 } of olderRanges(cutsOf(media), 5_001, undefined)) {
      expect(media.filter(({ time }) => time >= from && time <= to).length).toBeLessThanOrEqual(RANGE_SIZE)
    }
  })
})

describe('sweepOf', () => {
  it('comes by every media within the days given, in parts of about the same size', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 40 }), (media, sweepDays) => {
        const seen = new Set<number>()
        let swept: number | undefined
        for (let day = 0; day < sweepDays; day++) {
          const sweep = sweepOf(media, { swept, days: 1, sweepDays })
          for (const { time } of sweep.chosen) seen.add(time)
          swept = sweep.swept
        }
        expect(seen).toEqual(new Set(media.map(({ time }) => time)))
      }),
    )
  })

  it('makes up for days without a read', () => {
    const media = Array.from({ length: 90 }, (_, index) => item(1_000 - index))
    expect(sweepOf(media, { swept: undefined, days: 3, sweepDays: 30 }).chosen).toHaveLength(9)
    expect(sweepOf(media, { swept: undefined, days: 400, sweepDays: 30 }).chosen).toHaveLength(90)
  })

  it('continues after the end with the newest', () => {
    const media = [5, 4, 3, 2, 1].map(item)
    expect(sweepOf(media, { swept: 2, days: 1, sweepDays: 2 })).toEqual({ chosen: [1, 5, 4].map(item), swept: 4 })
  })

  it('has nothing to do on the same day', () => {
    expect(sweepOf([item(1)], { swept: 7, days: 0, sweepDays: 30 })).toEqual({ chosen: [], swept: 7 })
  })
})

describe('rangesOf', () => {
  it('hold all that is wanted, at most ninety media each', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 60 }), (media, every) => {
        const isWanted = ({ time }: { time: number }) => time % every === 0
        const ranges = rangesOf(media, isWanted)
        for (const entry of media.filter(isWanted)) {
          expect(ranges.filter(({ from = 0, to = 0 }) => entry.time >= from && entry.time <= to)).toHaveLength(1)
        }
      }),
    )
  })

  it('read neighbours together, and those far apart on their own', () => {
    const media = Array.from({ length: 200 }, (_, index) => item(1_000 - index))
    const wanted = new Set([1_000, 990, 985, 850])
    expect(rangesOf(media, ({ time }) => wanted.has(time))).toEqual([
      { from: 985, to: 1_000 },
      { from: 850, to: 850 },
    ])
  })
})

describe('segmentsOf', () => {
  it('gives about as many parts as each has media, and keeps posts of one second together', () => {
    const parts = segmentsOf(Array.from({ length: 100 }, (_, index) => item(index)))
    expect(parts.map((part) => part.length)).toEqual(Array.from({ length: 10 }, () => 10))
    expect(segmentsOf([item(3), item(3), item(3), item(1)])).toEqual([[item(3), item(3), item(3)], [item(1)]])
  })
})

describe('windowStart', () => {
  it.each([
    ['the window in the first look', undefined, 100 * DAY - 30 * DAY],
    ['where the window of the last look began', memory({ recent: 40 * DAY }), 40 * DAY],
    ['the window when it has become longer', memory({ recent: 90 * DAY }), 70 * DAY],
  ])('is %s', (_, known, expected) => expect(windowStart(known, 100 * DAY, 30)).toBe(expected))
})

describe('covers', () => {
  it.each([
    ['nothing remembered covers everything', undefined, memory(), true],
    ['something does not cover a first look', memory(), undefined, false],
    ['the same covers itself', memory(), memory(), true],
    ['an older look covers a newer one', memory({ looked: 900, recent: 400 }), memory(), true],
    ['a newer one does not cover an older one', memory({ looked: 1_100 }), memory(), false],
    ['a complete one does not cover one that was cut off', memory(), memory({ rest: 300 }), false],
    ['nor one that was cut off later', memory({ rest: 200 }), memory({ rest: 300 }), false],
    ['one that was cut off earlier does', memory({ rest: 350 }), memory({ rest: 300 }), true],
  ])('%s', (_, base, own, expected) => expect(covers(base, own)).toBe(expected))
})

describe('the memory of media', () => {
  it.each([memory(), memory({ swept: 5, converted: 6, rest: 7, cuts: [] })])('is the same after being written and read', (known) => {
    const read = readCheckpoint(JSON.parse(JSON.stringify(writeCheckpoint(known))))
    expect({ ...read, counts: read?.counts.text() }).toEqual({ ...known, counts: known.counts.text() })
  })

  it.each([
    ['version', { version: 2 }],
    ['counts', { counts: 'x' }],
    ['looked', { looked: 'yesterday' }],
    ['cuts', { cuts: 'a !' }],
    ['swept', { swept: null }],
  ])('of another %s is refused by name', (name, changes) => {
    expect(() => readCheckpoint({ ...writeCheckpoint(memory()), ...changes })).toThrow(
      expect.objectContaining({ code: 'ERR_STATE_INVALID', message: expect.stringContaining(name) }),
    )
  })
})
