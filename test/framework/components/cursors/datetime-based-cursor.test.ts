import { describe, expect, it } from 'vitest'
import { Cursor, type CursorOptions, type CursorRun } from '../../../../framework/components/read/cursor.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import type { StreamState } from '../../../../framework/protocol/messages.ts'
import { type TestContextOptions, testContext } from '../../build.ts'

/** Ten days of January 2024 in windows of two days; the test's now is in March. */
const days = {
  type: 'DatetimeBasedCursor',
  cursor_field: 'at',
  datetime_format: '%Y-%m-%d',
  start_datetime: '2024-01-01',
  end_datetime: '2024-01-10',
  step: 'P2D',
  cursor_granularity: 'P1D',
}
const native = (manifest: object, options: TestContextOptions = {}) => {
  const context = testContext(options)
  return { context, cursor: buildComponent(Cursor, { ...days, ...manifest }, context) }
}
const open = (manifest: object, state?: StreamState, options: Partial<CursorOptions> = {}) =>
  native(manifest).cursor.open(state, { scope: {}, ...options })
const windows = (run: CursorRun) => [...run.slices()].map(({ values }) => Object.values(values).join('..'))

/** Reads every window, with one record at each of its ends; those in `failing` are left open. */
function readAll(run: CursorRun, failing: readonly number[] = []): void {
  for (const [index, slice] of [...run.slices()].entries()) {
    run.observe(
      slice,
      Object.values(slice.values).map((at) => ({ at })),
    )
    if (!failing.includes(index)) run.close(slice)
  }
}

describe('DatetimeBasedCursor', () => {
  it('tiles start to end with windows that end a granule before the next one', () => {
    expect(windows(open({}))).toEqual([
      '2024-01-01..2024-01-02',
      '2024-01-03..2024-01-04',
      '2024-01-05..2024-01-06',
      '2024-01-07..2024-01-08',
      '2024-01-09..2024-01-10',
    ])
  })

  it('resumes from its state, less the lookback', () => {
    expect(windows(open({ step: 'P30D' }, { at: '2024-01-06' }))).toEqual(['2024-01-06..2024-01-10'])
    expect(windows(open({ step: 'P30D', lookback_window: 'P2D' }, { at: '2024-01-06' }))).toEqual(['2024-01-04..2024-01-10'])
    expect(windows(open({ step: 'P30D' }, { at: '2024-01-06' }, { lookbackSeconds: 86_400 }))).toEqual(['2024-01-05..2024-01-10'])
    expect(windows(open({ lookback_window: 'P30D' }, { at: '2024-01-02' }))[0]).toBe('2024-01-01..2024-01-02')
  })

  it('has no window when everything is read', () => {
    expect(windows(open({}, { at: '2024-01-10' }))).toEqual([])
  })

  it('reads the gaps of a state that has some', () => {
    const slices = [
      { start: '2024-01-01', end: '2024-01-02', most_recent_cursor_value: '2024-01-02' },
      { start: '2024-01-05', end: '2024-01-08' },
    ]
    const run = open({}, { state_type: 'date-range', slices })
    expect(windows(run)).toEqual(['2024-01-03..2024-01-04', '2024-01-08..2024-01-10'])
    expect(run.state()).toEqual({ at: '2024-01-02' })
  })

  it('advances over what is closed and keeps foreign keys of the state', () => {
    const run = open({}, { at: '2024-01-03', other: 1 })
    readAll(run)
    expect(run.state()).toEqual({ at: '2024-01-10', other: 1 })
    expect(run.state()).toBe(run.state())
  })

  it('never advances over a window that failed', () => {
    const run = open({})
    readAll(run, [1])
    expect(run.state()).toEqual({ at: '2024-01-02' })
  })

  it('never advances over a first window of one granule that failed', () => {
    const run = open({ step: 'P1D' })
    readAll(run, [0])
    expect(run.state()).toEqual({ at: '2024-01-01' })
    const resumed = open({ step: 'P1D' }, { at: '2024-01-04' })
    readAll(resumed, [0])
    expect(resumed.state()).toEqual({ at: '2024-01-04' })
  })

  it('stays where it was when a window of the lookback failed', () => {
    const run = open({ lookback_window: 'P4D' }, { at: '2024-01-07' })
    readAll(run, [0])
    expect(run.state()).toEqual({ at: '2024-01-07' })
  })

  it('does not follow records beyond their window', () => {
    const run = open({ step: 'P30D' })
    const [slice] = run.slices()
    if (!slice) throw new Error('a window is expected')
    run.observe(slice, [{ at: '2024-01-03' }, { at: '2099-01-01' }, { at: '2024-01-11' }])
    run.close(slice)
    expect(run.state()).toEqual({ at: '2024-01-03' })
  })

  it('brings a state from the future back to now and says so', () => {
    const { cursor, context } = native({ end_datetime: undefined })
    const run = cursor.open({ at: '2031-05-01' }, { scope: {} })
    expect(windows(run)).toEqual([])
    expect(run.state()).toEqual({ at: '2024-03-15' })
    expect(context.observed.findings.map(({ severity, error }) => [severity, error.code])).toEqual([['warning', 'ERR_STATE_IN_FUTURE']])
  })

  it('writes UTC whatever the offset of the records', () => {
    const run = open({ datetime_format: '%Y-%m-%dT%H:%M:%SZ', cursor_datetime_formats: ['%Y-%m-%dT%H:%M:%S%z'], step: 'P30D' })
    const [slice] = run.slices()
    if (!slice) throw new Error('a window is expected')
    run.observe(slice, [{ at: '2024-01-03T23:00:00-0800' }])
    run.close(slice)
    expect(run.state()).toEqual({ at: '2024-01-04T07:00:00Z' })
  })

  it('reads a backfill without touching the state', () => {
    const run = open({ step: 'P30D' }, { at: '2024-01-09' }, { range: { from: '2023-06-01', to: '2023-06-10' } })
    expect(windows(run)).toEqual(['2023-06-01..2023-06-10'])
    readAll(run)
    expect(run.state()).toEqual({ at: '2024-01-09' })
  })

  it('takes the whole last day of a backfill, but no time to come', () => {
    const seconds = { datetime_format: '%s', step: undefined, cursor_granularity: undefined, end_datetime: undefined }
    const run = open(seconds, undefined, { range: { from: '2024-01-01', to: '2024-01-01' } })
    expect(windows(run)).toEqual(['1704067200..1704153599'])
    const late = open(seconds, undefined, { range: { from: '2024-03-15', to: '2024-03-15' } })
    expect(windows(late)).toEqual(['1710460800..1710506096'])
  })

  it('starts where the account says', () => {
    const { cursor } = native({ start_datetime: '{{ account.created }}' }, { roots: ['account'] })
    const run = cursor.open(undefined, { scope: { account: { created: '2024-01-08T12:00:00+0000' } } })
    expect(windows(run)).toEqual(['2024-01-08..2024-01-10'])
  })

  it('injects the bounds of the window into requests', () => {
    const option = (field_name: string) => ({ inject_into: 'request_parameter', field_name })
    const run = open({ step: 'P30D', start_time_option: option('since'), end_time_option: option('until') })
    expect([...run.slices()].map(({ parts }) => parts)).toEqual([{ params: { since: '2024-01-01', until: '2024-01-10' } }])
  })

  it('keeps rows from the state on, less the lookback, and rows without a cursor value', () => {
    const { cursor, context } = native({ is_client_side_incremental: true, lookback_window: 'P1D' })
    const run = cursor.open({ at: '2024-01-05' }, { scope: {} })
    const rows = ['2024-01-03', '2024-01-04', '2024-01-10', '2024-01-11', 'soon', undefined]
    expect(rows.map((at) => run.keep({ at }))).toEqual([false, true, true, false, true, true])
    expect(context.observed.findings).toHaveLength(1)
  })

  it.each([
    ['step without granularity', { cursor_granularity: undefined }, 'step and cursor_granularity go together'],
    ['a negative step', { step: '-P1D' }, 'step must not be negative'],
    ['a step shorter than a granule', { step: 'PT1H' }, 'step must not be shorter than cursor_granularity'],
    ['an unknown clamping', { clamping: { target: 'YEAR' } }, 'Invalid clamping target YEAR'],
    ['a week without its first day', { clamping: { target: 'WEEK' } }, 'WEEK clamping needs target_details.weekday'],
  ])('refuses %s', (_, manifest, message) => {
    expect(() => native(manifest)).toThrow(message)
  })

  it('says what is wrong with a start or a state', () => {
    expect(() => open({ start_datetime: 'yesterday' })).toThrow("expected a date in the format %Y-%m-%d, found 'yesterday'")
    expect(() => open({}, { at: 'yesterday' })).toThrow('the state cannot be used: yesterday is not a cursor value')
  })

  it('reads whole periods only when it is clamped, without a gap between them', () => {
    const month = { clamping: { target: 'MONTH' }, step: 'P1M', start_datetime: '2023-10-15', end_datetime: '2024-01-10' }
    expect(windows(open(month))).toEqual(['2023-11-01..2023-11-30', '2023-12-01..2023-12-31'])
    expect(windows(open({ clamping: { target: 'DAY' }, step: 'P5D' }))).toEqual(['2024-01-01..2024-01-05', '2024-01-06..2024-01-09'])
    const none = { clamping: { target: 'MONTH' }, step: undefined, cursor_granularity: undefined }
    expect(windows(open(none))).toEqual([])
  })

  it('lets the catalog choose the field where the manifest allows it', () => {
    expect(native({}).cursor.withField).toBeUndefined()
    expect(native({ allow_catalog_defined_cursor_field: true }).cursor.withField?.('other').cursorField).toBe('other')
  })
})
