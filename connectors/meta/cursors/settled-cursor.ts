import { Cursor, type CursorRun, type CursorSlice, cursorRunWith, wrapCursor } from '../../../framework/components/read/cursor.ts'
import { defineComponent } from '../../../framework/manifest/definition/component.ts'
import { integer, slot } from '../../../framework/manifest/definition/fields.ts'
import { HOUR_MS } from '../../../framework/time.ts'
import { utcText } from '../insights/insight-rows.ts'
import { pacificDate, pacificMidnight } from '../metrics/pacific.ts'

export const SettledCursor = defineComponent(Cursor, {
  type: 'SettledCursor',
  summary: 'Moves the state of a stream over days that have come to rest, also when there was nothing to read in them.',
  fields: {
    cursor: slot(Cursor, { description: 'The cursor over `end_time`; it writes ISO times.' }),
    after_hours: integer({ description: 'Hours after which the figures of a day have arrived for good.' }),
  },
  examples: [
    {
      title: 'Figures that come up to two days late',
      manifest: {
        type: 'SettledCursor',
        after_hours: 48,
        cursor: {
          type: 'DatetimeBasedCursor',
          cursor_field: 'end_time',
          datetime_format: '%Y-%m-%dT%H:%M:%S+00:00',
          cursor_datetime_formats: ['%Y-%m-%dT%H:%M:%S%z'],
          start_datetime: '2026-01-01T00:00:00+00:00',
        },
      },
    },
  ],
  create: ({ cursor: days, after_hours: hours }, { services }) =>
    wrapCursor(days, (run, cursor) => settled(run, { cursor, restBefore: () => services.clock.now() - hours * HOUR_MS })),
})

/** Without this a stream that has no rows for weeks, such as taps on a button that nobody taps, would read all those weeks every day. */
function settled(run: CursorRun, { cursor, restBefore }: { cursor: Cursor; restBefore: () => number }): CursorRun {
  const rest = (to: number) => pacificMidnight(pacificDate(Math.min(to, restBefore())))
  const observe = (slice: CursorSlice, value: number) => run.observe(slice, [{ [cursor.cursorField]: utcText(value) }])
  return cursorRunWith(run, {
    progress: (slice, page) => {
      const to = Date.parse(String(page.checkpoint?.['to']))
      // What came to rest before the checkpoint is not asked for again, whether or not there were rows.
      if (to < rest(Number.POSITIVE_INFINITY)) observe(slice, to)
      return run.progress(slice, page)
    },
    close: (slice) => {
      const [start = Number.NaN, end = Number.NaN] = Object.values(slice.values).map((value) => Date.parse(String(value)))
      if (rest(end) >= start) observe(slice, rest(end))
      run.close(slice)
    },
  })
}
