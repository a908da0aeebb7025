import { defined } from '../../defined.ts'
import type { ConnectorError } from '../../errors.ts'
import { type BuildContext, defineComponent, type Values } from '../../manifest/definition/component.ts'
import {
  condition,
  integer,
  list,
  number,
  optional,
  rawObject,
  slot,
  string,
  template,
  withDefault,
} from '../../manifest/definition/fields.ts'
import type { Json } from '../../protocol/messages.ts'
import { Requester } from '../read/requester.ts'
import { actionRoots } from './action.ts'
import { ActionError } from './action-error.ts'
import { ActionStep, pathOf, type StepFrame } from './action-step.ts'
import { pause } from './pause.ts'
import { plannedCall } from './step-call.ts'

const fields = {
  name: string({ description: 'Later steps see the last answer under this name.' }),
  when: optional(condition(actionRoots, { description: 'Whether the step is part of this action.' })),
  requester: slot(Requester, { description: 'Asks how far it is.' }),
  fallback: optional(slot(Requester, { description: 'Asks in another way, such as with another token, when the first one is refused.' })),
  fallback_when: optional(condition(actionRoots, { description: 'Whether there is another way.' })),
  state: template([...actionRoots, 'response'], { description: 'The state, as the answer has it.' }),
  message: optional(template([...actionRoots, 'response'], { description: 'What the answer says about it, for people.' })),
  done: list(string({ description: 'A state.' }), { description: 'States that end the wait.' }),
  failed: rawObject({ description: 'States that end the action: the state and the code of its error. Other states are waited for.' }),
  timeout_code: string({ description: 'Code of the error when the time is over.' }),
  timeout_seconds: template(actionRoots, { description: 'How long at most.' }),
  interval_seconds: optional(template(actionRoots, { description: 'Between two calls; default: growing from `first_seconds`.' })),
  first_seconds: withDefault(number({ description: 'Before the second call; the first one is made at once.' }), 1),
  factor: withDefault(number({ description: 'By which the pause grows.' }), 2),
  longest_seconds: withDefault(integer({ description: 'The longest pause.' }), 60),
  tolerated_failures: optional(template(actionRoots, { description: 'Calls in a row that may fail for passing reasons; default: 5.' })),
  unreadable: optional(
    string({
      description:
        'Code of rejections that do not tell the state of the object: after too many of them the action continues without knowing it.',
    }),
  ),
}

export const PollStep = defineComponent(ActionStep, {
  type: 'PollStep',
  summary: 'Asks until something is ready: at once, soon again, then ever more rarely, for a limited time.',
  fields,
  examples: [
    {
      title: 'Until a video is ready',
      manifest: {
        type: 'PollStep',
        name: 'ready',
        requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: 'videos/latest' },
        state: "{{ response['state'] }}",
        done: ['READY'],
        failed: { BROKEN: 'VIDEO_BROKEN' },
        timeout_code: 'VIDEO_TIMEOUT',
        timeout_seconds: 300,
      },
    },
  ],
  create: (values, context) => ({
    name: values.name,
    applies: (scope) => values.when?.evaluate(scope) ?? true,
    inDoubt: () => false,
    run: async (frame) => (frame.settling ? undefined : poll(values, frame, context)),
    plan: async (frame) => ({ calls: [{ ...plannedCall(values, frame), note: `until ${values.done.join(' or ')}` }] }),
  }),
})

type PollFields = Values<typeof fields>

async function poll(values: PollFields, frame: StepFrame, context: BuildContext): Promise<Json> {
  const { clock } = context.services
  const path = pathOf(frame, values.name)
  const deadline = clock.monotonic() + numberOf(values.timeout_seconds.evaluate(frame.scope), 300) * 1000
  const tolerated = numberOf(values.tolerated_failures?.evaluate(frame.scope), 5)
  const interval = values.interval_seconds?.evaluate(frame.scope)
  let state = 'unknown'
  for (let [failures, calls] = [0, 1]; ; calls++) {
    const look = await lookOnce(values, frame)
    if ('state' in look) {
      failures = 0
      state = look.state
      if (values.done.includes(state)) return { state }
      assertNotFailed(values, look, path)
    } else {
      failures++
      if (failures > tolerated && look.error.code === values.unreadable) return { state: 'UNREADABLE' }
      assertTolerable(look.error, tolerated - failures)
      context.services.report.log('warn', `${path}: ${look.error.message}; asked again`)
    }
    const left = deadline - clock.monotonic()
    if (left <= 0) throw timedOut(values, { path, state, scope: frame })
    await pause(clock, Math.min(pauseAfter(calls, interval, values), left), frame.signal)
  }
}

/** Throws what lasts, and what came once too often. */
function assertTolerable(error: ConnectorError, left: number): void {
  if (left < 0 || !passes(error)) throw error
}

/** Milliseconds. */
function pauseAfter(calls: number, interval: unknown, { first_seconds, factor, longest_seconds }: PollFields): number {
  const seconds = typeof interval === 'number' ? interval : Math.min(first_seconds * factor ** (calls - 1), longest_seconds)
  return seconds * 1000
}

type Look = { readonly state: string; readonly message: string } | { readonly error: ConnectorError }

async function lookOnce(values: PollFields, frame: StepFrame): Promise<Look> {
  const first = await ask(values, values.requester, frame)
  const mayFallBack = values.fallback && (values.fallback_when?.evaluate(frame.scope) ?? true)
  if ('state' in first || !mayFallBack || !values.fallback) return first
  return ask(values, values.fallback, frame)
}

async function ask(values: PollFields, requester: Requester, { scope, signal }: StepFrame): Promise<Look> {
  try {
    const { response } = await requester.send({ scope, parts: {}, ...defined({ signal }) })
    const seen = { ...scope, response: response.json() }
    return { state: String(values.state.evaluate(seen) ?? ''), message: String(values.message?.evaluate(seen) ?? '') }
  } catch (thrown) {
    if (!(thrown instanceof ActionError)) throw thrown
    return { error: thrown }
  }
}

/** A quota is not waited for here: calls while it is used up make it worse. */
function passes(error: ConnectorError): boolean {
  return error instanceof ActionError && error.retryable && error.code !== 'RATE_LIMIT'
}

function assertNotFailed({ failed }: PollFields, { state, message }: Extract<Look, { state: string }>, path: string): void {
  const code = Object.hasOwn(failed, state) ? failed[state] : undefined
  if (code === undefined) return
  const said = message === '' ? '' : `: ${message}`
  throw new ActionError(String(code), `${path}: the state is ${state}${said}`, { spoilt: true, details: { state, message } })
}

function timedOut(
  { timeout_code, timeout_seconds }: PollFields,
  { path, state, scope: frame }: { readonly path: string; readonly state: string; readonly scope: StepFrame },
): ActionError {
  const message = `${path}: still ${state} after ${String(timeout_seconds.evaluate(frame.scope))} s; resume later with the same key`
  return new ActionError(timeout_code, message, { retryable: true, details: { state } })
}

function numberOf(value: unknown, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : fallback
}
