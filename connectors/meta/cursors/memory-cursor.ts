import { moment } from '../../../framework/components/cursors/moment.ts'
import { Cursor, type CursorOptions, type CursorRun, type CursorSlice, type Progress } from '../../../framework/components/read/cursor.ts'
import { ConnectorError } from '../../../framework/errors.ts'
import { defineComponent } from '../../../framework/manifest/definition/component.ts'
import { optional, string } from '../../../framework/manifest/definition/fields.ts'
import { isObject } from '../../../framework/protocol/json.ts'
import type { Row, StreamState } from '../../../framework/protocol/messages.ts'
import { compareDatetimes, parseIso } from '../../../framework/template/python/datetime.ts'
import { utcText } from '../insights/insight-rows.ts'

/** What a retriever remembers of its last reads: JSON of a size that does not grow with the records read. */
export type Memory = Readonly<Record<string, unknown>>

/**
 * The one slice of a read that plans itself by what it remembers. What is to be remembered next is the checkpoint of a page; the state
 * follows once the page is handed on, so that an interrupted read resumes where it was.
 */
export class CheckpointSlice implements CursorSlice {
  readonly values: CursorSlice['values']
  readonly parts = {}
  /** As the last read left it; undefined for the first one, and for backfills. */
  readonly memory: Memory | undefined
  /** Records to read by their own time, epoch milliseconds; undefined where it is open. */
  readonly range: { readonly from: number | undefined; readonly to: number | undefined }

  constructor(values: CursorSlice['values'], { memory, range }: Pick<CheckpointSlice, 'memory' | 'range'>) {
    this.values = values
    this.memory = memory
    this.range = range
  }
}

/** The memory slice of a stream. Throws when the stream has another cursor. */
export function checkpointSlice(window: CursorSlice | undefined): CheckpointSlice {
  if (window instanceof CheckpointSlice) return window
  throw new ConnectorError('ERR_WINDOW', 'this retriever keeps what it has seen in the state: its stream needs a MemoryCursor')
}

export const MemoryCursor = defineComponent(Cursor, {
  type: 'MemoryCursor',
  summary: 'Keeps what a retriever remembers from read to read in the state, beside the latest value of the cursor field.',
  fields: {
    cursor_field: string({ description: 'Field of the rows that holds a time; the state names its latest value.' }),
    start_datetime: optional(moment({ description: 'Records older than this are not read.' })),
    end_datetime: optional(moment({ description: 'Records younger than this are not read.' })),
  },
  examples: [{ title: 'Media, with a new snapshot every day', manifest: { type: 'MemoryCursor', cursor_field: 'timestamp' } }],
  create: ({ cursor_field, start_datetime, end_datetime }, { services }) => {
    const bound = (value: typeof start_datetime, scope: CursorOptions['scope']) => value && value.at(scope).epochSeconds * 1000
    return {
      cursorField: cursor_field,
      clientSide: false,
      dataFeed: false,
      sharedState: false,
      stateKeys: ['memory', 'looked_at'],
      compare: (a, b) => compareDatetimes(parseIso(String(a)), parseIso(String(b))),
      readAt: ({ looked_at: looked }) => (typeof looked === 'string' ? instantOf(looked) : undefined),
      rewrite: (value) => utcText(instantOf(value)),
      open: (state, { scope, range }) => {
        const from = range?.from === undefined ? bound(start_datetime, scope) : instantOf(range.from)
        const to = range?.to === undefined ? bound(end_datetime, scope) : endOf(range.to)
        return new CheckpointRun({
          state,
          cursorField: cursor_field,
          now: services.clock.now(),
          range: { from, to },
          backfill: range !== undefined,
        })
      },
    }
  },
})

interface CheckpointRunOptions {
  readonly state: StreamState | undefined
  readonly cursorField: string
  readonly now: number
  readonly range: CheckpointSlice['range']
  readonly backfill: boolean
}

class CheckpointRun implements CursorRun {
  readonly #options: CheckpointRunOptions
  readonly #memory: Memory | undefined
  #state: StreamState
  #latest: string | undefined
  #observed = false

  constructor(options: CheckpointRunOptions) {
    const { state = {}, cursorField, backfill } = options
    this.#options = options
    this.#state = state
    const { memory } = state
    if (memory !== undefined && !isObject(memory)) throw stateError('its checkpoint must be a mapping')
    this.#memory = backfill ? undefined : memory
    const latest = state[cursorField]
    this.#latest = latest === undefined || latest === null ? undefined : utcText(instantOf(latest))
  }

  get observed(): boolean {
    return this.#observed
  }

  *slices(): Generator<CursorSlice> {
    const { range, now } = this.#options
    const values = {
      start_time: range.from === undefined ? (this.#latest ?? 'the beginning') : utcText(range.from),
      end_time: utcText(range.to ?? now),
    }
    yield new CheckpointSlice(values, { memory: this.#memory, range })
  }

  observe(_slice: CursorSlice, rows: readonly Row[]): void {
    for (const row of rows) {
      const value = row[this.#options.cursorField]
      if (typeof value !== 'string') continue
      this.#observed = true
      // All rows write their times alike, in UTC.
      if (this.#latest === undefined || value > this.#latest) this.#latest = value
    }
  }

  progress(_slice: CursorSlice, { checkpoint: memory }: Progress): boolean {
    if (memory === undefined || this.#options.backfill) return false
    const { state = {}, cursorField, now } = this.#options
    this.#state = { ...state, ...(this.#latest === undefined ? {} : { [cursorField]: this.#latest }), looked_at: utcText(now), memory }
    return true
  }

  narrow(): undefined {
    return undefined
  }

  covered(): undefined {
    return undefined
  }

  close(): void {
    // What was read is remembered page by page.
  }

  keep(): boolean {
    return true
  }

  state(): StreamState {
    return this.#state
  }
}

function instantOf(value: unknown): number {
  if (typeof value !== 'string') throw stateError(`${JSON.stringify(value)} is not a time`)
  return parseIso(value).epochSeconds * 1000
}

/** A date without a time of day means the whole day. */
function endOf(value: string): number {
  return instantOf(value) + (/^\d{4}-\d\d-\d\d$/.test(value) ? 86_399_000 : 0)
}

function stateError(what: string): ConnectorError {
  const message = `the state cannot be used: ${what}. Reset the stream's state or correct it`
  return new ConnectorError('ERR_STATE_INVALID', message, { failureType: 'config_error' })
}
