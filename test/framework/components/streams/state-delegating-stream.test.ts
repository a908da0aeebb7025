import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { manifestOf, readManifest } from '../../read-manifest.ts'
import { serve } from '../retrievers/scripted-server.ts'

const cursor = { type: 'DatetimeBasedCursor', cursor_field: 'at', datetime_format: '%Y-%m-%d', start_datetime: '2024-01-01' }
const requester = (path: string) => ({ type: 'HttpRequester', url_base: 'https://api.test', path })
const record_selector = { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } }
const stream = (path: string, more: object = { incremental_sync: cursor }) => ({
  type: 'DeclarativeStream',
  name: 'a',
  retriever: { type: 'SimpleRetriever', requester: requester(path), record_selector },
  ...more,
})
const delegating = (more: object = {}) => ({
  type: 'StateDelegatingStream',
  name: 'a',
  full_refresh_stream: stream('all'),
  incremental_stream: stream('new'),
  ...more,
})
/** Answers with one row that names the path; the clock stands at 2024-03-15. */
const serveBoth = () => serve(({ url }) => [200, JSON.stringify({ data: [{ from: new URL(url).pathname, at: '2024-03-10' }] }), {}])

describe('StateDelegatingStream', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  it.each([
    ['everything without a state', undefined, '/all'],
    ['everything with an empty state', {}, '/all'],
    ['what is new with a state', { at: '2024-03-01' }, '/new'],
  ])('reads %s', async (_, known, path) => {
    serveBoth()
    const { rows, states } = await readManifest(manifestOf([delegating()]), { state: known ? { a: known } : {} })
    expect(rows['a']).toEqual([{ from: path, at: '2024-03-10' }])
    expect(states['a']?.at(-1)).toEqual({ at: '2024-03-10' })
  })

  it.each([
    ['resumes from a state that the source remembers', { at: '2024-03-01' }, '/new', false],
    ['reads everything when the state is too old, and says so first', { at: '2024-01-20' }, '/all', true],
    ['reads everything when the state cannot be read', { at: 'yesterday' }, '/all', true],
    ['resumes after a full refresh without a cursor', { __ab_no_cursor_state_message: true }, '/new', false],
    ['looks at the state of all partitions', { state: { at: '2024-03-01' }, states: [] }, '/new', false],
  ])('%s', async (_, known, path, isDropped) => {
    serveBoth()
    const text = manifestOf([delegating({ api_retention_period: "{{ config['days'] }}" })])
    const { rows, states, logs } = await readManifest(text, { state: { a: known }, config: { days: 'P30D' } })
    expect(rows['a']?.map(({ from }) => from)).toEqual([path])
    expect(JSON.stringify(states['a']?.[0]) === '{}').toBe(isDropped)
    expect(logs.some((line) => line.includes('older than its source remembers'))).toBe(isDropped)
  })

  it('reads a parent by the state that the child keeps of it', async () => {
    const received = serveBoth()
    const child = {
      ...stream('child/{{ stream_partition.from }}', { incremental_sync: cursor }),
      name: 'b',
    }
    const router = {
      type: 'SubstreamPartitionRouter',
      parent_stream_configs: [
        { type: 'ParentStreamConfig', stream: delegating(), parent_key: 'from', partition_field: 'from', incremental_dependency: true },
      ],
    }
    const text = manifestOf([{ ...child, retriever: { ...child.retriever, partition_router: router } }])
    const first = await readManifest(text)
    expect(received[0]?.url).toContain('/all')
    received.length = 0
    await readManifest(text, { state: { b: first.states['b']?.at(-1) ?? {} } })
    expect(received[0]?.url).toContain('/new')
  })

  it.each([
    ['streams of other names', delegating({ name: 'b' }), /have one name, found b, a, a/],
    [
      'a retention period with a cursor that counts',
      delegating({
        api_retention_period: 'P1D',
        incremental_stream: stream('new', { incremental_sync: { type: 'IncrementingCountCursor', cursor_field: 'at' } }),
      }),
      /needs cursors of time/,
    ],
  ])('refuses %s', async (_, node, message) => {
    await expect(readManifest(manifestOf([node]))).rejects.toThrow(message)
  })
})
