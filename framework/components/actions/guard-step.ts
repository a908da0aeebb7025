import { defined } from '../../defined.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { condition, optional, slot, string, template } from '../../manifest/definition/fields.ts'
import { Requester } from '../read/requester.ts'
import { actionRoots } from './action.ts'
import { ActionError } from './action-error.ts'
import { ActionStep, pathOf } from './action-step.ts'
import { plannedCall } from './step-call.ts'

export const GuardStep = defineComponent(ActionStep, {
  type: 'GuardStep',
  summary: 'Checks a precondition, such as a quota, and ends the action when it does not hold. Continues when it cannot be checked.',
  fields: {
    name: string({ description: 'What the step is called.' }),
    when: optional(condition(actionRoots, { description: 'Whether the step is part of this action.' })),
    requester: slot(Requester, { description: 'Asks.' }),
    refuse_when: condition([...actionRoots, 'response'], { description: 'Whether the answer ends the action.' }),
    code: string({ description: 'Code of the error.' }),
    message: template([...actionRoots, 'response'], { description: 'Text of the error.' }),
  },
  examples: [
    {
      title: 'Room for another letter',
      manifest: {
        type: 'GuardStep',
        name: 'room',
        requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: 'quota' },
        refuse_when: "{{ response['left'] == 0 }}",
        code: 'NO_ROOM',
        message: 'no letter can be sent today',
      },
    },
  ],
  create: (values, context) => ({
    name: values.name,
    applies: (scope) => values.when?.evaluate(scope) ?? true,
    inDoubt: () => false,
    run: async (frame) => {
      if (frame.settling) return undefined
      const { scope, signal } = frame
      const answer = await values.requester.send({ scope, parts: {}, ...defined({ signal }) }).catch((thrown: unknown) => {
        if (!(thrown instanceof ActionError)) throw thrown
        context.services.report.log('warn', `${pathOf(frame, values.name)}: ${thrown.message}; continuing without the answer`)
        return undefined
      })
      const seen = { ...scope, response: answer?.response.json() }
      if (answer && values.refuse_when.evaluate(seen)) {
        throw new ActionError(values.code, String(values.message.evaluate(seen)), { retryable: true })
      }
      return undefined
    },
    plan: async (frame) => ({ calls: [{ ...plannedCall(values, frame), note: 'ends the action when there is no room' }] }),
  }),
})
