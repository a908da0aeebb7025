import { link, readFile, rename, rm } from 'node:fs/promises'
import { type Clock, type ConnectorError, errnoOf, temporaryPath, writeDurably } from '../framework/index.ts'
import { isGone, LOOK_MS, newHolder } from './holder.ts'

export interface FileLockOptions {
  /** Exists while somebody holds the lock. */
  readonly path: string
  readonly clock: Clock
  /** Milliseconds after which a lock held by a process of another machine may be taken over. */
  readonly holdMs: number
  /** The error when the holder does not let go; gets what the lock says about it. */
  readonly busy: (holder: string) => ConnectorError
}

/**
 * Runs `work` while no other process holds the lock. Waits for the holder; one that is gone, or has held it for its time, loses it.
 * The file is made in one step, and known by its content, which no other attempt shares.
 */
export async function withFileLock<T>({ path, clock, holdMs, busy }: FileLockOptions, work: () => Promise<T>): Promise<T> {
  const started = clock.monotonic()
  const own = JSON.stringify({ holder: newHolder(), until: clock.now() + holdMs })
  while (!(await create(path, own))) {
    const found = await readIfThere(path)
    if (found === undefined) continue
    const { holder, until } = parse(found)
    if (isGone(holder) || until < clock.now()) await removeIf(path, found)
    else if (clock.monotonic() - started > holdMs) throw busy(holder)
    else await clock.sleep(LOOK_MS)
  }
  try {
    return await work()
  } finally {
    await removeIf(path, own)
  }
}

/** False when the lock is held. Written under another name first, so that nobody reads half a lock. */
async function create(path: string, content: string): Promise<boolean> {
  const temporary = temporaryPath(path)
  await writeDurably(temporary, content)
  try {
    await link(temporary, path)
    return true
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EEXIST') throw thrown
    return false
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Removes the lock that was seen and no other: one that was made in between goes back. */
async function removeIf(path: string, content: string): Promise<void> {
  const taken = temporaryPath(path)
  try {
    await rename(path, taken)
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return
    throw thrown
  }
  if ((await readIfThere(taken)) !== content) {
    await link(taken, path).catch((thrown) => {
      if (errnoOf(thrown) !== 'EEXIST') throw thrown
    })
  }
  await rm(taken, { force: true })
}

function parse(content: string): { readonly holder: string; readonly until: number } {
  try {
    const { holder, until } = JSON.parse(content)
    return { holder: typeof holder === 'string' ? holder : '', until: typeof until === 'number' ? until : 0 }
  } catch {
    // Only a hand or a power failure leaves such a lock: it counts as old.
    return { holder: '', until: 0 }
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}
