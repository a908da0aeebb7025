import { ConnectorError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { integer, list, optional, slot, string } from '../../manifest/definition/fields.ts'
import { parseIso } from '../../template/python/datetime.ts'
import { RequestMatcher } from '../api-budget/api-budget.ts'
import { valueAt } from '../values/field-path.ts'
import { type QuotaReading, TokenQuota } from './quotas.ts'

const path = (description: string) => list(string({ description: 'A key.' }), { description })

export const EndpointTokenQuota = defineComponent(TokenQuota, {
  type: 'TokenQuota',
  summary: 'A quota of each token: where the status endpoint says what is left, and which requests it concerns.',
  fields: {
    name: string({ description: 'The name of the quota, for messages.' }),
    remaining_path: path('Path of the calls that are left.'),
    reset_path: path('Path of the time from which on there are new ones, as epoch seconds or ISO 8601.'),
    limit_path: optional(path('Path of the calls there are in all; the first number of calls left by default.')),
    matchers: optional(
      list(slot(RequestMatcher, { description: 'A matcher.', default_type: 'HttpRequestRegexMatcher' }), {
        description: 'The requests that the quota concerns; without matchers, those that no other quota concerns.',
      }),
    ),
    remaining_header: optional(string({ description: 'Header of every response with the calls that are left.' })),
    reset_header: optional(string({ description: 'Header with the time of the reset.' })),
    limit_header: optional(string({ description: 'Header with the calls there are in all.' })),
    exhaustion_status_codes: optional(
      list(integer({ description: 'A status.' }), {
        description: 'Statuses that mean that nothing is left; no others may mean the same status.',
      }),
    ),
  },
  examples: [
    {
      title: 'Searches have a quota of their own',
      manifest: {
        type: 'TokenQuota',
        name: 'search',
        remaining_path: ['resources', 'search', 'remaining'],
        reset_path: ['resources', 'search', 'reset'],
        matchers: [{ url_path_pattern: '^/search/' }],
        remaining_header: 'X-RateLimit-Remaining',
        exhaustion_status_codes: [429],
      },
    },
  ],
  create: ({ name, matchers, ...fields }) => ({
    name,
    matches: matchers && ((request) => matchers.some((matcher) => matcher.matches(request))),
    read: (body) => {
      const at = (keys: readonly string[]) => requiredAt(body, keys, name)
      const remaining = wholeNumber(at(fields.remaining_path), name)
      return {
        remaining,
        resetAt: timeOf(at(fields.reset_path), name),
        limit: fields.limit_path ? wholeNumber(at(fields.limit_path), name) : remaining,
      }
    },
    observe: (response) => {
      const header = (key: string | undefined) => (key === undefined ? undefined : response.headers[key.toLowerCase()])
      const [left, reset, limit] = [fields.remaining_header, fields.reset_header, fields.limit_header].map(header)
      const spent = fields.exhaustion_status_codes?.includes(response.status) === true
      const seen: Partial<{ -readonly [K in keyof QuotaReading]: QuotaReading[K] }> = {}
      if (left !== undefined) seen.remaining = wholeNumber(left, name)
      else if (spent) seen.remaining = 0
      if (reset !== undefined) seen.resetAt = timeOf(reset, name)
      if (limit !== undefined) seen.limit = wholeNumber(limit, name)
      return Object.keys(seen).length > 0 ? seen : undefined
    },
  }),
})

function requiredAt(body: unknown, keys: readonly string[], quota: string): unknown {
  const value = valueAt(body, keys)
  if (value !== undefined && value !== null) return value
  throw new ConnectorError('ERR_QUOTA_STATUS', `the status of the tokens has no number at '${keys.join('.')}' for quota '${quota}'`)
}

function wholeNumber(value: unknown, quota: string): number {
  const number = Number(value)
  if (Number.isFinite(number)) return Math.trunc(number)
  throw new ConnectorError('ERR_QUOTA_STATUS', `expected a number of calls for quota '${quota}', found ${JSON.stringify(value)}`)
}

/** Epoch milliseconds of epoch seconds or of an ISO 8601 time. */
function timeOf(value: unknown, quota: string): number {
  if (typeof value === 'number' || /^\d+(\.\d+)?$/.test(String(value))) return wholeNumber(value, quota) * 1000
  return parseIso(String(value)).epochSeconds * 1000
}
