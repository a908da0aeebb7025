import type { HttpRequest } from '../../http/request.ts'
import { defineFamily } from '../../manifest/definition/component.ts'
import type { Json, JsonObject } from '../../protocol/messages.ts'
import type { Scope } from '../../template/template.ts'

/** What one step of an action did, as the journal keeps it. */
export interface TrailEntry {
  /** `started` without more: the process died or the answer was lost, and nobody knows whether the provider did it. */
  readonly status: 'started' | 'done' | 'refused'
  /** ISO-8601, UTC. */
  readonly at: string
  /** The first of its attempts, when there were several. */
  readonly since?: string
  /** Times that it was begun. */
  readonly attempts: number
  readonly output?: Json
}

/** The steps of one action so far, kept outside the process. */
export interface Trail {
  entry(path: string): TrailEntry | undefined
  /** Durable when it resolves. */
  write(path: string, entry: TrailEntry): Promise<void>
  /** Outputs of other actions of the same account: what they made is not ours. */
  others(): Promise<readonly JsonObject[]>
}

/** What a step sees and may use. */
export interface StepFrame {
  /** `input`, `steps` (outputs by name), `options`, inside a ForEachStep `item` and `item_index`. */
  readonly scope: Scope
  /** Path of the steps around: `children[0].`, or nothing. */
  readonly prefix: string
  readonly trail: Trail
  /** A later step is in doubt: steps before it give back what they gave and send nothing. */
  readonly settling: boolean
  /** A person asked to continue with what is in doubt: then it may be done again once it is shown that it was not done. */
  readonly mayRepeat: boolean
  readonly signal: AbortSignal | undefined
}

/** A call as a dry run shows it. */
export interface PlannedCall {
  readonly step: string
  readonly method: HttpRequest['method']
  readonly url: string
  readonly body?: JsonObject
  /** When and how often. */
  readonly note?: string
}

export interface StepPlan {
  readonly calls: readonly PlannedCall[]
  /** Stands in for the output in the steps behind. */
  readonly output?: Json
}

/** One step of an action. Its effects are written down before and after. */
export interface ActionStep {
  /** Later steps see its output under this name. */
  readonly name: string
  applies(scope: Scope): boolean
  /** Throws ActionError for what the provider refused, StoppedError when the run ends early. */
  run(frame: StepFrame): Promise<Json | undefined>
  /** What `run` would send, without sending it. */
  plan(frame: StepFrame): Promise<StepPlan>
  /** Whether the trail leaves open if an effect of this step that must not be repeated took place. */
  inDoubt(frame: StepFrame): boolean
}

export const ActionStep = defineFamily<ActionStep>('ActionStep', 'One step of an action.')

export const pathOf = (frame: StepFrame, name: string): string => `${frame.prefix}${name}`
