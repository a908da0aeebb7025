import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { loadManifest } from '../../../../framework/manifest/manifest.ts'
import type { StreamState } from '../../../../framework/protocol/messages.ts'
import { catalogEntry } from '../../../../framework/runtime/assembly/bound-stream.ts'
import type { ConfiguredChoice } from '../../../../framework/runtime/assembly/configured-choice.ts'
import { openConnector } from '../../../../framework/runtime/assembly/open-connector.ts'
import { Run } from '../../../../framework/runtime/ports/run.ts'
import { matchCatalog } from '../../../../framework/runtime/read/catalog-match.ts'
import { read } from '../../../../framework/runtime/read/read.ts'
import { createRunReporter } from '../../../../framework/runtime/read/run-reporter.ts'
import { testContext } from '../../build.ts'

const api = 'https://api.example.com'
const cursor = { cursor_field: 'updated', datetime_format: '%Y-%m-%d', start_datetime: '2024-01-01', end_datetime: '2024-02-01' }
const retriever = (path: string, requester: object = {}) => ({
  requester: { type: 'HttpRequester', url_base: api, path, ...requester },
  record_selector: { extractor: { field_path: ['rows'] } },
})

function open(stream: object, others: readonly object[] = []) {
  const { services } = testContext()
  const inline = { type: 'InlineSchemaLoader', schema: { type: 'object' } }
  const orders = { type: 'DeclarativeStream', name: 'orders', retriever: retriever('orders'), schema_loader: inline, ...stream }
  const manifest = { type: 'DeclarativeSource', check: { type: 'CheckStream', stream_names: ['orders'] }, streams: [orders, ...others] }
  const connector = openConnector({ manifest: loadManifest({ text: JSON.stringify(manifest), file: 'm.yaml' }), config: {}, ...services })
  return { connector, services }
}

async function readWith(stream: object, choice: Omit<ConfiguredChoice, 'name'>, state: StreamState = {}) {
  const { connector, services } = open(stream)
  const { clock } = services
  const run = new Run(clock, 'test')
  const match = matchCatalog(await connector.streams(), connector, [{ name: 'orders', ...choice }])
  const report = createRunReporter(run, clock, { log: () => undefined })
  const signal = new AbortController().signal
  const options = { clock, run, report, dialect: 'airbyte' as const, state: { orders: state }, signal }
  const states: unknown[] = []
  for await (const item of read(match, options)) {
    if (item.type === 'message' && item.message.type === 'STATE') states.push(item.message.state.stream.stream_state)
  }
  return { match, state: states.at(-1), outcome: run.streams[0]?.outcome }
}

const rows = { rows: [{ id: 1, updated: '2024-01-10', created: '2024-01-05' }] }

describe('a configured catalog', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  const choosing = { ...cursor, allow_catalog_defined_cursor_field: true }

  it.each<[string, object, readonly string[], StreamState, StreamState]>([
    ['chooses the cursor field where it may', { type: 'DatetimeBasedCursor', ...choosing }, ['created'], {}, { created: '2024-01-05' }],
    ['keeps to the default where it names it', { type: 'DatetimeBasedCursor', ...choosing }, ['updated'], {}, { updated: '2024-01-10' }],
    ['chooses nothing by an empty name', { type: 'DatetimeBasedCursor', ...choosing }, [''], {}, { updated: '2024-01-10' }],
    ['does not choose it where the source does', { type: 'DatetimeBasedCursor', ...cursor }, ['created'], {}, { updated: '2024-01-10' }],
    [
      'chooses the count',
      { type: 'IncrementingCountCursor', cursor_field: 'serial', allow_catalog_defined_cursor_field: true },
      ['id'],
      {},
      { id: 1 },
    ],
    [
      'keeps the value of the field that was chosen before',
      { type: 'DatetimeBasedCursor', ...choosing },
      ['created'],
      { updated: '2024-01-09' },
      { updated: '2024-01-09', created: '2024-01-05' },
    ],
  ])('%s', async (_, incremental_sync, cursorField, state, expected) => {
    nock(api).get('/orders').reply(200, rows)
    expect(await readWith({ incremental_sync }, { cursorField }, state)).toMatchObject({ state: expected, outcome: 'complete' })
  })

  it('warns when its choice does not count', async () => {
    nock(api).get('/orders').reply(200, rows)
    const { match } = await readWith({ incremental_sync: { type: 'DatetimeBasedCursor', ...cursor } }, { cursorField: ['created'] })
    expect(match.warnings).toEqual([expect.stringContaining('stream orders is read by updated')])
  })

  it('is refused when it chooses a field below another', async () => {
    const reading = readWith({ incremental_sync: { type: 'DatetimeBasedCursor', ...choosing } }, { cursorField: ['meta', 'created'] })
    await expect(reading).rejects.toMatchObject({ code: 'ERR_CATALOG_INVALID', message: expect.stringContaining('meta.created') })
  })

  it('chooses the cursor field of a stream that is read in two ways', async () => {
    const way = (path: string) => ({
      type: 'DeclarativeStream',
      name: 'orders',
      retriever: retriever(path),
      incremental_sync: { type: 'DatetimeBasedCursor', ...choosing },
      schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object' } },
    })
    const delegating = {
      type: 'StateDelegatingStream',
      api_retention_period: 'P90D',
      full_refresh_stream: way('all'),
      incremental_stream: way('new'),
    }
    nock(api).get('/all').reply(200, rows)
    nock(api).get('/new').reply(200, rows)
    const chosen = { cursorField: ['created'] }
    expect(await readWith(delegating, chosen)).toMatchObject({ state: { created: '2024-01-05' }, outcome: 'complete' })
    expect(await readWith(delegating, chosen, { created: '2024-01-03' })).toMatchObject({ state: { created: '2024-01-05' } })
    expect(nock.isDone()).toBe(true)
  })

  it('learns whether it may choose', async () => {
    const entry = async (incremental_sync: object) => {
      const [bound] = await open({ incremental_sync: { type: 'DatetimeBasedCursor', ...incremental_sync } }).connector.streams()
      return bound && catalogEntry(bound)
    }
    expect(await entry(choosing)).toMatchObject({ source_defined_cursor: false, default_cursor_field: ['updated'] })
    expect(await entry(cursor)).toMatchObject({ source_defined_cursor: true })
  })

  it('says which columns are wanted', async () => {
    nock(api).get('/orders').query({ fields: 'id,updated' }).reply(200, rows)
    const fields = {
      type: 'QueryProperties',
      property_list: ['updated', 'created'],
      always_include_properties: ['id'],
      property_selector: { type: 'JsonSchemaPropertySelector' },
    }
    const stream = { retriever: retriever('orders', { request_parameters: { fields } }) }
    expect(await readWith(stream, { schema: { properties: { id: {}, updated: {} } } })).toMatchObject({ outcome: 'complete' })
    expect(nock.isDone()).toBe(true)
  })
})

describe('schemas', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  const dynamic = (name: string) => ({
    type: 'DeclarativeStream',
    name,
    retriever: retriever(name),
    schema_loader: {
      type: 'DynamicSchemaLoader',
      retriever: retriever(`${name}/fields`),
      schema_type_identifier: { schema_pointer: ['fields'], key_pointer: ['name'] },
    },
  })

  it('are asked for only where they are wanted', async () => {
    const { connector } = open({}, [dynamic('a'), dynamic('b')])
    const listed = await connector.listed()
    expect(listed.map(({ info }) => info.name)).toEqual(['orders', 'a', 'b'])
    nock(api)
      .get('/a/fields')
      .reply(200, { rows: [{ fields: [{ name: 'x' }] }] })
    const described = await connector.describe(listed.filter(({ info }) => info.name === 'a'))
    expect(described[0]?.info.schema).toMatchObject({ properties: { x: { type: ['null', 'string'] } } })
    expect(nock.isDone()).toBe(true)
  })

  it('are not asked for by a check', async () => {
    nock(api).get('/orders').reply(200, rows)
    expect(await open({}, [dynamic('a')]).connector.check()).toMatchObject({ status: 'SUCCEEDED' })
  })
})
