import { describe, expect, it } from 'vitest'
import { readIncoming } from '../../../../framework/components/cursors/incoming-state.ts'
import { openStreamState, type StreamStateOptions } from '../../../../framework/components/cursors/partition-state.ts'
import { Cursor, type CursorRun } from '../../../../framework/components/read/cursor.ts'
import type { ParentStates, Partition } from '../../../../framework/components/read/partition-router.ts'
import { parseJson as parseExactJson } from '../../../../framework/http/json.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import type { StreamState } from '../../../../framework/protocol/messages.ts'
import { stateText } from '../../../../framework/protocol/number-literals.ts'
import { sharedFolder } from '../../../shared.ts'
import { testContext } from '../../build.ts'
import { differences, recordOf } from '../check-vectors.ts'

const node = {
  type: 'DatetimeBasedCursor',
  ...{ cursor_field: 'at', datetime_format: '%Y-%m-%d', start_datetime: '2024-01-01', end_datetime: '2024-01-31' },
}

function tracker(state?: StreamState, options: Partial<StreamStateOptions> & { manifest?: object } = {}) {
  const { manifest, ...rest } = options
  const context = testContext()
  const cursor = buildComponent(Cursor, { ...node, ...manifest }, context)
  const { clock, report } = context.services
  const run = openStreamState({ cursor, state, partitioned: true, dialect: 'native', clock, report, ...rest })
  return { run, clock, observed: context.observed }
}

const part = (values: StreamState, parents?: ParentStates): Partition => ({
  ...{ values, extra: {}, parts: {}, scope: {} },
  ...(parents ? { parents } : {}),
})
const id = (value: unknown) => part({ id: value })
const starts = (run: CursorRun | undefined) => [...(run?.slices() ?? [])].map(({ values }) => values['start_time'])

describe('a partition whose value is beyond 2^53', () => {
  const long = '9007199254740993'
  const values = () => parseExactJson(`{"id":${long}}`) as StreamState
  const cursor = buildComponent(Cursor, { type: 'IncrementingCountCursor', cursor_field: 'at' }, testContext())
  const entry = (partition: string, at: number) => `{"partition":{"id":${partition}},"cursor":{"at":${at}}}`

  it.each([
    ['a number', long],
    ['the text of an earlier version', `"${long}"`],
  ])('resumes from a state in which it is %s, and is a number from then on', (_form, written) => {
    const state = parseExactJson(`{"states":[${entry(written, 4)},${entry('"9007199254740994"', 6)}]}`) as StreamState
    const { run } = tracker(state, { cursor })
    const opened = run.open(part(values()))
    const [slice] = opened?.slices() ?? []
    expect(slice?.values['start']).toBe(4)
    if (slice) opened?.observe(slice, [{ at: 5 }])
    if (slice) opened?.close(slice)
    expect(stateText(run.current())).toContain(`"states":[${entry(long, 5)},${entry('"9007199254740994"', 6)}]`)
  })
})

/** Reads everything of a partition, one record at the given time. */
function readTo(run: CursorRun | undefined, at: string): void {
  for (const slice of run?.slices() ?? []) {
    run?.observe(slice, [{ at }])
    run?.close(slice)
  }
}

describe('openStreamState', () => {
  it('gives streams without a cursor no state but that they were read', () => {
    const { run } = tracker({ anything: 1 }, { cursor: undefined })
    expect([run.open(id(1)), run.current(), run.parentState()]).toEqual([undefined, { __ab_no_cursor_state_message: true }, undefined])
  })

  it('resumes in each partition where a backfill broke off', () => {
    const range = { from: '2024-01-03', to: '2024-01-20', resumable: true as const }
    const manifest = { step: 'P5D', cursor_granularity: 'P1D' }
    const { run } = tracker({ states: [{ partition: { id: 1 }, cursor: { at: '2024-01-30' } }] }, { range, manifest })
    const [whole, begun] = [run.open(id(1)), run.open(id(2))]
    expect(starts(whole)).toEqual(['2024-01-03', '2024-01-08', '2024-01-13', '2024-01-18'])
    readTo(whole, '2024-01-20')
    const [first] = [...(begun?.slices() ?? [])]
    if (first) begun?.observe(first, [{ at: '2024-01-06' }])
    if (first) begun?.close(first)
    const again = tracker(undefined, { range: { ...range, resume: run.current() }, manifest }).run
    // The record at the end of what is known may have been followed by another one of the same moment.
    expect(starts(again.open(id(1)))).toEqual(['2024-01-20'])
    expect(starts(again.open(id(2)))).toEqual(['2024-01-06', '2024-01-11', '2024-01-16'])
    expect(starts(again.open(id(3)))).toEqual(['2024-01-03', '2024-01-08', '2024-01-13', '2024-01-18'])
  })

  it('keeps one state for a stream without partitions', () => {
    const { run } = tracker({ at: '2024-01-05' }, { partitioned: false })
    expect(run.current()).toEqual({ at: '2024-01-05' })
    const only = run.open(part({}))
    expect(starts(only)).toEqual(['2024-01-05'])
    readTo(only, '2024-01-09')
    expect(run.current()).toEqual({ at: '2024-01-09' })
  })

  it.each([
    ['that said it had none', { __ab_no_cursor_state_message: true }, '2024-01-01'],
    ['that partitions shared', { use_global_cursor: true, state: { at: '2024-01-07' } }, '2024-01-07'],
    ['of partitions alone', { states: [{ partition: { id: 1 }, cursor: { at: '2024-01-07' } }] }, '2024-01-01'],
  ])('opens a stream without partitions from a state %s', (_, state, start) => {
    const { run } = tracker(state, { partitioned: false })
    expect(starts(run.open(part({})))).toEqual([start])
  })

  it('keeps a state for each partition, found again whatever the order of its keys', () => {
    const states = [{ partition: { b: 1, a: { d: 2, c: 3 } }, cursor: { at: '2024-01-05' } }]
    const { run } = tracker({ use_global_cursor: false, states, state: { at: '2024-01-20' }, lookback_window: 86_400 })
    const known = run.open(part({ a: { c: 3, d: 2 }, b: 1 }))
    expect(starts(known)).toEqual(['2024-01-05'])
    expect(starts(run.open(id('new')))).toEqual(['2024-01-19'])
    readTo(known, '2024-01-25')
    expect(run.current()).toEqual({
      use_global_cursor: false,
      states: [
        { partition: { a: { c: 3, d: 2 }, b: 1 }, cursor: { at: '2024-01-25' } },
        { partition: { id: 'new' }, cursor: { at: '2024-01-19' } },
      ],
      state: { at: '2024-01-20' },
      lookback_window: 86_400,
    })
  })

  it.each([
    ['nothing', undefined, '2024-01-01'],
    ['one value for all', { at: '2024-01-10' }, '2024-01-10'],
    ['a shared state', { use_global_cursor: true, state: { at: '2024-01-10' }, lookback_window: 172_800 }, '2024-01-08'],
    ['a list without the partition', { states: [{ partition: { id: 2 }, cursor: { at: '2024-01-10' } }] }, '2024-01-01'],
    ['an entry with gaps', { states: [{ partition: { id: 1 }, cursor: gap() }] }, '2024-01-03'],
    ['the oldest form', { '1': { at: '2024-01-12' }, '2': { at: '2024-01-13' } }, '2024-01-12'],
  ])('opens a partition from %s', (_, state, start) => {
    expect(starts(tracker(state).run.open(id(1)))[0]).toBe(start)
  })

  it('keeps entries of the oldest form that were not met', () => {
    const { run } = tracker({ '1': { at: '2024-01-12' }, '2': { at: '2024-01-13' } })
    run.open(id(1))
    expect(run.current()['states']).toEqual([
      { partition: { id: 1 }, cursor: { at: '2024-01-12' } },
      { partition: { id: '2' }, cursor: { at: '2024-01-13' } },
    ])
  })

  it('raises the state for unseen partitions only when all are done', async () => {
    const { run, clock } = tracker()
    const [one, two] = [id(1), id(2)]
    const runs = [run.open(one), run.open(two)]
    readTo(runs[0], '2024-01-15')
    run.done(one)
    run.finish()
    expect(run.current()).toMatchObject({ lookback_window: 0 })
    expect(run.current()).not.toHaveProperty('state')
    readTo(runs[1], '2024-01-12')
    run.done(two)
    await clock.sleep(1500)
    run.finish()
    expect(run.current()).toMatchObject({ state: { at: '2024-01-15' }, lookback_window: 2 })
  })

  it('does not raise it when there was no record', () => {
    const { run } = tracker({ state: { at: '2024-01-03' }, states: [], lookback_window: 60 })
    const one = id(1)
    for (const slice of run.open(one)?.slices() ?? []) expect(slice.values['end_time']).toBe('2024-01-31')
    run.done(one)
    run.finish()
    expect(run.current()).toMatchObject({ state: { at: '2024-01-03' }, lookback_window: 60 })
  })

  it('hands out a state that stays as it is, and the same one while nothing changes', () => {
    const { run } = tracker()
    const opened = run.open(id(1))
    const before = run.current()
    const copy = JSON.stringify(before)
    expect(run.current()).toBe(before)
    readTo(opened, '2024-01-15')
    expect(run.current()).not.toBe(before)
    expect(JSON.stringify(before)).toBe(copy)
  })

  it('reads a repeated partition once and says so once', () => {
    const { run, observed } = tracker()
    const first = id(1)
    run.open(first)
    expect([id(1), id(1)].map((again) => starts(run.open(again)))).toEqual([[], []])
    run.done(id(1))
    run.finish()
    expect(run.current()).not.toHaveProperty('state')
    expect(observed.findings.map(({ error }) => error.code)).toEqual(['ERR_PARTITION_REPEATED'])
  })

  it('shares one state where the manifest wants it', () => {
    const { run } = tracker(
      { states: [{ partition: { id: 1 }, cursor: { at: '2024-01-05' } }] },
      { manifest: { global_substream_cursor: true } },
    )
    const one = id(1)
    const opened = run.open(one)
    expect(starts(opened)).toEqual(['2024-01-05'])
    readTo(opened, '2024-01-09')
    run.done(one)
    run.finish()
    expect(run.current()).toEqual({ use_global_cursor: true, state: { at: '2024-01-09' }, lookback_window: 0 })
  })

  it('shares one state above ten thousand partitions', () => {
    const { run } = tracker()
    for (let index = 0; index < 10_001; index++) readDone(index)
    expect(run.current()['use_global_cursor']).toBe(false)
    readDone(10_001)
    run.finish()
    expect(run.current()).toEqual({ use_global_cursor: true, state: { at: '2024-01-09' }, lookback_window: 0 })

    function readDone(index: number): void {
      const partition = id(index)
      readTo(run.open(partition), '2024-01-09')
      run.done(partition)
    }
  })

  it('lets parents go forward when all partitions up to their state are done', () => {
    const states = ['2024-01-01', '2024-01-02', '2024-01-03'].map((at): ParentStates => ({ parent: { at } }))
    const partitions = [0, 0, 1, 2].map((index, at) => part({ id: at }, states[index]))
    const { run } = tracker(undefined, { parentState: () => ({ parent: { at: '2024-01-09' } }) })
    for (const partition of partitions) run.open(partition)
    const parents = [3, 0, 2, 1].map((index) => {
      const partition = partitions[index]
      if (partition) run.done(partition)
      return run.current()['parent_state']
    })
    expect(parents).toEqual([undefined, states[0], states[0], states[2]])
    run.finish()
    expect(run.current()['parent_state']).toEqual({ parent: { at: '2024-01-09' } })
  })

  it.each([
    ['its own', { parent_state: { parent: { at: '2024-01-02' } } }, { parent: { at: '2024-01-02' } }],
    ['the only value of the child', { at: '2024-01-02' }, { '*': { cursor: '2024-01-02' } }],
    ['the shared value of the child', { state: { at: '2024-01-02' }, states: [] }, { '*': { cursor: '2024-01-02' } }],
    ['nothing', {}, undefined],
  ])('finds the state of parents: %s', (_, state, expected) => {
    expect(tracker(state).run.parentState()).toEqual(expected)
  })

  it('says what is wrong with a state', () => {
    expect(() => tracker({ at: 'soon' })).toThrow('cursor value soon fits none of the formats')
    expect(() => tracker({ states: [{ partition: { id: 1 }, cursor: { at: 'soon' } }] }).run.open(id(1))).toThrow(
      'the state cannot be used',
    )
  })
})

function gap(): StreamState {
  const slices = [
    { start: '2024-01-01', end: '2024-01-03' },
    { start: '2024-01-08', end: '2024-01-20' },
  ]
  return { state_type: 'date-range', slices }
}

describe.skipIf(!sharedFolder)('oldest form of state', () => {
  it('is reported as the reference reports it', async () => {
    const run = (input: Readonly<Record<string, unknown>>) => {
      const cursor = buildComponent(Cursor, { ...node, cursor_field: input['cursor_field'] }, testContext())
      return readIncoming(recordOf(input['stream_state']), cursor).legacy.size > 0
    }
    const component = 'state_migration.legacy_to_per_partition.should_migrate'
    expect(await differences({ file: 'state_converters.json', component, run })).toEqual([])
  })
})
