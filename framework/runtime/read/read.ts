import type { Clock } from '../../clock.ts'
import { defined } from '../../defined.ts'
import { ConnectorError, StoppedError, withContext } from '../../errors.ts'
import type { BrokenStream } from '../../manifest/broken-stream.ts'
import type { StreamState } from '../../protocol/messages.ts'
import { runSignal } from '../../run-signal.ts'
import type { BoundStream } from '../assembly/bound-stream.ts'
import type { Item } from '../ports/items.ts'
import type { Run, StreamResult } from '../ports/run.ts'
import type { ConnectionState } from '../ports/state-registry.ts'
import type { CatalogMatch } from './catalog-match.ts'
import { createChannel } from './channel.ts'
import { AccountLimiter, type Limiter } from './limiter.ts'
import { chooseByState } from './read-by-state.ts'
import { StreamReader } from './read-stream.ts'
import type { StreamRefresh } from './refresh.ts'
import type { RunReporter } from './run-reporter.ts'
import { stalestFirst } from './stalest-first.ts'
import { GroupGate } from './stream-groups.ts'
import { logItem, stateItem, statusItem } from './trace.ts'

/** Pages that may wait between the sources and the destination. */
const PAGES_IN_FLIGHT = 4
export const DEFAULT_CONCURRENCY = 8

export interface ReadOptions {
  readonly clock: Clock
  readonly run: Run
  readonly report: RunReporter
  readonly dialect: 'native' | 'airbyte'
  readonly state: ConnectionState
  /** Streams that are read from their start, by name. */
  readonly refreshes?: ReadonlyMap<string, StreamRefresh>
  readonly signal: AbortSignal
  /** Slices read at the same time, over all streams. */
  readonly concurrency?: number
  readonly range?: { readonly from?: string; readonly to?: string }
  readonly limit?: number
  /** Folder for the files of streams that have some. */
  readonly files?: string
  /** Nothing more is asked of a slice before its STATE is kept; only where every STATE is answered by `MessageItem.onKept`. */
  readonly waitForStates?: boolean
  /**
   * The run before this one was interrupted: begins with one slice and takes more as something is kept, so that a run that is soon
   * interrupted as well has kept something.
   */
  readonly isResumed?: boolean
  /** Streams that an interrupted run just before this one read to their end: they are complete, and nothing is asked for them. */
  readonly done?: ReadonlySet<string>
}

/**
 * Reads the streams of a catalog: pages and messages in the order in which a destination has to take them. A STATE comes after
 * every record that it covers. Ends normally even when streams failed; `run` knows.
 */
export async function* read({ streams, gone, broken = [] }: CatalogMatch, options: ReadOptions): AsyncGenerator<Item> {
  const out = createChannel<Item>(PAGES_IN_FLIGHT)
  options.report.attach((item) => out.post(item))
  const results = streams.map((bound) => result(bound, options.run))
  options.run.streams.push(...results)
  const left = new AbortController()
  const signal = runSignal(options.signal, left.signal)
  const work = readAll(streams, results, { ...options, signal, gone, broken, out }).then(
    () => out.close(),
    (error: unknown) => out.close(error),
  )
  try {
    yield* out
  } finally {
    // When the stages behind us gave up, nothing more is asked of the source.
    left.abort(new StoppedError('ERR_OUTPUT_CLOSED', 'the destination stopped accepting records'))
    await work
  }
}

interface ReadAllOptions extends ReadOptions {
  readonly gone: CatalogMatch['gone']
  readonly broken: readonly BrokenStream[]
  readonly out: ReturnType<typeof createChannel<Item>>
}

async function readAll(streams: readonly BoundStream[], results: readonly StreamResult[], options: ReadAllOptions): Promise<void> {
  const { out, state, concurrency = DEFAULT_CONCURRENCY, gone, broken } = options
  for (const missing of gone) reportGone(missing, options)
  for (const unbuilt of broken) reportBroken(unbuilt, options)
  const limiter = new AccountLimiter(concurrency, options.isResumed ? 1 : concurrency)
  const accounts = new Map(streams.map(({ info }) => [info.name, info.accountId ?? info.name]))
  options.report.watchWaits((stream, wait) => {
    const account = accounts.get(stream) ?? stream
    if (wait === 'begins') limiter.setWaiting(account)
    else limiter.setReady(account)
  })
  const lost = new Set<unknown>()
  for (const { stream } of streams) stream.retriever.announce()
  const gate = new GroupGate()
  reportDone(results, options)
  const waiting = stalestFirst(streams, state).flatMap((index) => {
    const bound = streams[index]
    const outcome = results[index]
    return bound && outcome?.outcome === 'pending' ? [{ bound, outcome, groups: bound.stream.groups }] : []
  })
  while (waiting.length > 0) {
    const entry = await gate.take(waiting)
    const entries = [entry, ...takeCompanions(entry, waiting)]
    const account = entry.bound.info.accountId ?? entry.bound.info.name
    const readers = limiter.readers(account)
    await readers.onSizeLessThan(1)
    if (options.signal.aborted) break
    const slices = limiter.slices(account)
    const read = () => readTogether(entries, { ...options, slices, lost, onProgress: () => limiter.widen() })
    const done = readers.add(read).catch((error: unknown) => out.close(error))
    void done.finally(() => gate.release(entry))
  }
  await limiter.onIdle()
  const failed = results.filter(({ outcome }) => outcome === 'incomplete').map(({ name }) => name)
  if (failed.length > 0)
    out.post(logItem('ERROR', `these streams are not complete: ${failed.slice(0, 50).join(', ')}${failed.length > 50 ? ', …' : ''}`))
}

interface Entry {
  readonly bound: BoundStream
  readonly outcome: StreamResult
  readonly groups: readonly string[]
}

/** Removes from `waiting` the streams of the same account that share their calls with this one. */
function takeCompanions({ bound, groups }: Entry, waiting: Entry[]): readonly Entry[] {
  const { shares } = bound.stream.retriever
  if (shares === undefined || bound.info.accountId === undefined || groups.length > 0) return []
  const isCompanion = ({ bound: other, groups: others }: Entry) =>
    other.stream.retriever.shares === shares && other.info.accountId === bound.info.accountId && others.length === 0
  const found = waiting.filter(isCompanion)
  for (const companion of found) waiting.splice(waiting.indexOf(companion), 1)
  return found
}

/** Streams that share their calls take one turn together: with turns of their own one of them might wait for the other for ever. */
async function readTogether(entries: readonly Entry[], options: ReaderOptions): Promise<void> {
  const [only, second] = entries
  if (only && !second) return readOne(only, options)
  const inside: Limiter = { onSizeLessThan: async () => undefined, add: (work) => work() }
  await options.slices.add(async () => {
    await Promise.all(entries.map((entry) => readOne(entry, { ...options, slices: inside })))
  })
}

interface ReaderOptions extends ReadAllOptions {
  readonly slices: Limiter
  readonly lost: Set<unknown>
  readonly onProgress: () => void
}

/** A state that cannot be read fails its stream alone. */
async function readOne(entry: Entry, options: ReaderOptions): Promise<void> {
  let reader: StreamReader
  try {
    reader = openReader(entry, options)
  } catch (thrown) {
    if (!(thrown instanceof ConnectorError)) throw thrown
    const { name } = entry.bound.info
    Object.assign(entry.outcome, { outcome: 'incomplete', failedSlices: 1 })
    options.report.finding({ severity: 'error', error: withContext(thrown, { stream: name }) })
    options.out.post(statusItem(name, 'INCOMPLETE', options.clock.now()))
    return
  }
  await reader.read()
}

function openReader({ bound, outcome }: Entry, options: ReaderOptions): StreamReader {
  const { out, report, range, refreshes } = options
  const refresh = refreshes?.get(bound.info.name)
  const known = stateOf(bound, options)
  const chosen = range ? { bound, state: known, dropped: false } : chooseByState(bound, known, report)
  if (chosen.dropped) out.post(stateItem(bound.info.name, {}, 0))
  return new StreamReader(chosen.bound, outcome, { ...options, state: chosen.state, ...defined({ refresh }) })
}

/** The others are what is left of the job. */
function reportDone(results: readonly StreamResult[], { done, range, refreshes, report, out, clock }: ReadAllOptions): void {
  const skipped = range ? [] : results.filter(({ name }) => done?.has(name) && !refreshes?.has(name))
  if (skipped.length === 0) return
  for (const result of skipped) {
    result.outcome = 'complete'
    out.post(statusItem(result.name, 'STARTED', clock.now()))
    out.post(statusItem(result.name, 'COMPLETE', clock.now()))
  }
  const message = `${skipped.length} streams were read to their end within the last hour by a run that was interrupted; the others are read now`
  report.log('info', message)
}

/** A backfill keeps a state of its own, in no earlier form. */
function stateOf({ info, stream }: BoundStream, { state, range, refreshes }: ReadAllOptions): StreamState | undefined {
  const refresh = refreshes?.get(info.name)
  const known = refresh ? refresh.state : state[info.name]
  return known && !range && stream.migrateState ? stream.migrateState(known) : known
}

function result({ info }: BoundStream, { rejected }: Run): StreamResult {
  const { name, kind, accountId } = info
  const fresh: StreamResult = { name, kind, accountId, outcome: 'pending', rows: 0, slices: 0, failedSlices: 0 }
  return rejected.has(name) ? { ...fresh, rejected: true } : fresh
}

/** A stream of the catalog whose account the token no longer sees: its state stays, the others continue. */
function reportGone({ name, kind, accountId }: CatalogMatch['gone'][number], { run, report, out, clock }: ReadAllOptions): void {
  run.streams.push({ name, kind, accountId, outcome: 'incomplete', rows: 0, slices: 0, failedSlices: 1 })
  const message = `account ${accountId} is not among those that the token sees: its role was removed, or another token is needed`
  report.finding({
    severity: 'error',
    error: new ConnectorError('ERR_ACCOUNT_GONE', message, {
      failureType: 'config_error',
      context: { stream: name, account_id: accountId },
    }),
  })
  out.post(statusItem(name, 'INCOMPLETE', clock.now()))
}

/** A stream of the catalog that cannot be built: nothing is read of it, the others continue. */
function reportBroken({ name, error }: BrokenStream, { run, report, out, clock }: ReadAllOptions): void {
  run.streams.push({ name, kind: name, accountId: undefined, outcome: 'incomplete', rows: 0, slices: 0, failedSlices: 1 })
  report.finding({ severity: 'error', error: withContext(error, { stream: name }) })
  out.post(statusItem(name, 'INCOMPLETE', clock.now()))
}
