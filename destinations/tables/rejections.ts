import { backfillKey, ConnectorError, defined, type Item, type RunInfo, refreshKey, withContext } from '../../framework/index.ts'

/** One table cannot take its rows while others can take theirs. Nothing of the transaction that found out was kept. */
export class TableRejection extends ConnectorError {
  /** Name of the table, as its plan has it. */
  readonly table: string

  constructor(table: string, code: string, message: string, cause?: unknown) {
    super(code, message, { failureType: 'config_error', ...defined({ cause }) })
    this.table = table
  }
}

/** Errors of single rows; their streams fail alone. */
const rowErrors = new Set(['ERR_RECORD_KEY', 'ERR_RECORD_UNWRITABLE'])

export const isRowError = (thrown: unknown): thrown is ConnectorError => thrown instanceof ConnectorError && rowErrors.has(thrown.code)

/** Keys of the states that stand for rows of a stream. */
export const stateKeysOf = (stream: string): readonly string[] => [stream, backfillKey(stream), refreshKey(stream)]

/** Streams of a run whose rows cannot be written: the others continue, and no state of these is handed on. */
export class Rejections {
  #run: RunInfo | undefined
  readonly #streams = new Set<string>()

  open(run: RunInfo): void {
    this.#run = run
  }

  has(stream: string): boolean {
    return this.#streams.has(stream)
  }

  /** True for the key of a state of a rejected stream, of a backfill or a refresh too. */
  hasState(key: string): boolean {
    return [...this.#streams].some((stream) => stateKeysOf(stream).includes(key))
  }

  /** Throws the error where the run cannot continue without the streams. */
  reject(streams: Iterable<string>, error: ConnectorError): void {
    const names = [...streams].filter((stream) => !this.#streams.has(stream))
    if (!this.#run?.rejectStream || names.length === 0) throw withContext(error, names[0] === undefined ? {} : { stream: names[0] })
    for (const stream of names) {
      this.#streams.add(stream)
      this.#run.rejectStream(stream, error)
    }
  }

  /** What is handed on of an item: nothing of a state that stands for rows that were not written; a complete stream is not. */
  passed(item: Item): Item | undefined {
    if (item.type !== 'message' || this.#streams.size === 0) return item
    const { message } = item
    if (message.type === 'STATE') {
      if (!this.has(message.state.stream.stream_descriptor.name)) return item
      // Its stream may wait for it, and only then sees that it is rejected.
      item.onKept?.()
      return undefined
    }
    if (message.type !== 'TRACE' || message.trace.type !== 'STREAM_STATUS') return item
    const { stream_status } = message.trace
    if (stream_status.status !== 'COMPLETE' || !this.has(stream_status.stream_descriptor.name)) return item
    return { ...item, message: { ...message, trace: { ...message.trace, stream_status: { ...stream_status, status: 'INCOMPLETE' } } } }
  }
}
