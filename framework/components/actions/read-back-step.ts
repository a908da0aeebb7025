import { StoppedError } from '../../errors.ts'
import { type BuildContext, defineComponent, type Values } from '../../manifest/definition/component.ts'
import { condition, mapping, number, optional, slot, string, withDefault } from '../../manifest/definition/fields.ts'
import type { Json } from '../../protocol/messages.ts'
import { Requester } from '../read/requester.ts'
import { actionRoots } from './action.ts'
import { ActionError } from './action-error.ts'
import { ActionStep, pathOf, type StepFrame } from './action-step.ts'
import { plannedCall, sendStep } from './step-call.ts'

const fields = {
  name: string({ description: 'Later steps see the output under this name.' }),
  when: optional(condition(actionRoots, { description: 'Whether the step is part of this action.' })),
  requester: slot(Requester, { description: 'Reads.' }),
  fallback: optional(slot(Requester, { description: 'Reads in another way, such as with another token, when the first one is refused.' })),
  fallback_when: optional(condition(actionRoots, { description: 'Whether there is another way.' })),
  output: optional(mapping([...actionRoots, 'response'], { description: 'What is kept of the answer; default: all of it.', nested: true })),
  timeout_seconds: withDefault(number({ description: 'How long a try may take.' }), 1),
}

export const ReadBackStep = defineComponent(ActionStep, {
  type: 'ReadBackStep',
  summary: 'Reads what has been done, once and for a short time. A failure is logged and changes nothing: it is done all the same.',
  fields,
  examples: [
    {
      title: 'The address of a letter',
      manifest: {
        type: 'ReadBackStep',
        name: 'sent',
        requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: 'letters/latest' },
        output: { url: "{{ response['url'] }}" },
      },
    },
  ],
  create: (values, context) => ({
    name: values.name,
    applies: (scope) => values.when?.evaluate(scope) ?? true,
    inDoubt: () => false,
    run: (frame) => readBack(values, frame, context),
    plan: async (frame) => ({ calls: [{ ...plannedCall(values, frame), note: 'one try' }] }),
  }),
})

async function readBack(values: Values<typeof fields>, frame: StepFrame, context: BuildContext): Promise<Json | undefined> {
  const mayFallBack = values.fallback && (values.fallback_when?.evaluate(frame.scope) ?? true)
  const requesters = [values.requester, ...(mayFallBack && values.fallback ? [values.fallback] : [])]
  for (const requester of requesters) {
    try {
      return await within(values.timeout_seconds, frame, (limited) => sendStep({ ...values, requester, body: undefined }, limited))
    } catch (thrown) {
      const ownTime = thrown instanceof StoppedError && !frame.signal?.aborted
      if (!ownTime && !(thrown instanceof ActionError)) throw thrown
      context.services.report.log('warn', `${pathOf(frame, values.name)}: cannot be read: ${thrown.message}`)
    }
  }
  return undefined
}

/** Real time, like the time-outs of the network: nothing waits for it in a test. */
async function within<T>(seconds: number, frame: StepFrame, work: (frame: StepFrame) => Promise<T>): Promise<T> {
  const own = AbortSignal.timeout(seconds * 1000)
  return work({ ...frame, signal: frame.signal ? AbortSignal.any([frame.signal, own]) : own })
}
