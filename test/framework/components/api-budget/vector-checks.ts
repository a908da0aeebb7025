import { RequestMatcher } from '../../../../framework/components/api-budget/api-budget.ts'
import type { HttpRequest } from '../../../../framework/http/request.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'
import { type Check, present, recordOf } from '../check-vectors.ts'

/** A recorded request without a method has none that could be asked for. */
function requestOf(recorded: unknown): HttpRequest {
  const { method, url, headers } = recordOf(recordOf(recorded)['$request'])
  return { method: (method ?? '') as HttpRequest['method'], url: String(url), headers: recordOf(headers) as Record<string, string> }
}

/** Vectors of call rates. */
export const checks: readonly Check[] = [
  {
    file: 'rate_limit_matcher.json',
    component: 'http_request_regex_matcher',
    run: ({ matcher, request }) => {
      const node = { type: 'HttpRequestRegexMatcher', ...present(recordOf(matcher)) }
      return buildComponent(RequestMatcher, node, testContext({ dialect: 'airbyte' })).matches(requestOf(request))
    },
  },
]
