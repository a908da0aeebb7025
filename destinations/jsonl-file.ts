import { constants, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ConfigError, errnoOf, type Files, syncDirectory } from '../framework/index.ts'
import { sharedFolder } from './commit-journal.ts'

/** A data file of one stream. Lines are only ever added at its end. */
export interface JsonlFile {
  readonly path: string
  /** Of a stage: the refresh whose rows it has. */
  readonly refresh?: string
  /** Length that this run knows of. */
  size: number
  /** Changed by this run since the last mark. */
  dirty: boolean
}

const appendOnly = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0)

/** Files held open at once; a run may have thousands of streams. */
const heldOpen = 64

/** Handles of the data files in use; the one opened longest ago is closed for a new one. */
export class OpenFiles {
  readonly #files: Files
  readonly #held = new Map<JsonlFile, FileHandle>()

  constructor(files: Files) {
    this.#files = files
  }

  async handleOf(file: JsonlFile): Promise<FileHandle> {
    const held = this.#held.get(file)
    if (held) return held
    const [oldest] = this.#held
    if (oldest && this.#held.size >= heldOpen) {
      this.#held.delete(oldest[0])
      await oldest[1].close()
    }
    const handle = await this.#files.open(file.path, appendOnly, 0o600)
    this.#held.set(file, handle)
    return handle
  }

  /** Of one file, before it gets another name or goes. */
  async release(file: JsonlFile): Promise<void> {
    const handle = this.#held.get(file)
    this.#held.delete(file)
    await handle?.close()
  }

  async close(): Promise<void> {
    const handles = [...this.#held.values()]
    this.#held.clear()
    await Promise.all(handles.map((handle) => handle.close()))
  }
}

/** Size of a regular file, undefined when there is none. Links, pipes and devices are refused: they would lead out of the folder. */
export async function checkRegular(path: string, files: Files): Promise<number | undefined> {
  const found = await files.lstat(path).catch((thrown: unknown) => {
    if (errnoOf(thrown) !== 'ENOENT') throw thrown
    return undefined
  })
  if (found === undefined) return undefined
  if (!found.isFile()) {
    throw new ConfigError(
      'ERR_OUTPUT_UNSAFE',
      `${path} is not a regular file (a link?) and is not written to. Remove it or choose another folder.`,
    )
  }
  return found.size
}

/**
 * Cuts the file to `bytes`, or to its last complete line where nobody knows its length; a file that was taken away starts again. Returns the
 * length that is left. Throws ConfigError ERR_OUTPUT_JOURNAL for a file that is shorter than `bytes`: rows that count as written are gone.
 */
export async function cutTo(path: string, bytes: number | undefined, files: Files): Promise<number> {
  const found = await checkRegular(path, files)
  if (found === undefined) return 0
  const size = found
  if (bytes !== undefined) {
    if (size < bytes) throw tooShort(path, size, bytes)
    if (size > bytes) await files.truncate(path, bytes)
    return bytes
  }
  const complete = await endOfLastLine(path, size, files)
  if (complete < size) await files.truncate(path, complete)
  return complete
}

function tooShort(path: string, size: number, bytes: number): ConfigError {
  const lengths = `${path} has ${size} bytes, but ${bytes} bytes of it are committed: rows that count as written are missing`
  const advice = `Restore the file; or move it away to start a new one, and reset the state of its stream to read the missing rows again.`
  return new ConfigError('ERR_OUTPUT_JOURNAL', `${lengths}. ${advice}`)
}

/** Complete lines of a file; 0 when there is none. */
export async function countLines(path: string, files: Files): Promise<number> {
  if ((await checkRegular(path, files)) === undefined) return 0
  const handle = await files.open(path, 'r')
  try {
    const block = Buffer.alloc(64 * 1024)
    let lines = 0
    for (let start = 0; ; ) {
      const { bytesRead } = await handle.read(block, 0, block.length, start)
      if (bytesRead === 0) return lines
      const end = block.subarray(0, bytesRead)
      for (let at = end.indexOf(0x0a); at >= 0; at = end.indexOf(0x0a, at + 1)) lines += 1
      start += bytesRead
    }
  } finally {
    await handle.close()
  }
}

/**
 * Puts a file into the place of another, which may be missing, and gives it the mode of that one. A crash leaves the old file or the new
 * one under the name.
 */
export async function takePlace(stage: string, path: string, files: Files): Promise<void> {
  if ((await checkRegular(path, files)) !== undefined) {
    const { mode } = await files.stat(path)
    const handle = await files.open(stage, 'r+')
    await handle.chmod(mode & 0o777).finally(() => handle.close())
  }
  await files.rename(stage, path)
  await syncDirectory(dirname(path), files)
}

/** Position after the last line feed. */
async function endOfLastLine(path: string, size: number, files: Files): Promise<number> {
  if (size === 0) return 0
  const handle = await files.open(path, 'r')
  try {
    const block = Buffer.alloc(64 * 1024)
    for (let end = size; end > 0; ) {
      const start = Math.max(0, end - block.length)
      const { bytesRead } = await handle.read(block, 0, end - start, start)
      const found = block.subarray(0, bytesRead).lastIndexOf(0x0a)
      if (found >= 0) return start + found + 1
      end = start
    }
    return 0
  } finally {
    await handle.close()
  }
}

/** Puts what was added onto the disk, and makes sure that nobody else wrote into the file. */
export async function syncFile(file: JsonlFile, handle: FileHandle): Promise<void> {
  await handle.sync()
  if ((await handle.stat()).size !== file.size) throw sharedFolder(file.path)
  file.dirty = false
}
