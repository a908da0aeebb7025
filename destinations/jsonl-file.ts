import { constants, type FileHandle } from 'node:fs/promises'
import { ConfigError, errnoOf, type Files } from '../framework/index.ts'
import { sharedFolder } from './commit-journal.ts'

/** The data file of one stream. Lines are only ever added at its end. */
export interface JsonlFile {
  readonly path: string
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
    const handle = await this.#files.open(file.path, appendOnly, 0o644)
    this.#held.set(file, handle)
    return handle
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
      `${path} is no regular file (a link?) and is not written to. Remove it or choose another folder.`,
    )
  }
  return found.size
}

/** Cuts the file to `bytes`, or to its last complete line where a person shortened it. Returns the length that is left. */
export async function cutTo(path: string, bytes: number | undefined, files: Files): Promise<number> {
  const size = (await checkRegular(path, files)) ?? 0
  if (bytes !== undefined && size >= bytes) {
    if (size > bytes) await files.truncate(path, bytes)
    return bytes
  }
  const complete = await endOfLastLine(path, size, files)
  if (complete < size) await files.truncate(path, complete)
  return complete
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
