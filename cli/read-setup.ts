import { readFileSync } from 'node:fs'
import { openDestinations } from '../destinations/open.ts'
import { systemClock } from '../framework/clock.ts'
import { ConfigError } from '../framework/errors.ts'
import type { ConfiguredCatalog } from '../framework/protocol/messages.ts'
import { type BackfillRange, backfillStates } from '../framework/runtime/backfill.ts'
import { type CatalogMatch, matchCatalog, selectStreams } from '../framework/runtime/bound-stream.ts'
import type { Destination } from '../framework/runtime/destination.ts'
import type { ReadOptions } from '../framework/runtime/read.ts'
import type { RunLog } from '../framework/runtime/run-log.ts'
import type { ConnectionState, StateLease } from '../framework/runtime/state-registry.ts'
import { readStateFile } from '../state/airbyte.ts'
import { isStateRegistryUrl, openStateRegistry } from '../state/open.ts'
import { type Invocation, type OptionValues, text, texts } from './command.ts'
import { wholeNumber } from './numbers.ts'
import type { Session } from './session.ts'
import { storageUrl } from './storage-url.ts'

/** Streams to read: of the catalog file, else all that are discovered; narrowed by `--select`. */
export async function readCatalog({ connector, run }: Session, { options }: Invocation): Promise<CatalogMatch> {
  const streams = await connector.streams()
  run.accounts = (await connector.accounts())?.length ?? 0
  const file = text(options, 'catalog')
  const patterns = texts(options, 'select').flatMap((value) => value.split(','))
  const match = file === undefined ? { streams, gone: [] } : matchCatalog(streams, connector, catalogNames(file))
  return { ...match, streams: selectStreams(match.streams, patterns) }
}

function catalogNames(file: string): readonly string[] {
  const catalog = parseCatalog(readCatalogFile(file), file)
  const names = catalog?.streams?.map((entry) => entry?.stream?.name)
  if (names?.every((name) => typeof name === 'string')) return names
  throw new ConfigError('ERR_CATALOG_INVALID', `${file} is no configured catalog: it needs streams[].stream.name`)
}

function readCatalogFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError('ERR_CATALOG_UNREADABLE', `cannot read catalog ${file}: ${reason}`, { cause })
  }
}

function parseCatalog(text: string, file: string): Partial<ConfiguredCatalog> {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's error quotes the text, and the file named may be the config with its token.
    throw new ConfigError('ERR_CATALOG_UNREADABLE', `cannot read catalog ${file}: it is no valid JSON`)
  }
}

/** The state that a read starts from, and the lease to commit to when it comes from a registry. */
export interface OpenState {
  readonly connection: string
  readonly streams: ConnectionState
  readonly lease: StateLease | undefined
  /** Where runs are recorded; undefined without a registry. */
  readonly runs: RunLog | undefined
  [Symbol.asyncDispose](): Promise<void>
}

/** `--state`: a JSON file is input only, a URL is a registry that is loaded and committed to. */
export async function openState({ product, connector, run }: Session, { options, io }: Invocation): Promise<OpenState> {
  const given = text(options, 'state')
  const source = given && storageUrl(given, io.env)
  const connection = text(options, 'connection') ?? product
  const nothing = { connection, lease: undefined, runs: undefined, [Symbol.asyncDispose]: async () => undefined }
  if (source === undefined) return { ...nothing, streams: {} }
  if (!isStateRegistryUrl(source)) return { ...nothing, streams: await readStateFile(source) }
  const registry = await openStateRegistry(source, { clock: systemClock })
  const lease = await registry.acquire(connection, connector.manifest.id, run.id)
  const close = async () => {
    await lease.release()
    await registry.close()
  }
  try {
    return { connection, lease, runs: registry.runs, streams: (await lease.load())?.streams ?? {}, [Symbol.asyncDispose]: close }
  } catch (thrown) {
    await close()
    throw thrown
  }
}

/** The destinations of `--output`, opened; closed when the read is over, whatever came of it. */
export async function openOutput(
  session: Session,
  { catalog, state }: { catalog: CatalogMatch; state: OpenState },
  { options, io }: Invocation,
): Promise<Destination & AsyncDisposable> {
  const { connector, run, redactor } = session
  const urls = texts(options, 'output').map((url) => storageUrl(url, io.env))
  const destination = await openDestinations(urls, {
    stdout: io.stdout,
    format: formatOf(text(options, 'format')),
    redact: redactor.redact,
    state: state.streams,
    registry: state.lease ? 'committed' : 'none',
    lease: state.lease,
    tables: text(options, 'tables') === 'per_stream' ? 'per_stream' : 'shared',
  })
  const streams = catalog.streams.map(({ info }) => info)
  try {
    const backfill = rangeOf(options, state) !== undefined
    await destination.open({ runId: run.id, connector: connector.manifest.id, connection: state.connection, streams, backfill })
  } catch (thrown) {
    // What was opened is let go of; the reason why the rest could not be is what counts.
    await destination.close().catch(() => undefined)
    throw thrown
  }
  return Object.assign(destination, { [Symbol.asyncDispose]: () => destination.close() })
}

function formatOf(name: string | undefined): 'airbyte' | 'singer' | 'jsonl' {
  return name === 'singer' || name === 'jsonl' ? name : 'airbyte'
}

export function readOptions({ connector, run, report, signal }: Session, state: OpenState, { options }: Invocation): ReadOptions {
  const range = rangeOf(options, state)
  const limit = wholeNumber(options, 'limit')
  const concurrency = wholeNumber(options, 'concurrency') ?? connector.concurrency
  if (concurrency === 0) throw new ConfigError('ERR_FLAG_INVALID', '--concurrency takes a whole number of 1 or more, not 0')
  return {
    clock: systemClock,
    run,
    report,
    signal,
    dialect: connector.manifest.dialect,
    state: range ? backfillStates(state.streams, range) : state.streams,
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(limit === undefined ? {} : { limit }),
    ...(range ? { range } : {}),
  }
}

/** `--from` and `--to`; undefined for a regular read. */
function rangeOf(options: OptionValues, { lease }: OpenState): BackfillRange | undefined {
  const from = text(options, 'from')
  const to = text(options, 'to')
  if (from === undefined && to === undefined) return undefined
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), ...(lease ? { resumable: true } : {}) }
}
