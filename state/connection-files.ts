import { join } from 'node:path'
import { ConnectorError, diskAdvice, errnoOf, type Files, fileNameOf } from '../framework/index.ts'
import { parseDocument, type StateDocument, unreadable } from './document.ts'

/** Everything that belongs to one connection, inside the directory of the registry. */
export interface ConnectionPaths {
  readonly directory: string
  readonly state: string
  /** One file per earlier version, named by its number. */
  readonly history: string
  readonly lock: string
  readonly lastLease: string
  /** One file per run. */
  readonly runs: string
}

export function pathsOf(directory: string, connection: string): ConnectionPaths {
  const path = (ending: string) => join(directory, `${fileNameOf(connection)}${ending}`)
  return {
    directory,
    state: path('.json'),
    history: path('.history'),
    lock: path('.lock'),
    lastLease: path('.last-lease'),
    runs: path('.runs'),
  }
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

export const historyPath = (paths: ConnectionPaths, version: number): string =>
  join(paths.history, `${String(version).padStart(10, '0')}.json`)

/** What is worked on, for messages. */
export interface StoredAt {
  /** undefined for all of them. */
  readonly connection?: string
  readonly place: string
}

/** Turns system errors of the disk into ConnectorError ERR_STATE_STORAGE that names the place and what to do. */
export async function storing<T>({ connection, place }: StoredAt, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof ConnectorError || errnoOf(cause) === undefined) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    const whose = connection === undefined ? 'states' : `the state of connection ${JSON.stringify(connection)}`
    const message = `${whose} in ${place} could not be read or stored (${reason}). What was stored before is untouched. ${diskAdvice(cause)}`
    throw new ConnectorError('ERR_STATE_STORAGE', message, { cause })
  }
}
