import type { Requester } from '../../../framework/components/read/requester.ts'
import { ConnectorError } from '../../../framework/errors.ts'
import type { Services } from '../../../framework/manifest/definition/component.ts'
import { DAY_MS } from '../../../framework/time.ts'
import type { GraphAccount } from '../graph/account.ts'
import { runState } from '../graph/run-state.ts'
import { readPermissions } from '../health/permissions.ts'
import { catalogue, type GraphObject } from '../metrics/catalogue.ts'
import type { Window } from '../metrics/plan.ts'

export interface EmptyInsights {
  readonly object: GraphObject
  readonly required_permission: string | undefined
  /** Sends calls with the token of the user. */
  readonly user: Requester | undefined
  readonly services: Services
  readonly account: GraphAccount
  /** What was asked for, and came back empty as a whole. */
  readonly window: Window
  readonly days: string
  readonly signal: AbortSignal | undefined
}

/** Figures of the last days are late; only a longer empty window is reported. */
const MIN_EMPTY_DAYS = 4

/**
 * Explains insights that are empty as a whole. Without read_insights the API answers HTTP 200 with empty lists, which must not pass
 * for a Page without visitors. Throws ERR_PERMISSION when the permission is known to be missing; else reports a suspicious result.
 */
export async function diagnoseEmptyInsights(insights: EmptyInsights): Promise<void> {
  const { account, required_permission: needed, object } = insights
  const enough = catalogue().limits[object]?.min_likes ?? 0
  // Small accounts have no insights, and nothing can be said about one whose size is unknown.
  if (account.audience === undefined || account.audience < enough || needed === undefined) return
  const granted = await grantedPermissions(insights)
  if (granted && !granted.has(needed)) {
    const message = `the token lacks ${needed}, and without it the API answers every insights call with an empty list; log in again and grant it`
    throw new ConnectorError('ERR_PERMISSION', message, { failureType: 'config_error', context: { account_id: account.id } })
  }
  if (reachesPresent(insights))
    insights.services.report.finding({ severity: granted ? 'warning' : 'error', error: suspicious(insights, needed) })
}

/** An empty window long ago may lie before the account existed; one that reaches the present may not. */
function reachesPresent({ window, services }: EmptyInsights): boolean {
  const long = window.until - window.since >= MIN_EMPTY_DAYS * DAY_MS
  return long && window.until > services.clock.now() - MIN_EMPTY_DAYS * DAY_MS
}

function suspicious({ account, object, days }: EmptyInsights, needed: string): ConnectorError {
  const message = `every ${object} metric of account ${account.id} is empty although ${account.audience} people follow it; does the token have ${needed}?`
  const context = { account_id: account.id, date_range: days }
  return new ConnectorError('ERR_INSIGHTS_EMPTY', message, { failureType: 'config_error', context })
}

/** Asked once per run, for all callers. */
function grantedPermissions({ user, services, signal }: EmptyInsights): Promise<ReadonlySet<string> | undefined> {
  if (!user) return Promise.resolve(undefined)
  const state = runState(services)
  state.permissions ??= readPermissions(user, { report: services.report, signal })
  return state.permissions
}
