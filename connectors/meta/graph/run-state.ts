import type { ConnectorError } from '../../../framework/errors.ts'
import type { HttpClient } from '../../../framework/http/client.ts'
import { Quarantine } from '../metrics/quarantine.ts'

/** What the components of one run learn from each other. */
export interface RunState {
  readonly quarantine: Quarantine
  /** Permissions of the user token; asked for once. undefined: the API did not tell. */
  permissions: Promise<ReadonlySet<string> | undefined> | undefined
  /** Instagram accounts whose insights are refused as a whole, with the reason: all streams of the account share it. */
  readonly denied: Map<string, ConnectorError>
  /** Keys of remarks that were made already. */
  readonly told: Set<string>
}

/** A run has one HTTP client, and nothing else that all of its components share. */
const runs = new WeakMap<HttpClient, RunState>()

export function runState(http: HttpClient): RunState {
  const known = runs.get(http)
  if (known) return known
  const state: RunState = { quarantine: new Quarantine(), permissions: undefined, denied: new Map(), told: new Set() }
  runs.set(http, state)
  return state
}
