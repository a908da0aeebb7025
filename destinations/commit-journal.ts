import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ConfigError, ConnectorError, defined, errnoOf, type Files, replaceFile, type StreamState } from '../framework/index.ts'

/** Up to where a file of a stream is complete, and for which state. */
export interface Mark {
  readonly stream: string
  readonly file: string
  /** Length of the file in bytes. */
  readonly bytes: number
  /** {@link stateMark} of the state that stands for these rows. */
  readonly state: string
  readonly run: string
  /** Name that the state is kept under, when it is not the stream's. */
  readonly key?: string
  /** The file is a stage: rows of this refresh, which do not count before they replace those of the stream. */
  readonly refresh?: string
  /** The stage of the stream, with so many bytes, takes the place of the file, once the state is committed. */
  readonly replaced?: true
}

/** A stream before its first state. */
const noState = 'none'
/** Nobody told which state the run started from. */
export const unknownState = 'unknown'

/** Short, stable identity of a state, whatever the order of its keys. */
export function stateMark(state: StreamState | undefined): string {
  if (state === undefined) return noState
  return createHash('sha256')
    .update(JSON.stringify(sorted(state)))
    .digest('hex')
    .slice(0, 24)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]))
}

/**
 * Append-only file that says how much of each data file counts. A mark is durable before the state it stands for is handed on;
 * rows beyond the last mark of a stream are from a run that was cut off and will be read again.
 */
export class CommitJournal {
  readonly #path: string
  readonly #files: Files
  #handle: FileHandle
  #size: number
  #lines = 0

  private constructor(path: string, files: Files, { handle, size }: Written) {
    this.#path = path
    this.#files = files
    this.#handle = handle
    this.#size = size
  }

  /** Starts a fresh journal with the marks that count. */
  static async create(path: string, marks: Iterable<Mark>, files: Files): Promise<CommitJournal> {
    return new CommitJournal(path, files, await writeMarks(path, marks, files))
  }

  /** Keeps a long run from growing the journal: starts it afresh once most of its lines are out of date. */
  async compact(marks: ReadonlyMap<string, Mark>): Promise<void> {
    if (this.#lines < Math.max(longJournal, 4 * marks.size)) return
    await this.#assertAlone()
    const { handle, size } = await writeMarks(this.#path, marks.values(), this.#files)
    await this.#handle.close()
    this.#handle = handle
    this.#size = size
    this.#lines = 0
  }

  async append(mark: Mark): Promise<void> {
    await this.#write(`${JSON.stringify(mark)}\n`)
    await this.#handle.sync()
  }

  /** The state of the last mark was committed by the registry. Not urgent: without it the states themselves decide. */
  confirm(): Promise<void> {
    return this.#write('{"confirmed":true}\n')
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  async #write(line: string): Promise<void> {
    await this.#assertAlone()
    await this.#handle.appendFile(line)
    this.#size += Buffer.byteLength(line)
    this.#lines += 1
  }

  async #assertAlone(): Promise<void> {
    const found = await this.#files.stat(this.#path).catch((thrown: unknown) => {
      if (errnoOf(thrown) !== 'ENOENT') throw thrown
      return undefined
    })
    if (found?.size !== this.#size) throw sharedFolder(this.#path)
  }
}

/** Lines after which it is worth a look whether the journal can be shortened. */
const longJournal = 10_000

/** A journal that is open for more marks, and its length in bytes. */
interface Written {
  readonly handle: FileHandle
  readonly size: number
}

async function writeMarks(path: string, marks: Iterable<Mark>, files: Files): Promise<Written> {
  const text = Array.from(marks, (mark) => `${JSON.stringify(mark)}\n`).join('')
  await replaceFile(path, text, files)
  return { handle: await files.open(path, 'a'), size: Buffer.byteLength(text) }
}

export function sharedFolder(path: string): ConnectorError {
  const message = `${path} was changed by something else during this run. Let one run at a time write to ${dirname(path)}.`
  return new ConnectorError('ERR_OUTPUT_SHARED', message)
}

/**
 * The marks that count, by file. A crash between the last mark and the commit of its state leaves two candidates;
 * `committed` (the states that the next run starts from) tells which. Without it the last mark counts.
 */
export async function readMarks(
  path: string,
  committed: Readonly<Record<string, StreamState>> | undefined,
  files: Files,
): Promise<ReadonlyMap<string, Mark>> {
  const marks = new Map<string, Mark>()
  let open: { before: Mark | undefined; last: Mark } | undefined
  for (const line of await journalLines(path, files)) {
    if ('confirmed' in line) {
      open = undefined
      continue
    }
    open = { before: marks.get(line.file), last: line }
    marks.set(line.file, line)
  }
  if (open?.before && committed) {
    const committedMark = ({ stream, key = stream }: Mark) => stateMark(Object.hasOwn(committed, key) ? committed[key] : undefined)
    const { before, last } = open
    if (committedMark(last) !== last.state && committedMark(before) === before.state) marks.set(last.file, before)
  }
  return marks
}

async function journalLines(path: string, files: Files): Promise<readonly (Mark | { readonly confirmed: true })[]> {
  const text = await files.readFile(path, 'utf8').catch((thrown: unknown) => {
    if (errnoOf(thrown) !== 'ENOENT') throw thrown
    return ''
  })
  // The text after the last line feed is a line that a crash cut off: its state was never handed on.
  return text
    .split('\n')
    .slice(0, -1)
    .map((line, index) => parseMark(line, `${path}:${index + 1}`))
}

function parseMark(line: string, place: string): Mark | { readonly confirmed: true } {
  let value: Partial<Record<keyof Mark | 'confirmed', unknown>>
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw unusable(place, cause)
  }
  if (value.confirmed === true) return { confirmed: true }
  const { stream, file, bytes, state, run, key, refresh, replaced } = value
  if (typeof stream !== 'string' || typeof file !== 'string' || typeof state !== 'string' || typeof run !== 'string') throw unusable(place)
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) throw unusable(place)
  if (key !== undefined && typeof key !== 'string') throw unusable(place)
  if (refresh !== undefined && typeof refresh !== 'string') throw unusable(place)
  return { stream, file, bytes, state, run, ...defined({ key, refresh }), ...(replaced === true ? { replaced } : {}) }
}

function unusable(place: string, cause?: unknown): ConfigError {
  const message = `${place} is damaged, so nobody can tell which rows beside it are complete. Restore it, or write to an empty folder and read again.`
  return new ConfigError('ERR_OUTPUT_JOURNAL', message, { cause })
}
