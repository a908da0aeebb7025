import { randomUUID } from 'node:crypto'
import * as nodeFiles from 'node:fs/promises'
import { dirname } from 'node:path'

/** The part of the file system that durable files are built on; injectable, so that a full or broken disk can be tested. */
export type Files = Pick<
  typeof nodeFiles,
  'link' | 'lstat' | 'mkdir' | 'open' | 'readFile' | 'readdir' | 'rename' | 'rm' | 'stat' | 'truncate' | 'unlink'
>

/** Pieces are written one after the other. */
export type FileContent = string | Uint8Array | Iterable<string>

export const diskFiles: Files = nodeFiles

/** Path under which {@link replaceFile} prepares the new content; left behind only by a crash. */
export const temporaryPath = (path: string): string => `${path}.${randomUUID()}.tmp`

/**
 * Replaces the content of a file so that a crash at any moment leaves the old content or the new one, never a mixture.
 * Durable when it resolves. When it rejects, the old file is untouched.
 */
export async function replaceFile(path: string, content: FileContent, files: Files = diskFiles): Promise<void> {
  const temporary = temporaryPath(path)
  try {
    await writeDurably(temporary, content, files)
    await files.rename(temporary, path)
  } catch (thrown) {
    await files.rm(temporary, { force: true })
    throw thrown
  }
  await syncDirectory(dirname(path), files)
}

/** Creates a file that must not exist yet; its content is on the disk when it resolves, its name after {@link syncDirectory}. */
export async function writeDurably(path: string, content: FileContent, files: Files = diskFiles): Promise<void> {
  const handle = await files.open(path, 'wx', 0o600)
  try {
    const pieces = typeof content === 'string' || content instanceof Uint8Array ? [content] : content
    for (const piece of pieces) await handle.appendFile(piece)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Makes names created, renamed or removed in a directory durable. Windows has no such call and needs none. */
export async function syncDirectory(path: string, files: Files = diskFiles): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await files.open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: make room, then run again.',
  EDQUOT: 'The quota of the disk is used up: make room or raise it, then run again.',
  EFBIG: 'A file may not grow as large as that: raise the limit (ulimit -f) or choose another place, then run again.',
  EIO: 'The disk reports a failure: check it before the next run.',
  EROFS: 'The file system is read-only: choose another place or make it writable, then run again.',
  EACCES: 'Give this user the right to write there, then run again.',
  EPERM: 'Give this user the right to write there, then run again.',
  EMFILE: 'Too many files are open: raise the limit (ulimit -n), then run again.',
  ENFILE: 'Too many files are open on this machine; run again later.',
}

/** What a person can do about a system error of the disk, or about a code of one: a sentence for the end of a message. */
export const diskAdvice = (problem: unknown): string =>
  advice[(typeof problem === 'string' ? problem : errnoOf(problem)) ?? ''] ?? 'Run again once that is mended.'

/** `ENOSPC`, `ENOENT` …; undefined for anything that is no system error. */
export function errnoOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined
}
