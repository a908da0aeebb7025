import { createHash } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import type { Action, ActionFrame } from '../../components/actions/action.ts'
import { ActionError } from '../../components/actions/action-error.ts'
import type { PlannedCall, Trail } from '../../components/actions/action-step.ts'
import { canonicalJson } from '../../components/values/canonical-json.ts'
import { ConfigError } from '../../errors.ts'
import type { JsonObject } from '../../protocol/messages.ts'
import type { ActionClaim, ActionFailure, ActionJournal, ActionRecord } from '../ports/action-journal.ts'

export interface ActionRequest {
  readonly action: Action
  /** Id of the connector. */
  readonly connector: string
  readonly input: JsonObject
  /** Default: made of connector, action, account and input. */
  readonly key?: string | undefined
  readonly options?: JsonObject
}

export interface ActionRunOptions {
  readonly journal: ActionJournal
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
  /** A person asks to continue: what is in doubt may be done again once it is shown that it was not done. */
  readonly resume?: boolean
}

export interface ActionOutcome {
  readonly key: string
  readonly state: 'DONE' | 'FAILED' | 'UNKNOWN'
  readonly output?: JsonObject
  readonly failure?: ActionFailure
  /** The result of an earlier run, given again. */
  readonly replayed: boolean
}

/** Equal for the same action on the same account with the same input. */
export function actionFingerprint({ connector, action, input }: ActionRequest): string {
  return createHash('sha256')
    .update(canonicalJson([connector, action.name, action.account, input]))
    .digest('hex')
}

export const actionKey = (request: ActionRequest): string => request.key ?? `auto-${actionFingerprint(request).slice(0, 32)}`

/**
 * Runs an action at most once for each key. A key whose action took place gives the first result again; one that failed is tried again with
 * what is still valid; one in doubt is looked into and, without `resume`, never repeated. Throws ConfigError ERR_ACTION_KEY_REUSED when the
 * key stands for another action, ERR_ACTION_IN_PROGRESS, StoppedError, or what broke the journal: then nothing more was sent.
 */
export async function runAction(request: ActionRequest, options: ActionRunOptions): Promise<ActionOutcome> {
  const key = actionKey(request)
  const claim = await options.journal.claim(key)
  try {
    const found = claim.found
    if (found) assertSame(found, request, key)
    if (found?.state === 'DONE') return { key, state: 'DONE', output: found.output ?? {}, replayed: true }
    return await work(request, { ...options, key, claim, found })
  } finally {
    await claim.release()
  }
}

/** Every call that a first run would make. */
export function planAction(request: ActionRequest): Promise<readonly PlannedCall[]> {
  const nothing: Trail = { entry: () => undefined, write: async () => undefined, others: async () => [] }
  return request.action.plan(frameOf(request, { trail: nothing, mayRepeat: false, signal: undefined }))
}

interface Work extends ActionRunOptions {
  readonly key: string
  readonly claim: ActionClaim
  readonly found: ActionRecord | undefined
}

function assertSame(found: ActionRecord, request: ActionRequest, key: string): void {
  if (found.fingerprint === actionFingerprint(request)) return
  const what = `${found.action} of ${found.account} begun at ${found.startedAt}`
  const message = `key ${JSON.stringify(key)} belongs to something else (${what}); use a new key for a new action`
  throw new ConfigError('ERR_ACTION_KEY_REUSED', message)
}

async function work(request: ActionRequest, task: Work): Promise<ActionOutcome> {
  const { key, claim, clock } = task
  const now = () => new Date(clock.now()).toISOString()
  let record = await begin(request, task)
  const save = async (change: Partial<ActionRecord>) => {
    record = { ...record, ...change, updatedAt: now() }
    await claim.write(record)
  }
  const trail: Trail = {
    entry: (path) => record.steps[path],
    write: (path, entry) => save({ steps: { ...record.steps, [path]: entry } }),
    others: async () => otherOutputs(await task.journal.list(request.action.account), key),
  }
  const frame = frameOf(request, { trail, mayRepeat: task.resume === true, signal: task.signal })
  try {
    const output = await request.action.run(frame)
    await save({ state: 'DONE', output })
    return { key, state: 'DONE', output, replayed: false }
  } catch (thrown) {
    return await end(thrown, { key, save, inDoubt: request.action.inDoubt(frame) })
  }
}

/** Writes down how a run ended that did not end well. What is in doubt is unknown, whatever else went wrong. */
async function end(
  thrown: unknown,
  {
    key,
    save,
    inDoubt,
  }: { readonly key: string; readonly save: (change: Partial<ActionRecord>) => Promise<void>; readonly inDoubt: boolean },
): Promise<ActionOutcome> {
  if (!(thrown instanceof ActionError)) {
    if (inDoubt) await save({ state: 'UNKNOWN' })
    throw thrown
  }
  const failure = failureOf(thrown)
  // Only what is settled can be spoilt.
  const state = inDoubt && !thrown.spoilt ? 'UNKNOWN' : 'FAILED'
  await save({ state, failure, ...(thrown.spoilt ? { steps: {} } : {}) })
  return { key, state, failure, replayed: false }
}

async function begin(request: ActionRequest, { key, claim, found, clock }: Work): Promise<ActionRecord> {
  const now = new Date(clock.now()).toISOString()
  const { connector, action, input } = request
  const fresh = { key, connector, action: action.name, account: action.account, input, fingerprint: actionFingerprint(request) }
  const record: ActionRecord = {
    ...fresh,
    state: 'RUNNING',
    steps: found?.steps ?? {},
    runs: (found?.runs ?? 0) + 1,
    startedAt: found?.startedAt ?? now,
    updatedAt: now,
  }
  await claim.write(record)
  return record
}

function frameOf(
  { input, options = {} }: ActionRequest,
  { trail, mayRepeat, signal }: Pick<ActionFrame, 'trail' | 'mayRepeat' | 'signal'>,
): ActionFrame {
  return { input, options, trail, mayRepeat, signal }
}

function otherOutputs(records: readonly ActionRecord[], key: string): readonly JsonObject[] {
  return records.flatMap((record) => (record.key !== key && record.output ? [record.output] : []))
}

function failureOf({ code, message, retryable, details }: ActionError): ActionFailure {
  return { code, message, retryable, ...(Object.keys(details).length > 0 ? { details } : {}) }
}
