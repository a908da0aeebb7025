import { join } from 'node:path'
import {
  backfillKey,
  type ConnectionState,
  ConnectorError,
  type Destination,
  type DestinationReport,
  diskAdvice,
  diskFiles,
  errnoOf,
  type Files,
  fileNameOf,
  type Item,
  type PageItem,
  type RunInfo,
  syncDirectory,
  withContext,
} from '../framework/index.ts'
import { CommitJournal, type Mark, readMarks, stateMark, unknownState } from './commit-journal.ts'
import { exactRows } from './exact-numbers.ts'
import { keepOnOneLine, rowText } from './json-text.ts'
import { checkRegular, cutTo, type JsonlFile, OpenFiles, syncFile } from './jsonl-file.ts'

export interface JsonlFolderOptions {
  /** States that the run starts from, as the registry has them; undefined when there is no registry. */
  readonly committed?: ConnectionState
  readonly files?: Files
}

/**
 * One file per stream, `DIR/<stream>.jsonl`: the fields of each record and beside them `_synced_at` (UTC, when the page was read) and
 * `_run_id`. Lines are appended. `DIR/.commits.jsonl` says up to where each file is complete; what a killed run left after that is cut
 * off by the next run, which reads it again. With a registry the files then hold exactly what an undisturbed run would have written.
 */
export class JsonlFolder implements Destination {
  readonly prompt = true
  readonly #directory: string
  readonly #committed: ConnectionState | undefined
  readonly #files: Files
  readonly #open: OpenFiles
  readonly #streams = new Map<string, JsonlFile>()
  readonly #rows = new Map<string, number>()
  /** Streams that ended well but have no state to tell it. */
  readonly #complete = new Set<string>()
  #marks = new Map<string, Mark>()
  #journal: CommitJournal | undefined
  #runId = ''
  #backfill = false
  /** A state was handed on and nobody said yet that it was committed. */
  #unconfirmed = false
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
      for (const [stream, mark] of await readMarks(journalPath, this.#committed, this.#files)) {
        const bytes = await cutTo(this.#pathOf(stream), mark.bytes, this.#files)
        this.#marks.set(stream, { ...mark, bytes })
      }
      this.#journal = await CommitJournal.create(journalPath, this.#marks.values(), this.#files)
    })
  }

  async *write(items: AsyncIterable<Item>): AsyncGenerator<Item> {
    for await (const item of items) {
      await this.#accept(item)
      yield item
      // Being asked for more means that the states handed on so far were committed.
      if (item.type === 'message' && item.message.type === 'STATE') this.#unconfirmed = false
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

  report(): DestinationReport {
    return { rows: Object.fromEntries(this.#rows), places: [...this.#streams.values()].map(({ path }) => path) }
  }

  async #accept(item: Item): Promise<void> {
    if (item.type === 'page') return this.#storing(() => this.#append(item), item.stream.name)
    const { message } = item
    if (message.type === 'STATE') {
      const { stream_descriptor, stream_state } = message.state.stream
      const { name } = stream_descriptor
      await this.#storing(() => this.#mark(name, stateMark(stream_state), item.stateKey), name)
      this.#unconfirmed = true
    }
    if (message.type === 'TRACE' && message.trace.type === 'STREAM_STATUS' && message.trace.stream_status.status === 'COMPLETE') {
      this.#complete.add(message.trace.stream_status.stream_descriptor.name)
    }
  }

  async #append(page: PageItem): Promise<void> {
    const { name } = page.stream
    const file = this.#streams.get(name) ?? (await this.#firstPage(name))
    const content = Buffer.from(pageLines(page, this.#runId))
    const handle = await this.#open.handleOf(file)
    await handle.appendFile(content)
    file.size += content.length
    file.dirty = true
    this.#rows.set(name, (this.#rows.get(name) ?? 0) + page.rows.length)
  }

  /** Before the first row of a run there is a mark for the state that the run started from. */
  async #firstPage(stream: string): Promise<JsonlFile> {
    const path = this.#pathOf(stream)
    const size = await cutTo(path, this.#marks.get(stream)?.bytes, this.#files)
    const file: JsonlFile = { path, size, dirty: false }
    this.#streams.set(stream, file)
    const key = this.#keyOf(stream)
    const committed = this.#committed && (Object.hasOwn(this.#committed, key) ? this.#committed[key] : undefined)
    const state = this.#committed ? stateMark(committed) : unknownState
    await this.#open.handleOf(file)
    if (size === 0) await syncDirectory(this.#directory, this.#files)
    const mark = this.#marks.get(stream)
    if (mark?.state !== state || mark.bytes !== size || (mark.key ?? stream) !== key)
      await this.#addMark(stream, { bytes: size, state, key })
    return file
  }

  /** `key`: the name that the state is kept under. */
  async #mark(stream: string, state: string, key?: string): Promise<void> {
    const file = this.#streams.get(stream)
    if (file?.dirty) await syncFile(file, await this.#open.handleOf(file))
    await this.#addMark(stream, { bytes: file?.size ?? this.#marks.get(stream)?.bytes ?? 0, state, key: key ?? this.#keyOf(stream) })
  }

  async #addMark(stream: string, { key, ...written }: Pick<Mark, 'bytes' | 'state'> & { readonly key: string }): Promise<void> {
    const own = { stream, file: `${fileNameOf(stream)}.jsonl`, ...written, run: this.#runId }
    const mark = key === stream ? own : { ...own, key }
    // Before the new mark every earlier one is settled, so that one per stream is enough.
    await this.#journal?.compact(this.#marks)
    await this.#journal?.append(mark)
    this.#marks.set(stream, mark)
  }

  /** Streams without states of their own (a backfill) count when they ended well, and only once the whole run did. */
  async #markComplete(): Promise<void> {
    for (const [stream, file] of this.#streams) {
      if (file.dirty && this.#complete.has(stream)) await this.#mark(stream, this.#marks.get(stream)?.state ?? unknownState)
    }
  }

  #keyOf(stream: string): string {
    return this.#backfill ? backfillKey(stream) : stream
  }

  #pathOf(stream: string): string {
    return join(this.#directory, `${fileNameOf(stream)}.jsonl`)
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

function pageLines(page: PageItem, runId: string): string {
  const after = `"_synced_at":"${new Date(page.emittedAt).toISOString()}","_run_id":${JSON.stringify(runId)}}\n`
  let text = ''
  for (const row of exactRows(page)) {
    const fields = rowText(
      Object.hasOwn(row, '_synced_at') || Object.hasOwn(row, '_run_id') ? { ...row, _synced_at: undefined, _run_id: undefined } : row,
    )
    text += fields === '{}' ? `{${after}` : `${fields.slice(0, -1)},${after}`
  }
  return keepOnOneLine(text)
}
