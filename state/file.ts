import { join } from 'node:path'
import {
  type Clock,
  diskFiles,
  errnoOf,
  type Files,
  heartbeatOf,
  LEASE_MS,
  replaceFile,
  type StateLease,
  type StateRegistry,
  type StateVersion,
} from '../framework/index.ts'
import { type ConnectionPaths, historyPath, historyVersions, pathsOf, readDocument, storing } from './connection-files.ts'
import { parseDocument, versionOf } from './document.ts'
import { FileLease } from './file-lease.ts'
import { FileLock } from './lock.ts'
import { createRunLog, plainName, type RunStore } from './run-log.ts'

export interface FileRegistryOptions {
  readonly clock: Clock
  /** Milliseconds without a heartbeat after which a lease may be taken over. */
  readonly staleAfter?: number
  readonly files?: Files
}

/**
 * Keeps the state of each connection in a JSON file that a person can read: `DIR/<connection>.json`, earlier versions in
 * `DIR/<connection>.history/`. The last version of each of the latest 20 runs is kept. Works on any file system with hard links.
 */
export function fileStateRegistry(directory: string, options: FileRegistryOptions): StateRegistry {
  const { clock, staleAfter = LEASE_MS, files = diskFiles } = options
  return {
    acquire: (connection, connector, runId) =>
      storing({ connection, place: directory }, async () => {
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
        try {
          await removeRemains(paths, files)
        } catch (thrown) {
          await lock.release()
          throw thrown
        }
        return new FileLease({
          connection,
          connector,
          runId,
          paths,
          lock,
          clock,
          files,
          heartbeat: heartbeatOf(staleAfter),
        }) satisfies StateLease
      }),
    show: (connection) => readDocument(pathsOf(directory, connection).state, files).then((document) => document && versionOf(document)),
    history: (connection) => storing({ connection, place: directory }, () => readHistory(pathsOf(directory, connection), files)),
    connections: () => storing({ place: directory }, () => readConnections(directory, files)),
    runs: createRunLog(runFiles(directory, files)),
    close: async () => undefined,
  }
}

async function readHistory(paths: ConnectionPaths, files: Files): Promise<readonly StateVersion[]> {
  const current = await readDocument(paths.state, files)
  const earlier = (await historyVersions(paths, files)).filter((version) => current === undefined || version < current.version)
  const documents = [current]
  for (const version of earlier) documents.push(await readDocument(historyPath(paths, version), files))
  return documents.filter((document) => document !== undefined).map(versionOf)
}

/** `DIR/<connection>.runs/<run>.json`, one line each. */
function runFiles(directory: string, files: Files): RunStore {
  const folder = (connection: string) => pathsOf(directory, connection).runs
  const path = (connection: string, name: string) => join(folder(connection), `${plainName(name)}.json`)
  return {
    put: (connection, name, text) =>
      storing({ connection, place: folder(connection) }, async () => {
        await files.mkdir(folder(connection), { recursive: true, mode: 0o700 })
        await replaceFile(path(connection, name), text, files)
      }),
    get: (connection, name) => storing({ connection, place: folder(connection) }, () => textOf(path(connection, name), files)),
    names: async (connection) => {
      const names = await storing({ connection, place: folder(connection) }, () =>
        files.readdir(folder(connection)).catch(nothingIfMissing),
      )
      return names
        .filter((name) => name.endsWith('.json'))
        .map((name) => name.slice(0, -'.json'.length))
        .sort()
    },
    remove: (connection, name) =>
      storing({ connection, place: folder(connection) }, () => files.rm(path(connection, name), { force: true })),
  }
}

async function textOf(path: string, files: Files): Promise<string | undefined> {
  try {
    return await files.readFile(path, 'utf8')
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}

function nothingIfMissing(thrown: unknown): readonly string[] {
  if (errnoOf(thrown) !== 'ENOENT') throw thrown
  return []
}

async function readConnections(directory: string, files: Files): Promise<readonly string[]> {
  const names = await files.readdir(directory).catch(nothingIfMissing)
  const connections: string[] = []
  for (const name of names.filter((file) => file.endsWith('.json'))) {
    const path = join(directory, name)
    connections.push(parseDocument(await files.readFile(path, 'utf8'), path).connection)
  }
  return connections.sort()
}

/** Removes what a run that was killed while writing left beside the files of the connection. */
async function removeRemains(paths: ConnectionPaths, files: Files): Promise<void> {
  for (const name of await files.readdir(paths.directory)) {
    const path = join(paths.directory, name)
    if (name.endsWith('.tmp') && path.startsWith(`${paths.state}.`)) await files.rm(path, { force: true })
  }
}
