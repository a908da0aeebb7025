import { defineComponent } from '../../manifest/definition/component.ts'
import { integer, list, mapping, oneOf, optional, template, withDefault } from '../../manifest/definition/fields.ts'
import { loginHandler } from './login-handler.ts'
import { QuotaStatus } from './quotas.ts'

export const QuotaStatusSource = defineComponent(QuotaStatus, {
  type: 'QuotaStatusSource',
  summary: 'The endpoint that tells a token what it has left; asked once per token, and again after a wait for all of them.',
  fields: {
    url: template([], { description: 'The whole address.' }),
    http_method: withDefault(oneOf(['GET', 'POST'], { description: 'The HTTP method.' }), 'GET'),
    request_headers: optional(mapping([], { description: 'Headers besides the token.' })),
    unavailable_status_codes: optional(
      list(integer({ description: 'A status.' }), {
        description: 'Statuses that mean that there are no quotas: tokens are then used in turn.',
      }),
    ),
  },
  examples: [{ title: 'Status of a token', manifest: { type: 'QuotaStatusSource', url: 'https://api.example.com/rate_limit' } }],
  create: ({ url, http_method: method, request_headers, unavailable_status_codes: unavailable = [] }) => {
    const judge = loginHandler({ statusCodes: [], key: 'error', values: [] })
    return {
      unavailable,
      handler: {
        ...judge,
        interpret: (outcome, request) =>
          outcome.response && unavailable.includes(outcome.response.status) ? { action: 'ignore' } : judge.interpret(outcome, request),
      },
      request: (headers) => {
        const own = Object.entries((request_headers?.evaluate({}) ?? {}) as object).map(([name, value]) => [name, String(value)])
        return { method, url: String(url.evaluate({})), headers: { ...Object.fromEntries(own), ...headers } }
      },
    }
  },
})
