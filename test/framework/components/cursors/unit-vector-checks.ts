import { Cursor, type CursorRun, type CursorSlice } from '../../../../framework/components/cursors/cursor.ts'
import { cursorFormat } from '../../../../framework/components/cursors/cursor-format.ts'
import { type Interval, mergeIntervals, reached } from '../../../../framework/components/cursors/intervals.ts'
import { resume } from '../../../../framework/components/cursors/resume.ts'
import { buildComponent, isNode } from '../../../../framework/manifest/build.ts'
import type { Row } from '../../../../framework/protocol/messages.ts'
import { type DateTime, datetimeOfEpochMs, parseIso, TimeDelta } from '../../../../framework/template/datetime.ts'
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
const ofFormats = (input: Input) => converterOf(input)['type'] === 'CustomFormatConcurrentStreamStateConverter'
const toOneValue = (input: Input) => ofFormats(input) && converterOf(input)['is_sequential_state'] === true
const paired = (input: Input) =>
  (durationText(input['slice_range']) === undefined) === (durationText(input['cursor_granularity']) === undefined)
const unclamped = (input: Input) => recordOf(input['clamping'])['type'] === 'NoClamping'

function formatOf(input: Input) {
  const { datetime_format, input_datetime_formats } = converterOf(input)
  return cursorFormat(input_datetime_formats as readonly string[], String(datetime_format), 'airbyte')
}

function granularityOf(input: Input): TimeDelta {
  return TimeDelta.ofSeconds(Number(recordOf(converterOf(input)['cursor_granularity'])['$timedelta_s']))
}

function openRun(input: Input): CursorRun {
  const { datetime_format, input_datetime_formats } = converterOf(input)
  const [partition_field_start, partition_field_end] = (input['slice_boundary_fields'] ?? []) as readonly string[]
  const moment = (value: unknown) => isNode(value) && { type: 'MinMaxDatetime', datetime: value['$datetime'], datetime_format: exact }
  const at = (value: unknown) => moment(withMicros(value)) || undefined
  const node = present({
    type: 'DatetimeBasedCursor',
    ...{ cursor_field: input['cursor_field'], datetime_format, cursor_datetime_formats: input_datetime_formats },
    ...{ partition_field_start, partition_field_end },
    ...{ start_datetime: at(input['start']), end_datetime: at(input['end']), lookback_window: durationText(input['lookback_window']) },
    ...(paired(input) ? { step: durationText(input['slice_range']), cursor_granularity: durationText(input['cursor_granularity']) } : {}),
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
    const slice = known.get(key) ?? { values: recordOf(cursor_slice) as CursorSlice['values'], parts: {} }
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
  const start = untagged(input['start'])
  const options = {
    ...{ cursorField: String(input['cursor_field']), format: formatOf(input), start, now: datetimeOfEpochMs(0), lookback: undefined },
    ...{ lookbackSeconds: 0, granularity: granularityOf(input), dialect: 'airbyte' as const, warn: () => undefined },
  }
  const { floor, intervals, foreign } = resume(recordOf(input['state']), options)
  return [tagged(floor), { state_type: 'date-range', slices: intervals.map(tagInterval), legacy: foreign }]
}

function written(input: Input): unknown {
  const { slices, legacy } = recordOf(input['state'])
  const merged = mergeIntervals((slices as readonly Input[]).map(intervalOf), granularityOf(input))
  const point = reached(merged)
  return { ...recordOf(legacy), ...(point ? { [String(input['cursor_field'])]: formatOf(input).write(point) } : {}) }
}

const unit = 'concurrent_cursor_unit.json'
const converters = 'state_converters.json'
const mergeable = (input: Input) => (input['intervals'] as readonly Input[]).map(intervalOf)

/** Vectors of the parts of cursors: what is cut, kept and written. Converters of other kinds of values have no counterpart. */
export const checks: readonly Check[] = [
  {
    ...{ file: unit, component: 'concurrent_cursor.stream_slices' },
    run: (input) => [...openRun(input).slices()].map(({ values }) => values),
    skip: not((input) => ofFormats(input) && paired(input) && unclamped(input)),
  },
  {
    ...{ file: unit, component: 'concurrent_cursor.state', run: stateAfter },
    skip: not((input) => toOneValue(input) && isNode(input['start'])),
  },
  {
    ...{ file: unit, component: 'concurrent_cursor.should_be_synced', skip: not(ofFormats) },
    run: (input) => openRun(input).keep(input['record'] as Row),
  },
  {
    ...{ file: converters, component: 'state_converter.merge_intervals', skip: not(ofFormats), expected: withoutNulls },
    run: (input) => mergeIntervals(mergeable(input), granularityOf(input)).map(tagInterval),
  },
  {
    ...{ file: converters, component: 'state_converter.convert_from_sequential_state', run: resumed },
    skip: not((input) => ofFormats(input) && isNode(input['start'])),
  },
  { file: converters, component: 'state_converter.convert_to_state_message', run: written, skip: not(toOneValue) },
  {
    ...{ file: converters, component: 'state_converter.output_format', skip: not(ofFormats) },
    run: (input) => formatOf(input).write(untagged(input['value'])),
  },
  {
    ...{ file: converters, component: 'state_converter.parse_timestamp', skip: not(ofFormats) },
    run: (input) => tagged(formatOf(input).read(input['value'])),
  },
]
