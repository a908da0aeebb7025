import { join } from 'node:path'
import { type Clock, diskFiles, errnoOf, type Files, type StateLease, type StateRegistry, type StateVersion } from '../framework/index.ts'
import { type ConnectionPaths, historyPath, historyVersions, pathsOf, readDocument, storing } from './connection-files.ts'
import { parseDocument, versionOf } from './document.ts'
import { FileLease } from './file-lease.ts'
import { FileLock } from './lock.ts'

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
        try {
          await removeRemains(paths, files)
        } catch (thrown) {
          await lock.release()
          throw thrown
        }
        return new FileLease({ connection, connector, runId, paths, lock, clock, files, heartbeat: staleAfter / 5 }) satisfies StateLease
      }),
    show: (connection) => readDocument(pathsOf(directory, connection).state, files).then((document) => document && versionOf(document)),
    history: (connection) => readHistory(pathsOf(directory, connection), files),
    connections: () => readConnections(directory, files),
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

async function readConnections(directory: string, files: Files): Promise<readonly string[]> {
  const names = await files.readdir(directory).catch((thrown: unknown) => {
    if (errnoOf(thrown) !== 'ENOENT') throw thrown
    return []
  })
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
