import { defined } from '../../defined.ts'
import { ConfigError } from '../../errors.ts'
import type { HttpRequest } from '../../http/request.ts'
import { isNode } from '../../manifest/definition/build.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { type BoundTemplate, boolean, mapping, oneOf, optional, slot, template, withDefault } from '../../manifest/definition/fields.ts'
import type { Dialect } from '../../template/template.ts'
import { Authenticator } from '../authenticators/authenticator.ts'
import { demanding } from '../error-handlers/demanding.ts'
import { ErrorHandler } from '../error-handlers/error-handler.ts'
import { observing } from '../error-handlers/observing.ts'
import { type PropertiesOptions, PropertyList, QueryProperties } from '../read/properties.ts'
import { combineParts } from '../read/request-parts.ts'
import { type RequestContext, Requester, type RequestParts } from '../read/requester.ts'
import { formText, joinUrl, withoutCredentials, withParams } from '../values/url.ts'
import { jsonText, textFields, valueText } from '../values/value-text.ts'
import { ownPartsOf } from './own-parts.ts'
import { type QueryParameters, queryParameters } from './query-parameters.ts'
import { RequestBody, requestRoots, textOrList } from './request-body.ts'

const roots = requestRoots

export const HttpRequester = defineComponent(Requester, {
  type: 'HttpRequester',
  summary: 'Sends HTTP requests, with credentials, retries and back-off.',
  fields: {
    url_base: optional(template(roots, { description: 'Start of the address, such as `https://api.example.com/v1`.' })),
    url: optional(template(roots, { description: 'The same as `url_base`; may be the whole address.' })),
    path: optional(template(roots, { description: 'Path below `url_base`; an absolute URL replaces it.' })),
    http_method: withDefault(oneOf(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'], { description: 'The HTTP method.' }), 'GET'),
    authenticator: slot(Authenticator, { description: 'Adds credentials.', default_type: 'NoAuth' }),
    error_handler: slot(ErrorHandler, { description: 'Judges responses and failed attempts.', default_type: 'DefaultErrorHandler' }),
    request_parameters: optional(
      queryParameters(
        mapping(roots, {
          description: 'Query parameters; a list repeats its name. One of them may be a QueryProperties.',
          validTypes: textOrList,
        }),
      ),
    ),
    query_properties: optional(
      slot(QueryProperties, {
        description: 'The properties to ask for; templates see those of a request as the list `query_properties`.',
        default_type: 'QueryProperties',
      }),
    ),
    fetch_properties_from_endpoint: optional(
      slot(PropertyList, {
        description: 'Older form of `query_properties` with nothing but its `property_list`.',
        default_type: 'PropertiesFromEndpoint',
      }),
    ),
    request_headers: optional(mapping(roots, { description: 'Headers.' })),
    request_body_data: optional(mapping(roots, { description: 'Form fields, or the body as text.', validTypes: textOrList })),
    request_body_json: optional(mapping(roots, { description: 'The body as JSON.', nested: true })),
    request_body: optional(slot(RequestBody, { description: 'The body, instead of `request_body_data` and `request_body_json`.' })),
    use_cache: withDefault(
      boolean({
        description:
          'A GET that was answered in this run is not sent again. True for parent streams and resolvers of manifests written for Airbyte.',
      }),
      false,
    ),
  },
  examples: [
    {
      title: 'A list of orders',
      manifest: {
        type: 'HttpRequester',
        url_base: 'https://api.example.com/v1',
        path: 'orders/{{ stream_slice.shop_id }}',
        request_parameters: { since: "{{ config['start_date'] }}" },
      },
    },
  ],
  create: (fields, context) => {
    const base = fields.url_base ?? fields.url
    if (!base) throw new ConfigError('ERR_MANIFEST_INVALID', "an HttpRequester needs 'url_base' or 'url'")
    if ([fields.request_body, fields.request_body_data, fields.request_body_json].filter(Boolean).length > 1) {
      throw new ConfigError('ERR_MANIFEST_INVALID', "set only one of 'request_body', 'request_body_data' and 'request_body_json'")
    }
    const { authenticator, error_handler, http_method: method } = fields
    const properties = propertiesOf(fields)
    const address = addressOf(base, fields.path, context.dialect)
    const ownParts = ownPartsOf(fields, context.dialect)
    const assemble = (request: RequestContext, credentials: RequestParts): HttpRequest => {
      const parts = combineParts([ownParts(request), credentials, request.parts])
      return { method, url: withParams(address(request), parts.params ?? {}), ...contentOf(parts, context.dialect), ...purpose(request) }
    }
    return {
      method,
      ...defined({ properties }),
      url: (request) => assemble(request, {}).url,
      send: (request) => {
        const { accept, signal, stream } = request
        const judge = authenticator.observe ? observing(error_handler, authenticator.observe) : error_handler
        const handler = accept ? demanding(judge, accept) : judge
        let credentials: RequestParts = {}
        const prepare = async () => {
          credentials = await authenticator.parts(request.scope, {
            base: valueText(base.evaluate(request.scope), context.dialect),
            request: () => assemble(request, {}),
            ...{ stream, signal },
          })
          return assemble(request, credentials)
        }
        return context.services.http.send(prepare, handler, {
          ...(authenticator.refresh ? { refresh: async () => (await authenticator.refresh?.(credentials)) ?? false } : {}),
          ...defined({ signal, stream }),
          ...(fields.use_cache ? { cache: true } : {}),
        })
      },
    }
  },
})

/** Where a request goes: the page token when it is an address, else base and path. */
function addressOf(base: BoundTemplate, path: BoundTemplate | undefined, dialect: Dialect): (request: RequestContext) => string {
  return ({ scope, path: link }) => {
    const start = valueText(base.evaluate(scope), dialect)
    if (link !== undefined) return joinUrl(start, dialect === 'native' ? withoutCredentials(link) : link)
    return joinUrl(start, path ? valueText(path.evaluate(scope), dialect).replace(/^\/+/, '') : '')
  }
}

interface PropertyFields {
  readonly request_parameters: QueryParameters | undefined
  readonly query_properties: QueryProperties | undefined
  readonly fetch_properties_from_endpoint: PropertyList | undefined
}

function propertiesOf({ request_parameters, query_properties, fetch_properties_from_endpoint: list }: PropertyFields) {
  const listed = list && { chunks: async ({ signal }: PropertiesOptions) => [await list.names(signal)], known: () => undefined }
  const [properties, second] = [request_parameters?.list?.properties, query_properties, listed].filter((given) => given !== undefined)
  if (second) throw new ConfigError('ERR_MANIFEST_INVALID', 'an HttpRequester may say only once which properties it asks for')
  return properties
}

/** Headers and body of the request. */
function contentOf({ headers = {}, body_data, body_json }: RequestParts, dialect: Dialect): Pick<HttpRequest, 'headers' | 'body'> {
  const type = (value: string) =>
    Object.keys(headers).some((name) => name.toLowerCase() === 'content-type') ? {} : { 'Content-Type': value }
  if (body_json && body_data !== undefined) {
    throw new ConfigError('ERR_REQUEST_COLLISION', 'one request cannot have both form fields and a JSON body')
  }
  if (body_json) return { headers: { ...headers, ...type('application/json') }, body: jsonText(body_json) }
  if (typeof body_data === 'string') return { headers, body: body_data }
  if (body_data)
    return { headers: { ...headers, ...type('application/x-www-form-urlencoded') }, body: formText(textFields(body_data, dialect)) }
  return { headers }
}

/** Whom the request is for: usage is paced per account. */
function purpose({ scope, stream, weight, saveTo }: RequestContext): Pick<HttpRequest, 'paceKey' | 'context' | 'weight' | 'saveTo'> {
  const account = scope['account']
  const id = isNode(account) ? account['id'] : undefined
  return {
    ...defined({ weight, saveTo }),
    ...(typeof id === 'string' ? { paceKey: id } : {}),
    ...(stream === undefined ? {} : { context: { stream, ...(typeof id === 'string' ? { account_id: id } : {}) } }),
  }
}
