import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ReadOptions, Retriever, type StreamSlice, wholeStream } from '../../../../framework/components/read/retriever.ts'
import { Transformation } from '../../../../framework/components/read/transformation.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import type { Row } from '../../../../framework/protocol/messages.ts'
import { type TestContext, testContext } from '../../build.ts'
import { type Answer, type Received, serve } from './scripted-server.ts'

const requester = { type: 'HttpRequester', url_base: 'https://api.test', path: 'rows' }
const record_selector = { extractor: { field_path: ['data'] } }
const cursorPaginator = {
  type: 'DefaultPaginator',
  pagination_strategy: { type: 'CursorPagination', cursor_value: '{{ response.next }}' },
  page_token_option: { inject_into: 'request_parameter', field_name: 'after' },
}
const slice: StreamSlice = { partition: { ...wholeStream({}), values: { page_id: '17' } }, window: undefined }
const stages = { transformations: [], schema: async () => ({}) }
const json = (body: unknown): Answer => [200, JSON.stringify(body), { 'content-type': 'application/json' }]
const afterOf = ({ url }: Received) => new URL(url).searchParams.get('after')

function build(node: object, context: TestContext = testContext()): Retriever {
  return buildComponent(Retriever, { type: 'SimpleRetriever', requester, record_selector, ...node }, context)
}

async function rowsOf(retriever: Retriever, options: Partial<ReadOptions> = {}): Promise<Row[]> {
  const rows: Row[] = []
  for await (const page of retriever.read(slice, { stream: 'rows', stages, ...options })) rows.push(...page.rows)
  return rows
}

describe('SimpleRetriever', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  it('reads page after page until there is no token', async () => {
    const received = serve((_, count) => json({ data: [{ id: count }], next: count < 3 ? `c${count + 1}` : null }))
    expect(await rowsOf(build({ paginator: cursorPaginator }))).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }])
    expect(received.map(afterOf)).toEqual([null, 'c2', 'c3'])
  })

  it.each<[string, Answer]>([
    ['truncated JSON', [200, '{"data":[{"id":1},', {}]],
    ['a login page', [200, '<html>login</html>', {}]],
    ['nothing', [200, '', {}]],
    ['JSON without the data that must be there', json({ paging: {} })],
    ['JSON whose data is not a list', json({ data: 'soon' })],
  ])('tries again when it gets %s', async (_, broken) => {
    const strict = { extractor: { field_path: ['data'], required: true } }
    const received = serve((_, count) => (count < 3 ? broken : json({ data: [{ id: 1 }] })))
    expect(await rowsOf(build({ record_selector: strict }))).toEqual([{ id: 1 }])
    expect(received.length).toBe(3)
  })

  it.each<[string, Answer, string]>([
    ['truncated JSON', [200, '{"data":[{"id":1},', {}], 'ERR_BODY_NOT_JSON'],
    ['missing data', json({}), 'ERR_DATA_MISSING'],
  ])('fails with a typed error when it gets nothing but %s', async (_, broken, code) => {
    const received = serve(() => broken)
    const strict = { extractor: { field_path: ['data'], required: true } }
    await expect(rowsOf(build({ record_selector: strict }))).rejects.toMatchObject({ code, failureType: 'transient_error' })
    expect(received.length).toBe(6)
  })

  it('takes an empty list for an empty page, also where data is required', async () => {
    serve(() => json({ data: [] }))
    expect(await rowsOf(build({ record_selector: { extractor: { field_path: ['data'], required: true } } }))).toEqual([])
  })

  it('takes "no content" for an empty page', async () => {
    serve(() => [204, '', {}])
    expect(await rowsOf(build({}))).toEqual([])
  })

  it('refuses records that are not objects', async () => {
    serve(() => json({ data: [{ id: 1 }, 2] }))
    await expect(rowsOf(build({}))).rejects.toMatchObject({
      code: 'ERR_RECORD_SHAPE',
      message: expect.stringContaining('record 1 is number 2'),
    })
  })

  it('says that it takes an ignored error for an empty page', async () => {
    serve(() => [404, '{"data":[{"id":1}]}', {}])
    const context = testContext()
    const error_handler = { response_filters: [{ http_codes: [404], action: 'IGNORE' }] }
    expect(await rowsOf(build({ requester: { ...requester, error_handler } }, context))).toEqual([])
    expect(context.observed.logs).toContainEqual(expect.stringContaining('HTTP 404 of stream rows'))
  })

  it('lets the error handler judge an error in a body with status 200', async () => {
    serve(() => json({ error: { message: 'token expired' } }))
    const filter = {
      predicate: "{{ 'error' in response }}",
      action: 'FAIL',
      failure_type: 'config_error',
      error_message: '{{ response.error.message }}',
    }
    const reading = rowsOf(build({ requester: { ...requester, error_handler: { response_filters: [filter] } } }))
    await expect(reading).rejects.toMatchObject({ failureType: 'config_error', message: expect.stringContaining('token expired') })
  })

  it('lets pagination see the body as it came, whatever the transformations do', async () => {
    const received = serve((_, count) => json({ data: [{ id: count, secret: `s${count}` }], more: count < 2 }))
    const context = testContext()
    const remove = buildComponent(Transformation, { type: 'RemoveFields', field_pointers: [['secret']] }, context)
    const strategy = { type: 'CursorPagination', cursor_value: '{{ response.data[-1].secret }}', stop_condition: '{{ not response.more }}' }
    const retriever = build({ paginator: { ...cursorPaginator, pagination_strategy: strategy } }, context)
    expect(await rowsOf(retriever, { stages: { ...stages, transformations: [remove] } })).toEqual([{ id: 1 }, { id: 2 }])
    expect(received.map(afterOf)).toEqual([null, 's1'])
  })

  it('stops paging when the rest of the slice is known', async () => {
    const received = serve((_, count) => json({ data: [{ id: count }], next: `c${count}` }))
    const rows = await rowsOf(build({ paginator: cursorPaginator }), { done: ([row]) => row?.['id'] === 2 })
    expect(rows).toEqual([{ id: 1 }, { id: 2 }])
    expect(received.length).toBe(2)
  })

  it('restarts the pages when the handler says so, once', async () => {
    const error_handler = { response_filters: [{ http_codes: [410], action: 'RESET_PAGINATION' }] }
    const retriever = build({ requester: { ...requester, error_handler }, paginator: cursorPaginator })
    const received = serve((_, count) =>
      count === 2 ? [410, '{}', {}] : json({ data: [{ id: count }], next: count < 4 ? `c${count}` : '' }),
    )
    expect(await rowsOf(retriever)).toEqual([{ id: 1 }, { id: 3 }, { id: 4 }])
    expect(received.map(afterOf)).toEqual([null, 'c1', null, 'c3'])
    nock.cleanAll()
    serve(() => [410, '{}', {}])
    await expect(rowsOf(retriever)).rejects.toMatchObject({ code: 'ERR_PAGINATION_RESET' })
  })

  it('leaves the parameters of the slice out of later pages on request', async () => {
    const received = serve((_, count) => json({ data: [{ id: count }], next: count < 2 ? 'c2' : null }))
    const withPart = { partition: { ...slice.partition, parts: { params: { page: '17' } } }, window: undefined }
    const retriever = build({ paginator: cursorPaginator, ignore_stream_slicer_parameters_on_paginated_requests: true })
    for await (const _ of retriever.read(withPart, { stream: 'rows', stages }));
    expect(received.map(({ url }) => new URL(url).search)).toEqual(['?page=17', '?after=c2'])
  })

  it('tells the first call of a slice without sending it', () => {
    const authenticator = {
      type: 'ApiKeyAuthenticator',
      api_token: 'sandbox-key',
      inject_into: { inject_into: 'request_parameter', field_name: 'key' },
    }
    const retriever = build({ requester: { ...requester, path: 'p/{{ stream_partition.page_id }}', authenticator } })
    expect([...(retriever.plan?.(slice) ?? [])]).toEqual([{ method: 'GET', url: 'https://api.test/p/17' }])
  })

  it('refuses a paginator that cannot look into the bodies', () => {
    expect(() => build({ decoder: { type: 'JsonlDecoder' }, paginator: cursorPaginator })).toThrow('cannot look into the bodies')
  })

  it('reads a body of many lines in batches', async () => {
    serve(() => [200, Array.from({ length: 2500 }, (_, id) => JSON.stringify({ id })).join('\n'), {}])
    const sizes: number[] = []
    const retriever = build({ decoder: { type: 'JsonlDecoder' }, record_selector: { extractor: { field_path: [] } } })
    for await (const { rows } of retriever.read(slice, { stream: 'rows', stages })) sizes.push(rows.length)
    expect(sizes).toEqual([1000, 1000, 500])
  })
})

describe('the loop guard', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  const distinct = (count: number, next: string) => json({ data: [{ id: count }], next })

  it.each<[string, (request: Received, count: number) => Answer, number]>([
    ['the same token for ever', (_, count) => distinct(count, 'same'), 2],
    ['two tokens in turn', (_, count) => distinct(count, count % 2 ? 'a' : 'b'), 3],
    ['the same page under other tokens', (_, count) => [200, '{"data":[{"id":1}]}', { 'x-next': `c${count}` }], 2],
    ['empty pages without end', (_, count) => json({ data: [], next: `c${count}` }), 101],
  ])('ends %s', async (_, answer, requests) => {
    const received = serve(answer)
    const strategy = { type: 'CursorPagination', cursor_value: "{{ headers['X-Next'] or response.next }}" }
    const failing = rowsOf(build({ paginator: { ...cursorPaginator, pagination_strategy: strategy } }))
    await expect(failing).rejects.toMatchObject({
      code: 'ERR_PAGINATION_LOOP',
      message: expect.stringMatching(/stream 'rows' of slice \{"page_id":"17"\}.*token hash [0-9a-f]{15}/),
      context: { stream: 'rows', slice: { page_id: '17' } },
    })
    expect(received.length).toBe(requests)
  })

  it('lets a hundred empty pages pass', async () => {
    serve((_, count) => json({ data: count > 100 ? [{ id: 1 }] : [], next: count > 100 ? '' : `c${count}` }))
    expect(await rowsOf(build({ paginator: cursorPaginator }))).toEqual([{ id: 1 }])
  })
})
