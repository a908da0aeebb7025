import { type BuildContext, defineComponent, type Values } from '../../manifest/definition/component.ts'
import { condition, integer, list, mapping, optional, slot, string, withDefault } from '../../manifest/definition/fields.ts'
import type { Json } from '../../protocol/messages.ts'
import { Requester } from '../read/requester.ts'
import { actionRoots } from './action.ts'
import { ActionError } from './action-error.ts'
import { ActionStep, pathOf, type StepFrame, type TrailEntry } from './action-step.ts'
import { demandFields, placeholder, plannedCall, sendStep } from './step-call.ts'
import { runSteps } from './step-sequence.ts'

const fields = {
  name: string({ description: 'Later steps see the output under this name.' }),
  when: optional(condition(actionRoots, { description: 'Whether the step is part of this action.' })),
  requester: slot(Requester, { description: 'Makes the call.' }),
  body: optional(mapping(actionRoots, { description: 'JSON body; fields that evaluate to nothing are omitted.', nested: true })),
  output: optional(mapping([...actionRoots, 'response'], { description: 'What is kept of the answer; default: all of it.', nested: true })),
  required: optional(
    list(string({ description: 'A field of the output.' }), { description: 'Fields that the output must have; default: id.' }),
  ),
  valid_seconds: withDefault(
    integer({ description: 'What was made is used again for so long, by a later run with the same key.' }),
    82_800,
  ),
  recover_from: optional(
    list(string({ description: 'A code of ActionError.' }), {
      description: 'Rejections after which `recovery` is run and the call is repeated once.',
    }),
  ),
  recovery: optional(list(slot(ActionStep, { description: 'A step.' }), { description: 'Steps that may repair what was rejected.' })),
}

export const CreateStep = defineComponent(ActionStep, {
  type: 'CreateStep',
  summary: 'Makes something that nobody sees yet, such as a draft. Made twice it does no harm; what is still valid is used again.',
  fields,
  examples: [
    {
      title: 'A draft',
      manifest: {
        type: 'CreateStep',
        name: 'draft',
        requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: 'drafts', http_method: 'POST' },
        body: { text: "{{ input['text'] }}" },
      },
    },
  ],
  create: (values, context) => ({
    name: values.name,
    applies: (scope) => values.when?.evaluate(scope) ?? true,
    inDoubt: () => false,
    run: (frame) => create(values, frame, context),
    plan: async (frame) => ({ calls: [plannedCall(values, frame)], output: placeholder(frame, values.name) }),
  }),
})

async function create(values: Values<typeof fields>, frame: StepFrame, context: BuildContext): Promise<Json> {
  const { clock, report } = context.services
  const path = pathOf(frame, values.name)
  const found = frame.trail.entry(path)
  if (found && isUsable(found, { settling: frame.settling, now: clock.now(), validSeconds: values.valid_seconds })) {
    report.log('info', `${path}: made at ${found.at}, used again`)
    return found.output ?? {}
  }
  const at = new Date(clock.now()).toISOString()
  const attempts = (found?.attempts ?? 0) + 1
  await frame.trail.write(path, { status: 'started', at, attempts })
  const output = await sendOrRecover(values, frame)
  await frame.trail.write(path, { status: 'done', at, attempts, output })
  return output
}

function isUsable(
  entry: TrailEntry,
  { settling, now, validSeconds }: { readonly settling: boolean; readonly now: number; readonly validSeconds: number },
): boolean {
  if (entry.status !== 'done') return false
  return settling || now - Date.parse(entry.at) < validSeconds * 1000
}

async function sendOrRecover(values: Values<typeof fields>, frame: StepFrame) {
  const { required = ['id'], recover_from = [], recovery = [] } = values
  const send = async () => demandFields(await sendStep(values, frame), required, pathOf(frame, values.name))
  try {
    return await send()
  } catch (thrown) {
    if (!(thrown instanceof ActionError) || !recover_from.includes(thrown.code)) throw thrown
    // Without anything to do in between the same call would only be refused again.
    if (!recovery.some((step) => step.applies(frame.scope))) throw thrown
    await runSteps(recovery, frame)
    return send()
  }
}
