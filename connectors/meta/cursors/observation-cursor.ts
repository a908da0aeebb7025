import { Cursor, type CursorRun, type CursorSlice } from '../../../framework/components/read/cursor.ts'
import { ConfigError, ConnectorError } from '../../../framework/errors.ts'
import { type BuildContext, defineComponent } from '../../../framework/manifest/definition/component.ts'
import { type BoundTemplate, optional, string, template } from '../../../framework/manifest/definition/fields.ts'
import type { StreamState } from '../../../framework/protocol/messages.ts'
import { DAY_MS } from '../../../framework/time.ts'
import { utcText } from '../insights/insight-rows.ts'

export const ObservationCursor = defineComponent(Cursor, {
  type: 'ObservationCursor',
  summary: 'For values that are only known as of now: one snapshot per UTC day, or every few days.',
  fields: {
    cursor_field: string({ description: 'Field of the rows with the start of the UTC day on which they were observed.' }),
    every_days: optional(template([], { description: 'Days between two snapshots; 1 by default, 0 for every read.' })),
  },
  examples: [{ title: 'Once a week', manifest: { type: 'ObservationCursor', cursor_field: 'end_time', every_days: '{{ 7 }}' } }],
  create: ({ cursor_field: cursorField, every_days }, { services }) => {
    const everyDays = daysOf(every_days)
    return {
      cursorField,
      clientSide: false,
      dataFeed: false,
      sharedState: false,
      open: (state, options) => {
        const today = Math.floor(services.clock.now() / DAY_MS) * DAY_MS
        // What was not observed then cannot be observed now: a backfill has nothing to read.
        if (options.range) return observation(cursorField, { state: state ?? {}, today, isDue: false })
        const last = lastOf(state?.[cursorField], services, today)
        return observation(cursorField, { state: state ?? {}, today, isDue: last === undefined || today >= last + everyDays * DAY_MS })
      },
      compare: (a, b) => readDay(a) - readDay(b),
      rewrite: (value) => utcText(readDay(value)),
    }
  },
})

function daysOf(source: BoundTemplate | undefined): number {
  const value = source?.evaluate({}) ?? 1
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  throw new ConfigError('ERR_CONFIG_INVALID', `every_days must be a whole number of 0 or more, not ${JSON.stringify(value)}`)
}

/** A state from the future is brought back to today. */
function lastOf(value: unknown, { report }: BuildContext['services'], today: number): number | undefined {
  if (value === undefined || value === null) return undefined
  const day = readDay(value)
  if (day <= today) return day
  const text = `the state, ${String(value)}, is in the future; reading continues from ${utcText(today)}`
  report.finding({ severity: 'warning', error: new ConnectorError('ERR_STATE_IN_FUTURE', text, { failureType: 'config_error' }) })
  return today
}

function readDay(value: unknown): number {
  const instant = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (!Number.isNaN(instant)) return instant
  const text = `the state cannot be used: ${JSON.stringify(value)} is not a time. Reset the stream's state or correct it`
  throw new ConnectorError('ERR_STATE_INVALID', text, { failureType: 'config_error' })
}

interface Opened {
  readonly state: StreamState
  readonly today: number
  readonly isDue: boolean
}

function observation(cursorField: string, { state: before, today, isDue }: Opened): CursorRun {
  const text = utcText(today)
  let state = before
  let observed = false
  const slice: CursorSlice = { values: { start_time: text, end_time: text }, parts: {} }
  return {
    *slices() {
      if (isDue) yield slice
    },
    observe: (_, rows) => {
      observed ||= rows.length > 0
    },
    progress: () => false,
    narrow: () => undefined,
    covered: () => undefined,
    // Nothing to see is an observation as well: it is not asked for again today.
    close: () => {
      state = { ...before, [cursorField]: text }
    },
    keep: () => true,
    state: () => state,
    get observed() {
      return observed
    },
  }
}
