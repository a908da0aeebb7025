import { newRunId } from '../compose/session.ts'
import { reportReplaced } from '../compose/writes.ts'
import { defined } from '../framework/defined.ts'
import type { Budget } from '../framework/http/limits/budget.ts'
import {
  type AccountRecord,
  type AccountRegistry,
  type AccountToken,
  AuthenticationError,
  allowedHostsOf,
  asConnectorError,
  type Clock,
  type ConnectionState,
  type ConnectorError,
  type ConnectorHttpClient,
  createBudget,
  type Destination,
  deliver,
  type Item,
  type Logger,
  type Redactor,
  type SchemaRegistry,
  type StateLease,
  type StateRegistry,
  StoppedError,
  type WriteAbility,
} from '../framework/index.ts'
import { silentReporter } from '../framework/report.ts'
import { runSignal } from '../framework/run-signal.ts'
import { createChannel } from '../framework/runtime/read/channel.ts'
import { Acceptance } from './acceptance.ts'
import { type AccountOutcome, needsLogin, type SyncRun, syncAccount } from './account-sync.ts'
import { openSyncDrift } from './drift.ts'
import { listDue } from './list-due.ts'
import type { LoadedRecipe } from './load-recipe.ts'
import { logOutcome, logRun } from './records.ts'
import { sharedClient } from './shared-client.ts'
import { type SyncSummary, summaryOf } from './summary.ts'
import type { SyncOptions } from './sync-options.ts'

/** Pages that may wait between the accounts and the destination. */
const PAGES_IN_FLIGHT = 4
export const DEFAULT_CONCURRENCY = 4
/** Rather than wait longer for one account the run continues with the others; the next run takes its turn. */
const PATIENCE_SECONDS = 30

export interface SyncRequest extends SyncOptions {
  readonly accounts: AccountRegistry
  readonly recipe: LoadedRecipe
  readonly states: StateRegistry
  /** Where the schemas of what is read are kept; without it nothing is watched. */
  readonly schemas?: SchemaRegistry | undefined
  /** The destination of the run, not opened yet; it is opened and closed here. */
  output(known: { readonly state: ConnectionState; readonly lease: StateLease }): Promise<Destination>
  /** What the destination can do; as it says itself by default. */
  readonly ability?: WriteAbility | undefined
  /** The token to read an account with, refreshed where it is due; by default the one that is kept. */
  readonly token?: ((account: AccountRecord, http: ConnectorHttpClient) => Promise<AccountToken>) | undefined
  readonly clock: Clock
  readonly logger: Logger
  readonly redactor: Redactor
  readonly signal: AbortSignal
  /** Hosts besides those of the manifest: of proxies and the sandbox. */
  readonly allowedOrigins?: readonly string[] | undefined
  readonly userAgent?: string | undefined
  readonly random?: (() => number) | undefined
  /** Called at the start with what sums up a run that something else ends: what was done so far, and the failure. */
  readonly begun?: ((summarise: (failure: ConnectorError) => SyncSummary) => void) | undefined
  /** Called with what was done when the run fails as a whole, before the failure is thrown. */
  readonly failed?: ((summary: SyncSummary) => void) | undefined
}

/**
 * Brings the tables of all due accounts up to date: by priority, the stalest first, some at the same time. An account that fails is
 * reported and the others finish; `lastSyncedAt` moves once its rows are written. Throws what concerns the run as a whole: the registry,
 * a state that somebody else writes (ERR_STATE_LOCKED), a destination that cannot be opened or written.
 */
export async function syncAccounts(request: SyncRequest): Promise<SyncSummary> {
  const { accounts, recipe, states, clock } = request
  const id = newRunId(clock)
  const started = clock.now()
  const monotonic = clock.monotonic()
  const summarise = ({ needingLogin, outcomes, result }: Progress, failure?: ConnectorError) =>
    summaryOf({
      ...{ id, recipe, redact: request.redactor.redact, ...result, outcomes, failure },
      needingLogin: needingLogin + outcomes.filter((outcome) => needsLogin(outcome)).length,
      ...{ ended: clock.now(), duration: clock.monotonic() - monotonic },
    })
  const progress: Progress = { needingLogin: 0, outcomes: [], result: nothing }
  request.begun?.((failure) => summarise(progress, failure))
  let lease: StateLease | undefined
  try {
    lease = await states.acquire(connectionOf(recipe), recipe.manifest.id, id)
    // Under the lease: what another run finished while this one started is not due any more.
    const { due, needingLogin } = await listDue(accounts, { ...request, provider: recipe.provider, now: clock.now() })
    progress.needingLogin = needingLogin.length
    if (due.length > 0) progress.result = await syncDue(due, request, { id, lease, outcomes: progress.outcomes })
    if (progress.result.failure) throw progress.result.failure.error
    const summary = summarise(progress)
    if (due.length > 0) await logRun(request, summary, started)
    return summary
  } catch (thrown) {
    const summary = summarise(progress, asConnectorError(thrown))
    if (lease) await logRun(request, summary, started).catch((late) => request.logger.log('error', asConnectorError(late).message))
    request.failed?.(summary)
    throw thrown
  } finally {
    await lease?.release()
  }
}

/** How far a sync has come. */
interface Progress {
  needingLogin: number
  readonly outcomes: AccountOutcome[]
  result: DueResult
}

/** Name of the state of a recipe's accounts. */
export const connectionOf = ({ name }: Pick<LoadedRecipe, 'name'>): string => `sync-${name}`

interface DueResult {
  readonly warnings: readonly ConnectorError[]
  readonly left: number
  readonly requests: number
  readonly retries: number
  readonly usagePercent: number | undefined
  /** See `values_in_extra` in {@link SyncSummary}. */
  readonly valuesInExtra: number
  /** What ended the run as a whole. */
  readonly failure?: { readonly error: unknown }
}

const nothing: DueResult = { warnings: [], left: 0, requests: 0, retries: 0, usagePercent: undefined, valuesInExtra: 0 }

interface DueRun {
  readonly id: string
  readonly lease: StateLease
  /** Takes those of the accounts as they end. */
  readonly outcomes: AccountOutcome[]
}

async function syncDue(due: readonly AccountRecord[], request: SyncRequest, run: DueRun): Promise<DueResult> {
  const { recipe, clock, redactor, logger, schemas } = request
  const { id, lease, outcomes } = run
  const state = (await lease.load())?.streams ?? {}
  for (const secret of recipe.secrets) redactor.secret(secret)
  const over = new AbortController()
  const signal = runSignal(request.signal, over.signal)
  const budget = budgetOf(request)
  const client = clientOf({ ...request, signal }, budget)
  const destination = await request.output({ state, lease })
  const out = createChannel<Item>(PAGES_IN_FLIGHT)
  // Whoever fails behind the accounts says so at once: they may be waiting for the provider, or for each other.
  const giveUp = () => {
    over.abort(new StoppedError('ERR_OUTPUT_CLOSED', 'the destination stopped accepting records'))
    out.close()
  }
  try {
    const acceptance = new Acceptance()
    const found: ConnectorError[] = []
    await destination.open({
      ...{ runId: id, connector: recipe.manifest.id, connection: connectionOf(recipe), streams: [], giveUp },
      rejectStream: (stream, error) => acceptance.reject(stream, error),
      finding: ({ error }) => {
        found.push(error)
        logger.log('warn', error.message, { code: error.code })
      },
    })
    const followed = acceptance.follow(deliver(out, { destination, lease, giveUp })).finally(giveUp)
    // Awaited below; what breaks it meanwhile reaches the accounts through `acceptance`.
    followed.catch(() => undefined)
    const token = (account: AccountRecord) => tokenOf(account, request, client.http)
    const drift = schemas && (await openSyncDrift(schemas, { connection: connectionOf(recipe), runId: id, logger }))
    const { write, fullRefresh, ability = destination.writes } = request
    const writes = { destination, request: { write, fullRefresh }, ability }
    const around = { writes, out, acceptance, drift, token }
    const shared: SyncRun = { id, clock, logger, redactor, signal, recipe, client, states: state, ...around }
    const left = await syncInTurn(due, { ...request, signal }, { shared, budget, outcomes })
    out.close()
    const failure = await followed.then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
    const drifted = failure ? [] : ((await drift?.finish()) ?? [])
    const written = {
      warnings: [...found, ...drifted, ...replacedBy(destination, logger)],
      valuesInExtra: sumOf(destination.report().misfits),
    }
    const { requests, retries, usagePercent } = client.http.stats()
    return { ...written, left, requests, retries, usagePercent, ...(failure ? { failure } : {}) }
  } finally {
    out.close()
    client.http.close()
    await destination.close()
  }
}

const sumOf = (counts: Readonly<Record<string, number>> = {}): number => Object.values(counts).reduce((sum, count) => sum + count, 0)

/** Logs what was replaced; gives what a person should know of it. */
function replacedBy(destination: Destination, logger: Logger): readonly ConnectorError[] {
  const warnings: ConnectorError[] = []
  const report = { log: logger.log, finding: ({ error }: { readonly error: ConnectorError }) => void warnings.push(error) }
  reportReplaced(report, destination.report())
  return warnings
}

interface Turns {
  readonly shared: SyncRun
  readonly budget: Budget
  readonly outcomes: AccountOutcome[]
}

/** A few accounts at a time, in the order of the list, as long as budget, time and destination last. Gives how many are left. */
async function syncInTurn(due: readonly AccountRecord[], request: SyncRequest, { shared, budget, outcomes }: Turns): Promise<number> {
  const { concurrency = DEFAULT_CONCURRENCY, pauseSeconds = 0, clock, signal, maxRequests = Number.POSITIVE_INFINITY } = request
  const queue = [...due]
  // One after the other, and beside the reading: registries take turns, and nobody has to wait for them.
  let recorded: Promise<void> = Promise.resolve()
  const isOver = () => signal.aborted || shared.acceptance.isBroken || budget.spent >= maxRequests || budget.millisecondsLeft() <= 0
  const work = async () => {
    for (;;) {
      const account = isOver() ? undefined : queue.shift()
      if (!account) return
      const outcome = await syncAccount(account, shared)
      outcomes.push(outcome)
      recorded = recorded.then(() => logOutcome(request, outcome, shared.id))
      if (pauseSeconds > 0 && queue.length > 0) await clock.sleep(pauseSeconds * 1000, signal).catch(() => undefined)
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, due.length) }, work))
  await recorded
  return queue.length + outcomes.filter(({ stopped }) => stopped).length
}

async function tokenOf(account: AccountRecord, { token, accounts, clock }: SyncRequest, http: ConnectorHttpClient): Promise<AccountToken> {
  const current = token ? await token(account, http) : await accounts.token(account.id)
  const { expiresAt } = current
  if (expiresAt === undefined || Date.parse(expiresAt) > clock.now()) return current
  const message = `the token of account ${account.externalId} expired on ${expiresAt.slice(0, 10)}; only a new login helps`
  throw new AuthenticationError('ERR_TOKEN_EXPIRED', message, { reach: 'account' })
}

function budgetOf({ clock, maxRequests, deadlineSeconds }: SyncRequest): Budget {
  return createBudget({
    clock,
    ...defined({ maxRequests, deadlineSeconds }),
  })
}

function clientOf(request: SyncRequest, budget: Budget) {
  const { recipe, clock, redactor, signal, logger, userAgent, random, allowedOrigins = [] } = request
  const hosts = allowedHostsOf(recipe.manifest, recipe.shared, clock.now)
  return sharedClient(
    {
      clock,
      redactor,
      signal,
      budget,
      patienceSeconds: PATIENCE_SECONDS,
      allowedOrigins: hosts && [...hosts, ...allowedOrigins, ...basesOf(recipe.shared)],
      ...defined({ userAgent, random, usageReader: recipe.usage }),
    },
    {
      ...silentReporter,
      log: (level, message, fields) => logger.log(level, message, fields),
      finding: ({ error }) => logger.log('warn', error.message),
    },
  )
}

/** Hosts that the config points to: base_url, and others whose names end so. */
function basesOf(config: Readonly<Record<string, unknown>>): readonly string[] {
  const bases = Object.entries(config).filter(([field]) => /(?:^|_)base_url$/.test(field))
  return bases.flatMap(([, base]) => (typeof base === 'string' && URL.canParse(base) ? [new URL(base).origin] : []))
}
