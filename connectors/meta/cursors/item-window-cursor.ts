import { Cursor, type CursorRun, cursorRunWith, wrapCursor } from '../../../framework/components/read/cursor.ts'
import { defineComponent } from '../../../framework/manifest/definition/component.ts'
import { slot } from '../../../framework/manifest/definition/fields.ts'
import { DAY_MS } from '../../../framework/time.ts'
import { utcText } from '../insights/insight-rows.ts'

export const ItemWindowCursor = defineComponent(Cursor, {
  type: 'ItemWindowCursor',
  summary: 'For values over the life of items, which carry the day of the read: the window says which items are asked, not which days.',
  fields: {
    cursor: slot(Cursor, { description: 'The cursor over the days on which items were made; it writes ISO times.' }),
  },
  examples: [
    {
      title: 'Posts of a month, observed today',
      manifest: {
        type: 'ItemWindowCursor',
        cursor: {
          type: 'DatetimeBasedCursor',
          cursor_field: 'end_time',
          datetime_format: '%Y-%m-%dT%H:%M:%S+00:00',
          start_datetime: '2026-01-01T00:00:00+00:00',
          end_datetime: '2026-01-31T23:59:59+00:00',
        },
      },
    },
  ],
  create: ({ cursor: days }, { services }) =>
    wrapCursor(days, (run, cursor) => itemWindow(run, { field: cursor.cursorField, now: services.clock.now })),
})

/** Rows of a window that ended before today are all newer than its end: without this the state would never move over it. */
function itemWindow(run: CursorRun, { field, now }: { readonly field: string; readonly now: () => number }): CursorRun {
  return cursorRunWith(run, {
    // The order of the items tells how far the window is: rows carry the day of the read.
    progress: (slice, { checkpoint }) => {
      const times: unknown = checkpoint?.['times']
      return Array.isArray(times) && run.progress(slice, { rows: times.map((time) => ({ [field]: time })) })
    },
    close: (slice) => {
      const [, end = Number.NaN] = Object.values(slice.values).map((value) => Date.parse(String(value)))
      const today = Math.floor(now() / DAY_MS) * DAY_MS
      if (end < today) run.observe(slice, [{ [field]: utcText(end) }])
      run.close(slice)
    },
  })
}
