import { defined } from '../../defined.ts'
import { isNode } from '../../manifest/definition/build.ts'
import type { BoundMapping } from '../../manifest/definition/fields.ts'
import type { JsonObject } from '../../protocol/messages.ts'
import type { Scope } from '../../template/template.ts'
import type { Requester } from '../read/requester.ts'
import { ActionError } from './action-error.ts'
import { type PlannedCall, pathOf, type StepFrame } from './action-step.ts'
import { withoutNothing } from './json-body.ts'

/** The parts of a step that make a call and keep something of its answer. */
export interface StepCall {
  readonly name: string
  readonly requester: Requester
  readonly body?: BoundMapping | undefined
  readonly output?: BoundMapping | undefined
}

/** Sends once and gives what is kept of the answer. Throws what the requester's error handler makes of a refusal. */
export async function sendStep({ requester, body, output }: StepCall, { scope, signal }: StepFrame): Promise<JsonObject> {
  const json = bodyOf(body, scope)
  const { response } = await requester.send({ scope, parts: json ? { body_json: json } : {}, ...defined({ signal }) })
  const answer = response.json()
  const kept = output ? output.evaluate({ ...scope, response: answer }) : answer
  return isNode(kept) ? withoutNothing(kept) : {}
}

/** What was asked for must come with the answer, or nobody knows what the answer means. */
export function demandFields(output: JsonObject, fields: readonly string[], step: string): JsonObject {
  const missing = fields.find((field) => output[field] === undefined || output[field] === '')
  if (missing === undefined) return output
  const message = `${step}: the provider answered without '${missing}'`
  throw new ActionError('API_ERROR', message, { happened: 'unknown', retryable: true, details: { answer: output } })
}

export function plannedCall({ name, requester, body }: StepCall, frame: StepFrame): PlannedCall {
  const { scope } = frame
  const json = bodyOf(body, scope)
  const call = { step: pathOf(frame, name), method: requester.method, url: requester.url({ scope, parts: {} }) }
  return json ? { ...call, body: json } : call
}

/** Stands in a dry run for what only the provider can give. */
export const placeholder = (frame: StepFrame, name: string): JsonObject => ({ id: `<id of ${pathOf(frame, name)}>` })

function bodyOf(body: BoundMapping | undefined, scope: Scope): JsonObject | undefined {
  const value = body?.evaluate(scope)
  return isNode(value) ? withoutNothing(value) : undefined
}
