import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { either, integer, list, number, slot, string, template, withDefault } from '../../manifest/definition/fields.ts'
import { addDuration, datetimeOfEpochMs, parseDuration } from '../../template/python/datetime.ts'
import { Authenticator } from './authenticator.ts'
import { text } from './credential.ts'
import { QuotaStatus, TokenQuota } from './quotas.ts'
import { TokenPool } from './token-pool.ts'

export const RateLimitedMultipleTokenAuthenticator = defineComponent(Authenticator, {
  type: 'RateLimitedMultipleTokenAuthenticator',
  summary: 'Rotates several tokens; each is used until its quota is exhausted.',
  fields: {
    tokens: either(
      Array.isArray,
      list(template([], { description: 'A token.' }), { description: 'The tokens: a list, or a text with all of them.' }),
      template([], { description: 'The tokens in one text.' }),
    ),
    token_delimiter: withDefault(string({ description: 'Separator between the tokens of a text.' }), ','),
    auth_method: withDefault(string({ description: 'The word before the token in the header.' }), 'Bearer'),
    header: withDefault(string({ description: 'The header.' }), 'Authorization'),
    quota_status_source: slot(QuotaStatus, { description: 'Tells what a token has left.', default_type: 'QuotaStatusSource' }),
    quotas: list(slot(TokenQuota, { description: 'A quota.', default_type: 'TokenQuota' }), {
      description: 'Quotas that each token has; a request counts for the first that concerns it.',
    }),
    max_wait_time: withDefault(string({ description: 'The longest wait for new calls, as an ISO 8601 duration.' }), 'PT2H'),
    budget_reserve_fraction: withDefault(
      number({
        description: 'When every token has less than this share left, the last calls are spread over the time until there are new ones.',
      }),
      0.1,
    ),
    budget_min_reserve: withDefault(integer({ description: 'The same as a number of calls; the larger of both counts.' }), 50),
  },
  examples: [
    {
      title: 'Two tokens of one API',
      manifest: {
        type: 'RateLimitedMultipleTokenAuthenticator',
        tokens: "{{ config['tokens'] }}",
        quota_status_source: { url: 'https://api.example.com/rate_limit' },
        quotas: [{ name: 'core', remaining_path: ['core', 'remaining'], reset_path: ['core', 'reset'] }],
      },
      config: { tokens: 'sandbox-token-1,sandbox-token-2' },
    },
  ],
  create: (fields, context) => {
    const { quota_status_source: status, quotas, auth_method, header } = fields
    const { services, dialect } = context
    const written = Array.isArray(fields.tokens) ? fields.tokens : [fields.tokens]
    const texts = written.map((source) => text(source, {}, dialect))
    const tokens = (Array.isArray(fields.tokens) ? texts : texts.flatMap((all) => all.split(fields.token_delimiter)))
      .map((token) => token.trim())
      .filter((token) => token !== '')
    if (tokens.length === 0) throw new ConfigError('ERR_CREDENTIAL_MISSING', "'tokens' yields no token; check the config")
    if (quotas.length === 0) throw new ConfigError('ERR_MANIFEST_INVALID', "'quotas' names no quota")
    const headersOf = (token: string) => {
      services.http.secret(token)
      return { [header]: `${auth_method} ${token}`.trim() }
    }
    const pool = new TokenPool({
      ...{ tokens, quotas },
      clock: services.clock,
      report: services.report,
      maxWaitMs: addDuration(datetimeOfEpochMs(0), parseDuration(fields.max_wait_time)).epochSeconds * 1000,
      reserveFraction: fields.budget_reserve_fraction,
      leastReserve: fields.budget_min_reserve,
      ask: async (token) => {
        const { response } = await services.http.send(() => status.request(headersOf(token)), status.handler)
        if (status.unavailable.includes(response.status)) return undefined
        return new Map(quotas.map((quota) => [quota.name, quota.read(response.json())]))
      },
    })
    const tokenOf = (headers: Readonly<Record<string, string>>) =>
      tokens.find((token) => headers[header] === `${auth_method} ${token}`.trim())
    return {
      parts: async (_, target) => {
        if (!target?.request)
          throw new ConfigError('ERR_MANIFEST_INVALID', 'a pool of tokens authenticates the requests of an HttpRequester only')
        return { headers: headersOf(await pool.take(target.request(), target)) }
      },
      observe: (request, response) => {
        const token = tokenOf(request.headers)
        if (token !== undefined) pool.observe(token, request, response)
        return pool.hasSpare(request)
      },
    }
  },
})
