import { ConfigError } from '../../errors.ts'
import { isNode } from '../../manifest/definition/build.ts'
import type { BoundMapping } from '../../manifest/definition/fields.ts'
import type { Dialect, Scope } from '../../template/template.ts'
import type { RequestContext, RequestParts } from '../read/requester.ts'
import { textFields, valueText } from '../values/value-text.ts'
import type { QueryParameters } from './query-parameters.ts'
import type { RequestBody } from './request-body.ts'

interface PartFields {
  readonly request_parameters: QueryParameters | undefined
  readonly request_headers: BoundMapping | undefined
  readonly request_body: RequestBody | undefined
  readonly request_body_data: BoundMapping | undefined
  readonly request_body_json: BoundMapping | undefined
}

/** What the requester itself adds to a request. */
export function ownPartsOf(fields: PartFields, dialect: Dialect): (request: RequestContext) => RequestParts {
  const { request_parameters: query, request_body: body } = fields
  const [form, json] = [body?.data ?? fields.request_body_data, body?.json ?? fields.request_body_json]
  return ({ scope, properties }) => {
    const data = form?.evaluate(scope)
    const headers = fields.request_headers && record(fields.request_headers, 'request_headers', scope)
    return {
      ...(query ? { params: queryOf(query, { scope, properties }, dialect) } : {}),
      ...(headers ? { headers: headerTexts(headers, dialect) } : {}),
      ...(data === undefined ? {} : { body_data: isNode(data) ? data : valueText(data, dialect) }),
      ...(json ? { body_json: record(json, 'request_body_json', scope) } : {}),
    }
  }
}

function queryOf({ values, list }: QueryParameters, { scope, properties }: Pick<RequestContext, 'scope' | 'properties'>, dialect: Dialect) {
  const params = flatFields(record(values, 'request_parameters', scope), dialect)
  if (!list) return params
  if (!properties)
    throw new ConfigError('ERR_MANIFEST_INVALID', `only the requester of a stream can ask for the properties of '${list.name}'`)
  return { ...params, [list.name]: properties.join(',') }
}

/** A header whose value is nothing is left out. */
function headerTexts(headers: Readonly<Record<string, unknown>>, dialect: Dialect): Record<string, string> {
  const given = Object.entries(headers).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(given.map(([name, value]) => [name, valueText(value, dialect)]))
}

/** The reference takes a text that is not a mapping for nothing; the request would then read something else than was meant. */
function record(fields: BoundMapping, name: string, scope: Scope): Readonly<Record<string, unknown>> {
  const value = fields.evaluate(scope)
  if (isNode(value)) return value
  throw new ConfigError('ERR_MANIFEST_INVALID', `${name} must be a mapping, got ${JSON.stringify(value)}`)
}

function flatFields(values: Readonly<Record<string, unknown>>, dialect: Dialect): Record<string, string | readonly string[]> {
  const nested = Object.keys(values).find((name) => isNode(values[name]))
  if (nested === undefined) return textFields(values, dialect)
  throw new ConfigError('ERR_MANIFEST_INVALID', `the query parameter '${nested}' is a mapping; write it as text`)
}
