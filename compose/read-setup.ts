import { openDestinations } from '../destinations/open.ts'
import { defined } from '../framework/defined.ts'
import { ConfigError, type ConnectorError, inContext } from '../framework/errors.ts'
import type { Diagnostic } from '../framework/report.ts'
import { type ListedStream, selectStreams } from '../framework/runtime/assembly/bound-stream.ts'
import type { Destination } from '../framework/runtime/ports/destination.ts'
import type { RunLog } from '../framework/runtime/ports/run-log.ts'
import type { ConnectionState, StateLease, StateRegistry } from '../framework/runtime/ports/state-registry.ts'
import { type BackfillRange, backfillStates } from '../framework/runtime/read/backfill.ts'
import { type CatalogMatch, matchCatalog } from '../framework/runtime/read/catalog-match.ts'
import type { ReadOptions } from '../framework/runtime/read/read.ts'
import { learnSchemas } from '../schemas/learn.ts'
import { readStateFile } from '../state/airbyte.ts'
import { isStateRegistryUrl, openStateRegistry } from '../state/open.ts'
import { closing } from './closing.ts'
import type { Output, ReadRequest, StateChoice, StreamChoice } from './read-request.ts'
import type { Session } from './session.ts'
import { checkNames, type StateFile } from './state-names.ts'
import { storageUrl } from './storage-url.ts'

/** Streams to read; only their schemas are asked for. Throws ConfigError ERR_STREAM_UNKNOWN for a name that means none. */
export async function readCatalog(session: Session, choice: StreamChoice): Promise<CatalogMatch> {
  const { connector } = session
  const match = await listedCatalog(session, choice)
  const streams = await connector.describe(match.streams)
  const { catalog, select = [] } = choice
  if (catalog === undefined && select.length === 0) return { ...match, streams }
  const lost = connector.broken.filter(({ name }) => match.streams.some(({ info }) => info.kind === name))
  return { ...match, streams, broken: [...(match.broken ?? []), ...lost] }
}

/** The same without schemas. */
export async function listedCatalog({ connector, run, report }: Session, { catalog, select = [] }: StreamChoice) {
  const streams = await connector.listed()
  run.accounts = (await connector.accounts())?.length ?? 0
  const match: CatalogMatch<ListedStream> = catalog === undefined ? { streams, gone: [] } : matchCatalog(streams, connector, catalog)
  for (const warning of match.warnings ?? []) report.log('warn', warning)
  return { ...match, streams: selectStreams(match.streams, select) }
}

/** The state that a read starts from, and the lease to commit to when it comes from a registry. */
export interface OpenState {
  readonly connection: string
  readonly streams: ConnectionState
  /** The file that the states come from; undefined for a registry. */
  readonly file?: StateFile
  readonly lease: StateLease | undefined
  /** Where runs are recorded; undefined without a registry. */
  readonly runs: RunLog | undefined
  close(): Promise<void>
}

/** Takes the lease of a registry and loads it, or reads the file. Throws ConnectorError ERR_STATE_LOCKED naming the holder. */
export async function openState(session: Session, choice: StateChoice): Promise<OpenState> {
  const { state, connection = session.product } = choice
  const nothing = { connection, lease: undefined, runs: undefined, close: async () => undefined }
  if (state === undefined) return { ...nothing, streams: {} }
  if (typeof state !== 'string') return leaseOf(session, state, connection)
  const source = storageUrl(state, session)
  if (!isStateRegistryUrl(source)) return { ...nothing, ...(await stateOfFile(session, source, choice)) }
  const registry = await openStateRegistry(source, { clock: session.clock, env: session.env })
  try {
    const open = await leaseOf(session, registry, connection)
    return { ...open, close: () => closing(registry, session.report, () => open.close()) }
  } catch (thrown) {
    await registry.close()
    throw thrown
  }
}

/** Names are checked by kind, before discovery asks for the accounts. */
async function stateOfFile({ connector }: Session, path: string, { unknownState = 'refuse' }: StateChoice) {
  const file = { path, parsed: await readStateFile(path) }
  const { manifest, kinds, broken } = connector
  const names = [...kinds, ...broken.map(({ name }) => name)]
  const accountKinds = manifest.discovery === undefined ? [] : kinds
  const quiet = () => undefined
  if (manifest.dynamicStreams.length === 0) checkNames(file, { names, accountKinds }, { unknownState, warn: quiet })
  return { streams: file.parsed.streams, file }
}

async function leaseOf({ connector, run, report }: Session, registry: StateRegistry, connection: string): Promise<OpenState> {
  const lease = await registry.acquire(connection, connector.manifest.id, run.id)
  const close = () => lease.release()
  let streams: ConnectionState = {}
  const load = async () => {
    streams = (await lease.load())?.streams ?? {}
  }
  await load().catch((thrown: unknown) => closing({ close }, report, () => Promise.reject(thrown)))
  return { connection, lease, runs: registry.runs, streams, close }
}

/** Where a read goes: URLs without references to secrets, or destinations of the caller's own. */
export function outputsOf(session: Session, { output }: Pick<ReadRequest, 'output'>): readonly Output[] {
  const outputs: readonly Output[] = isList(output) ? output : [output]
  return outputs.map((place) => (typeof place === 'string' ? storageUrl(place, session) : place))
}

interface OutputContext {
  readonly catalog: CatalogMatch
  readonly state: OpenState
  readonly giveUp: () => void
}

/** The destinations of a read, opened. */
export async function openOutput(session: Session, { catalog, state, giveUp }: OutputContext, request: ReadRequest): Promise<Destination> {
  const { connector, run, redactor, clock, report } = session
  const destination = await openDestinations(outputsOf(session, request), {
    stdout: request.stdout ?? process.stdout,
    format: request.format ?? 'airbyte',
    redact: redactor.redact,
    state: state.streams,
    registry: state.lease ? 'committed' : 'none',
    lease: state.lease,
    tables: request.tables ?? 'shared',
    lockTimeoutMs: request.lockTimeout === undefined ? undefined : request.lockTimeout * 1000,
    learnSchemas,
    clock,
  })
  const streams = catalog.streams.map(({ info }) => info)
  const info = {
    ...{ runId: run.id, connector: connector.manifest.id, connection: state.connection, streams, giveUp },
    finding: (diagnostic: Diagnostic) => report.finding(diagnostic),
    rejectStream(stream: string, error: ConnectorError) {
      run.reject(stream)
      report.finding({ severity: 'error', error: inContext(error, { stream }) })
    },
  }
  const open = destination.open({ ...info, backfill: rangeOf(request, state) !== undefined })
  // What was opened is let go of; the reason why the rest could not be is what counts.
  await open.catch((thrown: unknown) => closing(destination, report, () => Promise.reject(thrown)))
  return destination
}

const isList = (output: Output | readonly Output[]): output is readonly Output[] => Array.isArray(output)

export function readOptions({ connector, run, report, signal, clock }: Session, state: OpenState, request: ReadRequest): ReadOptions {
  const range = rangeOf(request, state)
  const { limit, files, concurrency = connector.concurrency } = request
  if (concurrency === 0) throw new ConfigError('ERR_FLAG_INVALID', '--concurrency takes a whole number of 1 or more, not 0')
  return {
    ...{ clock, run, report, signal, dialect: connector.manifest.dialect },
    state: range ? backfillStates(state.streams, range) : state.streams,
    ...defined({ concurrency, limit, files, range }),
  }
}

/** Of a backfill; undefined for a regular read. */
function rangeOf({ from, to }: ReadRequest, { lease }: OpenState): BackfillRange | undefined {
  if (from === undefined && to === undefined) return undefined
  return { ...defined({ from, to }), ...(lease ? { resumable: true } : {}) }
}
