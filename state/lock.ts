import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Clock, errnoOf, type Files, isObject, LEASE_MS, syncDirectory, temporaryPath, writeDurably } from '../framework/index.ts'
import { describeSelf, type Holder, isAlive, lockedBy, readHolder } from './holder.ts'

export interface LockOptions {
  /** Exists while somebody holds the lock. */
  readonly path: string
  /** Keeps the last token given out, so that tokens only grow. */
  readonly lastLeasePath: string
  readonly connection: string
  readonly runId: string
  readonly clock: Clock
  /** Milliseconds without a heartbeat after which this lock may be taken over. */
  readonly staleAfter: number
  readonly files: Files
}

interface LockContent extends Holder {
  readonly token: number
}

interface FoundLock {
  readonly inode: bigint
  readonly heartbeat: number
  /** undefined when the file is not readable as a lock. */
  readonly content: LockContent | undefined
}

/**
 * An exclusive lock made of a file that is created in one step. It is known by its inode, which nobody else's lock can have as long as
 * the handle stays open; the file's modification time, set from the clock, is the heartbeat.
 */
export class FileLock {
  readonly token: number
  readonly #handle: FileHandle
  readonly #inode: bigint
  readonly #options: LockOptions

  private constructor(handle: FileHandle, { inode, token }: { readonly inode: bigint; readonly token: number }, options: LockOptions) {
    this.#handle = handle
    this.#inode = inode
    this.token = token
    this.#options = options
  }

  /** Throws ConnectorError ERR_STATE_LOCKED naming the holder. */
  static async take(options: LockOptions): Promise<FileLock> {
    const found = await findLock(options)
    if (found) await removeDeadLock(found, options)
    const token = 1 + Math.max(found?.content?.token ?? 0, await lastToken(options))
    const handle = await createLock({ ...describeSelf(options.runId, options), token }, options)
    const { ino: inode } = await handle.stat({ bigint: true })
    return new FileLock(handle, { inode, token }, options)
  }

  /** Says that the holder lives. */
  beat(): Promise<void> {
    return markAlive(this.#handle, this.#options.clock)
  }

  /** False once another process took the lock over. */
  async isHeld(): Promise<boolean> {
    const found = await this.#options.files.stat(this.#options.path, { bigint: true }).catch(nothingIfMissing)
    return found?.ino === this.#inode
  }

  async release(): Promise<void> {
    try {
      if (await this.isHeld()) await this.#options.files.rename(this.#options.path, this.#options.lastLeasePath)
    } finally {
      await this.#handle.close()
    }
  }
}

/** Writes the lock under another name and then gives it its own, so that nobody ever reads half a lock. */
async function createLock(content: LockContent, options: LockOptions): Promise<FileHandle> {
  const { files, path } = options
  const temporary = temporaryPath(path)
  await writeDurably(temporary, `${JSON.stringify(content)}\n`, files)
  const handle = await files.open(temporary, 'r+')
  try {
    await markAlive(handle, options.clock)
    await files.link(temporary, path)
    await syncDirectory(dirname(path), files)
    return handle
  } catch (thrown) {
    await handle.close()
    if (errnoOf(thrown) === 'EEXIST') throw lockedBy((await findLock(options))?.content, { ...options, where: options.path })
    throw thrown
  } finally {
    await files.rm(temporary, { force: true })
  }
}

function markAlive(handle: FileHandle, clock: Clock): Promise<void> {
  const seconds = clock.now() / 1000
  return handle.utimes(seconds, seconds)
}

async function findLock({ path, files }: LockOptions): Promise<FoundLock | undefined> {
  const found = await files.stat(path, { bigint: true }).catch(nothingIfMissing)
  const text = found && (await files.readFile(path, 'utf8').catch(nothingIfMissing))
  if (found === undefined || text === undefined) return undefined
  return { inode: found.ino, heartbeat: Number(found.mtimeMs), content: parseLock(text) }
}

function parseLock(text: string): LockContent | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const holder = readHolder(value)
    const token = isObject(value) ? value['token'] : undefined
    return holder && typeof token === 'number' ? { ...holder, token } : undefined
  } catch {
    // Only a power failure or a hand leaves such a lock: its heartbeat decides.
    return undefined
  }
}

async function removeDeadLock(found: FoundLock, options: LockOptions): Promise<void> {
  const { path, files, clock } = options
  const times = { heartbeat: found.heartbeat, now: clock.now() }
  // A lock that cannot be read promised nothing: the usual time counts.
  const held = found.content ? isAlive(found.content, times) : times.now - times.heartbeat <= LEASE_MS
  if (held) throw lockedBy(found.content, { ...options, where: options.path })
  const taken = temporaryPath(path)
  await files.rename(path, taken).catch(nothingIfMissing)
  const moved = await files.stat(taken, { bigint: true }).catch(nothingIfMissing)
  if (moved === undefined) return
  // Somebody replaced the dead lock in between, and theirs was moved: it goes back.
  if (moved.ino !== found.inode) await files.link(taken, path).catch(nothingIfMissing)
  await files.rm(taken, { force: true })
  if (moved.ino !== found.inode) throw lockedBy((await findLock(options))?.content, { ...options, where: options.path })
}

async function lastToken({ lastLeasePath, files }: LockOptions): Promise<number> {
  const text = await files.readFile(lastLeasePath, 'utf8').catch(nothingIfMissing)
  return (text && parseLock(text)?.token) || 0
}

function nothingIfMissing(thrown: unknown): undefined {
  if (errnoOf(thrown) !== 'ENOENT') throw thrown
  return undefined
}
