import nock from 'nock'
import { afterEach, describe, expect, it } from 'vitest'
import { combineRouters } from '../../../../framework/components/partition-routers/combine-routers.ts'
import { withLast } from '../../../../framework/components/partition-routers/with-last.ts'
import { type ParentStates, type Partition, PartitionRouter } from '../../../../framework/components/read/partition-router.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import type { Scope } from '../../../../framework/template/template.ts'
import { testContext } from '../../build.ts'

const host = 'https://api.example.com'
afterEach(() => {
  nock.cleanAll()
})

const option = (field_name: string, inject_into = 'request_parameter') => ({ type: 'RequestOption', inject_into, field_name })
const listRouter = (values: unknown, fields: object = {}) => ({ type: 'ListPartitionRouter', values, cursor_field: 'repo', ...fields })

function build(node: object, config: Readonly<Record<string, unknown>> = {}) {
  const context = testContext({ config, roots: ['account'] })
  return { router: buildComponent(PartitionRouter, node, context), observed: context.observed }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}
const partitionsOf = (router: PartitionRouter, scope: Scope = {}, states?: ParentStates) => all(router.partitions(scope, states))
const valuesOf = (partitions: readonly Partition[]) => partitions.map(({ values }) => values)

describe('ListPartitionRouter', () => {
  it.each([
    ['a list', ['a', 'b', 'a'], {}],
    ['templates in a list', ['{{ config.first }}', 'b'], { first: 'a' }],
    ['a template that yields a list', '{{ config.repos }}', { repos: ['a', 'b'] }],
  ])('reads once for every value of %s', async (_, values, config) => {
    const { router } = build(listRouter(values, { request_option: option('r') }), config)
    const partitions = await partitionsOf(router)
    expect(valuesOf(partitions)).toEqual([{ repo: 'a' }, { repo: 'b' }])
    expect(partitions.map(({ parts }) => parts)).toEqual([{ params: { r: 'a' } }, { params: { r: 'b' } }])
  })

  it('refuses what is not a list', async () => {
    const { router } = build(listRouter('{{ config.repos }}'), { repos: 'a' })
    await expect(partitionsOf(router)).rejects.toThrow('must be a list, found string "a"')
    const foreign = testContext({ dialect: 'airbyte', config: { repos: '' } })
    expect(await partitionsOf(buildComponent(PartitionRouter, listRouter('{{ config.repos }}'), foreign))).toEqual([])
  })
})

describe('combineRouters', () => {
  it('gives every combination, the first router outermost and stronger', async () => {
    const first = build(listRouter(['a', 'b'], { request_option: option('x') })).router
    const second = build(listRouter([1, 2], { cursor_field: 'page', request_option: option('x') })).router
    const third = build(listRouter(['h'], { cursor_field: 'repo', request_option: option('x', 'header') })).router
    const partitions = await partitionsOf(combineRouters([first, second, third]), { account: 1 })
    expect(valuesOf(partitions)).toEqual([
      { repo: 'a', page: 1 },
      { repo: 'a', page: 2 },
      { repo: 'b', page: 1 },
      { repo: 'b', page: 2 },
    ])
    expect(partitions[1]?.parts).toEqual({ params: { x: 'a' }, headers: { x: 'h' } })
    expect(partitions[1]?.scope).toEqual({ account: 1 })
  })
})

describe('withLast', () => {
  it('knows the last item, and hands out what came before an error', async () => {
    async function* items(count: number, fails = false) {
      for (let item = 1; item <= count; item++) yield item
      if (fails) throw new Error('broken')
    }
    expect(await all(withLast(items(2)))).toEqual([
      { item: 1, last: false },
      { item: 2, last: true },
    ])
    expect(await all(withLast(items(0)))).toEqual([])
    const failing = withLast(items(1, true))
    expect(await failing.next()).toMatchObject({ value: { item: 1, last: false } })
    await expect(failing.next()).rejects.toThrow('broken')
  })
})

const parentStream = (fields: object = {}, requester: object = {}, retriever: object = {}) => ({
  type: 'DeclarativeStream',
  name: 'posts',
  retriever: {
    type: 'SimpleRetriever',
    requester: { type: 'HttpRequester', url_base: host, path: 'posts', ...requester },
    record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
    ...retriever,
  },
  ...fields,
})
const substream = (stream: object, config: object = {}) => ({
  type: 'SubstreamPartitionRouter',
  parent_stream_configs: [{ stream, parent_key: 'id', partition_field: 'post_id', ...config }],
})
const pages = {
  paginator: {
    type: 'DefaultPaginator',
    pagination_strategy: { type: 'CursorPagination', cursor_value: '{{ response.next }}' },
    page_token_option: option('after'),
  },
}
const daily = {
  type: 'DatetimeBasedCursor',
  ...{ cursor_field: 'at', datetime_format: '%Y-%m-%d', start_datetime: '2024-01-01', end_datetime: '2024-01-04' },
  ...{ step: 'P2D', cursor_granularity: 'P1D', start_time_option: option('since') },
}

describe('SubstreamPartitionRouter', () => {
  it('reads once for every record of its parent and hands fields of it on', async () => {
    nock(host)
      .get('/posts')
      .reply(200, { data: [{ id: 'p1', user: { name: 'Ada' } }, { id: 'p2' }] })
    const config = { request_option: option('post'), extra_fields: [['user', 'name']] }
    const partitions = await partitionsOf(build(substream(parentStream(), config)).router)
    expect(valuesOf(partitions)).toEqual([
      { post_id: 'p1', parent_slice: {} },
      { post_id: 'p2', parent_slice: {} },
    ])
    expect(partitions.map(({ extra }) => extra)).toEqual([{ 'user.name': 'Ada' }, { 'user.name': null }])
    expect(partitions[0]?.parts).toEqual({ params: { post: 'p1' } })
  })

  it('starts the children while the parent still has pages', async () => {
    nock(host)
      .get('/posts')
      .reply(200, { data: [{ id: 1 }, { id: 2 }], next: 'x' })
    const second = nock(host)
      .get('/posts')
      .query({ after: 'x' })
      .reply(200, { data: [{ id: 3 }] })
    const partitions = build(substream(parentStream({}, {}, pages)))
      .router.partitions({}, undefined)
      [Symbol.asyncIterator]()
    expect((await partitions.next()).value?.values).toMatchObject({ post_id: 1 })
    expect(second.isDone()).toBe(false)
    expect((await partitions.next()).value?.values).toMatchObject({ post_id: 2 })
    expect((await partitions.next()).value?.values).toMatchObject({ post_id: 3 })
    expect(second.isDone()).toBe(true)
  })

  it('shows the account to the parent', async () => {
    nock(host)
      .get('/77/posts')
      .reply(200, { data: [{ id: 1 }] })
    const { router } = build(substream(parentStream({}, { path: '{{ account.id }}/posts' })))
    const [partition] = await partitionsOf(router, { account: { id: '77' } })
    expect(partition?.scope).toEqual({ account: { id: '77' } })
  })

  it('passes over records without the key and repeated ones, and says so once each', async () => {
    nock(host)
      .get('/posts')
      .reply(200, { data: [{ id: 1 }, {}, { id: null }, { id: 1 }, { id: 1 }] })
    const { router, observed } = build(substream(parentStream()))
    expect(valuesOf(await partitionsOf(router))).toEqual([{ post_id: 1, parent_slice: {} }])
    expect(observed.findings.map(({ error }) => error.code)).toEqual(['ERR_PARENT_KEY_MISSING', 'ERR_PARTITION_REPEATED'])
  })

  it('reads the key at a path', async () => {
    nock(host)
      .get('/posts')
      .reply(200, { data: [{ a: [{ b: 5 }] }] })
    const partitions = await partitionsOf(build(substream(parentStream(), { parent_key: 'a/0/b' })).router)
    expect(valuesOf(partitions)).toEqual([{ post_id: 5, parent_slice: {} }])
  })

  it('carries the state of an incremental parent with the last child of each of its slices', async () => {
    nock(host)
      .get('/posts')
      .query({ since: '2024-01-01' })
      .reply(200, {
        data: [
          { id: 1, at: '2024-01-01' },
          { id: 2, at: '2024-01-02' },
        ],
      })
    nock(host)
      .get('/posts')
      .query({ since: '2024-01-03' })
      .reply(200, { data: [{ id: 3, at: '2024-01-04' }] })
    const { router } = build(substream(parentStream({ incremental_sync: daily }), { incremental_dependency: true }))
    const partitions = await partitionsOf(router)
    const states = partitions.map(({ parents }) => parents?.['posts'])
    expect(states).toEqual([{ at: '2024-01-01' }, { at: '2024-01-02' }, { at: '2024-01-04' }])
    expect(router.parentState?.()).toEqual({ posts: { at: '2024-01-04' } })
  })

  it('resumes from the state of an incremental parent, and only of such a one', async () => {
    const served = nock(host)
      .get('/posts')
      .query({ since: '2024-01-03' })
      .reply(200, { data: [{ id: 3, at: '2024-01-04' }] })
    const stream = parentStream({ incremental_sync: daily })
    const states = { posts: { at: '2024-01-03' } }
    expect(await partitionsOf(build(substream(stream, { incremental_dependency: true })).router, {}, states)).toHaveLength(1)
    expect(served.isDone()).toBe(true)
    nock(host)
      .get('/posts')
      .query({ since: '2024-01-01' })
      .reply(200, { data: [] })
      .get('/posts')
      .query({ since: '2024-01-03' })
      .reply(200, { data: [] })
    expect(await partitionsOf(build(substream(stream)).router, {}, states)).toEqual([])
    expect(nock.isDone()).toBe(true)
  })

  it('reads the other slices of a parent when one fails, fails in the end, and keeps the state before it', async () => {
    nock(host).get('/posts').query({ since: '2024-01-01' }).reply(404, {})
    nock(host)
      .get('/posts')
      .query({ since: '2024-01-03' })
      .reply(200, { data: [{ id: 3, at: '2024-01-04' }] })
    const { router } = build(substream(parentStream({ incremental_sync: daily }), { incremental_dependency: true }))
    const partitions = router.partitions({}, undefined)[Symbol.asyncIterator]()
    expect((await partitions.next()).value).toMatchObject({ values: { post_id: 3 }, parents: { posts: { at: '2024-01-01' } } })
    await expect(partitions.next()).rejects.toMatchObject({ context: { slice: { start_time: '2024-01-01' } } })
  })

  it('does not mix up the parents of several accounts', async () => {
    nock(host)
      .persist()
      .get('/posts')
      .query(true)
      .reply(200, { data: [{ id: 1, at: '2024-01-02' }] })
    const { router } = build(substream(parentStream({ incremental_sync: daily }), { incremental_dependency: true }))
    await partitionsOf(router, { account: 1 })
    expect(router.parentState?.()).toBeDefined()
    await partitionsOf(router, { account: 2 })
    expect(router.parentState?.()).toBeUndefined()
  })

  it('needs a parent', () => {
    expect(() => build({ type: 'SubstreamPartitionRouter', parent_stream_configs: [] })).toThrow('at least one parent stream')
  })
})
