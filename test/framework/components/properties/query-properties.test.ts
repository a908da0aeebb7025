import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ReadOptions, type StreamSlice, wholeStream } from '../../../../framework/components/read/retriever.ts'
import { Stream } from '../../../../framework/components/read/stream.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import type { Row } from '../../../../framework/protocol/messages.ts'
import { testContext } from '../../build.ts'
import { readStream } from '../retrievers/read-stream.ts'
import { type Answer, type Received, serve } from '../retrievers/scripted-server.ts'

const json = (body: unknown): Answer => [200, JSON.stringify(body), {}]
const query = (received: Received, name: string) => new URL(received.url).searchParams.get(name)
const fieldsOf = (received: readonly Received[]) => received.map((request) => query(request, 'fields'))
const chunking = { type: 'PropertyChunking', property_limit_type: 'property_count', property_limit: 2 }
const properties = (node: object = {}) => ({
  type: 'QueryProperties',
  property_list: ['name', 'email', 'phone'],
  always_include_properties: ['id'],
  property_chunking: chunking,
  ...node,
})
const endpoint = {
  type: 'PropertiesFromEndpoint',
  property_field_path: ['meta', 'name'],
  retriever: {
    requester: { type: 'HttpRequester', url_base: 'https://api.test', path: 'properties' },
    record_selector: { extractor: { field_path: ['results'] } },
  },
}

function stream(requester: object, retriever: object = {}, more: object = {}) {
  const node = {
    type: 'DeclarativeStream',
    name: 'contacts',
    retriever: {
      requester: { type: 'HttpRequester', url_base: 'https://api.test', path: 'contacts', ...requester },
      record_selector: { extractor: { field_path: ['data'] } },
      ...retriever,
    },
    ...more,
  }
  const context = testContext({ dialect: 'airbyte' })
  return { stream: buildComponent(Stream, node, context), context }
}

const whole: StreamSlice = { partition: wholeStream({}), window: undefined }

async function rowsOf(requester: object, { retriever = {}, options = {} }: { retriever?: object; options?: Partial<ReadOptions> } = {}) {
  const rows: Row[] = []
  const stages = { transformations: [], schema: async () => ({}) }
  const pages = stream(requester, retriever).stream.retriever.read(whole, { stream: 'contacts', stages, ...options })
  for await (const page of pages) rows.push(...page.rows)
  return rows
}

/** What the source knows of two contacts. */
const contacts: readonly Row[] = [
  { id: 'a', name: 'Ada', email: 'a@x.test', phone: '1', address: { street: 'A' } },
  { id: 'b', name: 'Bob', email: 'b@x.test', phone: '2', address: { street: 'B' } },
]
const picked = (row: Row, names: readonly string[]) => Object.fromEntries(names.map((name) => [name, row[name]]))
const asked = (request: Received) => (query(request, 'fields') ?? '').split(',')

describe('QueryProperties', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  it('asks for a page in several requests and puts the records together', async () => {
    const received = serve((request) => json({ data: contacts.map((row) => picked(row, asked(request))) }))
    const rows = await rowsOf({ request_parameters: { fields: properties(), limit: 2 } })
    expect(fieldsOf(received)).toEqual(['id,name,email', 'id,phone'])
    expect(received.map((request) => query(request, 'limit'))).toEqual(['2', '2'])
    expect(rows).toEqual(contacts.map((row) => picked(row, ['id', 'name', 'email', 'phone'])))
  })

  it('merges mappings and hands on records without a key before the others', async () => {
    const answers = [
      { data: [{ id: 'a', at: { x: 1 } }, { name: 'nobody' }] },
      {
        data: [
          { id: 'a', at: { y: 2 } },
          { id: 'b', at: null },
          { id: 'a', tags: [1] },
        ],
      },
    ]
    serve((_, count) => json(answers[count - 1]))
    expect(await rowsOf({ request_parameters: { fields: properties() } })).toEqual([
      { name: 'nobody' },
      { id: 'a', at: { x: 1, y: 2 }, tags: [1] },
      { id: 'b', at: null },
    ])
  })

  it('keeps values apart that only look alike when they are joined', async () => {
    const by = { ...chunking, record_merge_strategy: { type: 'GroupByKeyMergeStrategy', key: ['p', 'q'] } }
    serve((_, count) => json({ data: count === 1 ? [{ p: 'a,b', q: 'c', n: 1 }] : [{ p: 'a', q: 'b,c', n: 2 }] }))
    expect(await rowsOf({ request_parameters: { fields: properties({ property_chunking: by }) } })).toHaveLength(2)
  })

  it('pages by the response to the last request', async () => {
    const received = serve((request) => {
      const [, second] = asked(request)
      const page = Number(query(request, 'page') ?? 1)
      return json({ data: [{ id: `r${page}`, [second ?? '']: page }], next: second === 'phone' && page < 2 ? page + 1 : null })
    })
    const paginator = {
      type: 'DefaultPaginator',
      pagination_strategy: {
        type: 'CursorPagination',
        cursor_value: '{{ response.next }}',
        stop_condition: '{{ response.next is none }}',
      },
      page_token_option: { inject_into: 'request_parameter', field_name: 'page' },
    }
    const rows = await rowsOf({ request_parameters: { fields: properties() } }, { retriever: { paginator } })
    expect(rows).toEqual([
      { id: 'r1', name: 1, phone: 1 },
      { id: 'r2', name: 2, phone: 2 },
    ])
    expect(received.map((request) => query(request, 'page'))).toEqual([null, null, '2', '2'])
  })

  it('shows templates the properties of their request', async () => {
    const received = serve(() => json({ data: [] }))
    await rowsOf({
      query_properties: properties(),
      request_parameters: {
        fields: "{{ query_properties | join('+') }}",
        n: "{{ stream_slice.extra_fields['query_properties'] | length }}",
      },
    })
    expect(received.map((request) => [query(request, 'fields'), query(request, 'n')])).toEqual([
      ['id+name+email', '3'],
      ['id+phone', '2'],
    ])
  })

  it('asks only for what the configured catalog holds when a selector says so', async () => {
    const received = serve(() => json({ data: [] }))
    const selector = {
      type: 'JsonSchemaPropertySelector',
      transformations: [{ type: 'KeysReplace', old: 'contact_', new: '' }],
    }
    const fields = properties({ property_selector: selector, property_chunking: undefined })
    const schema = { type: 'object', properties: { contact_phone: {}, contact_email: {} } }
    await rowsOf({ request_parameters: { fields } }, { options: { configuredSchema: schema } })
    await rowsOf({ request_parameters: { fields } })
    expect(fieldsOf(received)).toEqual(['id,email,phone', 'id,name,email,phone'])
  })

  it('reads incrementally: each slice has its requests, and the state counts whole records', async () => {
    const cursor = {
      type: 'DatetimeBasedCursor',
      cursor_field: 'at',
      datetime_format: '%Y-%m-%d',
      start_datetime: '2024-01-01',
      end_datetime: '2024-01-04',
      step: 'P2D',
      cursor_granularity: 'P1D',
      start_time_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'from' },
    }
    const received = serve((request) => {
      const from = query(request, 'from')
      return json({ data: asked(request).includes('at') ? [{ id: from, at: from }] : [{ id: from, phone: '1' }] })
    })
    const fields = properties({ property_list: ['name', 'at', 'phone'] })
    const { stream: contactStream, context } = stream({ request_parameters: { fields } }, {}, { incremental_sync: cursor })
    const { records, state } = await readStream(contactStream, { context })
    expect(received.map((request) => [query(request, 'from'), query(request, 'fields')])).toEqual([
      ['2024-01-01', 'id,name,at'],
      ['2024-01-01', 'id,phone'],
      ['2024-01-03', 'id,name,at'],
      ['2024-01-03', 'id,phone'],
    ])
    expect(records).toEqual([
      { id: '2024-01-01', at: '2024-01-01', phone: '1' },
      { id: '2024-01-03', at: '2024-01-03', phone: '1' },
    ])
    expect(state).toEqual({ at: '2024-01-03' })
  })

  it('tells the requests of a page without sending them', () => {
    const { stream: known } = stream({ request_parameters: { fields: properties() } })
    expect([...(known.retriever.plan?.(whole) ?? [])].map(({ url }) => url)).toEqual([
      'https://api.test/contacts?fields=id%2Cname%2Cemail',
      'https://api.test/contacts?fields=id%2Cphone',
    ])
  })

  it.each([
    [{ request_parameters: { fields: properties(), more: properties() } }, 'only one of the request_parameters'],
    [{ request_parameters: { fields: properties() }, query_properties: properties() }, 'may say only once'],
    [{ request_parameters: { fields: properties({ property_list: 'name' }) } }, 'expected a PropertyList'],
  ])('refuses %o', (requester, message) => {
    expect(() => stream(requester)).toThrow(message)
  })
})

describe('PropertiesFromEndpoint', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  const names = { results: [{ meta: { name: 'name' } }, { meta: { name: 'email' } }] }
  const isList = ({ url }: Received) => new URL(url).pathname === '/properties'

  it('asks the source once for all slices', async () => {
    const received = serve((request) => json(isList(request) ? names : { data: [] }))
    const partition_router = { type: 'ListPartitionRouter', values: ['1', '2'], cursor_field: 'group' }
    const built = stream({ request_parameters: { fields: properties({ property_list: endpoint }) } }, { partition_router })
    await readStream(built.stream, { context: built.context })
    expect(received.filter(isList)).toHaveLength(1)
    expect(fieldsOf(received.filter((request) => !isList(request)))).toEqual(['id,name,email', 'id,name,email'])
  })

  it('is allowed in fetch_properties_from_endpoint as well', async () => {
    const received = serve((request) => json(isList(request) ? names : { data: [{ id: 1 }] }))
    const requester = { fetch_properties_from_endpoint: endpoint, request_parameters: { fields: "{{ query_properties | join(',') }}" } }
    expect(await rowsOf(requester)).toEqual([{ id: 1 }])
    expect(fieldsOf(received)).toEqual([null, 'name,email'])
  })

  it('fails when a record names no property', async () => {
    serve((request) => json(isList(request) ? { results: [{ label: 'Name' }] } : { data: [] }))
    const reading = rowsOf({ request_parameters: { fields: properties({ property_list: endpoint }) } })
    await expect(reading).rejects.toMatchObject({ code: 'ERR_DATA_MISSING', message: expect.stringContaining('meta.name') })
  })

  it('asks again after a failure', async () => {
    const received = serve((request, count) => (count === 1 ? [400, '{}', {}] : json(isList(request) ? names : { data: [] })))
    const { stream: built } = stream({ request_parameters: { fields: properties({ property_list: endpoint }) } })
    const read = async () => {
      const stages = { transformations: [], schema: async () => ({}) }
      for await (const _ of built.retriever.read(whole, { stream: 'contacts', stages }));
    }
    await expect(read()).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS' })
    await read()
    expect(received.filter(isList)).toHaveLength(2)
  })
})

describe('PropertyChunking', () => {
  const split = (node: object) => {
    const { stream: built } = stream({ request_parameters: { fields: properties({ property_chunking: { ...chunking, ...node } }) } })
    return [...(built.retriever.plan?.(whole) ?? [])].map(({ url }) => new URL(url).searchParams.get('fields'))
  }

  it.each<[object, string[]]>([
    [{ property_limit: 1 }, ['id,name', 'id,email', 'id,phone']],
    [{ property_limit: 3 }, ['id,name,email,phone']],
    [{ property_limit: undefined }, ['name,email,phone,id']],
    [{ property_limit_type: 'characters', property_limit: 15 }, ['id,name,email', 'id,phone']],
    [{ property_limit_type: 'characters', property_limit: 14 }, ['id,name', 'id,email', 'id,phone']],
    [{ property_limit_type: 'characters', property_limit: 2 }, ['id,name', 'id,email', 'id,phone']],
  ])('divides by %o', (node, expected) => {
    expect(split(node)).toEqual(expected)
  })
})
