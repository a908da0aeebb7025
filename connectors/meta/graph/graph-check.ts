import { Check, type CheckResult, type CheckTarget } from '../../../framework/components/checks/check.ts'
import { Requester } from '../../../framework/components/read/requester.ts'
import { ConnectorError } from '../../../framework/errors.ts'
import type { HttpResponse } from '../../../framework/http/request.ts'
import { type BuildContext, defineComponent } from '../../../framework/manifest/definition/component.ts'
import { list, optional, slot, string, template, withDefault } from '../../../framework/manifest/definition/fields.ts'
import { DAY_MS } from '../../../framework/time.ts'
import { type DiagnosisFields, diagnoseGraph } from '../health/diagnosis.ts'
import { lacking, ownerOf, readTokenFacts, type TokenFacts, unknownToken } from '../health/token-facts.ts'
import { objectField } from '../metrics/metric-fields.ts'

export const GraphCheck = defineComponent(Check, {
  type: 'GraphCheck',
  summary: 'Says what a Graph token is, how long it lasts, which scopes it lacks, what it sees and which version answers.',
  fields: {
    requester: slot(Requester, { description: 'Sends calls with the token of the user; its address is the versioned root of the API.' }),
    token: template([], { description: 'The token of the user.' }),
    api_version: optional(template([], { description: 'The version that is asked for, such as v26.0.' })),
    required_scopes: list(string({ description: 'A scope.' }), { description: 'Scopes without which the connector reads nothing.' }),
    useful_scopes: optional(list(string({ description: 'A scope.' }), { description: 'Scopes without which it reads less.' })),
    account_noun: optional(string({ description: 'What an account is called, such as Page.' })),
    me_fields: withDefault(string({ description: 'Fields that tell whose token it is.' }), 'id,name'),
    objects: optional(list(objectField, { description: 'Objects of the metric catalogue that the connector reads, for `doctor`.' })),
    metrics: optional(template([], { description: 'Names of the metrics that are read; without any the default selection.' })),
    probe: optional(
      list(string({ description: 'A kind of stream.' }), {
        description: 'Streams to try instead of asking for the facts of the token, at hosts that do not tell them.',
      }),
    ),
  },
  examples: [
    {
      title: 'Pages of a user',
      manifest: {
        type: 'GraphCheck',
        requester: { type: 'HttpRequester', url_base: 'https://graph.facebook.com/v26.0' },
        token: "{{ config['access_token'] }}",
        api_version: 'v26.0',
        required_scopes: ['pages_show_list', 'pages_read_engagement', 'read_insights'],
      },
    },
  ],
  create: (fields, context) => ({
    check: (target) => check(fields, { target, context }),
    diagnose: (target, days) => diagnoseGraph(fields, { target, context, days }),
  }),
})

interface CheckFields extends DiagnosisFields {
  readonly account_noun: string | undefined
}

async function check(fields: CheckFields, { target, context }: { target: CheckTarget; context: BuildContext }): Promise<CheckResult> {
  // A refused token fails here, with what to do about it.
  const me = await fields.requester.send({ scope: {}, path: 'me', parts: { params: { fields: fields.me_fields } } })
  const version = versionText(fields, me.response, context)
  const facts = fields.probe ? unknownToken : await readTokenFacts(fields.requester, String(fields.token.evaluate({})), context)
  const accounts = (await target.accounts()) ?? []
  const noun = fields.account_noun ?? 'account'
  const missing = lacking(facts, fields.required_scopes)
  const found =
    accounts.length === 0 ? `no ${noun} found` : `${accounts.length} ${noun}${accounts.length === 1 ? '' : 's'}: ${names(accounts)}`
  const lines = [
    `${facts.kind} token of ${ownerOf(me.response)}, ${lifetime(facts, context.services.clock.now())}`,
    missing.length > 0 ? `missing scopes: ${missing.join(', ')}` : undefined,
    useful(facts, fields.useful_scopes ?? []),
    found,
    version,
  ]
  if (accounts.length > 0) for (const kind of fields.probe ?? []) await target.probe(kind)
  const status = missing.length > 0 || accounts.length === 0 ? 'FAILED' : 'SUCCEEDED'
  return { status, message: lines.filter((line) => line !== undefined).join('; ') }
}

function useful(facts: TokenFacts, wanted: readonly string[]): string | undefined {
  const missing = lacking(facts, wanted)
  return missing.length > 0 ? `reads less without ${missing.join(', ')}` : undefined
}

function lifetime({ expiresAt }: TokenFacts, now: number): string {
  if (expiresAt === undefined) return 'expiry unknown'
  if (expiresAt === 0) return 'never expires'
  const days = Math.floor((expiresAt * 1000 - now) / DAY_MS)
  return days < 1 ? 'expires in less than a day' : `${days} day${days === 1 ? '' : 's'} left`
}

/** Expired versions are served by another one, without an error. */
function versionText({ api_version }: CheckFields, response: HttpResponse, { services }: BuildContext): string | undefined {
  const served = response.headers['facebook-api-version']
  const asked = api_version?.evaluate({})
  if (served === undefined) return undefined
  if (typeof asked !== 'string' || asked === served) return `served by ${served}`
  const message = `api_version ${asked} is not served: the API answers with ${served} instead; set api_version to a current version`
  services.report.finding({ severity: 'warning', error: new ConnectorError('ERR_API_VERSION', message, { failureType: 'config_error' }) })
  return `asked for ${asked}, served by ${served}`
}

function names(accounts: readonly { readonly id: string; readonly name: string }[]): string {
  const shown = accounts.slice(0, 20).map(({ id, name }) => `${name} (${id})`)
  return accounts.length > shown.length ? `${shown.join(', ')}, …` : shown.join(', ')
}
