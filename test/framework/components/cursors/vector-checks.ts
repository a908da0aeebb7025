import { Cursor, type CursorRun, type CursorSlice } from '../../../../framework/components/cursors/cursor.ts'
import { Moment } from '../../../../framework/components/cursors/moment.ts'
import { buildComponent } from '../../../../framework/manifest/build.ts'
import type { Row } from '../../../../framework/protocol/messages.ts'
import { parseIso } from '../../../../framework/template/datetime.ts'
import { testContext } from '../../build.ts'
import { type Check, type Input, present, recordOf } from '../check-vectors.ts'

const slicing = 'datetime_cursor_slicing.json'

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

/** Vectors of whole cursors. */
export const checks: readonly Check[] = [
  { file: slicing, component: 'datetime_based_cursor', run: readCursor },
  { file: 'datetime.json', component: 'min_max_datetime', run: evaluateMoment },
]
