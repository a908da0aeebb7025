import { openStreamState, type StreamStateRun } from '../../components/cursors/partition-state.ts'
import { type CursorRun, narrowing } from '../../components/read/cursor.ts'
import type { Partition } from '../../components/read/partition-router.ts'
import type { Page, StreamSlice } from '../../components/read/retriever.ts'
import { defined } from '../../defined.ts'
import { AuthenticationError, type ErrorContext, StoppedError, withContext } from '../../errors.ts'
import type { Row, StreamState } from '../../protocol/messages.ts'
import type { Reporter } from '../../report.ts'
import type { BoundStream } from '../assembly/bound-stream.ts'
import type { StreamResult } from '../ports/run.ts'
import { createDedupe } from './dedupe.ts'
import type { Limiter } from './limiter.ts'
import { isWhole } from './refresh.ts'
import { cutAt, inTurn, type SlicePage, type SliceStage, selectRows, throughStages, until, withFiles } from './slice-stages.ts'
import { duplicateRows, heldPageInSlices, several, sliceContext, withoutFolder } from './slices.ts'
import { type CheckpointOptions, StreamCheckpoints } from './stream-checkpoints.ts'
import { statusItem } from './trace.ts'
import { postKept } from './until-kept.ts'

/** Key in `lost` that means every account: the token that all of them share was rejected. */
const EVERYONE = Symbol('every account')

export interface StreamReadOptions extends CheckpointOptions {
  readonly report: Reporter
  /** Bounds slices in flight over all streams. */
  readonly slices: Limiter
  readonly dialect: 'native' | 'airbyte'
  /** Accounts whose credentials were rejected during this run, shared by all streams: nothing more is asked for them. */
  readonly lost: Set<unknown>
  readonly state: StreamState | undefined
  /** Folder for the files of streams that have some. */
  readonly files?: string
  /** Called when a page was handed on, and its state is kept. */
  readonly onProgress?: () => void
  /** Rows after which the stream is cut off, its last slice unfinished. */
  readonly limit?: number
}

type SliceOutcome = 'complete' | 'incomplete'

/** A slice, and the cursor of its partition. */
interface OpenSlice {
  readonly slice: StreamSlice
  readonly run: CursorRun | undefined
  /** Resolves when the slices before it in its partition have handed on their rows. */
  readonly turn: Promise<void>
}

/**
 * Reads one stream to its end: partitions into slices, slices into pages, pages through stages into the channel, and a STATE after each
 * part that is complete. Slices fail alone; what went wrong is reported, never thrown.
 */
export class StreamReader {
  readonly #bound: BoundStream
  readonly #options: StreamReadOptions
  readonly #result: StreamResult
  readonly #state: StreamStateRun
  readonly #checkpoints: StreamCheckpoints
  #stopped = false
  /** Slices begun or waiting, and whether all of them are known. */
  #open = 0
  #isListed = false
  #ended: Promise<void> | undefined

  constructor(bound: BoundStream, result: StreamResult, options: StreamReadOptions) {
    this.#bound = bound
    this.#options = options
    this.#result = result
    const { cursor, retriever } = bound.stream
    const { clock, dialect, report, range, state } = options
    this.#state = openStreamState({
      ...{ cursor, clock, dialect, report, partitioned: bound.partitioned },
      state: range ? undefined : state,
      parentState: () => retriever.parentState(),
      ...(range ? { range: { ...range, ...defined({ resume: state }) } } : {}),
    })
    this.#checkpoints = new StreamCheckpoints(bound, this.#state, options)
  }

  async read(): Promise<void> {
    this.#status('STARTED')
    const inFlight = new Set<Promise<void>>()
    try {
      if (!this.#result.rejected) await this.#readPartitions(inFlight)
    } catch (thrown) {
      this.#fail(thrown, {}, undefined)
    }
    this.#isListed = true
    await Promise.all(inFlight)
    await this.#end()
  }

  async #readPartitions(inFlight: Set<Promise<void>>): Promise<void> {
    if (this.#bound.stream.files && this.#options.files === undefined) throw withoutFolder(this.#bound.info.name)
    for await (const partition of this.#bound.partitions(this.#state.parentState())) {
      this.#checkpoints.partition()
      await this.#readPartition(this.#fresh(partition), inFlight)
      if (this.#isOver()) return
    }
  }

  /** The page that a parent record holds is from before the state. */
  #fresh(partition: Partition): Partition {
    if (partition.firstPage === undefined || !this.#options.state || !this.#bound.stream.cursor) return partition
    const { firstPage: _, ...asked } = partition
    return asked
  }

  async #readPartition(partition: Partition, inFlight: Set<Promise<void>>): Promise<void> {
    const run = this.#state.open(partition)
    if (partition.firstPage !== undefined && run && several(run.slices())) throw heldPageInSlices()
    let open = 1
    let failed = false
    const settle = (outcome: SliceOutcome) => {
      if (outcome === 'incomplete') failed = true
      open -= 1
      if (open === 0 && !failed) this.#state.done(partition)
    }
    let turn: Promise<void> = Promise.resolve()
    for (const window of run ? run.slices() : [undefined]) {
      if (this.#isOver() || this.#isLost(partition)) {
        failed = true
        break
      }
      open += 1
      await this.#options.slices.onSizeLessThan(1)
      const opened = { slice: { partition, window }, run, turn }
      this.#open += 1
      const work = this.#options.slices.add(async () => {
        settle(await this.#readSlice(opened))
        this.#open -= 1
        // The last slice keeps its turn until the end of its stream is kept: a run that resumes never finds it unread.
        if (this.#isListed && this.#open === 0) await this.#end()
      })
      turn = work
      inFlight.add(work)
      void work.finally(() => inFlight.delete(work))
    }
    settle('complete')
  }

  /**
   * Complete: the last page of the slice was decoded, classified, extracted and handed on. It is asked for at once, but its
   * rows follow those of the slices before it: a STATE then never covers less than the rows in front of it, and after a kill none of them
   * are written twice.
   */
  async #readSlice(opened: OpenSlice): Promise<SliceOutcome> {
    const { slice, turn } = opened
    if (this.#isOver() || this.#isLost(slice.partition)) return 'incomplete'
    try {
      for await (const page of throughStages(this.#pages(opened), this.#stages(opened))) await this.#emit(page, opened)
      if (this.#isCut()) return 'incomplete'
    } catch (thrown) {
      this.#fail(thrown, sliceContext(this.#bound, slice), slice.partition)
      return 'incomplete'
    }
    await turn
    await this.#close(opened)
    return 'complete'
  }

  /** The pages of the slice as the API gives them, their records transformed and filtered. */
  #pages({ slice, run }: OpenSlice): AsyncIterable<Page> {
    const { info, configured, stream } = this.#bound
    const { cursor, retriever, transformations } = stream
    const stages = {
      transformations,
      schema: () => stream.schema(),
      ...(cursor?.clientSide && run ? { keep: (row: Row) => run.keep(row) } : {}),
    }
    /** A data feed comes newest first: at its first known row it is done. */
    const done = cursor?.dataFeed && run ? (rows: readonly Row[]) => rows.length > 0 && !run.keep(rows.at(-1) ?? {}) : undefined
    const wanted = configured?.schema ? { configuredSchema: configured.schema } : {}
    const { signal, refresh } = this.#options
    return retriever.read(slice, {
      ...{ stream: info.name, stages, signal },
      ...wanted,
      ...(isWhole(refresh) ? { whole: true as const } : {}),
      ...narrowing(run, slice.window),
      ...defined({ done }),
    })
  }

  #stages({ slice, run, turn }: OpenSlice): readonly SliceStage[] {
    const { stream, info } = this.#bound
    const { dialect, report, files: folder, limit, signal } = this.#options
    const dedupe = createDedupe(stream.primaryKey, (count) => {
      report.finding({ severity: 'warning', error: duplicateRows(count, { stream: info.name, ...sliceContext(this.#bound, slice) }) })
    })
    return [
      until(() => this.#isCut(), signal),
      ...(dialect === 'native' ? [selectRows(dedupe)] : []),
      ...(stream.cursor?.dataFeed && run ? [selectRows((rows) => rows.filter((row) => run.keep(row)))] : []),
      inTurn(turn),
      ...(limit === undefined ? [] : [cutAt(() => limit - this.#result.rows)]),
      ...(stream.files && folder !== undefined ? [withFiles(stream.files, { slice, folder, stream: info.name, signal })] : []),
    ]
  }

  /** Sends the rows on, and keeps how far the slice is when none of the page's are missing. */
  async #emit({ page, rows, isWhole }: SlicePage, { slice: { window }, run }: OpenSlice): Promise<void> {
    if (rows.length > 0) {
      const emittedAt = Math.trunc(this.#options.clock.now())
      if (this.#result.rows === 0) this.#status('RUNNING')
      this.#result.rows += rows.length
      this.#checkpoints.rows(rows.length)
      if (run && window) run.observe(window, rows)
      const { info, project } = this.#bound
      await this.#options.out.send({ type: 'page', stream: info, rows: project ? rows.map(project) : rows, emittedAt })
    }
    if (isWhole && window && run?.progress(window, page)) await this.#checkpoints.checkpoint()
    this.#options.onProgress?.()
  }

  async #close({ slice: { window }, run }: OpenSlice): Promise<void> {
    if (run && window) run.close(window)
    const covered = this.#bound.partitioned ? undefined : run?.covered()
    if (covered) this.#result.complete = covered
    this.#result.slices += 1
    await this.#checkpoints.checkpoint()
  }

  /** Once. */
  #end(): Promise<void> {
    this.#ended ??= this.#finish()
    return this.#ended
  }

  async #finish(): Promise<void> {
    const isOver = this.#options.signal.aborted || this.#stopped || this.#isCut()
    const complete = !isOver && this.#result.failedSlices === 0
    if (!this.#result.rejected) await this.#checkpoints.last({ complete })
    // Only now: a record of the run takes it for kept.
    this.#result.outcome = complete ? 'complete' : 'incomplete'
    const ended = statusItem(this.#bound.info.name, complete ? 'COMPLETE' : 'INCOMPLETE', this.#options.clock.now())
    await postKept(ended, this.#options)
  }

  #fail(thrown: unknown, context: ErrorContext, partition: Partition | undefined): void {
    const error = withContext(thrown, { stream: this.#bound.info.name, ...context })
    this.#result.failedSlices += 1
    // No other slice can do better without the credentials, or after the run was stopped.
    if (error instanceof AuthenticationError) this.#options.lost.add(partition?.scope['account'] ?? EVERYONE)
    if (error instanceof StoppedError) this.#stopped = true
    // The destination reports once, by itself, why it stopped.
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
    return this.#options.signal.aborted || this.#stopped || this.#isCut()
  }

  /** Nothing more of this stream is wanted, whatever becomes of the others. */
  #isCut(): boolean {
    const { limit } = this.#options
    return this.#result.rejected === true || (limit !== undefined && this.#result.rows >= limit)
  }

  #status(status: 'STARTED' | 'RUNNING'): void {
    this.#options.out.post(statusItem(this.#bound.info.name, status, this.#options.clock.now()))
  }
}
