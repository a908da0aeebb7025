import type { CheckTarget, Observation } from '../../../framework/components/checks/check.ts'
import type { Requester } from '../../../framework/components/read/requester.ts'
import { AuthenticationError, type ConnectorError } from '../../../framework/errors.ts'
import type { HttpResponse } from '../../../framework/http/request.ts'
import type { BuildContext } from '../../../framework/manifest/definition/component.ts'
import type { BoundTemplate } from '../../../framework/manifest/definition/fields.ts'
import type { GraphObject } from '../metrics/catalogue.ts'
import { namesOf } from '../metrics/metric-fields.ts'
import { observeCatalogue, observeMetrics } from '../metrics/metric-life.ts'
import { isAnswer } from './permissions.ts'
import { readTokenFacts, unknownToken } from './token-facts.ts'
import { bindsConsent, observeDataAccess, observeScopes, observeToken } from './token-life.ts'
import { observeVersion } from './version-life.ts'

/** What a diagnosis of a Graph connection starts from. */
export interface DiagnosisFields {
  readonly requester: Requester
  readonly token: BoundTemplate
  readonly api_version: BoundTemplate | undefined
  readonly required_scopes: readonly string[]
  readonly useful_scopes: readonly string[] | undefined
  readonly me_fields: string
  /** Kinds of streams to try at hosts that tell nothing of a token. */
  readonly probe: readonly string[] | undefined
  readonly objects: readonly GraphObject[] | undefined
  readonly metrics: BoundTemplate | undefined
}

interface Diagnosis {
  readonly target: CheckTarget
  readonly context: BuildContext
  readonly days: number
}

/** Token, scopes, accounts, version and metrics of a connection; what needs no answer of the API is reported without one. */
export async function diagnoseGraph(fields: DiagnosisFields, { target, context, days }: Diagnosis): Promise<readonly Observation[]> {
  const now = context.services.clock.now()
  const me = await answerOf(async () => {
    const { response } = await fields.requester.send({ scope: {}, path: 'me', parts: { params: { fields: fields.me_fields } } })
    return response
  })
  const asked = fields.api_version?.evaluate({})
  const served = 'value' in me ? me.value.headers['facebook-api-version'] : undefined
  return [
    ...('value' in me ? await observeLogin(fields, { me: me.value, target, context, days }) : [refused(me.error)]),
    observeVersion({ asked: typeof asked === 'string' ? asked : undefined, served, now, days }),
    ...(fields.objects ? [observeMetrics({ objects: fields.objects, names: namesOf(fields.metrics?.evaluate({})), now, days })] : []),
    observeCatalogue(now),
  ]
}

async function observeLogin(
  fields: DiagnosisFields,
  { me, target, context, days }: Diagnosis & { readonly me: HttpResponse },
): Promise<readonly Observation[]> {
  const now = context.services.clock.now()
  const facts = fields.probe ? unknownToken : await readTokenFacts(fields.requester, String(fields.token.evaluate({})), context)
  const probed = await Promise.all((fields.probe ?? []).map((kind) => answerOf(() => target.probe(kind))))
  const failed = probed.find((entry) => 'error' in entry)
  return [
    observeToken({ facts, me, now, days }),
    ...(fields.required_scopes.some(bindsConsent) ? observeDataAccess(facts, now, days) : []),
    failed && 'error' in failed
      ? { check: 'scopes', status: 'error', summary: failed.error.message, facts: { code: failed.error.code } }
      : observeScopes(facts, fields.required_scopes, fields.useful_scopes ?? []),
    await observeAccounts(target),
  ]
}

async function observeAccounts(target: CheckTarget): Promise<Observation> {
  const found = await answerOf(async () => (await target.accounts()) ?? [])
  if ('error' in found) return { check: 'accounts', status: 'error', summary: found.error.message, facts: { code: found.error.code } }
  const ids = found.value.map(({ id }) => id)
  const status = ids.length === 0 ? 'error' : 'ok'
  return { check: 'accounts', status, summary: `the token sees ${ids.length} accounts`, facts: { ids } }
}

function refused(error: ConnectorError): Observation {
  const check = error instanceof AuthenticationError ? 'token' : 'connection'
  return { check, status: 'error', summary: error.message, facts: { code: error.code } }
}

type Answered<T> = { readonly value: T } | { readonly error: ConnectorError }

/** What the API refuses is a diagnostic; what stops a run, and a bug, is thrown. */
async function answerOf<T>(work: () => Promise<T>): Promise<Answered<T>> {
  try {
    return { value: await work() }
  } catch (thrown) {
    if (!isAnswer(thrown)) throw thrown
    return { error: thrown }
  }
}
