import { cursorFormat } from '../../../../framework/components/cursors/cursor-format.ts'
import { readIncoming } from '../../../../framework/components/cursors/incoming-state.ts'
import { type Interval, mergeIntervals, reached } from '../../../../framework/components/cursors/intervals.ts'
import { resume, writeIntervals } from '../../../../framework/components/cursors/resume.ts'
import { Cursor, type CursorRun, type CursorSlice } from '../../../../framework/components/read/cursor.ts'
import { buildComponent, isNode } from '../../../../framework/manifest/definition/build.ts'
import type { Row, StreamState } from '../../../../framework/protocol/messages.ts'
import { type DateTime, datetimeOfEpochMs, parseIso, TimeDelta } from '../../../../framework/template/python/datetime.ts'
import { testContext } from '../../build.ts'
import { type Check, type Input, present, recordOf } from '../check-vectors.ts'

const exact = '%Y-%m-%dT%H:%M:%S.%f%z'

const tagged = (value: DateTime) => ({ $datetime: value.atOffset(0).isoformat() })
const untagged = (value: unknown) => parseIso(String(recordOf(value)['$datetime']))

/** ISO text of a recorded duration; nothing for none and for the longest there is. */
function durationText(value: unknown): string | undefined {
  const { $timedelta_s: seconds, $duration } = recordOf(value)
  if (typeof seconds === 'number') return seconds === 0 ? undefined : `PT${seconds}S`
  if (!isNode($duration)) return undefined
  return `P${$duration['years']}Y${$duration['months']}MT${$duration['seconds']}S`
}

const converterOf = ({ converter }: Input) => recordOf(converter)
const not = (where: (input: Input) => boolean) => (input: Input) => !where(input)
const counts = (input: Input) => converterOf(input)['type'] === 'IncrementingCountStreamStateConverter'
const isEpoch = (input: Input) => converterOf(input)['type'] === 'EpochValueConcurrentStreamStateConverter'
const isMillis = (input: Input) => converterOf(input)['type'] === 'IsoMillisConcurrentStreamStateConverter'
/** `max` is the whole stretch, as where no step is given. */
const stepOf = (input: Input) => durationText(input['slice_range'])
const paired = (input: Input) => (stepOf(input) === undefined) === (durationText(input['cursor_granularity']) === undefined)
const unclamped = (input: Input) => recordOf(input['clamping'])['type'] === 'NoClamping'

/** Converters as the formats that a manifest would name: epochs are whole seconds, which the reference keeps as numbers. */
function formatsOf(input: Input): { readonly read: readonly string[]; readonly written: string } {
  if (isEpoch(input)) return { read: ['%s'], written: '%s' }
  if (isMillis(input)) return { read: [exact, '%Y-%m-%dT%H:%M:%S%z'], written: '%Y-%m-%dT%H:%M:%S.%_msZ' }
  const { datetime_format, input_datetime_formats } = converterOf(input)
  return { read: input_datetime_formats as readonly string[], written: String(datetime_format) }
}

function formatOf(input: Input) {
  const { read, written } = formatsOf(input)
  return cursorFormat(read, written, 'airbyte')
}

/** Ours writes an epoch as text. */
function numbersAsText(input: Input, recorded: unknown): unknown {
  if (!isEpoch(input)) return recorded
  if (typeof recorded === 'number') return String(recorded)
  if (Array.isArray(recorded)) return recorded.map((item) => numbersAsText(input, item))
  if (!isNode(recorded)) return recorded
  return Object.fromEntries(Object.entries(recorded).map(([key, value]) => [key, numbersAsText(input, value)]))
}

function granularityOf(input: Input): TimeDelta {
  const seconds = recordOf(converterOf(input)['cursor_granularity'])['$timedelta_s']
  return TimeDelta.ofSeconds(seconds === undefined ? 1 : Number(seconds))
}

/** The reference begins with the earliest value there is where nothing says when. */
function startOf(input: Input): Input {
  const start = recordOf(input['start'])
  if (start['$datetime'] !== undefined) return start
  return { $datetime: isEpoch(input) ? '1970-01-01T00:00:00+00:00' : '0001-01-01T00:00:00+00:00' }
}

function openRun(input: Input): CursorRun {
  const { read, written } = formatsOf(input)
  const [partition_field_start, partition_field_end] = (input['slice_boundary_fields'] ?? []) as readonly string[]
  const moment = (value: unknown) => isNode(value) && { type: 'MinMaxDatetime', datetime: value['$datetime'], datetime_format: exact }
  const at = (value: unknown) => moment(withMicros(value)) || undefined
  const node = present({
    type: 'DatetimeBasedCursor',
    ...{ cursor_field: input['cursor_field'], datetime_format: written, cursor_datetime_formats: read },
    ...{ partition_field_start, partition_field_end },
    ...{ start_datetime: at(startOf(input)), end_datetime: at(input['end']), lookback_window: durationText(input['lookback_window']) },
    ...(paired(input) ? { step: stepOf(input), cursor_granularity: durationText(input['cursor_granularity']) } : {}),
  })
  const context = testContext({ dialect: 'airbyte', now: Date.UTC(2026, 10, 20, 15) })
  return buildComponent(Cursor, node, context).open(recordOf(input['stream_state']), { scope: {} })
}

/** The recording leaves out a fraction of zero. */
function withMicros(value: unknown): unknown {
  const text = recordOf(value)['$datetime']
  if (typeof text !== 'string') return undefined
  return { $datetime: text.includes('.') ? text : text.replace(/(?=[+-]\d\d:\d\d$)/, '.000000') }
}

function stateAfter(input: Input): unknown {
  const run = openRun(input)
  const known = new Map<string, CursorSlice>()
  const sliceOf = (recorded: unknown): CursorSlice => {
    const { partition, cursor_slice } = recordOf(recordOf(recorded)['$slice'])
    const key = JSON.stringify([partition, cursor_slice])
    const values = { ...recordOf(partition), ...recordOf(cursor_slice) } as CursorSlice['values']
    const slice = known.get(key) ?? { values, parts: {} }
    known.set(key, slice)
    return slice
  }
  for (const event of input['events'] as readonly Input[]) {
    const { observe, close } = event
    // A record of no slice counts for none.
    if (isNode(observe) && observe['slice'] === null) continue
    if (isNode(observe)) run.observe(sliceOf(observe['slice']), [observe['data'] as Row])
    else run.close(sliceOf(close))
  }
  return run.state()
}

const intervalOf = (recorded: Input): Interval => ({
  start: untagged(recorded['start']),
  end: untagged(recorded['end']),
  latest: isNode(recorded['most_recent_cursor_value']) ? untagged(recorded['most_recent_cursor_value']) : undefined,
})
const tagInterval = ({ start, end, latest }: Interval) => ({
  ...{ start: tagged(start), end: tagged(end) },
  ...(latest ? { most_recent_cursor_value: tagged(latest) } : {}),
})
/** Ours does not tell an interval without a record from one where it was left out. */
const withoutNulls = (recorded: unknown) => (recorded as readonly Input[]).map(present)

function resumed(input: Input): unknown {
  const start = untagged(startOf(input))
  const options = {
    ...{ cursorField: String(input['cursor_field']), format: formatOf(input), start, now: datetimeOfEpochMs(0), lookback: undefined },
    ...{ lookbackSeconds: 0, granularity: granularityOf(input), dialect: 'airbyte' as const, warn: () => undefined },
  }
  const { floor, intervals, foreign } = resume(recordOf(input['state']), options)
  return [tagged(floor), { state_type: 'date-range', slices: intervals.map(tagInterval), legacy: foreign }]
}

/** Counts: where the next read begins. */
function resumedCount(input: Input): unknown {
  const fields = { cursor_field: input['cursor_field'], start_value: input['start'] }
  const cursor = buildComponent(Cursor, { type: 'IncrementingCountCursor', ...fields }, testContext({ dialect: 'airbyte' }))
  return cursor.open(recordOf(input['state']), { scope: {} }).state()[String(input['cursor_field'])]
}

function written(input: Input): unknown {
  const { slices, legacy } = recordOf(input['state'])
  const merged = mergeIntervals((slices as readonly Input[]).map(intervalOf), granularityOf(input))
  const point = reached(merged)
  if (converterOf(input)['is_sequential_state'] === false) return writeIntervals(merged, formatOf(input))
  return { ...recordOf(legacy), ...(point ? { [String(input['cursor_field'])]: formatOf(input).write(point) } : {}) }
}

/** The reference may keep all ranges where ours keeps how far it read without a gap. */
function pointOf(recorded: unknown, input: Input): unknown {
  const ranges = recordOf(recorded)['slices']
  if (!Array.isArray(ranges)) return numbersAsText(input, recorded)
  const { most_recent_cursor_value: latest, start } = recordOf(ranges[0])
  const { state_type: _, slices: __, ...foreign } = recordOf(input['stream_state'])
  return numbersAsText(input, { ...foreign, [String(input['cursor_field'])]: latest ?? start })
}

/** The oldest form of a partitioned state, in the words of the one after it. */
function legacyStates({ stream_state, cursor_field, partition_key_field }: Input): readonly unknown[] {
  const cursor = { type: 'DatetimeBasedCursor', cursor_field, datetime_format: '%Y-%m-%d', start_datetime: '2024-01-01' }
  const { legacy } = readIncoming(
    recordOf(stream_state) as StreamState,
    buildComponent(Cursor, cursor, testContext({ dialect: 'airbyte' })),
  )
  return [...legacy].map(([id, state]) => ({ partition: { [String(partition_key_field)]: id }, cursor: state }))
}

/** Ids of the oldest form are texts; ours compares texts, and takes the partition's own value. */
function idsAsText(recorded: unknown): unknown {
  const states = recordOf(recorded)['states'] as readonly Input[]
  const texts = (partition: unknown) => Object.fromEntries(Object.entries(recordOf(partition)).map(([key, value]) => [key, String(value)]))
  return states.map(({ partition, cursor }) => ({ partition: texts(partition), cursor }))
}

const unit = 'concurrent_cursor_unit.json'
const converters = 'state_converters.json'
const mergeable = (input: Input) => (input['intervals'] as readonly Input[]).map(intervalOf)

/** Vectors of the parts of cursors: what is cut, kept and written. */
export const checks: readonly Check[] = [
  {
    ...{ file: unit, component: 'concurrent_cursor.stream_slices' },
    run: (input) => [...openRun(input).slices()].map(({ values }) => values),
    expected: (recorded, input) => numbersAsText(input, recorded),
    skip: not((input) => paired(input) && unclamped(input)),
  },
  // A cursor that cuts no slices has no counterpart.
  {
    file: unit,
    component: 'concurrent_cursor.state',
    run: stateAfter,
    expected: pointOf,
    skip: (input) => input['slice_boundary_fields'] === null,
  },
  {
    ...{ file: unit, component: 'concurrent_cursor.should_be_synced' },
    run: (input) => openRun(input).keep(input['record'] as Row),
  },
  {
    ...{ file: converters, component: 'state_converter.merge_intervals', expected: withoutNulls },
    run: (input) => mergeIntervals(mergeable(input), granularityOf(input)).map(tagInterval),
  },
  { file: converters, component: 'state_converter.convert_from_sequential_state', run: resumed, skip: counts },
  {
    ...{ file: converters, component: 'state_converter.convert_from_sequential_state', run: resumedCount, skip: not(counts) },
    expected: (recorded) => (recorded as readonly unknown[])[0],
  },
  {
    ...{ file: converters, component: 'state_converter.convert_to_state_message', run: written, skip: counts },
    expected: (recorded, input) => numbersAsText(input, recorded),
  },
  {
    ...{ file: converters, component: 'state_converter.convert_to_state_message', skip: not(counts) },
    run: (input) => ({ [String(input['cursor_field'])]: resumedCount({ ...input, start: 0, state: recordOf(input['state'])['legacy'] }) }),
  },
  {
    ...{ file: converters, component: 'state_converter.output_format' },
    run: (input) => formatOf(input).write(untagged(input['value'])),
    expected: (recorded, input) => numbersAsText(input, recorded),
  },
  {
    ...{ file: converters, component: 'state_converter.parse_timestamp' },
    run: (input) => tagged(formatOf(input).read(input['value'])),
  },
  {
    ...{ file: converters, component: 'state_migration.legacy_to_per_partition.should_migrate' },
    run: (input) => legacyStates(input).length > 0,
  },
  {
    ...{ file: converters, component: 'state_migration.legacy_to_per_partition.migrate' },
    ...{ run: legacyStates, expected: idsAsText },
  },
]
