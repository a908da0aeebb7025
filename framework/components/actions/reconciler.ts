import { defineFamily } from '../../manifest/definition/component.ts'
import type { JsonObject } from '../../protocol/messages.ts'
import type { StepFrame, TrailEntry } from './action-step.ts'

/**
 * What looking at the provider showed. `happened`: it took place; `output` names what came of it. `absent`: it did not and can no
 * longer. `open`: not to be said; `repeatable` when everything seen says that it did not take place, `seen` for whoever decides.
 */
export type Verdict =
  | { readonly kind: 'happened'; readonly output: JsonObject }
  | { readonly kind: 'absent'; readonly code: string; readonly message: string }
  | { readonly kind: 'open'; readonly message: string; readonly repeatable: boolean; readonly seen: JsonObject }

export interface Reconciler {
  /** Finds out whether an effect in doubt took place. Only reads; ends within its own bound. */
  reconcile(frame: StepFrame, entry: TrailEntry): Promise<Verdict>
}

export const Reconciler = defineFamily<Reconciler>('Reconciler', 'Finds out whether something in doubt took place.')
