import { randomUUID } from 'node:crypto'
import type { Clock } from '../../framework/index.ts'
import { isObject } from '../../framework/index.ts'
import { parseDocument } from '../document.ts'
import { describeSelf, type Holder, isAlive, lockedBy, readHolder } from '../holder.ts'
import type { Bucket, S3Object } from './bucket.ts'
import type { ObjectKeys } from './keys.ts'

export interface S3LockOptions {
  readonly keys: ObjectKeys
  readonly bucket: Bucket
  readonly connection: string
  readonly runId: string
  readonly clock: Clock
  /** Milliseconds without a heartbeat after which this lock may be taken over. */
  readonly staleAfter: number
}

interface LockContent {
  readonly token: number
  readonly heartbeat: number
  /** undefined once the lease was given back. */
  readonly holder: Holder | undefined
}

/** An exclusive lock made of an object that is only ever replaced on the condition that nobody else replaced it. */
export class S3Lock {
  readonly token: number
  readonly #options: S3LockOptions
  readonly #holder: Holder
  /** Tells this lock from another one with the same content. */
  readonly #id = randomUUID()
  #etag: string | undefined
  #beating: Promise<void> = Promise.resolve()

  private constructor(token: number, options: S3LockOptions) {
    this.token = token
    this.#options = options
    this.#holder = describeSelf(options.runId, options)
  }

  /** Throws ConnectorError ERR_STATE_LOCKED naming the holder. */
  static async take(options: S3LockOptions): Promise<S3Lock> {
    const { bucket, keys, clock } = options
    const found = await bucket.get(keys.lock)
    const content = found && parseLock(found)
    if (content?.holder && isAlive(content.holder, { heartbeat: content.heartbeat, now: clock.now() }))
      throw lockedBy(content.holder, whereOf(options))
    const lock = new S3Lock(1 + (content?.token ?? 0), options)
    lock.#etag = await bucket.put(keys.lock, lock.#text(lock.#holder), found ? { etag: found.etag } : 'absent')
    if (lock.#etag === undefined) {
      const winner = await bucket.get(keys.lock)
      throw lockedBy(winner && parseLock(winner)?.holder, whereOf(options))
    }
    if (content?.holder) await fenceOff(lock.token, options)
    return lock
  }

  async isHeld(): Promise<boolean> {
    await this.#beating
    const found = await this.#options.bucket.get(this.#options.keys.lock)
    return found !== undefined && found.etag === this.#etag
  }

  /** Says that the holder lives. Beats follow each other, so that none mistakes the one before for another holder. */
  beat(): Promise<void> {
    this.#beating = this.#beating.then(() => this.#replace(this.#holder)).catch(() => undefined)
    return this.#beating
  }

  async release(): Promise<void> {
    await this.#beating
    await this.#replace(undefined)
  }

  async #replace(holder: Holder | undefined): Promise<void> {
    if (this.#etag === undefined) return
    this.#etag = await this.#options.bucket.put(this.#options.keys.lock, this.#text(holder), { etag: this.#etag })
  }

  #text(holder: Holder | undefined): string {
    const heartbeat = Math.trunc(this.#options.clock.now())
    return `${JSON.stringify({ token: this.token, heartbeat, id: this.#id, holder })}\n`
  }
}

const whereOf = ({ connection, bucket, keys }: S3LockOptions) => ({ connection, where: bucket.placeOf(keys.lock) })

/** After a takeover: the state object gets another etag, so that a write of the silent holder that is still on its way fails. */
async function fenceOff(token: number, { bucket, keys }: S3LockOptions): Promise<void> {
  const found = await bucket.get(keys.state)
  if (!found) return
  parseDocument(found.text, bucket.placeOf(keys.state))
  const fenced = { ...(JSON.parse(found.text) as object), lease: token }
  await bucket.put(keys.state, `${JSON.stringify(fenced)}\n`, { etag: found.etag })
}

function parseLock({ text }: S3Object): LockContent | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (!isObject(value) || typeof value['token'] !== 'number' || typeof value['heartbeat'] !== 'number') return undefined
    return { token: value['token'], heartbeat: value['heartbeat'], holder: readHolder(value['holder']) }
  } catch {
    // Only a hand leaves such an object; it is nobody's lock.
    return undefined
  }
}
