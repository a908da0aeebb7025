import type { Logger, Redactor } from '../framework/index.ts'
import { asConnectorError, type Clock, type RowChanges } from '../framework/index.ts'
import type { AccountRegistry } from '../framework/runtime/ports/account-registry.ts'
import { type AccountOutcome, needsLogin } from './account-sync.ts'
import type { LoadedRecipe } from './load-recipe.ts'
import type { SyncSummary } from './summary.ts'

/** What is needed to write down what a sync did. */
export interface Records {
  readonly accounts: AccountRegistry
  readonly recipe: LoadedRecipe
  readonly clock: Clock
  readonly logger: Logger
  readonly redactor: Redactor
}

/**
 * Writes down how an account fared: that it was synced, that it needs a login, and an entry of the log when there is something to tell.
 * A registry that fails here is reported, because the rows are written all the same and the next run reads nothing twice.
 */
export async function logOutcome(records: Records, outcome: AccountOutcome, runId: string): Promise<void> {
  const { accounts, clock, logger, redactor, recipe } = records
  const { account, complete, startedAt, inserted, updated, rows, requests, errors } = outcome
  const lost = needsLogin(outcome)
  try {
    if (complete) await accounts.markSynced(account.id, startedAt)
    if (lost) await accounts.setStatus(account.id, 'needs_login', redactor.redact(lost.message))
    if (rows === 0 && errors.length === 0) return
    await accounts.log({
      runId,
      accountId: account.id,
      startedAt,
      finishedAt: new Date(clock.now()).toISOString(),
      success: complete,
      ...rowCounts(recipe, { inserted, updated, rows }),
      requests,
      errors: errors.map(({ code, message }) => redactor.redact(`${code}: ${message}`)),
    })
  } catch (thrown) {
    const { message } = asConnectorError(thrown)
    logger.log('error', `account ${account.externalId} was read, but the registry could not be updated: ${redactor.redact(message)}`)
  }
}

/** One entry for the whole run. */
export async function logRun({ accounts, recipe, redactor }: Records, summary: SyncSummary, started: number): Promise<void> {
  await accounts.log({
    runId: summary.run_id,
    accountId: undefined,
    startedAt: new Date(started).toISOString(),
    finishedAt: summary.timestamp,
    success: summary.success,
    ...rowCounts(recipe, { inserted: summary.rows_inserted, updated: summary.rows_updated, rows: summary.rows_written }),
    requests: summary.requests_made,
    errors: summary.errors
      .slice(0, 20)
      .map(({ account_id, code, message }) => redactor.redact(`${account_id ?? 'run'}: ${code}: ${message}`)),
  })
}

function rowCounts({ counts }: LoadedRecipe, { inserted, updated, rows }: RowChanges & { readonly rows: number }) {
  return counts === 'changes' ? { inserted, updated, written: 0 } : { inserted: 0, updated: 0, written: rows }
}
