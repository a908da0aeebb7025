import { AuthenticationError, type ConnectorError, StoppedError, withContext } from '../../errors.ts'
import type { Services } from '../../manifest/definition/component.ts'
import type { Row, StreamState } from '../../protocol/messages.ts'
import type { Dialect, Scope } from '../../template/template.ts'
import { openStreamState, type StreamStateRun } from '../cursors/partition-state.ts'
import { type CursorRun, narrowing } from '../read/cursor.ts'
import type { Partition } from '../read/partition-router.ts'
import type { StreamSlice } from '../read/retriever.ts'
import type { Stream } from '../read/stream.ts'
import { type Followed, withLast } from './with-last.ts'

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

interface ParentSlice extends StreamSlice {
  readonly run: CursorRun | undefined
  /** Slices of the same partition that are not closed. */
  readonly left: { slices: number }
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
      parentState: () => retriever.parentState(),
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
    for await (const slice of withLast(this.#slices())) {
      try {
        yield* this.#slice(slice)
      } catch (thrown) {
        this.#fail(thrown, slice.item)
      }
    }
    if (this.#failure) throw this.#failure
  }

  async *#slices(): AsyncGenerator<ParentSlice> {
    const { stream, scope } = this.#options
    for await (const partition of stream.retriever.partitions(scope, this.#state.parentState())) {
      const run = this.#state.open(partition)
      const windows = run ? [...run.slices()] : [undefined]
      const left = { slices: windows.length }
      for (const window of windows) yield { partition, window, run, left }
      if (windows.length === 0) this.#state.done(partition)
    }
  }

  async *#slice({ item: slice, last }: Followed<ParentSlice>): AsyncGenerator<ParentRecord> {
    const { partition } = slice
    let held: Row | undefined
    for await (const row of this.#rows(slice)) {
      if (held) yield { row: held, partition }
      held = row
    }
    this.#close(slice)
    if (last && !this.#failure) this.#state.finish()
    if (held) yield { row: held, partition }
  }

  #close({ partition, window, run, left }: ParentSlice): void {
    if (run && window) run.close(window)
    left.slices -= 1
    if (left.slices === 0) this.#state.done(partition)
  }

  async *#rows({ run, ...slice }: ParentSlice): AsyncGenerator<Row> {
    const { stream } = this.#options
    const { cursor, transformations } = stream
    const stages = {
      transformations,
      schema: () => stream.schema(),
      ...(cursor?.clientSide && run ? { keep: (row: Row) => run.keep(row) } : {}),
    }
    const isKnown = (row: Row | undefined) => run !== undefined && row !== undefined && !run.keep(row)
    const done = cursor?.dataFeed ? { done: (rows: readonly Row[]) => isKnown(rows.at(-1)) } : {}
    const narrow = narrowing(run, slice.window)
    for await (const page of stream.retriever.read(slice, { stream: stream.name, stages, ...narrow, ...done })) {
      const rows = cursor?.dataFeed ? page.rows.filter((row) => !isKnown(row)) : page.rows
      if (run && slice.window) run.observe(slice.window, rows)
      yield* rows
    }
  }

  /** Without credentials, or after the run was told to stop, no other slice can do better. */
  #fail(thrown: unknown, { partition, window }: ParentSlice): void {
    const error = withContext(thrown, { slice: { ...partition.values, ...window?.values } })
    const { dialect, services } = this.#options
    if (dialect === 'airbyte' || error instanceof AuthenticationError || error instanceof StoppedError) throw thrown
    if (this.#failure) services.report.finding({ severity: 'error', error })
    this.#failure ??= error
  }
}
