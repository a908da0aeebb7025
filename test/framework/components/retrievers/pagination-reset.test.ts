import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Stream } from '../../../../framework/components/read/stream.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'
import { readStream } from './read-stream.ts'
import { type Answer, type Received, serve } from './scripted-server.ts'

const query = ({ url }: Received) => new URL(url).searchParams
const reset = (action: string, number_of_records?: number) => ({
  type: 'PaginationReset',
  action,
  ...(number_of_records === undefined ? {} : { limits: { number_of_records } }),
})

/** Ten records of ten days, two per page, and no page after the second. */
const days = Array.from({ length: 10 }, (_, index) => ({ id: index, at: `2024-01-${String(index + 1).padStart(2, '0')}` }))
function search(request: Received): Answer {
  const from = query(request).get('from') ?? ''
  const page = Number(query(request).get('page') ?? 1)
  const found = days.filter(({ at }) => at >= from)
  const hasNext = page < 2 && found.length > page * 2
  return [200, JSON.stringify({ data: found.slice(page * 2 - 2, page * 2), next: hasNext ? page + 1 : null }), {}]
}

function stream(pagination_reset: object, more: { withCursor?: boolean; error_handler?: object } = {}) {
  const { withCursor = true, error_handler } = more
  const token = { inject_into: 'request_parameter', field_name: 'page' }
  const pagination_strategy = {
    type: 'CursorPagination',
    cursor_value: '{{ response.next }}',
    stop_condition: '{{ response.next is none }}',
  }
  const incremental_sync = {
    type: 'DatetimeBasedCursor',
    ...{ cursor_field: 'at', datetime_format: '%Y-%m-%d', start_datetime: '2024-01-01', end_datetime: '2024-01-31' },
    start_time_option: { inject_into: 'request_parameter', field_name: 'from' },
  }
  const node = {
    type: 'DeclarativeStream',
    name: 'orders',
    retriever: {
      requester: { url_base: 'https://api.test', path: 'orders', ...(error_handler ? { error_handler } : {}) },
      record_selector: { extractor: { field_path: ['data'] } },
      paginator: { type: 'DefaultPaginator', pagination_strategy, page_token_option: token },
      pagination_reset,
    },
    ...(withCursor ? { incremental_sync } : {}),
  }
  const context = testContext({ dialect: 'airbyte' })
  return { stream: buildComponent(Stream, node, context), context }
}

describe('PaginationReset', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  it('continues from the latest cursor value when the source pages no further', async () => {
    const received = serve(search)
    const { stream: orders, context } = stream(reset('SPLIT_USING_CURSOR', 4))
    const { records, state, error } = await readStream(orders, { context })
    expect(error).toBeUndefined()
    expect(received.map((request) => [query(request).get('from'), query(request).get('page')])).toEqual([
      ['2024-01-01', null],
      ['2024-01-01', '2'],
      ['2024-01-04', null],
      ['2024-01-04', '2'],
      ['2024-01-07', null],
      ['2024-01-07', '2'],
      ['2024-01-10', null],
    ])
    expect([...new Set(records.map(({ id }) => id))]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(state).toEqual({ at: '2024-01-10' })
  })

  it('fails when all that the source gives at once has one cursor value', async () => {
    const stuck: Answer = [200, JSON.stringify({ data: [{ at: '2024-01-01' }, { at: '2024-01-01' }], next: null }), {}]
    serve(() => stuck)
    const { stream: orders, context } = stream(reset('SPLIT_USING_CURSOR', 2))
    const { error } = await readStream(orders, { context })
    expect(error).toMatchObject({ code: 'ERR_PAGINATION_RESET', context: { stream: 'orders' } })
  })

  it('continues from there as well when a response says so', async () => {
    const error_handler = { response_filters: [{ http_codes: [410], action: 'RESET_PAGINATION' }] }
    const received = serve((request, count) => (count === 2 ? [410, '{}', {}] : search(request)))
    const { stream: orders, context } = stream(reset('SPLIT_USING_CURSOR'), { error_handler })
    expect((await readStream(orders, { context })).error).toBeUndefined()
    expect(received.map((request) => query(request).get('from'))).toEqual(['2024-01-01', '2024-01-01', '2024-01-02', '2024-01-02'])
  })

  it.each([
    ['RESET', true],
    ['RESET', false],
    ['SPLIT_USING_CURSOR', false],
  ])('%s begins the same slice anew once, with a cursor: %s', async (action, withCursor) => {
    const error_handler = { response_filters: [{ http_codes: [410], action: 'RESET_PAGINATION' }] }
    const received = serve((request, count) => (count === 2 ? [410, '{}', {}] : search(request)))
    const { stream: orders, context } = stream(reset(action), { withCursor, error_handler })
    expect((await readStream(orders, { context })).error).toBeUndefined()
    expect(received.map((request) => query(request).get('page'))).toEqual([null, '2', null, '2'])
    nock.cleanAll()
    serve(() => [410, '{}', {}])
    expect((await readStream(orders, { context })).error).toMatchObject({ code: 'ERR_PAGINATION_RESET' })
  })

  it('refuses a limit that is always reached', () => {
    expect(() => stream(reset('RESET', 0))).toThrow('always reached')
  })
})
