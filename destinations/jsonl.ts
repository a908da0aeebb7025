import { join } from 'node:path'
import {
  backfillKey,
  type ConnectionState,
  ConnectorError,
  type Destination,
  type DestinationReport,
  defined,
  diskAdvice,
  diskFiles,
  errnoOf,
  type Files,
  fileNameOf,
  type Item,
  type PageItem,
  type RowChanges,
  type RunInfo,
  refreshKey,
  type StreamInfo,
  syncDirectory,
  withContext,
} from '../framework/index.ts'
import { CommitJournal, type Mark, readMarks, stateMark, unknownState } from './commit-journal.ts'
import { checkRegular, countLines, cutTo, type JsonlFile, OpenFiles, syncFile, takePlace } from './jsonl-file.ts'
import { pageLines } from './jsonl-lines.ts'

export interface JsonlFolderOptions {
  /** States that the run starts from, as the registry has them; undefined when there is no registry. */
  readonly committed?: ConnectionState
  readonly files?: Files
}

/**
 * One file per stream, `DIR/<stream>.jsonl`: the fields of each record and beside them `_synced_at` (UTC, when the page was read) and
 * `_run_id`. Lines are appended. `DIR/.commits.jsonl` says up to where each file is complete; what a killed run left after that is cut
 * off by the next run, which reads it again. With a registry the files then hold exactly what an undisturbed run would have written.
 *
 * Rows that replace those of before wait in `DIR/.<stream>.new.jsonl`, the stage. Once the stream is complete and its state is committed,
 * the stage takes the name of the file. The journal says so first, so that the next run finishes what a killed one left.
 */
export class JsonlFolder implements Destination {
  readonly writes = ['append', 'replace'] as const
  readonly readsAhead = false
  readonly prompt = true
  readonly #directory: string
  readonly #committed: ConnectionState | undefined
  readonly #files: Files
  readonly #open: OpenFiles
  /** The file that the rows of a stream go to: its own or its stage. */
  readonly #streams = new Map<string, JsonlFile>()
  readonly #places = new Set<string>()
  readonly #rows = new Map<string, number>()
  /** Rows in the files of their streams; those of a replacement once it is complete. */
  readonly #inserted = new Map<string, number>()
  readonly #replaced = new Map<string, number>()
  /** Streams that ended well but have no state to tell it. */
  readonly #complete = new Set<string>()
  /** By name of file. */
  #marks = new Map<string, Mark>()
  #journal: CommitJournal | undefined
  #runId = ''
  #backfill = false
  /** A state was handed on and nobody said yet that it was committed. */
  #unconfirmed = false
  /** The replacement that belongs to that state. */
  #due: Mark | undefined
  #failed = false

  constructor(directory: string, { committed, files = diskFiles }: JsonlFolderOptions = {}) {
    this.#directory = directory
    this.#committed = committed
    this.#files = files
    this.#open = new OpenFiles(files)
  }

  open(run: RunInfo): Promise<void> {
    return this.#storing(async () => {
      this.#runId = run.runId
      this.#backfill = run.backfill === true
      await this.#files.mkdir(this.#directory, { recursive: true, mode: 0o700 })
      const journalPath = join(this.#directory, '.commits.jsonl')
      await checkRegular(journalPath, this.#files)
      this.#marks = new Map(await readMarks(journalPath, this.#committed, this.#files))
      for (const mark of [...this.#marks.values()]) if (mark.replaced) await this.#replace(mark)
      for (const stream of run.streams) await this.#dropStale(stream)
      for (const mark of [...this.#marks.values()]) await this.#cut(mark)
      this.#journal = await CommitJournal.create(journalPath, this.#marks.values(), this.#files)
    })
  }

  lost(streams: readonly StreamInfo[]): readonly string[] {
    const wanted = streams.filter(({ write }) => write?.mode === 'replace' && write.resumed)
    return wanted.filter((stream) => !this.#isResumed(stream)).map(({ name }) => name)
  }

  async *write(items: AsyncIterable<Item>): AsyncGenerator<Item> {
    for await (const item of items) {
      await this.#accept(item)
      yield item
      // Being asked for more means that the states handed on so far were committed.
      if (item.type === 'message' && item.message.type === 'STATE') await this.#confirmed()
    }
    await this.#storing(() => this.#markComplete())
  }

  async close(): Promise<void> {
    await this.#storing(async () => {
      await this.#open.close()
      if (!this.#unconfirmed && !this.#failed) await this.#journal?.confirm()
    }).finally(() => this.#journal?.close())
    this.#journal = undefined
  }

  changes(stream: string): RowChanges {
    return { inserted: this.#inserted.get(stream) ?? 0, updated: 0 }
  }

  report(): DestinationReport {
    const replaced = this.#replaced.size > 0 ? { replaced: Object.fromEntries(this.#replaced) } : {}
    return { rows: Object.fromEntries(this.#rows), places: [...this.#places], ...replaced }
  }

  async #accept(item: Item): Promise<void> {
    if (item.type === 'page') return this.#storing(() => this.#append(item), item.stream.name)
    const { message } = item
    if (message.type === 'STATE') {
      const { stream_descriptor, stream_state } = message.state.stream
      const { name } = stream_descriptor
      await this.#storing(async () => {
        const stage = item.completes?.write?.mode === 'replace' ? await this.#stageOf(item.completes) : undefined
        if (stage) await this.#completed(name, stage, stateMark(stream_state))
        else await this.#mark(name, stateMark(stream_state), item.stateKey)
      }, name)
      this.#unconfirmed = true
    }
    if (message.type === 'TRACE' && message.trace.type === 'STREAM_STATUS' && message.trace.stream_status.status === 'COMPLETE') {
      this.#complete.add(message.trace.stream_status.stream_descriptor.name)
    }
  }

  async #append(page: PageItem): Promise<void> {
    const { name } = page.stream
    const file = this.#streams.get(name) ?? (await this.#firstPage(page.stream))
    const content = Buffer.from(pageLines(page, this.#runId))
    const handle = await this.#open.handleOf(file)
    await handle.appendFile(content)
    file.size += content.length
    file.dirty = true
    this.#rows.set(name, (this.#rows.get(name) ?? 0) + page.rows.length)
    if (file.refresh === undefined) this.#inserted.set(name, (this.#inserted.get(name) ?? 0) + page.rows.length)
  }

  async #firstPage(stream: StreamInfo): Promise<JsonlFile> {
    await this.#dropStale(stream)
    const file =
      stream.write?.mode === 'replace' ? await this.#openStage(stream.name, stream.write.refresh) : await this.#openFile(stream.name)
    this.#streams.set(stream.name, file)
    return file
  }

  /** Before the first row of a run there is a mark for the state that the run started from. */
  async #openFile(stream: string, refresh?: string): Promise<JsonlFile> {
    const name = refresh === undefined ? fileOf(stream) : stageOf(stream)
    const path = join(this.#directory, name)
    const size = await cutTo(path, this.#marks.get(name)?.bytes, this.#files)
    const file: JsonlFile = { path, size, dirty: false, ...defined({ refresh }) }
    this.#places.add(join(this.#directory, fileOf(stream)))
    const key = refresh === undefined ? this.#keyOf(stream) : refreshKey(stream)
    const committed = this.#committed && (Object.hasOwn(this.#committed, key) ? this.#committed[key] : undefined)
    const state = this.#committed ? stateMark(committed) : unknownState
    await this.#open.handleOf(file)
    if (size === 0) await syncDirectory(this.#directory, this.#files)
    const mark = this.#marks.get(name)
    if (mark?.state !== state || mark.bytes !== size || (mark.key ?? stream) !== key)
      await this.#addMark(stream, { file: name, bytes: size, state, key, ...defined({ refresh }) })
    return file
  }

  /** Where its rows wait. The file that they will replace has a mark too, for a replacement whose state is not committed in the end. */
  async #openStage(stream: string, refresh: string): Promise<JsonlFile> {
    const name = fileOf(stream)
    if (!this.#marks.has(name)) {
      const bytes = await cutTo(join(this.#directory, name), undefined, this.#files)
      const committed = this.#committed && stateMark(Object.hasOwn(this.#committed, stream) ? this.#committed[stream] : undefined)
      await this.#addMark(stream, { file: name, bytes, state: committed ?? unknownState, key: stream })
    }
    return this.#openFile(stream, refresh)
  }

  /** The stage of a stream that is complete; undefined when there is nothing to replace and nothing to replace it with. */
  async #stageOf(stream: StreamInfo): Promise<JsonlFile | undefined> {
    const open = this.#streams.get(stream.name)
    if (open) return open
    const isNeeded = this.#isResumed(stream) || (await checkRegular(join(this.#directory, fileOf(stream.name)), this.#files)) !== undefined
    return isNeeded ? this.#firstPage(stream) : undefined
  }

  /** The journal knows it before the state is handed on. */
  async #completed(stream: string, stage: JsonlFile, state: string): Promise<void> {
    if (stage.dirty) await syncFile(stage, await this.#open.handleOf(stage))
    await this.#open.release(stage)
    this.#streams.delete(stream)
    const file = fileOf(stream)
    this.#inserted.set(stream, await countLines(stage.path, this.#files))
    this.#replaced.set(stream, await countLines(join(this.#directory, file), this.#files))
    this.#due = await this.#addMark(stream, { file, bytes: stage.size, state, key: stream, replaced: true })
  }

  async #confirmed(): Promise<void> {
    this.#unconfirmed = false
    const due = this.#due
    this.#due = undefined
    if (due) await this.#storing(() => this.#replace(due), due.stream)
  }

  /** The stage takes the place of the file; or it did so before, in a run that was killed. */
  async #replace({ replaced: _, ...mark }: Mark): Promise<void> {
    const stage = join(this.#directory, stageOf(mark.stream))
    if ((await checkRegular(stage, this.#files)) !== undefined) {
      await cutTo(stage, mark.bytes, this.#files)
      await takePlace(stage, join(this.#directory, fileOf(mark.stream)), this.#files)
    }
    this.#marks.delete(stageOf(mark.stream))
    this.#marks.set(mark.file, mark)
  }

  #isResumed({ name, write }: StreamInfo): boolean {
    return write?.mode === 'replace' && write.resumed && this.#marks.get(stageOf(name))?.refresh === write.refresh
  }

  /** Removes the rows of a refresh that the stream does not resume. */
  async #dropStale(stream: StreamInfo): Promise<void> {
    if (this.#isResumed(stream)) return
    this.#marks.delete(stageOf(stream.name))
    await this.#files.rm(join(this.#directory, stageOf(stream.name)), { force: true })
  }

  /** Takes away what a killed run wrote after the mark. A stage that lost rows is lost as a whole: its refresh starts over. */
  async #cut(mark: Mark): Promise<void> {
    const isStage = mark.refresh !== undefined
    const path = join(this.#directory, isStage ? stageOf(mark.stream) : fileOf(mark.stream))
    const found = isStage ? await checkRegular(path, this.#files) : undefined
    if (isStage && (found ?? -1) < mark.bytes) this.#marks.delete(mark.file)
    else this.#marks.set(mark.file, { ...mark, bytes: await cutTo(path, mark.bytes, this.#files) })
  }

  /** `key`: the name that the state is kept under. */
  async #mark(stream: string, state: string, key?: string): Promise<void> {
    const file = this.#streams.get(stream)
    if (file?.dirty) await syncFile(file, await this.#open.handleOf(file))
    const refresh = file ? file.refresh : this.#marks.get(stageOf(stream))?.refresh
    const name = refresh === undefined ? fileOf(stream) : stageOf(stream)
    const bytes = file?.size ?? this.#marks.get(name)?.bytes ?? 0
    await this.#addMark(stream, { file: name, bytes, state, key: key ?? this.#keyOf(stream), ...defined({ refresh }) })
  }

  async #addMark(stream: string, { key, ...written }: Omit<Mark, 'stream' | 'run' | 'key'> & { readonly key: string }): Promise<Mark> {
    const own = { stream, ...written, run: this.#runId }
    const mark = key === stream ? own : { ...own, key }
    // Before the new mark every earlier one is settled, so that one per file is enough.
    await this.#journal?.compact(this.#marks)
    await this.#journal?.append(mark)
    this.#marks.set(mark.file, mark)
    return mark
  }

  /** Streams without states of their own (a backfill) count when they ended well, and only once the whole run did. */
  async #markComplete(): Promise<void> {
    for (const [stream, file] of this.#streams) {
      const name = file.refresh === undefined ? fileOf(stream) : stageOf(stream)
      if (file.dirty && this.#complete.has(stream)) await this.#mark(stream, this.#marks.get(name)?.state ?? unknownState)
    }
  }

  #keyOf(stream: string): string {
    return this.#backfill ? backfillKey(stream) : stream
  }

  async #storing<T>(work: () => Promise<T>, stream?: string): Promise<T> {
    try {
      return await work()
    } catch (cause) {
      this.#failed = true
      if (cause instanceof ConnectorError) throw stream === undefined ? cause : withContext(cause, { stream })
      if (errnoOf(cause) === undefined) throw cause
      const reason = cause instanceof Error ? cause.message : String(cause)
      const message = `records cannot be written to ${this.#directory} (${reason}); what is not complete there will be read again. ${diskAdvice(cause)}`
      throw new ConnectorError('ERR_OUTPUT_FAILED', message, { cause, context: stream === undefined ? {} : { stream } })
    }
  }
}

const fileOf = (stream: string): string => `${fileNameOf(stream)}.jsonl`
/** Hidden, so that nobody takes it for a file of a stream. */
const stageOf = (stream: string): string => `.${fileNameOf(stream)}.new.jsonl`
