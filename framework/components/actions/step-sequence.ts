import { isNode } from '../../manifest/definition/build.ts'
import type { Json } from '../../protocol/messages.ts'
import type { ActionStep, PlannedCall, StepFrame } from './action-step.ts'

export type StepOutputs = Readonly<Record<string, Json>>

/**
 * Runs steps in order; each sees the outputs of those before it. When one of them is in doubt, those before it send nothing: going
 * on is allowed only once the doubt is settled.
 */
export async function runSteps(steps: readonly ActionStep[], frame: StepFrame): Promise<StepOutputs> {
  const doubtful = steps.findIndex((step) => step.inDoubt(frame))
  let outputs = outputsOf(frame)
  for (const [index, step] of steps.entries()) {
    const scope = { ...frame.scope, steps: outputs }
    if (!step.applies(scope)) continue
    const output = await step.run({ ...frame, scope, settling: frame.settling || index < doubtful })
    if (output !== undefined) outputs = { ...outputs, [step.name]: output }
  }
  return outputs
}

/** The calls that the steps would make, with stand-ins for what only the provider can say. */
export async function planSteps(
  steps: readonly ActionStep[],
  frame: StepFrame,
): Promise<{ readonly calls: readonly PlannedCall[]; readonly outputs: StepOutputs }> {
  const calls: PlannedCall[] = []
  let outputs = outputsOf(frame)
  for (const step of steps) {
    const scope = { ...frame.scope, steps: outputs }
    if (!step.applies(scope)) continue
    const plan = await step.plan({ ...frame, scope })
    calls.push(...plan.calls)
    if (plan.output !== undefined) outputs = { ...outputs, [step.name]: plan.output }
  }
  return { calls, outputs }
}

/** Steps inside another one see the outputs around them. */
function outputsOf({ scope }: StepFrame): StepOutputs {
  const { steps } = scope
  return isNode(steps) ? (steps as StepOutputs) : {}
}
