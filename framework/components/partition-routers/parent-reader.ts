import { AuthenticationError, asConnectorError, type ConnectorError, StoppedError } from '../../errors.ts'
import type { Services } from '../../manifest/component.ts'
import type { Row, StreamState } from '../../protocol/messages.ts'
import type { Dialect, Scope } from '../../template/template.ts'
import type { CursorRun } from '../cursors/cursor.ts'
import { openStreamState, type StreamStateRun } from '../cursors/partition-state.ts'
import type { StreamSlice } from '../retrievers/retriever.ts'
import type { Stream } from '../streams/stream.ts'
import type { Partition } from './partition-router.ts'

export interface ParentReaderOptions {
  readonly stream: Stream
  readonly scope: Scope
  readonly state: StreamState | undefined
  readonly services: Services
  readonly dialect: Dialect
}

export interface ParentRecord {
  readonly row: Row
  /** The part of the parent that the record belongs to. */
  readonly partition: Partition
}

/** Reads a parent stream from its state on and keeps that state as its slices are complete. */
export class ParentReader {
  readonly #options: ParentReaderOptions
  readonly #state: StreamStateRun
  #failure: ConnectorError | undefined

  constructor(options: ParentReaderOptions) {
    this.#options = options
    const { stream, state, services, dialect } = options
    const { retriever, cursor } = stream
    this.#state = openStreamState({
      ...{ cursor, state, dialect },
      partitioned: retriever.partitioned,
      clock: services.clock,
      report: services.report,
      ...(retriever.parentState ? { parentState: () => retriever.parentState?.() } : {}),
    })
  }

  /** State after the last record that was handed out. */
  get state(): StreamState {
    return this.#state.current()
  }

  /**
   * Records in the order of the source. A slice is closed before its last record is handed out, so that the state that goes
   * with that record counts the slice as read. In our own manifests a slice that fails does not keep the others from being
   * read; its error is thrown at the end.
   */
  async *records(): AsyncGenerator<ParentRecord> {
    const { stream, scope } = this.#options
    for await (const partition of stream.retriever.partitions(scope, this.#state.parentState())) yield* this.#partition(partition)
    if (this.#failure) throw this.#failure
    this.#state.finish()
  }

  async *#partition(partition: Partition): AsyncGenerator<ParentRecord> {
    const run = this.#state.open(partition)
    const windows = run ? [...run.slices()] : [undefined]
    let failed = false
    for (const [index, window] of windows.entries()) {
      const close = () => {
        if (run && window) run.close(window)
        if (index === windows.length - 1 && !failed) this.#state.done(partition)
      }
      try {
        yield* this.#slice({ partition, window }, run, close)
      } catch (thrown) {
        failed = true
        this.#fail(thrown)
      }
    }
    if (windows.length === 0) this.#state.done(partition)
  }

  async *#slice(slice: StreamSlice, run: CursorRun | undefined, close: () => void): AsyncGenerator<ParentRecord> {
    let held: Row | undefined
    for await (const row of this.#rows(slice, run)) {
      if (held) yield { row: held, partition: slice.partition }
      held = row
    }
    close()
    if (held) yield { row: held, partition: slice.partition }
  }

  async *#rows(slice: StreamSlice, run: CursorRun | undefined): AsyncGenerator<Row> {
    const { stream } = this.#options
    const { cursor, transformations } = stream
    const stages = {
      transformations,
      schema: () => stream.schema(),
      ...(cursor?.clientSide && run ? { keep: (row: Row) => run.keep(row) } : {}),
    }
    const isKnown = (row: Row | undefined) => run !== undefined && row !== undefined && !run.keep(row)
    const done = cursor?.dataFeed ? { done: (rows: readonly Row[]) => isKnown(rows.at(-1)) } : {}
    for await (const page of stream.retriever.read(slice, { stream: stream.name, stages, ...done })) {
      const rows = cursor?.dataFeed ? page.rows.filter((row) => !isKnown(row)) : page.rows
      if (run && slice.window) run.observe(slice.window, rows)
      yield* rows
    }
  }

  /** Without credentials, or after the run was told to stop, no other slice can do better. */
  #fail(thrown: unknown): void {
    const error = asConnectorError(thrown)
    const { dialect, services } = this.#options
    if (dialect === 'airbyte' || error instanceof AuthenticationError || error instanceof StoppedError) throw thrown
    if (this.#failure) services.report.finding({ severity: 'error', error })
    this.#failure ??= error
  }
}
