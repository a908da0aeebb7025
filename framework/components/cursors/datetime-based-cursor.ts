import { ConfigError, type ConnectorError } from '../../errors.ts'
import { type BuildContext, defineComponent, type Values } from '../../manifest/definition/component.ts'
import {
  type BoundTemplate,
  boolean,
  list,
  oneOf,
  optional,
  slot,
  string,
  template,
  withDefault,
} from '../../manifest/definition/fields.ts'
import type { StreamState } from '../../protocol/messages.ts'
import {
  addDuration,
  compareDatetimes,
  type DateTime,
  type Duration,
  datetimeOfEpochMs,
  parseDuration,
  parseIso,
  subtractDuration,
  TimeDelta,
} from '../../template/python/datetime.ts'
import { toText } from '../../template/python/text.ts'
import type { Dialect } from '../../template/template.ts'
import { Cursor, type CursorOptions, type CursorRun, cursorRunWith } from '../read/cursor.ts'
import { RequestOption } from '../read/request-option.ts'
import { combineParts } from '../read/request-parts.ts'
import { clampingField } from './clamping.ts'
import { type CursorFormat, cursorFormat } from './cursor-format.ts'
import { DatetimeRun, defaultGranularity } from './datetime-run.ts'
import { moment } from './moment.ts'
import { resume } from './resume.ts'
import { type Cut, earlier, isZero, later } from './windows.ts'

const requestOption = (description: string) => optional(slot(RequestOption, { description, default_type: 'RequestOption' }))

const fields = {
  cursor_field: template([], { description: 'Field of the record, at its top level, that holds the time by which the stream advances.' }),
  datetime_format: string({
    description: 'How times are written to requests and state, in strftime terms, or %s, %s_as_float, %ms, %epoch_microseconds.',
  }),
  cursor_datetime_formats: optional(
    list(string({ description: 'A format.' }), {
      description: 'Formats tried before `datetime_format` when values of records and state are read.',
    }),
  ),
  start_datetime: moment({ description: 'The earliest time that is read.' }),
  end_datetime: optional(moment({ description: 'The latest time that is read. Default: now.' })),
  step: optional(template([], { description: 'Length of a window as an ISO-8601 duration (P1M). Without it there is one window.' })),
  cursor_granularity: optional(
    template([], { description: 'The smallest difference of two cursor values (PT1S): windows end this much before the next one.' }),
  ),
  lookback_window: optional(template([], { description: 'ISO-8601 duration read again before the state, for records that came late.' })),
  clamping: optional(clampingField),
  start_time_option: requestOption('Where a request carries the start of the window.'),
  end_time_option: requestOption('Where a request carries the end of the window.'),
  partition_field_start: optional(template([], { description: 'Name of the start in `stream_slice`. Default: start_time.' })),
  partition_field_end: optional(template([], { description: 'Name of the end in `stream_slice`. Default: end_time.' })),
  record_order: optional(
    oneOf(['ascending', 'descending'], {
      description:
        'Records of a slice arrive in the order of the cursor field: an interrupted read resumes inside the slice. Needs granules.',
    }),
  ),
  is_data_feed: withDefault(boolean({ description: 'Records come newest first: paging stops at the first one that is known.' }), false),
  is_client_side_incremental: withDefault(boolean({ description: 'The API cannot filter: known records are dropped here.' }), false),
  is_compare_strictly: withDefault(boolean({ description: 'Accepted for compatibility; has no effect.' }), false),
  global_substream_cursor: withDefault(boolean({ description: 'Keep one state for all partitions instead of one for each.' }), false),
  allow_catalog_defined_cursor_field: withDefault(boolean({ description: 'A configured catalog may name another cursor field.' }), false),
}

type Definition = Values<typeof fields>

/** Everything that does not depend on state or account. */
interface Setting {
  readonly definition: Definition
  readonly context: BuildContext
  readonly format: CursorFormat
  readonly cursorField: string
  readonly startField: string
  readonly endField: string
  readonly step: Duration | undefined
  readonly granularity: Duration | undefined
  readonly lookback: Duration | undefined
}

export const DatetimeBasedCursor = defineComponent(Cursor, {
  type: 'DatetimeBasedCursor',
  summary: 'Reads a stream by time: windows from a start to an end, and from its state on in the next run.',
  fields,
  examples: [
    {
      title: 'Days in windows of 30',
      manifest: {
        type: 'DatetimeBasedCursor',
        cursor_field: 'end_time',
        datetime_format: '%Y-%m-%d',
        cursor_datetime_formats: ['%Y-%m-%dT%H:%M:%S%z'],
        start_datetime: '2024-01-01',
        step: 'P30D',
        cursor_granularity: 'P1D',
        lookback_window: 'P3D',
      },
    },
  ],
  create: (definition, context) => {
    const setting = settingOf(definition, context)
    // Where only the config decides, a bad date is an error of the config, not of the read.
    if (context.dialect === 'airbyte') boundsOf(setting, { scope: {} })
    return cursorOf(setting)
  },
})

function cursorOf(setting: Setting): Cursor {
  const { definition, cursorField, format } = setting
  return {
    cursorField,
    clientSide: definition.is_client_side_incremental,
    dataFeed: definition.is_data_feed,
    sharedState: definition.global_substream_cursor,
    open: (state, options) => open(setting, state ?? {}, options),
    compare: format.compare,
    moment: format.read,
    rewrite: (value) => format.write(readAny(value, format)),
    stateKeys: [],
    readAt: () => undefined,
    withField: definition.allow_catalog_defined_cursor_field ? (name) => cursorOf({ ...setting, cursorField: name }) : undefined,
  }
}

/** States of other programs have ISO times, whatever the source writes. */
function readAny(value: unknown, format: CursorFormat): DateTime {
  try {
    return format.read(value)
  } catch (thrown) {
    if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d/.test(value)) throw thrown
    return format.inUtc(parseIso(value))
  }
}

function settingOf(definition: Definition, context: BuildContext): Setting {
  const text = (source: BoundTemplate | undefined) => (source === undefined ? '' : toText(source.evaluate({}) ?? ''))
  const duration = (source: BoundTemplate | undefined) => (text(source) === '' ? undefined : parseDuration(text(source)))
  const step = duration(definition.step)
  const granularity = duration(definition.cursor_granularity)
  if ((step === undefined) !== (granularity === undefined)) {
    const found = `step is ${text(definition.step) || 'absent'}, cursor_granularity is ${text(definition.cursor_granularity) || 'absent'}`
    throw new ConfigError('ERR_MANIFEST_INVALID', `step and cursor_granularity go together; ${found}`)
  }
  checkProgress(step, granularity, context.dialect)
  return {
    definition,
    context,
    format: cursorFormat(definition.cursor_datetime_formats ?? [], definition.datetime_format, context.dialect),
    cursorField: text(definition.cursor_field),
    startField: text(definition.partition_field_start) || 'start_time',
    endField: text(definition.partition_field_end) || 'end_time',
    step: step && !isZero(step) ? step : undefined,
    granularity: granularity && !isZero(granularity) ? granularity : undefined,
    lookback: duration(definition.lookback_window),
  }
}

/** Windows that do not advance never reach the end; windows shorter than a granule end before they start. */
function checkProgress(step: Duration | undefined, granularity: Duration | undefined, dialect: Dialect): void {
  const epoch = datetimeOfEpochMs(0)
  const after = (duration: Duration) => addDuration(epoch, duration)
  if (step && compareDatetimes(after(step), epoch) < 0) throw new ConfigError('ERR_MANIFEST_INVALID', 'step must not be negative')
  if (dialect === 'native' && step && granularity && compareDatetimes(after(step), after(granularity)) < 0) {
    throw new ConfigError('ERR_MANIFEST_INVALID', 'step must not be shorter than cursor_granularity')
  }
}

interface Bounds {
  readonly start: DateTime
  readonly end: DateTime
  readonly now: DateTime
}

function boundsOf({ definition, context, granularity }: Setting, { scope, range }: CursorOptions): Bounds {
  const { datetime_format: format, start_datetime, end_datetime, clamping } = definition
  const now = datetimeOfEpochMs(context.services.clock.now())
  const configuredEnd = end_datetime?.at(scope, format)
  const until = configuredEnd ?? now
  const end = range?.to ? earlier(endOf(range.to), later(until, now)) : until
  return {
    start: range?.from ? parseIso(range.from) : start_datetime.at(scope, format),
    end: clamping ? subtractDuration(clamping.down(end), granularity ?? clamping.unit) : end,
    now,
  }
}

/** A date without a time of day means the whole day. */
function endOf(to: string): DateTime {
  const moment = parseIso(to)
  return /^\d{4}-?\d\d-?\d\d$/.test(to) ? addDuration(moment, new TimeDelta(86_399, 999_999)) : moment
}

function open(setting: Setting, state: StreamState, options: CursorOptions): CursorRun {
  const { definition, context, format, cursorField, startField, endField, step, granularity, lookback } = setting
  const { dialect, services } = context
  const { start, end, now } = boundsOf(setting, options)
  const warn = (error: ConnectorError) => services.report.finding({ severity: 'warning', error })
  const cut: Cut = { start, step, granularity, clamping: definition.clamping, dialect }
  const given = {
    ...{ cursorField, format, start, now, lookback, dialect, warn },
    granularity: granularity ?? defaultGranularity,
    lookbackSeconds: options.lookbackSeconds ?? 0,
  }
  const run = new DatetimeRun({
    ...{ cursorField, startField, endField, format, cut, end, warn },
    order: dialect === 'native' ? definition.record_order : undefined,
    endIsFixed: definition.end_datetime !== undefined || options.range !== undefined,
    now: () => datetimeOfEpochMs(services.clock.now()),
    resumption: options.range ? resume(options.range.resume ?? {}, { ...given, lookback: undefined }) : resume(state, given),
    parts: (values) =>
      combineParts([
        definition.start_time_option?.inject(values[startField], options.scope) ?? {},
        definition.end_time_option?.inject(values[endField], options.scope) ?? {},
      ]),
  })
  // A backfill that nobody keeps the progress of reads what it is told and leaves the state where it is.
  return options.range && !options.range.resumable ? cursorRunWith(run, { state: () => state }) : run
}
