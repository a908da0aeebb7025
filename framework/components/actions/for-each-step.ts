import { ConfigError } from '../../errors.ts'
import { isNode } from '../../manifest/definition/build.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { type BoundTemplate, condition, list, optional, slot, string, template } from '../../manifest/definition/fields.ts'
import type { Json } from '../../protocol/messages.ts'
import type { Scope } from '../../template/template.ts'
import { actionRoots } from './action.ts'
import { ActionStep, type PlannedCall, pathOf, type StepFrame } from './action-step.ts'
import { withoutNothing } from './json-body.ts'
import { planSteps, runSteps } from './step-sequence.ts'

export const ForEachStep = defineComponent(ActionStep, {
  type: 'ForEachStep',
  summary: 'Runs steps for each item of a list, one after the other; one failure ends them all. Its output is the list of their outputs.',
  fields: {
    name: string({ description: 'Later steps see the list of outputs under this name.' }),
    when: optional(condition(actionRoots, { description: 'Whether the step is part of this action.' })),
    items: template(actionRoots, { description: 'The list; inside, `item` and `item_index`.' }),
    steps: list(slot(ActionStep, { description: 'A step.' }), { description: 'What is done for each item.' }),
    output: optional(template(actionRoots, { description: 'What is kept of each item; default: the outputs of its steps by name.' })),
  },
  examples: [
    {
      title: 'A draft of each page',
      manifest: {
        type: 'ForEachStep',
        name: 'pages',
        items: "{{ input['pages'] }}",
        steps: [
          {
            type: 'CreateStep',
            name: 'draft',
            requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: 'drafts', http_method: 'POST' },
            body: { text: "{{ item['text'] }}", number: '{{ item_index }}' },
          },
        ],
      },
    },
  ],
  create: ({ name, when, items, steps, output }) => {
    const frames = (frame: StepFrame) =>
      itemsOf(items.evaluate(frame.scope), name).map((item, index) => inner(frame, { name, item, index }))
    return {
      name,
      applies: (scope) => when?.evaluate(scope) ?? true,
      inDoubt: () => false,
      run: async (frame) => {
        const outputs: Json[] = []
        for (const each of frames(frame)) outputs.push(kept(output, await runSteps(steps, each), each.scope))
        return outputs
      },
      plan: async (frame) => {
        const calls: PlannedCall[] = []
        const outputs: Json[] = []
        for (const each of frames(frame)) {
          const plan = await planSteps(steps, each)
          calls.push(...plan.calls)
          outputs.push(kept(output, plan.outputs, each.scope))
        }
        return { calls, output: outputs }
      },
    }
  },
})

function itemsOf(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new ConfigError('ERR_ACTION_INPUT', `${name}: the items must be a list, got ${JSON.stringify(value)}`)
}

function inner(
  frame: StepFrame,
  { name, item, index }: { readonly name: string; readonly item: unknown; readonly index: number },
): StepFrame {
  return { ...frame, prefix: `${pathOf(frame, name)}[${index}].`, scope: { ...frame.scope, item, item_index: index } }
}

function kept(output: BoundTemplate | undefined, outputs: Readonly<Record<string, Json>>, scope: Scope): Json {
  if (output) return withoutNothing({ value: output.evaluate({ ...scope, steps: outputs }) })['value'] ?? null
  // Without the outputs of the steps around.
  const around = isNode(scope['steps']) ? scope['steps'] : {}
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => !Object.hasOwn(around, name)))
}
