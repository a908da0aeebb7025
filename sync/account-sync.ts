import { isDead } from '../accounts/refresh.ts'
import type { TableChoice } from '../connectors/index.ts'
import {
  type AccountRecord,
  type AccountToken,
  asConnectorError,
  type BoundStream,
  type Clock,
  type ConnectionState,
  type ConnectorError,
  type Destination,
  type Item,
  inContext,
  type Logger,
  type MessageItem,
  openConnector,
  type PageItem,
  type Redactor,
  type RowChanges,
  Run,
  type RunReporter,
  readStreams,
  StoppedError,
  type StreamInfo,
  selectStreams,
  type WriteAbility,
  withContext,
} from '../framework/index.ts'
import type { Channel } from '../framework/runtime/read/channel.ts'
import { planWrites, startedOver, type WritePlan, type WriteRequest } from '../framework/runtime/read/plan-writes.ts'
import { createRunReporter } from '../framework/runtime/read/run-reporter.ts'
import type { Acceptance } from './acceptance.ts'
import type { SyncDrift } from './drift.ts'
import { accountConfig, type LoadedRecipe } from './load-recipe.ts'
import type { Share, SharedClient } from './shared-client.ts'

/** Slices of one account at the same time. */
const SLICES = 2

/** How the streams of all accounts are written. */
export interface SyncWrites {
  /** Open. */
  readonly destination: Destination
  readonly request: WriteRequest
  readonly ability: WriteAbility
}

/** What all accounts of a run share. */
export interface SyncRun {
  readonly id: string
  readonly clock: Clock
  readonly logger: Logger
  readonly redactor: Redactor
  readonly signal: AbortSignal
  readonly recipe: LoadedRecipe
  readonly client: SharedClient
  readonly states: ConnectionState
  readonly out: Channel<Item>
  readonly acceptance: Acceptance
  readonly writes: SyncWrites
  /** undefined when nobody watches the schemas. */
  readonly drift: SyncDrift | undefined
  /** The token to read with, refreshed where it is due. */
  token(account: AccountRecord): Promise<AccountToken>
}

/** How one account fared. */
export interface AccountOutcome {
  readonly account: AccountRecord
  /** ISO-8601, UTC. */
  readonly startedAt: string
  readonly complete: boolean
  /** Told to stop before it was done; the next run continues. */
  readonly stopped: boolean
  readonly rows: number
  readonly inserted: number
  readonly updated: number
  readonly requests: number
  readonly errors: readonly ConnectorError[]
  /** What a person should know: retired metrics, an API version that ends. */
  readonly warnings: readonly ConnectorError[]
}

/** Reads one account into the pipeline and waits until all of it is written. Never throws: what goes wrong is in the outcome. */
export async function syncAccount(account: AccountRecord, run: SyncRun): Promise<AccountOutcome> {
  const { clock, acceptance, client, recipe } = run
  const startedAt = new Date(clock.now()).toISOString()
  const errors: ConnectorError[] = []
  const warnings: ConnectorError[] = []
  const record = new Run(clock, run.id, recipe.counters)
  const share: Share = { requests: 0, report: collecting(record, { errors, warnings }, run) }
  let streams: readonly BoundStream[] = []
  try {
    await client.countFor(share, async () => {
      const plan = planned(await openStreams(account, run, share), run)
      streams = plan.streams
      await readInto(plan, account, { run, record, share })
    })
  } catch (thrown) {
    errors.push(withContext(asConnectorError(thrown), { account_id: account.externalId }))
  }
  const rows = acceptance.rowsOf(account.id)
  const complete = errors.length === 0 && record.streams.every(({ outcome }) => outcome === 'complete')
  return {
    account,
    startedAt,
    complete,
    stopped: !complete && errors.every((error) => error instanceof StoppedError),
    rows,
    ...changesOf(streams, run.writes.destination),
    requests: share.requests,
    errors,
    warnings,
  }
}

/** Why only a person who logs in can mend it; undefined for an account that may work again by itself. */
export function needsLogin({ errors }: AccountOutcome): ConnectorError | undefined {
  return errors.find(isDead)
}

async function openStreams(account: AccountRecord, run: SyncRun, { report }: Share): Promise<readonly BoundStream[]> {
  const { clock, recipe, client, redactor } = run
  const { accessToken } = await run.token(account)
  redactor.secret(accessToken)
  const today = new Date(clock.now()).toISOString().slice(0, 10)
  const connector = openConnector({
    manifest: recipe.manifest,
    config: accountConfig(recipe, account, { token: accessToken, today }),
    components: recipe.components,
    http: client.http,
    shared: client.shared,
    clock,
    report,
    signal: run.signal,
  })
  const streams = selectStreams(await connector.streams(), recipe.select)
  return streams.map((bound) => ({ ...bound, info: infoOf(bound.info, account) }))
}

/** Streams of connectors that know one account only get its id into their names: states of all accounts stand side by side. */
function infoOf(info: StreamInfo, { externalId }: AccountRecord): StreamInfo {
  return info.accountId === undefined ? { ...info, name: `${info.kind}__${externalId}`, accountId: externalId } : info
}

/** How the streams are written, and which of them are read from their start. */
function planned(streams: readonly BoundStream[], { id, states, writes, logger }: SyncRun): WritePlan {
  const { destination, request, ability } = writes
  const plan = planWrites(streams, request, { runId: id, states, ability, hasRegistry: true, isBackfill: false })
  for (const warning of plan.warnings) logger.log('warn', warning)
  return { ...plan, refreshes: startedOver(plan.refreshes, destination.lost(plan.streams.map(({ info }) => info))) }
}

interface Reading {
  readonly run: SyncRun
  readonly record: Run
  readonly share: Share
}

async function readInto({ streams, refreshes }: WritePlan, account: AccountRecord, { run, record, share }: Reading): Promise<void> {
  const { clock, recipe, states, signal, out, acceptance, drift } = run
  const written = tables(streams, account, recipe)
  for (const { info } of streams) {
    acceptance.expect(info.name, account.id, (error) => {
      record.reject(info.name)
      share.report.finding({ severity: 'error', error: inContext(error, { stream: info.name, account_id: account.externalId }) })
    })
  }
  await drift?.follow(streams.map(({ info }) => info))
  const dialect = recipe.manifest.dialect
  const items = readStreams(
    { streams, gone: [] },
    {
      clock,
      run: record,
      report: share.report,
      dialect,
      state: states,
      signal,
      concurrency: SLICES,
      waitForStates: run.writes.destination.prompt,
      refreshes,
    },
  )
  let rows = 0
  for await (const item of items) {
    if (item.type === 'page') {
      rows += item.rows.length
      const page = drift ? drift.inspect(item) : item
      if (page) await out.send(written(page))
    } else if (rows > 0 || hasMoved(item, states)) await sendState(withTable(item, written), out)
    else item.onKept?.()
  }
  const end: Item = { type: 'message', message: { type: 'LOG', log: { level: 'DEBUG', message: `account ${account.externalId} is read` } } }
  const accepted = acceptance.until(end)
  await Promise.all([out.send(end), accepted])
}

/** Of the messages of a read only its states concern others. */
async function sendState(item: Item, out: Channel<Item>): Promise<void> {
  if (item.type !== 'message') return
  if (item.message.type === 'STATE') await out.send(item)
  else item.onKept?.()
}

/** A state that says what was known before need not be committed again. */
function hasMoved(item: Item, states: ConnectionState): boolean {
  if (item.type !== 'message' || item.message.type !== 'STATE') return false
  const { stream_descriptor, stream_state } = item.message.state.stream
  // A stream without rows replaces those of before too.
  if (item.completes?.write?.mode === 'replace') return true
  return JSON.stringify(stream_state) !== JSON.stringify(states[item.stateKey ?? stream_descriptor.name])
}

/** The stream that a state completes, as its pages name it. */
function withTable(item: MessageItem, written: (page: PageItem) => PageItem): MessageItem {
  if (!item.completes) return item
  const { stream } = written({ type: 'page', stream: item.completes, rows: [], emittedAt: 0 })
  return { ...item, completes: stream }
}

/** The pages as the tables of the recipe want them. */
function tables(streams: readonly BoundStream[], account: AccountRecord, recipe: LoadedRecipe): (page: PageItem) => PageItem {
  const choices = new Map<string, { readonly choice: TableChoice; readonly info: StreamInfo }>()
  for (const { info } of streams) {
    const choice = recipe.table?.(info, account)
    if (choice)
      choices.set(info.name, { choice, info: { ...info, kind: choice.kind, primaryKey: choice.primaryKey, schema: choice.schema } })
  }
  return (page) => {
    const table = choices.get(page.stream.name)
    if (!table) return page
    const { choice, info } = table
    return { ...page, stream: info, rows: page.rows.map((row) => choice.row(row, page.emittedAt)) }
  }
}

function changesOf(streams: readonly BoundStream[], destination: Destination): RowChanges {
  let inserted = 0
  let updated = 0
  for (const { info } of streams) {
    const changes = destination.changes(info.name)
    inserted += changes.inserted
    updated += changes.updated
  }
  return { inserted, updated }
}

/** Reports into the log and keeps what it reports. */
function collecting(record: Run, found: { errors: ConnectorError[]; warnings: ConnectorError[] }, { clock, logger }: SyncRun): RunReporter {
  const report = createRunReporter(record, clock, logger)
  return {
    ...report,
    finding: (finding) => {
      found[finding.severity === 'error' ? 'errors' : 'warnings'].push(finding.error)
      report.finding(finding)
    },
  }
}
