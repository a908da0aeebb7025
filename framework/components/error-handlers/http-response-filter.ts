import { ConfigError } from '../../errors.ts'
import type { HttpResponse } from '../../http/request.ts'
import type { Action } from '../../http/resolution.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { condition, integer, list, oneOf, optional, string, template } from '../../manifest/definition/fields.ts'
import { errorText, jsonOr } from '../values/error-text.ts'
import { headerView } from '../values/header-view.ts'
import { valueText } from '../values/value-text.ts'
import { knownStatus, typed } from './default-resolution.ts'
import { ResponseFilter } from './response-filter.ts'

const actions = {
  SUCCESS: 'success',
  FAIL: 'fail',
  RETRY: 'retry',
  IGNORE: 'ignore',
  RATE_LIMITED: 'rate_limited',
  REFRESH_TOKEN_THEN_RETRY: 'refresh_token',
  RESET_PAGINATION: 'reset_pagination',
} as const satisfies Record<string, Action>
type ActionWord = keyof typeof actions
const words = Object.keys(actions) as ActionWord[]

export const HttpResponseFilter = defineComponent(ResponseFilter, {
  type: 'HttpResponseFilter',
  summary:
    'Gives responses with a status, text or content another meaning. Any of its conditions suffices; answers with status 200 are looked at too.',
  fields: {
    action: optional(oneOf(words, { description: 'What to do. A filter without action never matches.' })),
    failure_type: optional(
      oneOf(['config_error', 'transient_error', 'system_error'], { description: 'Who can help, when the action is FAIL.' }),
    ),
    http_codes: optional(list(integer({ description: 'A status.' }), { description: 'Statuses that match.' })),
    error_message_contains: optional(string({ description: "Text inside the body's error message that matches." })),
    predicate: optional(condition(['response', 'headers'], { description: 'Matches when true.' })),
    error_message: optional(template(['response', 'headers'], { description: 'Message for the user.' })),
  },
  examples: [
    { title: 'A deleted resource is not a failure', manifest: { type: 'HttpResponseFilter', http_codes: [404, 410], action: 'IGNORE' } },
    {
      title: 'An error in a body with status 200',
      manifest: {
        type: 'HttpResponseFilter',
        predicate: "{{ 'error' in response }}",
        action: 'FAIL',
        error_message: '{{ response.error.message }}',
      },
    },
  ],
  create: ({ action: word, failure_type, http_codes, error_message_contains: text, predicate, error_message }, { dialect }) => {
    if (word && !http_codes && !predicate && text === undefined) {
      throw new ConfigError('ERR_MANIFEST_INVALID', "a filter with an action needs 'http_codes', 'predicate' or 'error_message_contains'")
    }
    const action = word && actions[word]
    const codes = new Set(http_codes)
    const scope = (response: HttpResponse) => ({ response: jsonOr(response, {}), headers: headerView(response.headers) })
    const matches = (response: HttpResponse) =>
      codes.has(response.status) ||
      (predicate !== undefined && predicate.source !== '' && predicate.evaluate(scope(response))) ||
      (text !== undefined && text !== '' && (errorText(response)?.includes(text) ?? false))
    return {
      match: (response) => {
        if (!action || !matches(response)) return undefined
        const known = knownStatus(response.status)
        const message = error_message ? valueText(error_message.evaluate(scope(response)) ?? '', dialect) : ''
        const failureType = (action === 'fail' ? failure_type : undefined) ?? known?.failureType ?? 'system_error'
        return typed({ action, failureType, message: message || (known?.message ?? '') }, response)
      },
    }
  },
})
