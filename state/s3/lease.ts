import type { Clock, ConnectionState, StateLease, StateVersion } from '../../framework/index.ts'
import { CommitQueue, type StateChanges, stateTexts } from '../commit-queue.ts'
import { formatDocument, parseDocument, versionOf } from '../document.ts'
import { fenced, otherConnector } from '../holder.ts'
import type { Bucket } from './bucket.ts'
import { historyKey, historyVersions, type ObjectKeys } from './keys.ts'
import type { S3Lock } from './lock.ts'

/** Versions kept beside the current one. */
const keptVersions = 19

export interface S3LeaseOptions {
  readonly connection: string
  readonly connector: string
  readonly runId: string
  readonly keys: ObjectKeys
  readonly bucket: Bucket
  readonly lock: S3Lock
  readonly clock: Clock
  /** Milliseconds between signs of life. */
  readonly heartbeat: number
}

interface Loaded {
  readonly version: number
  readonly streams: ReadonlyMap<string, string>
  /** The object that this was; undefined when there was none. A write replaces nothing else. Its text only until it is kept as history. */
  readonly object: { readonly etag: string; readonly text?: string } | undefined
}

export class S3Lease implements StateLease {
  readonly token: number
  readonly #options: S3LeaseOptions
  readonly #timer: NodeJS.Timeout
  readonly #queue: CommitQueue
  #loaded: Loaded | undefined
  #historyKept = false
  #released = false

  constructor(options: S3LeaseOptions) {
    this.#options = options
    this.token = options.lock.token
    this.#queue = new CommitQueue((changes) => this.#write(changes))
    // A failed heartbeat needs no report of its own: at worst the lease is taken over, and then the commit fails.
    this.#timer = setInterval(() => options.lock.beat().catch(() => undefined), options.heartbeat)
    this.#timer.unref()
  }

  async load(): Promise<StateVersion | undefined> {
    const { bucket, keys, connector, connection } = this.#options
    const object = await bucket.get(keys.state)
    const where = bucket.placeOf(keys.state)
    const document = object && parseDocument(object.text, where)
    if (document && document.connector !== connector) throw otherConnector(document.connector, { connection, connector, where })
    const version = document?.version ?? (await historyVersions(keys, bucket))[0] ?? 0
    this.#loaded = { version, streams: new Map(stateTexts(document?.streams ?? {})), object }
    return document && versionOf(document)
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
    await this.#options.lock.release()
  }

  async #write(changes: StateChanges): Promise<void> {
    const { bucket, keys, lock, clock, connection, connector, runId } = this.#options
    if (this.#released || !(await lock.isHeld())) throw fenced(connection, runId, 'another run took its lease over')
    if (this.#loaded === undefined) await this.load()
    const before = this.#loaded ?? { version: 0, streams: new Map<string, string>(), object: undefined }
    await this.#keepHistory(before)
    const streams = new Map(before.streams)
    for (const [name, text] of changes) {
      if (text === undefined) streams.delete(name)
      else streams.set(name, text)
    }
    const version = before.version + 1
    const head = { connection, connector, version, committedAt: new Date(clock.now()).toISOString(), runId, lease: this.token }
    const text = [...formatDocument(head, streams)].join('')
    const etag = await bucket.put(keys.state, text, before.object ? { etag: before.object.etag } : 'absent')
    if (etag === undefined) throw fenced(connection, runId, 'its object was changed by something else')
    this.#loaded = { version, streams, object: { etag } }
    await lock.beat()
  }

  /** Before the first change of a run: the version it found stays under its number. */
  async #keepHistory({ version, object }: Loaded): Promise<void> {
    if (this.#historyKept) return
    const { bucket, keys } = this.#options
    if (object?.text !== undefined) {
      await bucket.put(historyKey(keys, version), object.text)
      for (const old of (await historyVersions(keys, bucket)).slice(keptVersions)) await bucket.remove(historyKey(keys, old))
    }
    this.#historyKept = true
  }
}
