import { join } from 'node:path'
import {
  type Clock,
  ConnectorError,
  diskFiles,
  errnoOf,
  type Files,
  fileNameOf,
  type StateLease,
  type StateRegistry,
  type StateVersion,
} from '../framework/index.ts'
import { parseDocument, type StateDocument, unreadable } from './document.ts'
import { FileLease } from './file-lease.ts'
import { FileLock } from './lock.ts'

export interface FileRegistryOptions {
  readonly clock: Clock
  /** Milliseconds without a heartbeat after which a lease may be taken over. */
  readonly staleAfter?: number
  readonly files?: Files
}

/** Everything that belongs to one connection, inside the directory of the registry. */
export interface ConnectionPaths {
  readonly directory: string
  readonly state: string
  /** One file per earlier version, named by its number. */
  readonly history: string
  readonly lock: string
  readonly lastLease: string
}

/**
 * Keeps the state of each connection in a JSON file that a person can read: `DIR/<connection>.json`, earlier versions in
 * `DIR/<connection>.history/`. The last version of each of the latest 20 runs is kept. Works on any file system with hard links.
 */
export function fileStateRegistry(directory: string, options: FileRegistryOptions): StateRegistry {
  const { clock, staleAfter = 5 * 60_000, files = diskFiles } = options
  return {
    acquire: (connection, connector, runId) =>
      storing(connection, async () => {
        const paths = pathsOf(directory, connection)
        await files.mkdir(directory, { recursive: true, mode: 0o700 })
        const lock = await FileLock.take({
          path: paths.lock,
          lastLeasePath: paths.lastLease,
          connection,
          runId,
          clock,
          staleAfter,
          files,
        })
        await removeRemains(paths, files)
        return new FileLease({ connection, connector, runId, paths, lock, clock, files, heartbeat: staleAfter / 5 }) satisfies StateLease
      }),
    show: (connection) => readDocument(pathsOf(directory, connection).state, files).then(withoutNames),
    history: (connection) => readHistory(pathsOf(directory, connection), files),
    close: async () => undefined,
  }
}

function pathsOf(directory: string, connection: string): ConnectionPaths {
  const path = (ending: string) => join(directory, `${fileNameOf(connection)}${ending}`)
  return { directory, state: path('.json'), history: path('.history'), lock: path('.lock'), lastLease: path('.last-lease') }
}

/** undefined when there is no such file. Throws ConfigError for a file that cannot be used. */
export async function readDocument(path: string, files: Files): Promise<StateDocument | undefined> {
  let text: string
  try {
    text = await files.readFile(path, 'utf8')
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw unreadable(path, `it cannot be read (${errnoOf(thrown) ?? thrown})`, thrown)
  }
  return parseDocument(text, path)
}

/** Numbers of the earlier versions kept, newest first. */
export async function historyVersions(paths: ConnectionPaths, files: Files): Promise<readonly number[]> {
  const names = await files.readdir(paths.history).catch((thrown: unknown) => {
    if (errnoOf(thrown) !== 'ENOENT') throw thrown
    return []
  })
  return names
    .map((name) => Number(/^(\d+)\.json$/.exec(name)?.[1]))
    .filter((version) => version > 0)
    .sort((a, b) => b - a)
}

async function readHistory(paths: ConnectionPaths, files: Files): Promise<readonly StateVersion[]> {
  const current = await readDocument(paths.state, files)
  const earlier = (await historyVersions(paths, files)).filter((version) => current === undefined || version < current.version)
  const documents = [current]
  for (const version of earlier) documents.push(await readDocument(historyPath(paths, version), files))
  return documents.map(withoutNames).filter((version) => version !== undefined)
}

export const historyPath = (paths: ConnectionPaths, version: number): string =>
  join(paths.history, `${String(version).padStart(10, '0')}.json`)

function withoutNames(document: StateDocument | undefined): StateVersion | undefined {
  if (document === undefined) return undefined
  const { version, committedAt, runId, streams } = document
  return { version, committedAt, runId, streams }
}

/** Removes what a run that was killed while writing left beside the files of the connection. */
async function removeRemains(paths: ConnectionPaths, files: Files): Promise<void> {
  for (const name of await files.readdir(paths.directory)) {
    const path = join(paths.directory, name)
    if (name.endsWith('.tmp') && path.startsWith(`${paths.state}.`)) await files.rm(path, { force: true })
  }
}

/** Turns system errors of the disk into ConnectorError ERR_STATE_STORAGE. */
export async function storing<T>(connection: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof ConnectorError || errnoOf(cause) === undefined) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `the state of connection ${JSON.stringify(connection)} could not be stored (${reason}). The state stored before is untouched.`
    throw new ConnectorError('ERR_STATE_STORAGE', message, { cause })
  }
}
