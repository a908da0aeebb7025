import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ParentStates, type Partition, PartitionRouter } from '../../../../framework/components/read/partition-router.ts'
import { Stream } from '../../../../framework/components/read/stream.ts'
import { buildComponent, type Node } from '../../../../framework/manifest/definition/build.ts'
import { stateText } from '../../../../framework/protocol/number-literals.ts'
import { testContext } from '../../build.ts'

const api = 'https://api.example.com'
const list = (values: readonly unknown[], more: Node = {}) => ({ type: 'ListPartitionRouter', values, cursor_field: 'id', ...more })
const parent = (name: string) => ({
  type: 'DeclarativeStream',
  name,
  retriever: {
    type: 'SimpleRetriever',
    requester: { type: 'HttpRequester', url_base: api, path: name },
    record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
  },
  incremental_sync: { type: 'DatetimeBasedCursor', cursor_field: 'at', datetime_format: '%Y-%m-%d', start_datetime: '2024-01-01' },
})
const substream = (name: string) => ({
  type: 'SubstreamPartitionRouter',
  parent_stream_configs: [
    { stream: parent(name), parent_key: 'id', partition_field: 'id', extra_fields: [['title']], incremental_dependency: true },
  ],
})

async function partitions(node: Node, states?: ParentStates): Promise<{ router: PartitionRouter; found: Partition[] }> {
  const router = buildComponent(PartitionRouter, node, testContext())
  const found: Partition[] = []
  for await (const partition of router.partitions({}, states)) found.push(partition)
  return { router, found }
}
const valuesOf = (found: readonly Partition[]) => found.map(({ values }) => values)
const answer = (name: string, ...rows: readonly object[]) => nock(api).get(`/${name}`).reply(200, { data: rows })

describe('joined routers', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  it.each([
    ['SubstreamPartitionRouter', substream('repos')],
    ['UnionPartitionRouter', { type: 'UnionPartitionRouter', partition_field: 'id', partition_routers: [substream('repos')] }],
  ])('%s gives ids beyond 2^53 as the numbers or the texts that the parent has', async (_type, router) => {
    nock(api).get('/repos').reply(200, '{"data":[{"id":9007199254740993,"at":"2024-01-02"},{"id":"9007199254740995","at":"2024-01-02"}]}')
    const { found } = await partitions(router)
    expect(found.map(({ values }) => values['id'])).toEqual(['9007199254740993', '9007199254740995'])
    expect(found.map(({ values }) => /"id":[^,}]+/.exec(stateText(values))?.[0])).toEqual([
      '"id":9007199254740993',
      '"id":"9007199254740995"',
    ])
  })

  describe('UnionPartitionRouter', () => {
    const union = (...partition_routers: readonly Node[]) => ({ type: 'UnionPartitionRouter', partition_field: 'id', partition_routers })

    it('gives every value once, without the options and other values of its router', async () => {
      const option = { request_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'r' } }
      answer('repos', { id: 'b', title: 'B', at: '2024-01-02' }, { id: 'c', title: 'C', at: '2024-01-03' })
      const { found } = await partitions(union(list(['a', 'b'], option), substream('repos')))
      expect(valuesOf(found)).toEqual([{ id: 'a' }, { id: 'b' }, { id: 'c' }])
      expect(found.map(({ parts }) => parts)).toEqual([{}, {}, {}])
      expect(found[2]?.extra).toEqual({ title: 'C', parent_slice: {} })
    })

    it('keeps the states of all parents, those whose turn has not come as they were', async () => {
      answer('repos', { id: 'a', at: '2024-01-02' })
      answer('forks', { id: 'b', at: '2024-01-03' })
      const before = { forks: { at: '2024-01-01' } }
      const { router, found } = await partitions(union(substream('repos'), substream('forks')), before)
      expect(found[0]?.parents).toMatchObject(before)
      expect(found[1]?.parents).toMatchObject({ repos: { at: '2024-01-02' } })
      expect(router.parentState?.()).toMatchObject({ repos: { at: '2024-01-02' }, forks: { at: '2024-01-03' } })
    })

    it('refuses a router that gives another value', async () => {
      await expect(partitions(union(list(['a'], { cursor_field: 'name' })))).rejects.toThrow("must give 'id', found: name")
    })
  })

  describe('GroupingPartitionRouter', () => {
    const grouping = (router: Node, more: Node = {}) => ({
      type: 'GroupingPartitionRouter',
      group_size: 2,
      underlying_partition_router: router,
      ...more,
    })

    it.each([
      ['leaves out what comes again', {}, [['1', '2'], ['3']]],
      [
        'keeps it on request',
        { deduplicate: false },
        [
          ['1', '2'],
          ['1', '3'],
        ],
      ],
    ])('makes lists of values and %s', async (_, more, groups) => {
      const { found } = await partitions(grouping(list(['1', '2', '1', '3']), more))
      // A list of our own dialect has no value twice; a union of routers may.
      const foreign = buildComponent(PartitionRouter, grouping(list(['1', '2', '1', '3']), more), testContext({ dialect: 'airbyte' }))
      const seen: Partition[] = []
      for await (const partition of foreign.partitions({}, undefined)) seen.push(partition)
      expect(valuesOf(seen)).toEqual(groups.map((id) => ({ id })))
      expect(valuesOf(found)).toEqual([{ id: ['1', '2'] }, { id: ['3'] }])
    })

    it('groups what templates see besides, with the state after the last of the group', async () => {
      answer('repos', { id: 1, title: 'A', at: '2024-01-02' }, { id: 2, at: '2024-01-04' })
      const { found, router } = await partitions(grouping(substream('repos')))
      expect(found).toMatchObject([{ values: { id: [1, 2], parent_slice: [{}, {}] }, extra: { title: ['A', null] } }])
      expect(router.parentState?.()).toMatchObject({ repos: { at: '2024-01-04' } })
    })

    it.each([
      [
        'options that would not be sent',
        list(['1'], { request_option: { type: 'RequestOption', inject_into: 'header', field_name: 'x' } }),
        /must not have a request_option/,
      ],
      ['groups of none', list(['1']), /at least 1, found 0/],
    ])('refuses %s', async (_, router, message) => {
      const more = message.source.includes('at least') ? { group_size: 0 } : {}
      await expect((async () => partitions(grouping(router, more)))()).rejects.toThrow(message)
    })

    it('gives the stream one state for all', () => {
      const node = parent('issues')
      const build = (partition_router: Node) =>
        buildComponent(Stream, { ...node, retriever: { ...node.retriever, partition_router } }, testContext()).cursor?.sharedState
      expect(build(grouping(list(['1'])))).toBe(true)
      expect(build(list(['1']))).toBe(false)
    })
  })
})
