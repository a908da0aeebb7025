import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Cursor, type CursorRun, type CursorSlice } from '../../../../framework/components/read/cursor.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import type { Row, StreamState } from '../../../../framework/protocol/messages.ts'
import {
  addDuration,
  compareDatetimes,
  type DateTime,
  datetimeOfEpochMs,
  formatDatetime,
  parseDatetime,
  parseDuration,
  subtractDuration,
} from '../../../../framework/template/python/datetime.ts'
import { testContext } from '../../build.ts'

const exact = '%Y-%m-%dT%H:%M:%S.%fZ'
const write = (moment: DateTime) => formatDatetime(moment, exact)
const read = (text: unknown) => parseDatetime(String(text), exact)

const minute = 60_000
const day = 86_400_000
const origin = Date.UTC(2023, 10, 1)
/** Minutes of three months, so that no window is ever far. */
const instant = fc.integer({ min: 0, max: 90 * 1440 }).map((minutes) => datetimeOfEpochMs(origin + minutes * minute))
const step = fc.constantFrom('P1D', 'P7D', 'PT36H', 'P1M', 'P2W', 'P31D', 'P1Y')
const granularity = fc.constantFrom('PT0.000001S', 'PT0.001S', 'PT1S', 'PT1M', 'P1D')
const lookback = fc.constantFrom(undefined, 'PT1H', 'P3D', 'P28D', 'P1M')

interface Plan {
  readonly start: DateTime
  readonly end: DateTime
  readonly step: string
  readonly granularity: string
  readonly lookback: string | undefined
}
const plan = fc.record({ start: instant, end: instant, step, granularity, lookback })

function cursorOf({ start, end, ...given }: Plan): Cursor {
  const node = {
    type: 'DatetimeBasedCursor',
    ...{ cursor_field: 'at', datetime_format: exact, start_datetime: write(start), end_datetime: write(end) },
    ...{ step: given.step, cursor_granularity: given.granularity, lookback_window: given.lookback },
  }
  return buildComponent(Cursor, node, testContext({ now: origin + 365 * day }))
}

const boundsOf = ({ values }: CursorSlice) => ({ start: read(values['start_time']), end: read(values['end_time']) })

/** Rows of the source that lie in the window, as an API with bounds of this granularity gives them. */
function rowsIn(slice: CursorSlice, { rows, granularity, last }: { rows: readonly Row[]; granularity: string; last: boolean }): Row[] {
  const { start, end } = boundsOf(slice)
  const beyond = last ? end : addDuration(end, parseDuration(granularity))
  return rows.filter(({ at }) => {
    const afterEnd = compareDatetimes(read(at), beyond)
    return compareDatetimes(read(at), start) >= 0 && (last ? afterEnd <= 0 : afterEnd < 0)
  })
}

/** Reads all windows but the failing ones, closing them in the given order; gives the rows of closed windows. */
function readOnce(run: CursorRun, rows: readonly Row[], { plan, luck }: { plan: Plan; luck: readonly number[] }): Row[] {
  const slices = [...run.slices()]
  const found = slices.map((slice, index) => rowsIn(slice, { rows, granularity: plan.granularity, last: index === slices.length - 1 }))
  const order = slices.map((_, index) => index).sort((a, b) => (luck[a % luck.length] ?? 0) - (luck[b % luck.length] ?? 0))
  const closed = order.filter((index) => (luck[index % luck.length] ?? 0) >= 0)
  for (const index of order) {
    const slice = slices[index]
    if (slice) run.observe(slice, found[index] ?? [])
  }
  for (const index of closed) {
    const slice = slices[index]
    if (slice) run.close(slice)
  }
  return closed.flatMap((index) => found[index] ?? [])
}

const RUNS = { numRuns: 300 }
const luck = fc.array(fc.integer({ min: -3, max: 10 }), { minLength: 1, maxLength: 12 })

describe('windows of a cursor', () => {
  it('tile what is to be read without gap or overlap', () => {
    fc.assert(
      fc.property(plan, fc.option(instant, { nil: undefined }), (given, state) => {
        const slices = [
          ...cursorOf(given)
            .open(state && { at: write(state) }, { scope: {} })
            .slices(),
        ].map(boundsOf)
        const point = state && compareDatetimes(state, given.start) > 0 ? state : given.start
        const back = given.lookback && state && point === state ? subtractDuration(point, parseDuration(given.lookback)) : point
        const from = compareDatetimes(back, given.start) > 0 ? back : given.start
        if (compareDatetimes(from, given.end) >= 0) {
          expect(slices).toEqual([])
          return
        }
        expect(write(slices[0]?.start ?? given.end)).toBe(write(from))
        expect(write(slices.at(-1)?.end ?? given.start)).toBe(write(given.end))
        for (const [index, { end }] of slices.slice(0, -1).entries()) {
          const next = slices[index + 1]?.start ?? given.start
          expect(write(addDuration(end, parseDuration(given.granularity)))).toBe(write(next))
        }
      }),
      RUNS,
    )
  })
})

describe('state of a cursor', () => {
  const source = fc.array(instant, { maxLength: 40 }).map((moments) => moments.map((at): Row => ({ at: write(at) })))

  it('does not depend on the order in which windows are closed', () => {
    fc.assert(
      fc.property(plan, source, luck, (given, rows, order) => {
        const successes = order.map(Math.abs)
        const straight = cursorOf(given).open(undefined, { scope: {} })
        readOnce(straight, rows, { plan: given, luck: [0] })
        const mixed = cursorOf(given).open(undefined, { scope: {} })
        readOnce(mixed, rows, { plan: given, luck: successes })
        expect(mixed.state()).toEqual(straight.state())
      }),
      RUNS,
    )
  })

  it('never covers a record that was not read, so that resumed reads find them all', () => {
    fc.assert(
      fc.property(plan, source, fc.array(luck, { maxLength: 4 }), (given, rows, attempts) => {
        const seen = new Set<unknown>()
        let state: StreamState | undefined
        for (const luckOfRun of [...attempts, [0]]) {
          const run = cursorOf(given).open(state, { scope: {} })
          for (const { at } of readOnce(run, rows, { plan: given, luck: luckOfRun })) seen.add(at)
          const before = state?.['at']
          state = run.state()
          if (before !== undefined) expect(String(state['at']) >= String(before)).toBe(true)
          // What is as late as the state itself is read again.
          const covered = rows.filter(({ at }) => String(at) >= write(given.start) && String(at) < String(state?.['at']))
          for (const { at } of covered.filter((row) => compareDatetimes(read(row['at']), given.end) <= 0)) expect(seen).toContain(at)
        }
        const all = rows.filter(({ at }) => String(at) >= write(given.start) && String(at) <= write(given.end))
        if (compareDatetimes(given.start, given.end) < 0) for (const { at } of all) expect(seen).toContain(at)
      }),
      RUNS,
    )
  })

  it('never exceeds the end, whatever the records say', () => {
    fc.assert(
      fc.property(plan, source, (given, rows) => {
        const run = cursorOf(given).open(undefined, { scope: {} })
        for (const slice of run.slices()) {
          run.observe(slice, rows)
          run.close(slice)
        }
        const limit = compareDatetimes(given.start, given.end) > 0 ? given.start : given.end
        expect(String(run.state()['at']) <= write(limit)).toBe(true)
      }),
      RUNS,
    )
  })
})
