import { defineFamily } from '../../manifest/definition/component.ts'
import type { JsonObject, JsonSchema } from '../../protocol/messages.ts'
import type { PlannedCall, Trail } from './action-step.ts'

/** For one run of an action. */
export interface ActionFrame {
  readonly input: JsonObject
  /** How to go about it, such as how long to wait: no part of what is done. */
  readonly options: JsonObject
  readonly trail: Trail
  /** A person asked to continue with what is in doubt. */
  readonly mayRepeat: boolean
  readonly signal: AbortSignal | undefined
}

/** A write, such as publishing a post: declared as steps, run at most once for each key. */
export interface Action {
  readonly name: string
  readonly summary: string
  readonly inputSchema: JsonSchema
  /** On whose behalf it acts. */
  readonly account: string
  /** Throws ActionError; the trail then says how far it came. */
  run(frame: ActionFrame): Promise<JsonObject>
  /** Every call that a first run would make. */
  plan(frame: ActionFrame): Promise<readonly PlannedCall[]>
  /** Whether the trail leaves open if the action took place. */
  inDoubt(frame: ActionFrame): boolean
}

/** Names that every template of an action sees besides config and parameters. */
export const actionRoots = ['input', 'steps', 'options', 'item', 'item_index'] as const

export const Action = defineFamily<Action>('Action', 'A write that a connector can do, such as publishing a post.')
