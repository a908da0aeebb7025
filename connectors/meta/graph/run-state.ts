import type { ConnectorError } from '../../../framework/errors.ts'
import type { Services } from '../../../framework/manifest/definition/component.ts'
import { Quarantine } from '../metrics/quarantine.ts'

/** What the components of one run learn from each other. */
export interface RunState {
  readonly quarantine: Quarantine
  /** Permissions of the user token; asked for once. undefined: the API did not say. */
  permissions: Promise<ReadonlySet<string> | undefined> | undefined
  /** Instagram accounts whose insights are refused as a whole, with the reason: all streams of the account share it. */
  readonly denied: Map<string, ConnectorError>
  /** Keys of what was logged already in this run. */
  readonly reported: Set<string>
}

export function runState({ shared }: Services): RunState {
  return shared('meta', () => ({ quarantine: new Quarantine(), permissions: undefined, denied: new Map(), reported: new Set() }))
}
