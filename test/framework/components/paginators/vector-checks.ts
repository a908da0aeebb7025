import { Decoder } from '../../../../framework/components/decoders/decoder.ts'
import { type PageContext, type PageToken, PaginationStrategy, Paginator } from '../../../../framework/components/paginators/paginator.ts'
import { RecordExtractor } from '../../../../framework/components/read/extractor.ts'
import type { RequestParts } from '../../../../framework/components/read/requester.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'
import { type Check, type Input, present, recordOf, responseOf, wireText } from '../check-vectors.ts'

const file = 'paginators.json'

function contextOf({ config, parameters }: Input) {
  return testContext({ dialect: 'airbyte', config: recordOf(config), parameters: recordOf(parameters) })
}

/** The recordings have the body, and pagination sees what a decoder made of it. */
function decodedBody({ response, ...input }: Input): unknown {
  const { json, text } = recordOf(response)
  if (!String(text ?? '').startsWith('<')) return json ?? {}
  return buildComponent(Decoder, { type: 'XmlDecoder' }, contextOf(input)).whole?.(responseOf(response))[0]
}

function pageOf(input: Input): PageContext {
  const response = responseOf(input['response'])
  const decoded = decodedBody(input)
  const size = Number(input['last_page_size'])
  return {
    response,
    decoded: Array.isArray(decoded) ? (decoded[0] ?? {}) : decoded,
    extracted: extractedOf(input, decoded) ?? size,
    selected: size,
    last: recordOf(input['last_record']),
    scope: {},
  }
}

/** The reference counts what its extractor finds in the response, where it has one. */
function extractedOf(input: Input, decoded: unknown): number | undefined {
  const path = input['extractor_field_path']
  if (!Array.isArray(path) || recordOf(input['response'])['mock']) return undefined
  const extractor = buildComponent(RecordExtractor, { type: 'DpathExtractor', field_path: path }, contextOf(input))
  const bodies = Array.isArray(decoded) ? decoded : [decoded]
  return bodies.flatMap((body) => extractor.extract(body)).length
}

function nextToken(type: string, fields: readonly string[]) {
  return (input: Input) => {
    const node = present(Object.fromEntries(fields.map((field) => [field, input[field]])))
    const strategy = buildComponent(PaginationStrategy, { type, ...node }, contextOf(input))
    return strategy.nextToken(pageOf(input), (input['last_page_token_value'] ?? undefined) as PageToken | undefined)
  }
}

function paginatorOf(input: Input): Paginator {
  const { pagination_strategy, page_token_option, page_size_option } = input
  const node = present({ page_token_option, page_size_option })
  const strategy = present(recordOf(pagination_strategy))
  return buildComponent(Paginator, { type: 'DefaultPaginator', pagination_strategy: strategy, ...node }, contextOf(input))
}

function tokenOf(input: Input): PageToken | undefined {
  return (recordOf(input['next_page_token'])['next_page_token'] ?? undefined) as PageToken | undefined
}

function parts(kind: keyof RequestParts) {
  return (input: Input) => paginatorOf(input).parts(tokenOf(input), {})[kind] ?? {}
}

/** Vectors of paginators. */
export const checks: readonly Check[] = [
  {
    file,
    component: 'cursor_pagination.next_page_token',
    run: nextToken('CursorPagination', ['cursor_value', 'stop_condition', 'page_size']),
  },
  { file, component: 'offset_increment.next_page_token', run: nextToken('OffsetIncrement', ['page_size', 'inject_on_first_request']) },
  {
    file,
    component: 'page_increment.next_page_token',
    run: nextToken('PageIncrement', ['page_size', 'start_from_page', 'inject_on_first_request']),
  },
  { file, component: 'default_paginator.path', run: (input) => paginatorOf(input).path(tokenOf(input)) },
  { file, component: 'default_paginator.get_request_body_data', run: parts('body_data') },
  { file, component: 'default_paginator.get_request_body_json', run: parts('body_json') },
  { file, component: 'default_paginator.get_request_params', run: parts('params'), expected: wireText },
  { file, component: 'default_paginator.get_request_headers', run: parts('headers'), expected: wireText },
]
