import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Cursor, type CursorRun, type CursorSlice } from '../../../../framework/components/read/cursor.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import type { Row, StreamState } from '../../../../framework/protocol/messages.ts'
import { testContext } from '../../build.ts'

const at = (day: number, hour = 0) => `2024-01-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00Z`
const base = {
  type: 'DatetimeBasedCursor',
  cursor_field: 'at',
  datetime_format: '%Y-%m-%dT%H:%M:%SZ',
  start_datetime: at(1),
  end_datetime: at(30),
  step: 'P60D',
  cursor_granularity: 'PT1S',
}
type Order = 'ascending' | 'descending'

const open = (record_order: Order | undefined, state?: StreamState, manifest: object = {}) =>
  buildComponent(Cursor, { ...base, ...(record_order ? { record_order } : {}), ...manifest }, testContext()).open(state, { scope: {} })

/** Opens the only window and hands the pages on. */
function readPages(run: CursorRun, pages: readonly (readonly string[])[]): CursorSlice {
  const [slice] = [...run.slices()]
  if (!slice) throw new Error('there is no window')
  for (const page of pages) {
    const rows = page.map((value) => ({ at: value }))
    run.observe(slice, rows)
    run.progress(slice, { rows })
  }
  return slice
}
const windows = (run: CursorRun) => [...run.slices()].map(({ values }) => Object.values(values).join('..'))

describe('SliceProgress', () => {
  it('resumes below the last record of the last page where the newest come first', () => {
    const run = open('descending')
    readPages(run, [
      [at(29), at(28)],
      [at(27), at(25, 6)],
    ])
    expect(run.state()).toEqual({
      state_type: 'date-range',
      slices: [{ start: '2024-01-25T06:00:01Z', end: at(30), most_recent_cursor_value: at(29) }],
    })
    expect(windows(open('descending', run.state()))).toEqual(['2024-01-01T00:00:00Z..2024-01-25T06:00:00Z'])
  })

  it('resumes at the last record where the oldest come first, with a state of one value', () => {
    const run = open('ascending')
    readPages(run, [
      [at(2), at(3)],
      [at(4), at(5)],
    ])
    expect(run.state()).toEqual({ at: '2024-01-04T23:59:59Z' })
  })

  it('has the state of one value again when the slice is complete', () => {
    const run = open('descending')
    run.close(readPages(run, [[at(29), at(28)], [at(2)]]))
    expect(run.state()).toEqual({ at: at(29) })
  })

  it('keeps what was known before, and keys of others', () => {
    const run = open('descending', { at: at(10), theirs: 1 })
    readPages(run, [[at(29), at(20)]])
    const state = run.state()
    expect(state).toMatchObject({
      theirs: 1,
      state_type: 'date-range',
      slices: [{ start: at(1) }, { start: '2024-01-20T00:00:01Z', end: at(30) }],
    })
    const resumed = open('descending', state)
    for (const slice of resumed.slices()) resumed.close(slice)
    expect(resumed.state()).toEqual({ theirs: 1, at: at(29) })
  })

  it.each([
    ['pinned records stand at the top', [[at(3), at(29), at(28)]], undefined],
    [
      'pinned records stand at the top of the first of two pages',
      [
        [at(3), at(29), at(28)],
        [at(27), at(26)],
      ],
      '2024-01-26T00:00:01Z',
    ],
    [
      'a newer record turns up later',
      [
        [at(29), at(28)],
        [at(27), at(26)],
        [at(28), at(2)],
      ],
      undefined,
    ],
    ['a value cannot be read', [[at(29), at(28)], ['soon']], undefined],
    ['pages are empty', [[], []], undefined],
    [
      'all records have one time',
      [
        [at(29), at(29)],
        [at(29), at(29)],
      ],
      '2024-01-29T00:00:01Z',
    ],
  ])('says what is sure when %s', (_what, pages, start) => {
    const run = open('descending')
    readPages(run, pages)
    expect(run.state()).toMatchObject(start === undefined ? { at: at(1) } : { slices: [{ start }] })
  })

  it('changes nothing where the order is not known', () => {
    const run = open(undefined)
    const slice = readPages(run, [[at(29), at(28)]])
    expect(run.progress(slice, { rows: [{ at: at(27) }] })).toBe(false)
    expect(run.state()).toEqual({ at: at(1) })
  })

  it('loses nothing and repeats one page per slice at most, wherever reads break off', () => {
    const hour = 3_600_000
    const origin = Date.parse(at(1))
    const write = (hours: number) => new Date(origin + hours * hour).toISOString().replace('.000Z', 'Z')
    const plan = fc.record({
      order: fc.constantFrom<Order>('ascending', 'descending'),
      step: fc.constantFrom('P3D', 'P10D', 'P60D'),
      // All different: records of one time are read again together.
      hours: fc.uniqueArray(fc.integer({ min: 0, max: 29 * 24 }), { maxLength: 60 }),
      pageSize: fc.integer({ min: 1, max: 7 }),
      luck: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 30 }),
    })
    fc.assert(
      fc.property(plan, ({ order, step, hours, pageSize, luck }) => {
        const source = hours.map((value, id) => ({ id, at: write(value) })).sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)))
        if (order === 'descending') source.reverse()
        const seen = new Map<number, number>()
        let state: StreamState | undefined
        let turn = 0
        let allowed = 0
        const next = () => luck[turn++ % luck.length] ?? 0
        for (let attempts = 0; ; attempts++) {
          if (attempts > 400) throw new Error('it never ends')
          const run = open(order, state, { step })
          const slices = [...run.slices()].map((slice) => ({ slice, rows: rowsOf(slice, source), closed: false }))
          if (attempts > 0 && slices.every(({ rows }) => rows.length === 0)) break
          // Pages of all slices in any order; then the process is killed before the last page is committed.
          let pages = attempts < 200 ? next() : 1_000
          while (slices.some(({ closed }) => !closed) && pages > 0) {
            const open = slices.filter(({ closed }) => !closed)
            const chosen = open[next() % open.length]
            if (!chosen) break
            const page = chosen.rows.splice(0, pageSize)
            for (const { id } of page) seen.set(id, (seen.get(id) ?? 0) + 1)
            pages -= 1
            if (pages === 0) break
            run.observe(chosen.slice, page)
            run.progress(chosen.slice, { rows: page })
            chosen.closed = chosen.rows.length === 0
            if (chosen.closed) run.close(chosen.slice)
            state = run.state()
          }
          if (pages > 0) break
          // The page that was not committed, the record at the position of every window, and the one at the end of what was known.
          allowed += pageSize + slices.length + 1
        }
        expect(seen.size).toBe(source.length)
        const repeated = [...seen.values()].reduce((sum, times) => sum + times - 1, 0)
        expect(repeated).toBeLessThanOrEqual(allowed)
      }),
      { numRuns: 300 },
    )
  })
})

function rowsOf({ values }: CursorSlice, source: readonly (Row & { id: number; at: string })[]) {
  const [start = '', end = ''] = Object.values(values).map(String)
  return source.filter((row) => row.at >= start && row.at <= end)
}
