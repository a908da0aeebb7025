import { join } from 'node:path'
import {
  type ActionClaim,
  type ActionJournal,
  type ActionRecord,
  actionFenced,
  byNewest,
  type Clock,
  ConnectorError,
  diskFiles,
  errnoOf,
  type Files,
  fileNameOf,
  heartbeatOf,
  inProgress,
  LEASE_MS,
  type ListedAction,
  replaceFile,
} from '../../framework/index.ts'
import { isAlive, readHolder } from '../holder.ts'
import { FileLock } from '../lock.ts'
import { readRecord, recordText } from './record.ts'

export interface FileJournalOptions {
  readonly clock: Clock
  /** Milliseconds without a sign of life after which a claim counts as dead; five minutes. */
  readonly staleAfter?: number
  readonly files?: Files
}

/** Keeps each key in a file of its own, replaced whole, with a lock beside it while somebody works on it. */
export async function fileJournal(directory: string, options: FileJournalOptions): Promise<ActionJournal> {
  const settings = { directory, files: diskFiles, staleAfter: LEASE_MS, ...options }
  await settings.files.mkdir(directory, { recursive: true, mode: 0o700 })
  return {
    claim: (key) => claim(key, settings),
    show: (key) => show(pathsOf(key, directory), settings),
    list: async (account) => {
      const names = (await settings.files.readdir(directory)).filter((name) => name.endsWith('.json'))
      const all = await Promise.all(names.map((name) => show(pathsAt(join(directory, name.slice(0, -'.json'.length))), settings)))
      const found = all.filter((record) => record !== undefined)
      return found.filter((record) => account === undefined || record.account === account).sort(byNewest)
    },
    close: async () => undefined,
  }
}

type Settings = Required<FileJournalOptions> & { readonly directory: string }

interface Paths {
  readonly record: string
  readonly lock: string
  readonly lastLease: string
}

const pathsOf = (key: string, directory: string): Paths => pathsAt(join(directory, fileNameOf(key)))

function pathsAt(stem: string): Paths {
  return { record: `${stem}.json`, lock: `${stem}.lock`, lastLease: `${stem}.lease` }
}

async function claim(key: string, settings: Settings): Promise<ActionClaim> {
  const paths = pathsOf(key, settings.directory)
  const lock = await takeLock(key, paths, settings)
  // A failed sign of life needs no report of its own: at worst the claim is taken over, and then the next write fails.
  const timer = setInterval(() => lock.beat().catch(() => undefined), heartbeatOf(settings.staleAfter))
  timer.unref()
  const release = async () => {
    clearInterval(timer)
    await lock.release()
  }
  try {
    const found = await read(paths.record, settings.files)
    return { found, write: (record) => write(record, { lock, paths, settings }), release }
  } catch (thrown) {
    await release()
    throw thrown
  }
}

async function takeLock(key: string, { lock, lastLease }: Paths, { clock, staleAfter, files }: Settings): Promise<FileLock> {
  try {
    return await FileLock.take({ path: lock, lastLeasePath: lastLease, connection: key, runId: 'action', clock, staleAfter, files })
  } catch (thrown) {
    if (!(thrown instanceof ConnectorError) || thrown.code !== 'ERR_STATE_LOCKED') throw thrown
    const holder = readHolder(await readJson(lock, files))
    throw inProgress(key, holder ? `process ${holder.pid} on ${holder.host} since ${holder.since}` : `see ${lock}`, thrown)
  }
}

async function write(
  record: ActionRecord,
  { lock, paths, settings }: { readonly lock: FileLock; readonly paths: Paths; readonly settings: Settings },
): Promise<void> {
  if (!(await lock.isHeld())) throw actionFenced(record.key)
  await replaceFile(paths.record, recordText(record), settings.files)
}

async function show(paths: Paths, { files, clock }: Settings): Promise<ListedAction | undefined> {
  const record = await read(paths.record, files)
  if (!record) return undefined
  const seen = await files.stat(paths.lock).catch(nothingIfMissing)
  const holder = seen && readHolder(await readJson(paths.lock, files))
  return { ...record, held: seen !== undefined && holder !== undefined && isAlive(holder, { heartbeat: seen.mtimeMs, now: clock.now() }) }
}

async function read(path: string, files: Files): Promise<ActionRecord | undefined> {
  const text = await files.readFile(path, 'utf8').catch(nothingIfMissing)
  return text === undefined ? undefined : readRecord(text, path)
}

/** A lock that is gone or half written by a hand names nobody. */
async function readJson(path: string, files: Files): Promise<unknown> {
  const text = await files.readFile(path, 'utf8').catch(nothingIfMissing)
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

function nothingIfMissing(thrown: unknown): undefined {
  if (errnoOf(thrown) !== 'ENOENT') throw thrown
  return undefined
}
