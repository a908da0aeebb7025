import type { Clock } from '../../clock.ts'
import { openStreamState, type StreamStateRun } from '../../components/cursors/partition-state.ts'
import { type CursorRun, type CursorSlice, narrowing } from '../../components/read/cursor.ts'
import type { Partition } from '../../components/read/partition-router.ts'
import { type Page, type StreamSlice, sliceScope } from '../../components/read/retriever.ts'
import { defined } from '../../defined.ts'
import { AuthenticationError, ConnectorError, type ErrorContext, StoppedError, withContext } from '../../errors.ts'
import { attachFile, type Row, type StreamState } from '../../protocol/messages.ts'
import type { Reporter } from '../../report.ts'
import type { BoundStream } from '../assembly/bound-stream.ts'
import type { Item } from '../ports/items.ts'
import type { StreamResult } from '../ports/run.ts'
import type { BackfillRange } from './backfill.ts'
import type { Channel } from './channel.ts'
import { createDedupe } from './dedupe.ts'
import type { Limiter } from './limiter.ts'
import { isWhole, type StreamRefresh, stateItems } from './refresh.ts'
import { heldPageInSlices, several, sliceContext, withoutFolder } from './slices.ts'
import { statusItem } from './trace.ts'
import { untilKept } from './until-kept.ts'

/**
 * STATE of a stream with many partitions is large: beyond so many it waits for more slices than one, or for this time, and is always
 * sent at the end.
 */
const STATE_EVERY_MS = 10_000
const SMALL_STATE_PARTITIONS = 500
/** Stands in `lost` for the token that all accounts share. */
const EVERYONE = Symbol('every account')

export interface StreamReadOptions {
  readonly clock: Clock
  readonly report: Reporter
  readonly out: Channel<Item>
  /** Bounds slices in flight over all streams. */
  readonly slices: Limiter
  readonly dialect: 'native' | 'airbyte'
  readonly signal: AbortSignal
  /** Accounts whose credentials were refused during this run, shared by all streams: nothing more is asked for them. */
  readonly lost: Set<unknown>
  readonly state: StreamState | undefined
  /** Backfill: read this range; `state` is then the backfill's own progress. */
  readonly range?: BackfillRange
  /** The stream is read from its start, or from where an interrupted refresh came to. */
  readonly refresh?: StreamRefresh
  /** Folder for the files of streams that have some. */
  readonly files?: string
  /** See `read`: nothing is asked for behind a STATE that is not kept yet. */
  readonly waitForStates?: boolean
  /** Rows after which the stream is cut off, its last slice unfinished. */
  readonly limit?: number
}

/** Reads one stream to its end. Slices fail alone; what went wrong is reported, never thrown. */
export class StreamReader {
  readonly #bound: BoundStream
  readonly #options: StreamReadOptions
  readonly #result: StreamResult
  readonly #state: StreamStateRun
  #sinceState = 0
  /** Since the last STATE. */
  #checkpoints = 0
  #stateSentAt = Number.NEGATIVE_INFINITY
  #partitions = 0
  #stopped = false
  #isComplete = false

  constructor(bound: BoundStream, result: StreamResult, options: StreamReadOptions) {
    this.#bound = bound
    this.#options = options
    this.#result = result
    const { cursor, retriever } = bound.stream
    this.#state = openStreamState({
      cursor,
      state: options.range ? undefined : options.state,
      partitioned: bound.partitioned,
      clock: options.clock,
      dialect: options.dialect,
      report: options.report,
      parentState: () => retriever.parentState(),
      ...(options.range ? { range: { ...options.range, ...defined({ resume: options.state }) } } : {}),
    })
  }

  async read(): Promise<void> {
    this.#status('STARTED')
    if (this.#result.rejected) return this.#finish()
    const inFlight = new Set<Promise<void>>()
    try {
      if (this.#bound.stream.files && this.#options.files === undefined) throw withoutFolder(this.#bound.info.name)
      for await (const partition of this.#bound.partitions(this.#state.parentState())) {
        this.#partitions += 1
        await this.#readPartition(this.#fresh(partition), inFlight)
        if (this.#isOver()) break
      }
    } catch (thrown) {
      this.#fail(thrown, {}, undefined)
    }
    await Promise.all(inFlight)
    await this.#finish()
  }

  /** The page that a parent record holds is from before the state. */
  #fresh(partition: Partition): Partition {
    if (partition.firstPage === undefined || !this.#options.state || !this.#bound.stream.cursor) return partition
    const { firstPage: _, ...asked } = partition
    return asked
  }

  async #readPartition(partition: Partition, inFlight: Set<Promise<void>>): Promise<void> {
    const run = this.#state.open(partition)
    let open = 1
    const settle = (complete: boolean) => {
      if (!complete) failed = true
      open -= 1
      if (open === 0 && !failed) this.#state.done(partition)
    }
    if (partition.firstPage !== undefined && run && several(run.slices())) throw heldPageInSlices()
    let failed = false
    let earlier: Promise<void> = Promise.resolve()
    for (const window of run ? run.slices() : [undefined]) {
      if (this.#isOver() || this.#isLost(partition)) {
        failed = true
        break
      }
      open += 1
      await this.#options.slices.onSizeLessThan(1)
      const before = earlier
      const work = this.#options.slices.add(() => this.#readSlice({ partition, window }, run, before)).then(settle)
      earlier = work
      inFlight.add(work)
      void work.finally(() => inFlight.delete(work))
    }
    settle(true)
  }

  /**
   * True when the slice is complete: its last page was decoded, classified, extracted and handed on. It is asked for at once, but its
   * rows follow those of the slices before it: a STATE then never stands behind rows that it does not cover, and after a kill none of
   * them are written twice.
   */
  async #readSlice(slice: StreamSlice, run: CursorRun | undefined, before: Promise<void>): Promise<boolean> {
    if (this.#isOver() || this.#isLost(slice.partition)) return false
    const { retriever, transformations, cursor } = this.#bound.stream
    const { signal, limit } = this.#options
    const dedupe = this.#dedupe(slice)
    const stages = {
      transformations,
      schema: () => this.#bound.stream.schema(),
      ...(cursor?.clientSide && run ? { keep: (row: Row) => run.keep(row) } : {}),
    }
    const done = cursor?.dataFeed && run ? (rows: readonly Row[]) => rows.length > 0 && !run.keep(rows[rows.length - 1] ?? {}) : undefined
    try {
      const { info, configured } = this.#bound
      const wanted = configured?.schema ? { configuredSchema: configured.schema } : {}
      const narrow = narrowing(run, slice.window)
      const whole = isWhole(this.#options.refresh) ? { whole: true as const } : {}
      const pages = retriever.read(slice, { stream: info.name, stages, signal, ...wanted, ...narrow, ...whole, ...defined({ done }) })
      for await (const page of pages) {
        if (signal.aborted) throw signal.reason
        if (this.#result.rejected) return false
        let rows = dedupe(page.rows)
        if (cursor?.dataFeed && run) rows = rows.filter((row) => run.keep(row))
        await before
        await this.#handOn(page, rows, { slice, run })
        if (limit !== undefined && this.#result.rows >= limit) return false
      }
    } catch (thrown) {
      this.#fail(thrown, sliceContext(this.#bound, slice), slice.partition)
      return false
    }
    await before
    if (run && slice.window) run.close(slice.window)
    const covered = this.#bound.partitioned ? undefined : run?.covered()
    if (covered) this.#result.complete = covered
    this.#result.slices += 1
    await this.#checkpoint()
    return true
  }

  /** Sends the rows on, as many as the limit has room for, and keeps how far the slice is when all of them are. */
  async #handOn(page: Page, found: readonly Row[], { slice, run }: { slice: StreamSlice; run: CursorRun | undefined }): Promise<void> {
    const { limit = Number.POSITIVE_INFINITY, clock } = this.#options
    const rows = found.slice(0, Math.max(0, limit - this.#result.rows))
    await this.#fetchFiles(rows, slice)
    if (rows.length > 0) await this.#emit(rows, slice.window, run, Math.trunc(clock.now()))
    if (rows.length === found.length && slice.window && run?.progress(slice.window, page)) await this.#checkpoint()
  }

  async #emit(rows: readonly Row[], window: CursorSlice | undefined, run: CursorRun | undefined, emittedAt: number): Promise<void> {
    if (this.#result.rows === 0) this.#status('RUNNING')
    this.#result.rows += rows.length
    this.#sinceState += rows.length
    if (run && window) run.observe(window, rows)
    const { info, project } = this.#bound
    await this.#options.out.send({ type: 'page', stream: info, rows: project ? rows.map(project) : rows, emittedAt })
  }

  /** Files are there before their records. */
  async #fetchFiles(rows: readonly Row[], slice: StreamSlice): Promise<void> {
    const { stream, info } = this.#bound
    const { files: folder, signal } = this.#options
    if (!stream.files || folder === undefined) return
    const options = { folder, stream: info.name, scope: sliceScope(slice), signal }
    for (const row of rows) attachFile(row, await stream.files.upload(row, options))
  }

  #dedupe(slice: StreamSlice) {
    if (this.#options.dialect !== 'native') return (rows: readonly Row[]) => rows
    return createDedupe(this.#bound.stream.primaryKey, (count) => {
      const message = `${count} rows came twice in one slice and were written once: the source moved them to a later page while it was read`
      const error = new ConnectorError('ERR_DUPLICATE_ROWS', message, {
        failureType: 'transient_error',
        context: { stream: this.#bound.info.name, ...sliceContext(this.#bound, slice) },
      })
      this.#options.report.finding({ severity: 'warning', error })
    })
  }

  /** Resolves once what was read so far is kept: a slice that was told to stop here resumes here. */
  async #checkpoint(): Promise<void> {
    if (!this.#bound.stream.cursor || !this.#keepsState()) return
    this.#checkpoints += 1
    const now = this.#options.clock.monotonic()
    const isDue = this.#checkpoints * SMALL_STATE_PARTITIONS >= this.#partitions || now - this.#stateSentAt >= STATE_EVERY_MS
    if (!isDue) return
    this.#stateSentAt = now
    await this.#sendState(this.#state.current())
  }

  async #sendState(state: StreamState): Promise<void> {
    const { range, refresh, out, waitForStates, signal } = this.#options
    const place = { stream: this.#bound.info, complete: this.#isComplete, rows: this.#sinceState, range, refresh }
    const items = stateItems(state, place)
    this.#sinceState = 0
    this.#checkpoints = 0
    const last = items.at(-1)
    for (const item of items.slice(0, -1)) out.post(item)
    if (!last) return
    if (waitForStates) await untilKept((onKept) => out.post({ ...last, onKept }), signal)
    else out.post(last)
  }

  /** A backfill has a state only where a registry keeps its progress. */
  #keepsState(): boolean {
    const { range } = this.#options
    return range === undefined || range.resumable === true
  }

  async #finish(): Promise<void> {
    const { limit, signal, range } = this.#options
    const cut = signal.aborted || (limit !== undefined && this.#result.rows >= limit)
    const complete = !cut && !this.#stopped && !this.#result.rejected && this.#result.failedSlices === 0
    this.#isComplete = complete
    if (complete) this.#state.finish()
    if (this.#bound.stream.cursor && this.#keepsState() && !this.#result.rejected) await this.#sendState(this.#state.current())
    // A stream without a cursor has state only to say that it was read as a whole.
    else if (!range && complete) await this.#sendState({ __ab_no_cursor_state_message: true })
    // Only now: whoever records the run takes it for kept.
    this.#result.outcome = complete ? 'complete' : 'incomplete'
    this.#status(complete ? 'COMPLETE' : 'INCOMPLETE')
  }

  #fail(thrown: unknown, context: ErrorContext, partition: Partition | undefined): void {
    const error = withContext(thrown, { stream: this.#bound.info.name, ...context })
    this.#result.failedSlices += 1
    // No other slice can do better without the credentials, or after the run was told to stop.
    if (error instanceof AuthenticationError) this.#options.lost.add(partition?.scope['account'] ?? EVERYONE)
    if (error instanceof StoppedError) this.#stopped = true
    // The destination says itself, once, why it takes no more.
    if (error.code === 'ERR_OUTPUT_CLOSED') return
    this.#options.report.finding({ severity: 'error', error })
  }

  #isLost(partition: Partition): boolean {
    const { lost } = this.#options
    const isLost = lost.has(EVERYONE) || (partition.scope['account'] !== undefined && lost.has(partition.scope['account']))
    if (isLost) this.#result.failedSlices += 1
    return isLost
  }

  #isOver(): boolean {
    const { signal, limit } = this.#options
    return signal.aborted || this.#stopped || this.#result.rejected === true || (limit !== undefined && this.#result.rows >= limit)
  }

  #status(status: 'STARTED' | 'RUNNING' | 'COMPLETE' | 'INCOMPLETE'): void {
    this.#options.out.post(statusItem(this.#bound.info.name, status, this.#options.clock.now()))
  }
}
