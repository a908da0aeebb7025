import { ConfigError } from '../../errors.ts'
import type { HttpRequest } from '../../http/request.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { integerOrTemplate, optional, rawObject, string } from '../../manifest/definition/fields.ts'
import { compileRegex, withinLimits } from '../../template/python/regex.ts'
import { toText } from '../../template/python/text.ts'
import { RequestMatcher } from './api-budget.ts'

export const HttpRequestRegexMatcher = defineComponent(RequestMatcher, {
  type: 'HttpRequestRegexMatcher',
  summary: 'Picks the requests that fit everything that is given here.',
  fields: {
    method: optional(string({ description: 'The HTTP method.' })),
    url_base: optional(string({ description: 'Scheme and host, such as `https://api.example.com`.' })),
    url_path_pattern: optional(string({ description: 'A regular expression that is found in the path.' })),
    params: optional(rawObject({ description: 'Query parameters with their values; there may be others.' })),
    headers: optional(rawObject({ description: 'Headers with their values; there may be others.' })),
    weight: optional(integerOrTemplate({ description: 'Calls that such a request counts for; 1 by default.' })),
  },
  examples: [
    {
      title: 'Searches, which count tenfold',
      manifest: { type: 'HttpRequestRegexMatcher', method: 'GET', url_path_pattern: '/search', weight: 10 },
    },
  ],
  create: ({ method, url_base, url_path_pattern, params, headers, weight }) => {
    if (weight !== undefined && weight < 1) throw new ConfigError('ERR_MANIFEST_INVALID', `a weight of ${weight} counts nothing`)
    const regex = url_path_pattern ? compileRegex(url_path_pattern) : undefined
    const wantedBase = url_base ? url_base.replace(/\/+$/, '') : undefined
    const wantedParams = textsOf(params ?? {})
    const wantedHeaders = textsOf(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const)
    return {
      weight,
      matches: (request) => {
        if (method && request.method !== method.toUpperCase()) return false
        const url = new URL(request.url)
        if (wantedBase !== undefined && `${url.protocol}//${url.host}` !== wantedBase) return false
        const path = url.pathname.replace(/\/+$/, '')
        if (regex && !withinLimits(regex, path, () => regex.pattern.test(path))) return false
        const sent = wantedHeaders.length > 0 ? lowerCased(request) : undefined
        return (
          wantedParams.every(([name, value]) => value !== '' && url.searchParams.getAll(name).at(-1) === value) &&
          wantedHeaders.every(([name, value]) => sent?.get(name) === value)
        )
      },
    }
  },
})

function textsOf(values: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] {
  return Object.entries(values).map(([name, value]) => [name, toText(value)] as const)
}

function lowerCased({ headers }: HttpRequest): ReadonlyMap<string, string> {
  return new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
