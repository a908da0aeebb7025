import type { Clock } from '../../clock.ts'
import { RateLimitError } from '../../errors.ts'
import { type BuildContext, defineComponent, type Values } from '../../manifest/definition/component.ts'
import { condition, integer, list, mapping, optional, slot, string, template, withDefault } from '../../manifest/definition/fields.ts'
import type { Json, JsonObject } from '../../protocol/messages.ts'
import { Requester } from '../read/requester.ts'
import { actionRoots } from './action.ts'
import { ActionError } from './action-error.ts'
import { ActionStep, pathOf, type StepFrame, type TrailEntry } from './action-step.ts'
import { pause } from './pause.ts'
import { Reconciler, type Verdict } from './reconciler.ts'
import { demandFields, placeholder, plannedCall, sendStep } from './step-call.ts'
import { runSteps } from './step-sequence.ts'

const fields = {
  name: string({ description: 'Later steps see the output under this name.' }),
  when: optional(condition(actionRoots, { description: 'Whether the step is part of this action.' })),
  requester: slot(Requester, { description: 'Makes the call. Its error handler says of each failure whether it may have happened.' }),
  body: optional(mapping(actionRoots, { description: 'JSON body; fields that evaluate to nothing are omitted.', nested: true })),
  output: optional(mapping([...actionRoots, 'response'], { description: 'What is kept of the answer; default: all of it.', nested: true })),
  required: optional(
    list(string({ description: 'A field of the output.' }), { description: 'Fields that the output must have; default: id.' }),
  ),
  reconciler: slot(Reconciler, { description: 'Finds out what happened when no answer, or a doubtful one, came back.' }),
  unknown_code: string({ description: 'Code of the error when it cannot be found out.' }),
  settle_seconds: optional(
    template(actionRoots, {
      description: 'The least time between an attempt in doubt and another one that a person asks for; default: 120.',
    }),
  ),
  recover_from: optional(
    list(string({ description: 'A code of ActionError.' }), {
      description: 'Rejections after which `recovery` is run and the call is repeated.',
    }),
  ),
  recovery: optional(list(slot(ActionStep, { description: 'A step.' }), { description: 'Steps that may repair what was rejected.' })),
  recoveries: withDefault(integer({ description: 'Maximum number of recoveries.' }), 2),
}

export const CommitStep = defineComponent(ActionStep, {
  type: 'CommitStep',
  summary: 'Does what must not be done twice: written down before and after, never repeated by itself, found out about when in doubt.',
  fields,
  examples: [
    {
      title: 'Send a draft, and ask when it is not known whether it went out',
      manifest: {
        type: 'CommitStep',
        name: 'send',
        requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: 'send', http_method: 'POST' },
        body: { draft: "{{ steps['draft']['id'] }}" },
        reconciler: { type: 'AskReconciler' },
        unknown_code: 'SENT_OR_NOT',
      },
    },
  ],
  create: (values, context) => ({
    name: values.name,
    applies: (scope) => values.when?.evaluate(scope) ?? true,
    inDoubt: (frame) => frame.trail.entry(pathOf(frame, values.name))?.status === 'started',
    run: (frame) => commit(values, frame, context),
    plan: async (frame) => ({ calls: [{ ...plannedCall(values, frame), note: 'once' }], output: placeholder(frame, values.name) }),
  }),
})

type CommitFields = Values<typeof fields>

async function commit(values: CommitFields, frame: StepFrame, context: BuildContext): Promise<Json> {
  const path = pathOf(frame, values.name)
  const found = frame.trail.entry(path)
  if (found?.status === 'done') return found.output ?? {}
  if (found?.status === 'started') {
    if (frame.mayRepeat) await untilSettled(values, frame, { entry: found, clock: context.services.clock })
    const settled = await settle(values, frame, found)
    if (settled !== 'repeat') return settled
    context.services.report.log('warn', `${path}: nothing came of the attempt at ${found.at}; done again because that was asked for`)
  }
  return attempt(values, frame, context)
}

async function attempt(values: CommitFields, frame: StepFrame, context: BuildContext): Promise<Json> {
  const { recover_from = [], recovery = [], required = ['id'], recoveries } = values
  const path = pathOf(frame, values.name)
  for (let refusals = 0; ; refusals++) {
    const entry = startedEntry(frame.trail.entry(path), context)
    await frame.trail.write(path, entry)
    try {
      const output = demandFields(await sendStep(values, frame), required, path)
      await frame.trail.write(path, { ...entry, status: 'done', output })
      return output
    } catch (thrown) {
      if (thrown instanceof ActionError && thrown.happened === 'unknown')
        return settleOrThrow(values, frame, { entry, error: thrown, context })
      // A RateLimitError is thrown before anything is sent.
      if (thrown instanceof ActionError || thrown instanceof RateLimitError) await frame.trail.write(path, { ...entry, status: 'refused' })
      if (!(thrown instanceof ActionError) || !recover_from.includes(thrown.code) || refusals >= recoveries) throw thrown
      await runSteps(recovery, frame)
    }
  }
}

function startedEntry(before: TrailEntry | undefined, { services }: BuildContext): TrailEntry {
  const at = new Date(services.clock.now()).toISOString()
  return { status: 'started', at, since: before?.since ?? at, attempts: (before?.attempts ?? 0) + 1 }
}

/** After an attempt of this very run: it is never repeated here. */
async function settleOrThrow(
  values: CommitFields,
  frame: StepFrame,
  { entry, error, context }: { readonly entry: TrailEntry; readonly error: ActionError; readonly context: BuildContext },
): Promise<Json> {
  context.services.report.log('warn', `${pathOf(frame, values.name)}: ${error.message}; looking whether it happened all the same`)
  const verdict = await values.reconciler.reconcile(frame, entry)
  if (verdict.kind === 'happened') return keep(values, frame, { entry, output: verdict.output })
  throw unsettled(values, verdict, { answer: error.message, answer_code: error.code, ...error.details })
}

/** After an attempt of an earlier run: `repeat` when it may be made again. */
async function settle(values: CommitFields, frame: StepFrame, entry: TrailEntry): Promise<Json | 'repeat'> {
  const verdict = await values.reconciler.reconcile(frame, entry)
  if (verdict.kind === 'happened') return keep(values, frame, { entry, output: verdict.output })
  if (verdict.kind === 'open' && verdict.repeatable && frame.mayRepeat) return 'repeat'
  throw unsettled(values, verdict, {})
}

/** A call that is still under way somewhere must have had the time to show. */
async function untilSettled(
  { settle_seconds }: CommitFields,
  { scope, signal }: StepFrame,
  { entry, clock }: { readonly entry: TrailEntry; readonly clock: Clock },
): Promise<void> {
  const seconds = Number(settle_seconds?.evaluate(scope) ?? 120)
  const left = Date.parse(entry.at) + seconds * 1000 - clock.now()
  if (left > 0) await pause(clock, left, signal)
}

async function keep(
  { name }: CommitFields,
  frame: StepFrame,
  { entry, output }: { readonly entry: TrailEntry; readonly output: JsonObject },
): Promise<Json> {
  await frame.trail.write(pathOf(frame, name), { ...entry, status: 'done', output })
  return output
}

function unsettled({ unknown_code }: CommitFields, verdict: Exclude<Verdict, { kind: 'happened' }>, said: JsonObject): ActionError {
  if (verdict.kind === 'absent') return new ActionError(verdict.code, verdict.message, { retryable: true, spoilt: true, details: said })
  return new ActionError(unknown_code, verdict.message, { happened: 'unknown', details: { ...said, ...verdict.seen } })
}
