import { cursorFormat } from '../../../../framework/components/cursors/cursor-format.ts'
import { Moment } from '../../../../framework/components/cursors/moment.ts'
import { Cursor, type CursorRun, type CursorSlice } from '../../../../framework/components/read/cursor.ts'
import type { RequestParts } from '../../../../framework/components/read/requester.ts'
import { ConnectorError } from '../../../../framework/errors.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import type { Row } from '../../../../framework/protocol/messages.ts'
import { parseIso } from '../../../../framework/template/python/datetime.ts'
import { testContext } from '../../build.ts'
import { type Check, type Input, present, recordOf } from '../check-vectors.ts'

const slicing = 'datetime_cursor_slicing.json'
const options = 'request_options.json'

function openCursor(input: Input): CursorRun {
  const at = parseIso(String(input['now']))
  const now = at.epochSeconds * 1000 + at.micro / 1000
  const context = testContext({ dialect: 'airbyte', config: recordOf(input['config']), now })
  const cursor = buildComponent(Cursor, recordOf(input['definition']), context)
  const lookback = input['runtime_lookback_window_seconds']
  return cursor.open(recordOf(input['stream_state']), { scope: {}, ...(typeof lookback === 'number' ? { lookbackSeconds: lookback } : {}) })
}

/** What the reference says of a cursor before a read, or during one when records are given. */
function readCursor(input: Input): unknown {
  const run = openCursor(input)
  const slices = [...run.slices()]
  const values = slices.map((slice) => slice.values)
  const records = input['records_per_slice']
  if (!Array.isArray(records)) return { slices: values, state_before_read: run.state() }
  const pages: Row[][] = records
  const synced = pages.flat().map((row) => run.keep(row))
  const states = slices.map((slice, index) => readSlice(run, slice, pages[index] ?? []))
  return { slices: values, state_after_each_slice: states, should_be_synced: synced }
}

function readSlice(run: CursorRun, slice: CursorSlice, rows: Row[]): unknown {
  run.observe(slice, rows)
  run.close(slice)
  return run.state()
}

function evaluateMoment({ config, parameters, context, ...fields }: Input): unknown {
  const { stream_slice = {}, ...scope } = recordOf(context)
  const seen = { ...scope, stream_slice, stream_interval: stream_slice, stream_partition: stream_slice }
  const built = testContext({ dialect: 'airbyte', config: recordOf(config), parameters: recordOf(parameters) })
  const moment = buildComponent(Moment, { type: 'MinMaxDatetime', ...present(fields) }, built)
  return { $datetime: moment.at(seen).isoformat() }
}

const formats = ['%Y-%m-%d', '%Y-%m-%dT%H:%M:%SZ', '%Y-%m-%dT%H:%M:%S.%fZ', '%Y-%m-%dT%H:%M:%S.%f%z', '%Y-%m-%dT%H:%M:%S%z', '%s']

/** The format in which a bound was written: what is read with it is written the same again. */
function formatOf(bound: unknown): string {
  const text = String(bound)
  const format = formats.find((candidate) => isWrittenIn(candidate, text))
  if (format === undefined) throw new Error(`no format for ${text}`)
  return format
}

function isWrittenIn(format: string, text: string): boolean {
  const { read, write } = cursorFormat([], format, 'airbyte')
  try {
    return write(read(text)) === text
  } catch (thrown) {
    if (thrown instanceof ConnectorError) return false
    throw thrown
  }
}

/** What the requests of a slice carry of its bounds: a cursor is made that cuts just this slice. */
function injected(kind: keyof RequestParts) {
  return (input: Input) => {
    const { start_time_option, end_time_option, partition_field_start, partition_field_end } = input
    const bounds = recordOf(recordOf(recordOf(input['stream_slice'])['$slice'])['cursor_slice'])
    const [start, end] = [bounds[String(partition_field_start)], bounds[String(partition_field_end)]]
    // Nothing is injected before there is a slice.
    if (start === undefined || end === undefined) return {}
    const context = testContext({ dialect: 'airbyte', config: recordOf(input['config']), parameters: recordOf(input['parameters']) })
    const node = present({
      ...{ type: 'DatetimeBasedCursor', cursor_field: 'at', datetime_format: formatOf(start) },
      ...{ start_datetime: String(start), end_datetime: String(end) },
      ...{ start_time_option, end_time_option, partition_field_start, partition_field_end },
    })
    const [slice] = buildComponent(Cursor, node, context).open({}, { scope: {} }).slices()
    if (!slice) throw new Error(`no slice from ${start} to ${end}`)
    return slice.parts[kind] ?? {}
  }
}

/** Vectors of whole cursors. */
export const checks: readonly Check[] = [
  { file: slicing, component: 'datetime_based_cursor', run: readCursor },
  { file: 'datetime.json', component: 'min_max_datetime', run: evaluateMoment },
  { file: options, component: 'datetime_request_options.get_request_params', run: injected('params') },
  { file: options, component: 'datetime_request_options.get_request_headers', run: injected('headers') },
  { file: options, component: 'datetime_request_options.get_request_body_data', run: injected('body_data') },
  { file: options, component: 'datetime_request_options.get_request_body_json', run: injected('body_json') },
]
