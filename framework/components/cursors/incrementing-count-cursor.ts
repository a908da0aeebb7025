import { ConfigError, ConnectorError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { boolean, optional, slot, template, withDefault } from '../../manifest/definition/fields.ts'
import type { Row, StreamState } from '../../protocol/messages.ts'
import { withInteger } from '../../protocol/number-literals.ts'
import { parsePythonInt } from '../../template/python/numbers.ts'
import { toText } from '../../template/python/text.ts'
import { Cursor, type CursorRun, type CursorSlice } from '../read/cursor.ts'
import { RequestOption } from '../read/request-option.ts'

export const IncrementingCountCursor = defineComponent(Cursor, {
  type: 'IncrementingCountCursor',
  summary: 'Reads a stream by a number that only grows, such as a sequence or an id.',
  fields: {
    cursor_field: template([], { description: 'Field of the record, at its top level, that holds the number.' }),
    start_value: optional(template([], { description: 'The first number that is read. Default: 0.' })),
    start_value_option: optional(
      slot(RequestOption, { description: 'Where a request carries the number to start from.', default_type: 'RequestOption' }),
    ),
    allow_catalog_defined_cursor_field: withDefault(
      boolean({ description: 'Let the configured catalog choose another cursor field.' }),
      false,
    ),
  },
  examples: [{ title: 'By id', manifest: { type: 'IncrementingCountCursor', cursor_field: 'id', start_value: 1 } }],
  create: ({ cursor_field, start_value, start_value_option, allow_catalog_defined_cursor_field }, { services }) => {
    const configured = start_value?.evaluate({})
    const start = configured === undefined || configured === null || configured === '' ? 0 : startOf(configured)
    const cursorOf = (cursorField: string): Cursor => ({
      cursorField,
      clientSide: false,
      dataFeed: false,
      sharedState: false,
      stateKeys: [],
      moment: undefined,
      readAt: () => undefined,
      compare: (a, b) => order(countOf(a), countOf(b)),
      rewrite: (value) => written(countOf(value)),
      open: (state = {}, { scope, range }) => {
        const known = range ? undefined : state[cursorField]
        const from = known === undefined || known === null ? start : higher(start, countOf(known))
        const slice = {
          values: { start: written(from), end: Number.POSITIVE_INFINITY },
          parts: start_value_option?.inject(written(from), scope) ?? {},
        }
        const warn = (error: ConnectorError) => services.report.finding({ severity: 'warning', error })
        return new CountRun({ cursorField, slice, from, incoming: state, keepsState: range !== undefined, warn })
      },
      withField: allow_catalog_defined_cursor_field ? cursorOf : undefined,
    })
    return cursorOf(toText(cursor_field.evaluate({})))
  },
})

interface CountRunOptions {
  readonly cursorField: string
  readonly slice: CursorSlice
  readonly from: number | bigint
  readonly incoming: StreamState
  /** A backfill: the state stays as it was. */
  readonly keepsState: boolean
  readonly warn: (error: ConnectorError) => void
}

/** One read from a number on. */
class CountRun implements CursorRun {
  readonly #options: CountRunOptions
  #highest: number | bigint | undefined
  #state: StreamState
  #warned = false

  constructor(options: CountRunOptions) {
    this.#options = options
    this.#state = options.keepsState ? options.incoming : withInteger(options.incoming, options.cursorField, options.from)
  }

  get observed(): boolean {
    return this.#highest !== undefined
  }

  slices(): Iterable<CursorSlice> {
    return [this.#options.slice]
  }

  observe(_: CursorSlice, rows: readonly Row[]): void {
    for (const row of rows) {
      const count = this.#read(row)
      if (count !== undefined && (this.#highest === undefined || count > this.#highest)) this.#highest = count
    }
  }

  progress(): boolean {
    return false
  }

  narrow(): undefined {
    return undefined
  }

  covered(): undefined {
    return undefined
  }

  close(): void {
    const { cursorField, from, keepsState } = this.#options
    if (keepsState || this.#highest === undefined) return
    this.#state = withInteger(this.#state, cursorField, higher(from, this.#highest))
  }

  keep(row: Row): boolean {
    const count = this.#read(row)
    return count === undefined || count >= this.#options.from
  }

  state(): StreamState {
    return this.#state
  }

  /** undefined for a value that is not a number; said once. */
  #read(row: Row): number | bigint | undefined {
    const { cursorField, warn } = this.#options
    const value = row[cursorField]
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value
    try {
      return countOf(value)
    } catch (thrown) {
      if (!(thrown instanceof ConnectorError)) throw thrown
      if (!this.#warned) warn(thrown)
      this.#warned = true
      return undefined
    }
  }
}

/** Numbers and bigints compare exactly. */
const order = (a: number | bigint, b: number | bigint): number => (a < b ? -1 : a > b ? 1 : 0)

const higher = (a: number | bigint, b: number | bigint): number | bigint => (b > a ? b : a)

/** As requests and templates take it. */
const written = (count: number | bigint): number | string => (typeof count === 'bigint' ? String(count) : count)

function startOf(value: unknown): number | bigint {
  try {
    return countOf(value)
  } catch (thrown) {
    throw new ConfigError('ERR_MANIFEST_INVALID', `start_value must be an integer, found ${toText(value)}`, { cause: thrown })
  }
}

/** Throws ConnectorError ERR_CURSOR_VALUE. */
function countOf(value: unknown): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string') {
    try {
      return parsePythonInt(value)
    } catch (thrown) {
      if (!(thrown instanceof ConnectorError)) throw thrown
    }
  }
  throw new ConnectorError(
    'ERR_CURSOR_VALUE',
    `cursor value ${value === undefined ? 'is missing' : toText(value).slice(0, 80)} must be an integer`,
  )
}
