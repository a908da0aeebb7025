import { defineComponent } from '../../manifest/definition/component.ts'
import { condition, list, mapping, optional, slot, string } from '../../manifest/definition/fields.ts'
import { Requester } from '../read/requester.ts'
import { actionRoots } from './action.ts'
import { ActionStep, pathOf } from './action-step.ts'
import { demandFields, placeholder, plannedCall, sendStep } from './step-call.ts'

export const ReadStep = defineComponent(ActionStep, {
  type: 'ReadStep',
  summary: 'Reads a value that later steps need. Every run reads it again.',
  fields: {
    name: string({ description: 'Later steps see the output under this name.' }),
    when: optional(condition(actionRoots, { description: 'Whether the step is part of this action.' })),
    requester: slot(Requester, { description: 'Reads.' }),
    output: optional(
      mapping([...actionRoots, 'response'], { description: 'What is kept of the answer; default: all of it.', nested: true }),
    ),
    required: optional(
      list(string({ description: 'A field of the output.' }), { description: 'Fields that the output must have; default: none.' }),
    ),
  },
  examples: [
    {
      title: 'How many letters may still be sent',
      manifest: {
        type: 'ReadStep',
        name: 'quota',
        requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: 'quota' },
        output: { left: "{{ response['left'] }}" },
      },
    },
  ],
  create: ({ name, when, required = [], ...call }) => ({
    name,
    applies: (scope) => when?.evaluate(scope) ?? true,
    inDoubt: () => false,
    run: async (frame) => demandFields(await sendStep({ name, ...call }, frame), required, pathOf(frame, name)),
    plan: async (frame) => ({ calls: [plannedCall({ name, ...call }, frame)], output: placeholder(frame, name) }),
  }),
})
