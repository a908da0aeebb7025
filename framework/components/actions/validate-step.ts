import { isNode } from '../../manifest/definition/build.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { condition, optional, slot, string } from '../../manifest/definition/fields.ts'
import type { JsonObject } from '../../protocol/messages.ts'
import type { Scope } from '../../template/template.ts'
import { actionRoots } from './action.ts'
import { ActionStep } from './action-step.ts'
import { InputCheck } from './input-check.ts'

export const ValidateStep = defineComponent(ActionStep, {
  type: 'ValidateStep',
  summary: 'Looks at the input before anything is sent; its output is the input as the steps behind use it.',
  fields: {
    name: string({ description: 'Later steps see the output under this name.' }),
    when: optional(condition(actionRoots, { description: 'Whether the step is part of this action.' })),
    check: slot(InputCheck, { description: 'What is looked at.' }),
  },
  examples: [
    {
      title: 'A letter has a text',
      manifest: { type: 'ValidateStep', name: 'validate', check: { type: 'RequiredFields', fields: ['text'] } },
    },
  ],
  create: ({ name, when, check }) => ({
    name,
    applies: (scope) => when?.evaluate(scope) ?? true,
    inDoubt: () => false,
    run: async ({ scope }) => check.check(inputOf(scope)),
    plan: async ({ scope }) => ({ calls: [], output: check.check(inputOf(scope)) }),
  }),
})

function inputOf({ input }: Scope): JsonObject {
  return isNode(input) ? (input as JsonObject) : {}
}
