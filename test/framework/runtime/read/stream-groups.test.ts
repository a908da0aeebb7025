import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { GroupGate } from '../../../../framework/runtime/read/stream-groups.ts'
import { manifestOf, readManifest } from '../../read-manifest.ts'

const stream = (name: string, more: object = {}) => ({
  type: 'DeclarativeStream',
  name,
  retriever: {
    type: 'SimpleRetriever',
    requester: { type: 'HttpRequester', url_base: 'https://api.test', path: name },
    record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
    ...more,
  },
})
const group = (...streams: string[]) => ({ streams: streams.map((name) => stream(name)), action: { type: 'BlockSimultaneousSyncsAction' } })
const childOf = (parent: string) => ({
  partition_router: {
    type: 'SubstreamPartitionRouter',
    parent_stream_configs: [{ type: 'ParentStreamConfig', stream: stream(parent), parent_key: 'id', partition_field: 'id' }],
  },
})

/** Answers after all others had their chance, and notes which streams were asked at the same time. */
function serveSlowly(): { together: Set<string>; order: string[] } {
  const open = new Set<string>()
  const together = new Set<string>()
  const order: string[] = []
  nock('https://api.test')
    .persist()
    .get(/.*/)
    .reply(200, (uri, _body, done: (error: Error | null, body: unknown) => void) => {
      open.add(uri)
      order.push(uri)
      together.add([...open].sort().join(' '))
      setImmediate(() =>
        setImmediate(() => {
          open.delete(uri)
          done(null, [{ id: uri.slice(1) }])
        }),
      )
    })
  return { together, order }
}

describe('stream_groups', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  it('keeps streams of one group from being read at the same time', async () => {
    const { together } = serveSlowly()
    const text = manifestOf([stream('a'), stream('b'), stream('c')], { stream_groups: { one: group('a', 'b') } })
    const { summary } = await readManifest(text)
    expect(summary.status).toBe('complete')
    expect([...together].filter((names) => names.includes('/a') && names.includes('/b'))).toEqual([])
    expect([...together].some((names) => names.includes('/c') && names.length > 2)).toBe(true)
  })

  it('counts a child as a reader of its parent', async () => {
    const { together } = serveSlowly()
    const text = manifestOf([stream('a'), stream('b', childOf('parent'))], { stream_groups: { one: group('a', 'parent') } })
    const { rows } = await readManifest(text)
    expect(rows['b']).toEqual([{ id: 'b' }])
    expect([...together].filter((names) => names.includes(' '))).toEqual([])
  })

  it.each([
    ['a stream with its own parent', { one: group('b', 'parent') }, /'b' and its parent 'parent' are both in group 'one'/],
    ['a group without an action', { one: { streams: [] } }, /needs an 'action'|'action' is missing/],
    ['another action', { one: { streams: [], action: { type: 'Nothing' } } }, /needs an 'action' of type BlockSimultaneousSyncsAction/],
  ])('refuses %s', async (_, stream_groups, message) => {
    await expect(readManifest(manifestOf([stream('b', childOf('parent'))], { stream_groups }))).rejects.toThrow(message)
  })
})

describe('GroupGate', () => {
  it('gives what is free first and waits for the rest', async () => {
    const gate = new GroupGate()
    const [a, b, c] = [
      { name: 'a', groups: ['x'] },
      { name: 'b', groups: ['x', 'y'] },
      { name: 'c', groups: [] },
    ] as const
    const waiting = [a, b, c]
    expect(await gate.take(waiting)).toBe(a)
    expect(await gate.take(waiting)).toBe(c)
    const next = gate.take(waiting)
    gate.release(a)
    expect(await next).toBe(b)
    expect(waiting).toEqual([])
  })
})
