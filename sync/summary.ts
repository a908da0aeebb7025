import { exitCodeOf as exitCodeOfError } from '../compose/exit-code.ts'
import type { SyncRecipe } from '../connectors/index.ts'
import {
  AuthenticationError,
  type ConnectorError,
  type ExitCode,
  RateLimitError,
  type RowChanges,
  StoppedError,
} from '../framework/index.ts'
import type { AccountOutcome } from './account-sync.ts'

/** What went wrong with one account, or with the run (`account_id` null). Texts are without secrets. */
export interface SyncError {
  /** The provider's id of the account. */
  readonly account_id: string | null
  readonly account_name: string | null
  readonly code: string
  readonly message: string
}

/** What a sync did: the one line on stdout, and the answer of the cron endpoint. */
export interface SyncSummary {
  /** Every account was read to its end, and none was left for want of requests or time. */
  readonly success: boolean
  readonly run_id: string
  /** Accounts that were read to their end. */
  readonly accounts_processed: number
  /** Accounts that were due, and not got to or not finished: the budget, the deadline or a signal came first. */
  readonly accounts_left: number
  /** Accounts without a working login; `connector accounts` says why. */
  readonly accounts_needing_login: number
  /** The same as `rows_inserted` and `rows_updated` under the name that the recipe gives them, `posts_inserted`; 0 when its rows are something else. */
  readonly [inserted: `${string}_inserted`]: number
  readonly [updated: `${string}_updated`]: number
  /** Rows that the destination took, of all streams. */
  readonly rows_written: number
  /** As the destination says: rows that were new to it, and rows that took the place of one with their key. */
  readonly rows_inserted: number
  readonly rows_updated: number
  /** Values that their columns do not take, or that have none: kept in `_extra`. */
  readonly values_in_extra: number
  /** Everything that was sent: retries and calls for tokens too. */
  readonly requests_made: number
  readonly retries: number
  /** The highest share of a quota that the provider told; null when it told none. */
  readonly usage_percent: number | null
  readonly errors: readonly SyncError[]
  /** What will become an error, or has been left out; once for all accounts that it concerns. */
  readonly warnings: readonly string[]
  readonly exit_code: ExitCode
  /** When the run ended: ISO-8601, UTC. */
  readonly timestamp: string
  readonly duration_ms: number
}

/** What a summary is made of. Times are epoch milliseconds. */
export interface SyncFacts {
  readonly id: string
  readonly recipe: Pick<SyncRecipe, 'noun' | 'counts'>
  readonly outcomes: readonly AccountOutcome[]
  /** Of the run as a whole: schemas that drifted, values that went to `_extra`. */
  readonly warnings: readonly ConnectorError[]
  readonly left: number
  readonly needingLogin: number
  readonly requests: number
  readonly retries: number
  readonly usagePercent: number | undefined
  readonly valuesInExtra: number
  readonly ended: number
  /** Milliseconds. */
  readonly duration: number
  readonly redact: (text: string) => string
  /** What ended the run as a whole. */
  readonly failure?: ConnectorError | undefined
}

export function summaryOf(facts: SyncFacts): SyncSummary {
  const { outcomes, left, failure } = facts
  const sum = (pick: (outcome: AccountOutcome) => number) => outcomes.reduce((total, outcome) => total + pick(outcome), 0)
  const changes = { inserted: sum(({ inserted }) => inserted), updated: sum(({ updated }) => updated) }
  const exit_code = failure ? exitCodeOfError(failure) : exitCodeOf(outcomes, left)
  const ended = failure ? [{ account_id: null, account_name: null, code: failure.code, message: failure.message }] : []
  return {
    success: exit_code === 0,
    run_id: facts.id,
    accounts_processed: outcomes.filter(({ complete }) => complete).length,
    accounts_left: left,
    accounts_needing_login: facts.needingLogin,
    ...namedCounts(facts.recipe, changes),
    rows_written: sum(({ rows }) => rows),
    rows_inserted: changes.inserted,
    rows_updated: changes.updated,
    values_in_extra: facts.valuesInExtra,
    requests_made: facts.requests,
    retries: facts.retries,
    usage_percent: facts.usagePercent ?? null,
    errors: [...ended, ...outcomes.flatMap(errorsOf)].map((error) => ({ ...error, message: facts.redact(error.message) })),
    warnings: warningsOf(facts),
    exit_code,
    timestamp: new Date(facts.ended).toISOString(),
    duration_ms: Math.round(facts.duration),
  }
}

/** Of a sync that ended before its recipe was known. `now` is epoch milliseconds. */
export function unopenedSummary(failure: ConnectorError, { id, now }: { readonly id: string; readonly now: number }): SyncSummary {
  return summaryOf({
    ...{ id, recipe: { noun: 'posts' }, outcomes: [], warnings: [], left: 0, needingLogin: 0, requests: 0, retries: 0 },
    ...{ usagePercent: undefined, valuesInExtra: 0, ended: now, duration: 0, redact: (text: string) => text, failure },
  })
}

type NamedCounts = Pick<SyncSummary, `${string}_inserted` | `${string}_updated`>

function namedCounts({ noun, counts }: SyncFacts['recipe'], { inserted, updated }: RowChanges): NamedCounts {
  const named: Record<`${string}_inserted` | `${string}_updated`, number> = {}
  const isNamed = counts === 'changes'
  named[`${noun}_inserted`] = isNamed ? inserted : 0
  named[`${noun}_updated`] = isNamed ? updated : 0
  return named
}

function warningsOf({ outcomes, warnings, redact }: SyncFacts): readonly string[] {
  const all = [...warnings, ...outcomes.flatMap((outcome) => outcome.warnings)]
  return [...new Set(all.map(({ message }) => redact(message)))].slice(0, 50)
}

/** That a run ended early is no failure of an account. */
function errorsOf({ account, errors }: AccountOutcome): readonly SyncError[] {
  const failures = errors.filter((error) => !(error instanceof StoppedError))
  return failures.map(({ code, message }) => ({ account_id: account.externalId, account_name: account.name, code, message }))
}

/** As of a read: accounts that were lost one by one turn it to 1 as long as any other was read, and to 4 or 5 when none was. */
function exitCodeOf(outcomes: readonly AccountOutcome[], left: number): ExitCode {
  const failed = outcomes.filter(({ complete, stopped }) => !complete && !stopped)
  if (failed.length === 0) return left > 0 ? 3 : 0
  const all = (kind: abstract new (...args: never[]) => Error) =>
    failed.every(({ errors }) => errors.every((error) => error instanceof kind))
  const isAnyRead = outcomes.some(({ complete }) => complete)
  if (!isAnyRead && all(AuthenticationError)) return 4
  return all(RateLimitError) ? 5 : 1
}
