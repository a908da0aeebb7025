import { RequestOption } from '../../../../framework/components/read/request-option.ts'
import { combineParts } from '../../../../framework/components/read/request-parts.ts'
import { Requester, type RequestParts } from '../../../../framework/components/read/requester.ts'
import { joinUrl, missingParams } from '../../../../framework/components/values/url.ts'
import { textFields } from '../../../../framework/components/values/value-text.ts'
import type { HttpClient } from '../../../../framework/http/client.ts'
import type { HttpRequest } from '../../../../framework/http/request.ts'
import { buildComponent, isNode } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'
import { type Check, type Input, present, recordOf, responseOf, sliceScopeOf, wireText } from '../check-vectors.ts'

const file = 'request_options.json'

const parts = ['request_parameters', 'request_headers', 'request_body_data', 'request_body_json']

/** The request that a requester with one of the recorded fields would send. */
async function sent(all: Input, part: string): Promise<HttpRequest> {
  const input = { ...all, ...Object.fromEntries(parts.filter((other) => other !== part).map((other) => [other, null])) }
  let request: HttpRequest | undefined
  const http: HttpClient = {
    secret: () => undefined,
    requestsLeft: () => Number.POSITIVE_INFINITY,
    send: async (prepare) => {
      request = await prepare()
      return { response: responseOf({}), resolution: { action: 'success' } }
    },
  }
  const context = testContext({ dialect: 'airbyte', config: recordOf(input['config']), parameters: recordOf(input['parameters']) })
  const { request_parameters, request_headers, request_body_data, request_body_json } = input
  const listed = listedIn(input)
  const parameters = isNode(request_parameters) ? { ...request_parameters, ...listed } : request_parameters
  const fields = filled({ request_parameters: parameters, request_headers, request_body_data, request_body_json })
  const node = { type: 'HttpRequester', url_base: 'https://api.example.com', ...fields }
  const requester = buildComponent(Requester, node, { ...context, services: { ...context.services, http } })
  const scope = { ...sliceScopeOf(input['stream_slice']), next_page_token: input['next_page_token'] }
  await requester.send({ scope, parts: {}, properties: propertiesIn(input) })
  if (!request) throw new Error('nothing was sent')
  return request
}

/** Empty mappings stand for absent fields in the recordings. */
function filled(fields: Input): Input {
  return Object.fromEntries(
    Object.entries(present(fields)).filter(([, value]) => typeof value === 'string' || Object.keys(recordOf(value)).length > 0),
  )
}

function queryOf(text: string): Record<string, unknown> {
  const query = new URLSearchParams(text)
  return Object.fromEntries([...new Set(query.keys())].map((key) => [key, query.getAll(key)]))
}

const hasMapping = (parameters: unknown) => Object.values(recordOf(parameters)).some(isNode)

/** Every parameter as the list of its texts, as a query gives them back. */
function lists(recorded: unknown): unknown {
  return typeof recorded === 'string' ? recorded : queryOf(formOf(recordOf(recorded)).toString())
}

function formOf(fields: Input): URLSearchParams {
  const texts = Object.entries(textFields(fields, 'airbyte')).flatMap(([key, value]) =>
    [value].flat().map((item): [string, string] => [key, String(item)]),
  )
  return new URLSearchParams(texts)
}

/** The parameter that lists properties, which the recordings name beside the others. */
function listedIn({ query_properties_key: name }: Input): Input {
  return typeof name === 'string' ? { [name]: { type: 'QueryProperties', property_list: [] } } : {}
}

function propertiesIn({ stream_slice }: Input): readonly string[] | undefined {
  const { query_properties } = recordOf(recordOf(recordOf(stream_slice)['$slice'])['extra_fields'])
  return Array.isArray(query_properties) ? query_properties : undefined
}

function combined({ mappings, allow_same_value_merge }: Input): unknown {
  const list = (mappings as readonly unknown[]).map((mapping) => mapping ?? {})
  // Only JSON bodies may agree on a value; texts are raw bodies.
  const kind = allow_same_value_merge ? 'body_json' : list.some((mapping) => typeof mapping === 'string') ? 'body_data' : 'params'
  return combineParts(list.map((mapping) => ({ [kind]: mapping }) as RequestParts))[kind] ?? {}
}

function injected({ option, value, config, target }: Input): unknown {
  const { inject_into } = recordOf(option)
  const kind = inject_into === 'request_parameter' ? 'params' : inject_into === 'header' ? 'headers' : (inject_into as 'body_json')
  const component = buildComponent(RequestOption, option, testContext({ dialect: 'airbyte', config: recordOf(config) }))
  return combineParts([{ [kind]: numbersAsText(target, { option }) } as RequestParts, component.inject(value, {})])[kind]
}

/** Parameters are text by the time ours has them; nested values are those of JSON bodies and stay. */
function numbersAsText(recorded: unknown, { option }: Input): unknown {
  return recordOf(option)['inject_into'] === 'request_parameter' ? wireText(recorded) : recorded
}

/** Without the content type, which comes from the body. */
async function ownHeaders(input: Input): Promise<unknown> {
  const { 'Content-Type': _, ...headers } = (await sent(input, 'request_headers')).headers
  return headers
}

function isForm({ request_body_data }: Input): boolean {
  return typeof request_body_data === 'string' || Object.keys(recordOf(request_body_data)).length > 0
}

/** Vectors of requesters. */
export const checks: readonly Check[] = [
  { file, component: 'combine_mappings', run: combined },
  { file, component: 'join_url', run: ({ url_base, path }) => joinUrl(String(url_base), String(path)) },
  {
    file,
    component: 'http_client.dedupe_query_params',
    run: ({ url, params }) => missingParams(String(url), textFields(recordOf(params), 'airbyte')),
    expected: (recorded) => textFields(recordOf(recorded), 'airbyte'),
  },
  { file, component: 'request_option.inject', run: injected, expected: numbersAsText },
  ...[
    {
      file,
      component: 'request_options.get_request_params',
      run: async (input: Input) => {
        const sending = sent(input, 'request_parameters').then(({ url }) => queryOf(new URL(url).search))
        return hasMapping(input['request_parameters']) ? sending.catch(({ code }) => code) : sending
      },
      // The reference refuses a mapping among the parameters when it makes the address of them.
      expected: (recorded: unknown) => (hasMapping(recorded) ? 'ERR_MANIFEST_INVALID' : lists(recorded)),
    },
    {
      file,
      component: 'request_options.get_request_headers',
      run: ownHeaders,
      expected: wireText,
    },
    {
      file,
      component: 'request_options.get_request_body_data',
      run: async (input: Input) => {
        const body = String((await sent(input, 'request_body_data')).body ?? '')
        return typeof input['request_body_data'] === 'string' ? body : queryOf(body)
      },
      expected: lists,
    },
    {
      file,
      component: 'request_options.get_request_body_json',
      run: async (input: Input) => JSON.parse(isForm(input) ? '{}' : String((await sent(input, 'request_body_json')).body ?? '{}')),
    },
  ],
]
