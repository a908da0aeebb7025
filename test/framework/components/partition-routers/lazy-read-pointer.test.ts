import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { manifestOf, readManifest } from '../../read-manifest.ts'
import { serve } from '../retrievers/scripted-server.ts'

const requester = (path: string) => ({ type: 'HttpRequester', url_base: 'https://api.test', path })
const record_selector = { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } }
const parent = {
  type: 'DeclarativeStream',
  name: 'orders',
  retriever: { type: 'SimpleRetriever', requester: requester('orders'), record_selector },
}
const cursor = { type: 'DatetimeBasedCursor', cursor_field: 'at', datetime_format: '%Y-%m-%d', start_datetime: '2024-01-01' }
const child = (more: object = {}, pointer = ['lines']) => ({
  type: 'DeclarativeStream',
  name: 'lines',
  retriever: {
    type: 'SimpleRetriever',
    requester: requester('orders/{{ stream_partition.order }}/lines'),
    record_selector,
    paginator: {
      type: 'DefaultPaginator',
      pagination_strategy: { type: 'CursorPagination', cursor_value: '{{ response.next }}', stop_condition: '{{ not response.next }}' },
      page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'after' },
    },
    partition_router: {
      type: 'SubstreamPartitionRouter',
      parent_stream_configs: [
        { type: 'ParentStreamConfig', stream: parent, parent_key: 'id', partition_field: 'order', lazy_read_pointer: pointer },
      ],
    },
  },
  ...more,
})
const orders = {
  data: [
    { id: 1, lines: { data: [{ line: '1a', at: '2024-02-01' }], next: 'p2' } },
    { id: 2, lines: { data: [{ line: '2a', at: '2024-02-02' }] } },
    { id: 3 },
  ],
}
const serveOrders = () =>
  serve(({ url }) => [200, JSON.stringify(url.endsWith('/orders') ? orders : { data: [{ line: url.slice(16), at: '2024-02-03' }] }), {}])

describe('lazy_read_pointer', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  it('takes the first page of the child out of the parent record and asks for the others', async () => {
    const received = serveOrders()
    const { rows } = await readManifest(manifestOf([child()]))
    expect(rows['lines']?.map(({ line }) => line).sort()).toEqual(['/orders/1/lines?after=p2', '1a', '2a'])
    expect(received.map(({ url }) => url)).toEqual(['https://api.test/orders', 'https://api.test/orders/1/lines?after=p2'])
  })

  it('asks for every page once the child has a state', async () => {
    const received = serveOrders()
    const text = manifestOf([child({ incremental_sync: cursor })])
    const first = await readManifest(text)
    expect(received.length).toBe(2)
    received.length = 0
    await readManifest(text, { state: { lines: first.states['lines']?.at(-1) ?? {} } })
    expect(received.map(({ url }) => new URL(url).pathname).sort()).toEqual([
      '/orders',
      '/orders/1/lines',
      '/orders/2/lines',
      '/orders/3/lines',
    ])
  })

  it('refuses a cursor with several slices', async () => {
    serveOrders()
    const text = manifestOf([child({ incremental_sync: { ...cursor, step: 'P1M', cursor_granularity: 'P1D' } })])
    const { summary } = await readManifest(text)
    expect(summary.errors.map(({ message }) => message).join()).toContain("leave out 'step'")
  })

  it('refuses a pointer to several places', async () => {
    await expect(readManifest(manifestOf([child({}, ['lines', '*'])]))).rejects.toThrow(/without '\*'/)
  })
})
