import { isNode } from '../../manifest/definition/build.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { list, mapping, optional, rawObject, slot, string, template } from '../../manifest/definition/fields.ts'
import type { JsonObject } from '../../protocol/messages.ts'
import { Action, type ActionFrame } from './action.ts'
import { ActionStep, type StepFrame } from './action-step.ts'
import { withoutNothing } from './json-body.ts'
import { planSteps, runSteps } from './step-sequence.ts'

export const DeclarativeAction = defineComponent(Action, {
  type: 'DeclarativeAction',
  summary: 'A write made of steps: check, create, poll, commit, read back.',
  fields: {
    name: string({ description: 'What people call it, such as publish.' }),
    summary: string({ description: 'One sentence on what it does.' }),
    account: optional(template([], { description: 'On whose behalf it acts: actions of one account know of each other.' })),
    input: rawObject({ description: 'JSON Schema of what it is given; templates see it as `input`.' }),
    steps: list(slot(ActionStep, { description: 'A step.' }), { description: 'What is done, in order.' }),
    output: optional(mapping(['input', 'steps'], { description: 'What it came to; default: the output of the last step.', nested: true })),
  },
  examples: [
    {
      title: 'Send a letter that is written first',
      manifest: {
        type: 'DeclarativeAction',
        name: 'send',
        summary: 'Sends a letter.',
        input: { type: 'object' },
        steps: [
          {
            type: 'CreateStep',
            name: 'draft',
            requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: 'drafts', http_method: 'POST' },
            body: { text: "{{ input['text'] }}" },
          },
        ],
        output: { id: "{{ steps['draft']['id'] }}" },
      },
    },
  ],
  create: ({ name, summary, account, input, steps, output }) => ({
    name,
    summary,
    inputSchema: input,
    account: String(account?.evaluate({}) ?? ''),
    inDoubt: (frame) => steps.some((step) => step.inDoubt(stepFrame(frame))),
    run: async (frame) => {
      const outputs = await runSteps(steps, stepFrame(frame))
      const last = steps.findLast((step) => Object.hasOwn(outputs, step.name))
      const result = output?.evaluate({ input: frame.input, steps: outputs }) ?? (last && outputs[last.name])
      return isNode(result) ? withoutNothing(result) : {}
    },
    plan: async (frame) => (await planSteps(steps, stepFrame(frame))).calls,
  }),
})

function stepFrame({ input, options, trail, mayRepeat, signal }: ActionFrame): StepFrame {
  const steps: JsonObject = {}
  return { scope: { input, options, steps }, prefix: '', trail, settling: false, mayRepeat, signal }
}
