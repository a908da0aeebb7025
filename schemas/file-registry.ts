import { join } from 'node:path'
import {
  ConfigError,
  ConnectorError,
  diskFiles,
  errnoOf,
  type Files,
  fileNameOf,
  type JsonSchema,
  readSchemaName,
  replaceFile,
  type SchemaRegistry,
  type SchemaVersion,
  syncDirectory,
  temporaryPath,
  writeDurably,
} from '../framework/index.ts'
import { fingerprintOf, inCanonicalOrder } from './fingerprint.ts'
import { isNode } from './schema-shape.ts'

/** Tries to get a number that no other process took. */
const tries = 50

interface Places {
  readonly folder: string
  /** The latest schema, for people and for `git diff`. */
  readonly latest: string
  /** `0001.json`, `0002.json` …: what counts. */
  readonly versions: string
}

/**
 * Keeps schemas in files to be committed: `DIR/<connection>/<kind>.json` is the latest, whose changes `git diff` shows line by line;
 * `DIR/<connection>/<kind>.versions/` has all of them, written once and never changed. No file has a time or an id of a run in it.
 */
export function fileSchemaRegistry(directory: string, files: Files = diskFiles): SchemaRegistry {
  const placesOf = (stream: string): Places => {
    const { connection, kind } = readSchemaName(stream)
    const folder = join(directory, fileNameOf(connection))
    const name = join(folder, fileNameOf(kind))
    return { folder, latest: `${name}.json`, versions: `${name}.versions` }
  }
  const latest = async (stream: string) => {
    const places = placesOf(stream)
    const number = (await numbersOf(places, files))[0]
    return number === undefined ? undefined : readVersion(pathOf(places, number), files)
  }
  return {
    register: (stream, schema) => storing(stream, () => register({ stream, schema, places: placesOf(stream), files })),
    latest,
    async history(stream) {
      const places = placesOf(stream)
      const versions: SchemaVersion[] = []
      for (const number of await numbersOf(places, files)) versions.push(await readVersion(pathOf(places, number), files))
      return versions
    },
    async streams() {
      const names: string[] = []
      for (const folder of await entriesOf(directory, files)) {
        for (const file of (await entriesOf(join(directory, folder), files)).filter((name) => name.endsWith('.json'))) {
          names.push((await readVersion(join(directory, folder, file), files)).stream)
        }
      }
      return names.sort()
    },
    close: async () => undefined,
  }
}

interface Registration {
  readonly stream: string
  readonly schema: JsonSchema
  readonly places: Places
  readonly files: Files
}

async function register({ stream, schema, places, files }: Registration): Promise<SchemaVersion> {
  const fingerprint = fingerprintOf(schema)
  for (let attempt = 0; attempt < tries; attempt++) {
    const [number = 0] = await numbersOf(places, files)
    const known = number > 0 ? await readVersion(pathOf(places, number), files) : undefined
    const version =
      known?.fingerprint === fingerprint ? known : { stream, version: number + 1, fingerprint, schema: inCanonicalOrder(schema) }
    if (version !== known && !(await create(version, places, files))) continue
    await show(version, places.latest, files)
    return version
  }
  throw new ConnectorError('ERR_SCHEMA_STORAGE', `other processes register schemas of ${stream} all the time; try again`, {
    failureType: 'transient_error',
  })
}

/** False when another process took the number first. */
async function create(version: SchemaVersion, places: Places, files: Files): Promise<boolean> {
  await files.mkdir(places.versions, { recursive: true })
  const path = pathOf(places, version.version)
  const temporary = temporaryPath(path)
  try {
    await writeDurably(temporary, textOf(version), files)
    await files.link(temporary, path)
  } catch (thrown) {
    if (errnoOf(thrown) === 'EEXIST') return false
    throw thrown
  } finally {
    await files.rm(temporary, { force: true })
  }
  await syncDirectory(places.versions, files)
  await syncDirectory(places.folder, files)
  return true
}

/** A process that was killed may have left the copy for people behind the versions. */
async function show(version: SchemaVersion, path: string, files: Files): Promise<void> {
  const text = textOf(version)
  const found = await files.readFile(path, 'utf8').catch((thrown: unknown) => {
    if (errnoOf(thrown) !== 'ENOENT') throw thrown
    return undefined
  })
  if (found !== text) await replaceFile(path, text, files)
}

const textOf = (version: SchemaVersion): string => `${JSON.stringify(version, null, 2)}\n`

const pathOf = ({ versions }: Places, number: number): string => join(versions, `${String(number).padStart(4, '0')}.json`)

/** Newest first. */
async function numbersOf({ versions }: Places, files: Files): Promise<readonly number[]> {
  const numbers = (await entriesOf(versions, files)).map((name) => Number(/^(\d+)\.json$/.exec(name)?.[1]))
  return numbers.filter((number) => number > 0).sort((a, b) => b - a)
}

async function entriesOf(directory: string, files: Files): Promise<readonly string[]> {
  return files.readdir(directory).catch((thrown: unknown) => {
    if (errnoOf(thrown) === 'ENOENT' || errnoOf(thrown) === 'ENOTDIR') return []
    throw thrown
  })
}

async function readVersion(path: string, files: Files): Promise<SchemaVersion> {
  let found: unknown
  try {
    found = JSON.parse(await files.readFile(path, 'utf8'))
  } catch (cause) {
    throw unreadable(path, cause)
  }
  if (!isNode(found)) throw unreadable(path)
  const { stream, version, fingerprint, schema } = found
  if (typeof stream !== 'string' || typeof version !== 'number' || typeof fingerprint !== 'string' || !isNode(schema))
    throw unreadable(path)
  return { stream, version, fingerprint, schema }
}

function unreadable(path: string, cause?: unknown): ConfigError {
  const reason = cause instanceof Error ? cause.message : 'it lacks stream, version, fingerprint or schema'
  return new ConfigError('ERR_SCHEMA_UNREADABLE', `${path} is not a registered schema (${reason}); restore it from version control`, {
    cause,
  })
}

/** Turns system errors of the disk into ConnectorError ERR_SCHEMA_STORAGE. */
async function storing<T>(stream: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof ConnectorError || errnoOf(cause) === undefined) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConnectorError('ERR_SCHEMA_STORAGE', `the schema of ${stream} could not be stored (${reason})`, { cause })
  }
}
