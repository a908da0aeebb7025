import { defineFamily } from '../../manifest/definition/component.ts'
import type { JsonObject } from '../../protocol/messages.ts'
import type { Account } from '../resolvers/discovery.ts'

/** What a check may ask of the connector. */
export interface CheckTarget {
  readonly streamNames: readonly string[]
  /** Of these, the streams that each group of dynamic streams came to, by the name of the group. */
  readonly dynamicStreams?: ReadonlyMap<string, readonly string[]>
  /** Reads the first record of the stream's first slice. Throws why it cannot be read. */
  probe(streamName: string): Promise<'records' | 'empty' | 'no slices'>
  /** What discovery finds; undefined for connectors without it. */
  accounts(): Promise<readonly Account[] | undefined>
}

export interface CheckResult {
  readonly status: 'SUCCEEDED' | 'FAILED'
  /** For people: token kind, days left, scopes missing, accounts found – or why it failed. */
  readonly message?: string
}

/** One thing that a diagnosis looked at. */
export interface Observation {
  /** What was looked at: `token`, `scopes`, `api_version` … */
  readonly check: string
  /** `warning`: it works, and will stop within the days asked for, or reads less than it could. */
  readonly status: 'ok' | 'warning' | 'error'
  /** For people, with what to do about it. */
  readonly summary: string
  /** The same for programs. */
  readonly facts?: JsonObject
}

export interface Check {
  check(target: CheckTarget): Promise<CheckResult>
  /**
   * What is wrong, and what will be within so many days; `check` has to do where a check knows nothing of the future. What the API
   * refuses is an observation and no error; errors are for runs that were stopped.
   */
  diagnose?(target: CheckTarget, days: number): Promise<readonly Observation[]>
}

/** How many streams of a group of dynamic streams a check tries. */
export interface DynamicCheck {
  readonly group: string
  readonly count: number
}
export const DynamicCheck = defineFamily<DynamicCheck>('DynamicCheck', 'How many streams of a dynamic group are tried.')

export const Check = defineFamily<Check>('Check', 'Says whether a config works.')
