import type { Requester } from '../../framework/components/requesters/requester.ts'
import { ConnectorError } from '../../framework/errors.ts'
import type { Services } from '../../framework/manifest/component.ts'
import type { GraphAccount } from './account.ts'
import { catalogue, type GraphObject } from './catalogue.ts'
import { dataOf } from './insight-rows.ts'
import type { Window } from './plan.ts'
import { runState } from './run-state.ts'

export interface Silence {
  readonly object: GraphObject
  readonly required_permission: string | undefined
  readonly permissions: Requester | undefined
  readonly services: Services
  readonly account: GraphAccount
  /** What was asked for, and came back empty as a whole. */
  readonly window: Window
  readonly days: string
  readonly signal: AbortSignal | undefined
}

const DAY = 86_400_000
/** Figures of the last days are late; only a longer silence means something. */
const TELLING_DAYS = 4

/**
 * Explains insights that are empty as a whole. Without read_insights the API answers HTTP 200 with empty lists, which must not pass
 * for a Page without visitors. Throws ERR_PERMISSION when the permission is known to be missing; else reports what looks odd.
 */
export async function explainSilence(silence: Silence): Promise<void> {
  const { account, required_permission: needed, object } = silence
  const enough = catalogue().limits[object]?.min_likes ?? 0
  // Small accounts have no insights, and nothing can be said about one whose size is unknown.
  if (account.audience === undefined || account.audience < enough || needed === undefined) return
  const granted = await grantedPermissions(silence)
  if (granted && !granted.has(needed)) {
    const message = `the token lacks ${needed}, and without it the API answers every insights call with an empty list; log in again and grant it`
    throw new ConnectorError('ERR_PERMISSION', message, { failureType: 'config_error', context: { account_id: account.id } })
  }
  if (isTelling(silence)) silence.services.report.finding({ severity: granted ? 'warning' : 'error', error: odd(silence, needed) })
}

/** An empty window long ago may lie before the account existed; one that reaches the present may not. */
function isTelling({ window, services }: Silence): boolean {
  const long = window.until - window.since >= TELLING_DAYS * DAY
  return long && window.until > services.clock.now() - TELLING_DAYS * DAY
}

function odd({ account, object, days }: Silence, needed: string): ConnectorError {
  const message = `every ${object} metric of account ${account.id} is empty although ${account.audience} people follow it; does the token have ${needed}?`
  const context = { account_id: account.id, date_range: days }
  return new ConnectorError('ERR_INSIGHTS_EMPTY', message, { failureType: 'config_error', context })
}

/** Permissions that the user granted; undefined when the API does not tell (tokens of system users, of Pages). */
export function grantedPermissions({ permissions, services, signal }: Pick<Silence, 'permissions' | 'services' | 'signal'>) {
  if (!permissions) return Promise.resolve(undefined)
  const state = runState(services.http)
  state.permissions ??= readPermissions(permissions, signal).catch((error: unknown) => {
    if (!(error instanceof ConnectorError)) throw error
    services.report.log('warn', `the permissions of the token cannot be read: ${error.message}`)
    return undefined
  })
  return state.permissions
}

async function readPermissions(requester: Requester, signal: AbortSignal | undefined): Promise<ReadonlySet<string>> {
  const answer = await requester.send({ scope: {}, parts: {}, ...(signal ? { signal } : {}) })
  const granted = dataOf(answer.response.json()).filter((entry) => entry['status'] === 'granted')
  return new Set(granted.map((entry) => String(entry['permission'])))
}
