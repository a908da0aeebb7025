import {
  type Clock,
  type ConnectionState,
  ConnectorError,
  errnoOf,
  type Files,
  type StateLease,
  type StateVersion,
  stateText,
  syncDirectory,
  temporaryPath,
  writeDurably,
} from '../framework/index.ts'
import { CommitQueue, type StateChanges, stateTexts } from './commit-queue.ts'
import { type ConnectionPaths, historyPath, historyVersions, readDocument, type StoredAt, storing } from './connection-files.ts'
import { formatDocument, versionOf } from './document.ts'
import { fenced, otherConnector } from './holder.ts'
import type { FileLock } from './lock.ts'

/** Versions kept beside the current one. */
const keptVersions = 19

export interface FileLeaseOptions {
  readonly connection: string
  readonly connector: string
  readonly runId: string
  readonly paths: ConnectionPaths
  readonly lock: FileLock
  readonly clock: Clock
  readonly files: Files
  /** Milliseconds between signs of life. */
  readonly heartbeat: number
}

interface Loaded {
  readonly version: number
  /** States as JSON text: a commit then costs no more than joining them. */
  readonly streams: Map<string, string>
  /** Which file this was, to notice that somebody else wrote in between; undefined when there was none. */
  readonly identity: string | undefined
}

export class FileLease implements StateLease {
  readonly token: number
  readonly #options: FileLeaseOptions
  readonly #timer: NodeJS.Timeout
  #loaded: Loaded | undefined
  #historyKept = false
  #released = false
  readonly #queue: CommitQueue

  constructor(options: FileLeaseOptions) {
    this.#options = options
    this.token = options.lock.token
    this.#queue = new CommitQueue((changes) => storing(this.#at, () => this.#write(changes)))
    // A failed heartbeat needs no report of its own: at worst the lease is taken over, and then the commit fails.
    this.#timer = setInterval(() => options.lock.beat().catch(() => undefined), options.heartbeat)
    this.#timer.unref()
  }

  get #at(): StoredAt {
    return { connection: this.#options.connection, place: this.#options.paths.state }
  }

  async load(): Promise<StateVersion | undefined> {
    const { paths, files, connector, connection } = this.#options
    const document = await storing(this.#at, () => readDocument(paths.state, files))
    if (document && document.connector !== connector)
      throw otherConnector(document.connector, { connection, connector, where: paths.state })
    this.#loaded = {
      version: document?.version ?? (await historyVersions(paths, files))[0] ?? 0,
      streams: jsonTexts(document?.streams ?? {}),
      identity: await identityOf(paths.state, files),
    }
    if (document === undefined) return undefined
    return versionOf(document)
  }

  commit(streams: ConnectionState, position?: number): Promise<void> {
    return this.#queue.add(stateTexts(streams), position)
  }

  async replace(streams: ConnectionState): Promise<void> {
    if (this.#loaded === undefined) await this.load()
    const gone = Array.from(this.#loaded?.streams.keys() ?? [], (name) => [name, undefined] as const)
    return this.#queue.add([...gone, ...stateTexts(streams)])
  }

  async release(): Promise<void> {
    if (this.#released) return
    await this.#queue.settled()
    this.#released = true
    clearInterval(this.#timer)
    await storing(this.#at, () => this.#options.lock.release())
  }

  async #write(changed: StateChanges): Promise<void> {
    const { paths, files, clock, connection, connector, runId, lock } = this.#options
    await this.#assertOwner()
    if (this.#loaded === undefined) await this.load()
    const before = this.#loaded ?? { version: 0, streams: new Map<string, string>(), identity: undefined }
    const head = { connection, connector, version: before.version + 1, committedAt: new Date(clock.now()).toISOString(), runId }
    await this.#keepHistory(before)
    const undo = replaceEntries(before.streams, changed)
    const temporary = temporaryPath(paths.state)
    try {
      await writeDurably(temporary, formatDocument(head, before.streams), files)
      await this.#assertOwner()
      await files.rename(temporary, paths.state)
    } catch (thrown) {
      undo()
      await files.rm(temporary, { force: true })
      throw thrown
    }
    this.#loaded = { version: head.version, streams: before.streams, identity: await identityOf(paths.state, files) }
    await syncDirectory(paths.directory, files).catch((cause: unknown) => {
      throw unconfirmed(connection, cause)
    })
    await lock.beat()
  }

  /** The state is only written by its holder, and only on top of what the holder knows. */
  async #assertOwner(): Promise<void> {
    const { paths, files, lock, connection, runId } = this.#options
    if (this.#released || !(await lock.isHeld())) throw fenced(connection, runId, 'another run took its lease over')
    if (this.#loaded && this.#loaded.identity !== (await identityOf(paths.state, files))) {
      throw fenced(connection, runId, 'its file was changed by something else')
    }
  }

  /** Before the first change of a run: the version it found stays under its number. The file is replaced, never changed, so a link keeps it. */
  async #keepHistory({ version, identity }: Loaded): Promise<void> {
    const { paths, files } = this.#options
    if (this.#historyKept) return
    this.#historyKept = identity === undefined
    if (identity === undefined) return
    await files.mkdir(paths.history, { recursive: true, mode: 0o700 })
    const kept = historyPath(paths, version)
    await files.rm(kept, { force: true })
    await files.link(paths.state, kept)
    for (const old of (await historyVersions(paths, files)).slice(keptVersions)) await files.rm(historyPath(paths, old), { force: true })
    this.#historyKept = true
  }
}

function unconfirmed(connection: string, cause: unknown): ConnectorError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const message = `the state of connection ${JSON.stringify(connection)} is written, but the disk did not confirm that it would survive a power failure (${reason})`
  return new ConnectorError('ERR_STATE_STORAGE', message, { cause })
}

function jsonTexts(streams: ConnectionState): Map<string, string> {
  const texts = new Map<string, string>()
  for (const [name, state] of Object.entries(streams)) texts.set(name, stateText(state))
  return texts
}

/** Changes the map in place, which is cheap however large it is; the result takes the change back. */
function replaceEntries(map: Map<string, string>, changed: StateChanges): () => void {
  const before = Array.from(changed.keys(), (name) => [name, map.get(name)] as const)
  setEntries(map, changed)
  return () => setEntries(map, before)
}

function setEntries(map: Map<string, string>, entries: Iterable<readonly [string, string | undefined]>): void {
  for (const [name, text] of entries) {
    if (text === undefined) map.delete(name)
    else map.set(name, text)
  }
}

async function identityOf(path: string, files: Files): Promise<string | undefined> {
  try {
    const { ino, size, mtimeNs } = await files.stat(path, { bigint: true })
    return `${ino}:${size}:${mtimeNs}`
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}
