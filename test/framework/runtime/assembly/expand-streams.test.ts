import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../../../framework/manifest/definition/component.ts'
import { loadManifest } from '../../../../framework/manifest/manifest.ts'
import { openConnector } from '../../../../framework/runtime/assembly/open-connector.ts'
import { testContext } from '../../build.ts'

const api = 'https://api.example.com'
const stream = (name: string, path: string) => ({
  type: 'DeclarativeStream',
  name,
  primary_key: [],
  $parameters: { id: '' },
  retriever: {
    type: 'SimpleRetriever',
    requester: { type: 'HttpRequester', url_base: api, path },
    record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['rows'] } },
  },
  schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object' } },
})
const template = stream('', "tables/{{ parameters['id'] }}")
const mappings = ['name', 'id'].map((key) => ({
  type: 'ComponentMappingDefinition',
  field_path: key === 'id' ? ['$parameters', 'id'] : ['name'],
  value: `{{ components_values['${key}'] }}`,
}))
const fromConfig = {
  type: 'DynamicDeclarativeStream',
  name: 'reports',
  stream_template: template,
  components_resolver: {
    type: 'ConfigComponentsResolver',
    stream_config: { type: 'StreamConfig', configs_pointer: ['reports'] },
    components_mapping: mappings,
  },
}
const fromHttp = {
  type: 'DynamicDeclarativeStream',
  stream_template: template,
  components_resolver: {
    type: 'HttpComponentsResolver',
    retriever: {
      ...stream('', 'tables').retriever,
      partition_router: { type: 'ListPartitionRouter', values: ['a', 'b'], cursor_field: 'base' },
      requester: { type: 'HttpRequester', url_base: api, path: "tables/{{ stream_slice['base'] }}" },
    },
    components_mapping: [
      ...mappings,
      { type: 'ComponentMappingDefinition', field_path: ['name'], value: "{{ stream_slice['base'] }}.{{ components_values['name'] }}" },
    ],
  },
}

function open(manifest: object, config: Config = {}) {
  const { services, observed } = testContext()
  const source = { version: '6.0.0', type: 'DeclarativeSource', check: { type: 'CheckStream', stream_names: [] }, ...manifest }
  const connector = openConnector({ manifest: loadManifest({ text: JSON.stringify(source), file: 'm.yaml' }), config, ...services })
  return { connector, observed }
}

describe('openConnector with dynamic streams', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  it('makes streams of the values in the config, each with its parameters', async () => {
    const { connector } = open({ streams: [stream('fixed', 'fixed')], dynamic_streams: [fromConfig] }, { reports: [{ name: 'r1', id: 7 }] })
    const streams = await connector.streams()
    expect(streams.map(({ info }) => info.name)).toEqual(['fixed', 'r1'])
    nock(api)
      .get('/tables/7')
      .reply(200, { rows: [{ a: 1 }] })
    const { retriever } = streams[1]?.stream ?? {}
    const stages = { transformations: [], schema: async () => ({}) }
    const partition = { values: {}, extra: {}, parts: {}, scope: {} }
    const pages = retriever?.read({ partition, window: undefined }, { stream: 'r1', stages }) ?? []
    for await (const { rows } of pages) expect(rows).toEqual([{ a: 1 }])
    expect(nock.isDone()).toBe(true)
  })

  it('asks the source once, slice by slice', async () => {
    nock(api)
      .get('/tables/a')
      .reply(200, {
        rows: [
          { name: 'x', id: 1 },
          { name: 'y', id: 2 },
        ],
      })
    nock(api)
      .get('/tables/b')
      .reply(200, { rows: [{ name: 'x', id: 3 }] })
    const { connector } = open({ dynamic_streams: [fromHttp] })
    expect((await connector.streams()).map(({ info }) => info.name)).toEqual(['a.x', 'a.y', 'b.x'])
    expect(await connector.streams()).toHaveLength(3)
  })

  it('gives no list when the source does not: it would lack streams', async () => {
    nock(api).get('/tables/a').reply(403, {})
    await expect(open({ dynamic_streams: [fromHttp] }).connector.streams()).rejects.toThrow('403')
  })

  it('leaves out what cannot be built or bears a known name, and says so', async () => {
    const reports = [
      { name: 'r1', id: 1 },
      { name: 'r1', id: 2 },
      { name: 'fixed', id: 3 },
    ]
    const broken = { ...fromConfig, name: 'broken', components_resolver: { type: 'NoSuchResolver' } }
    const odd = { ...fromConfig, name: 'odd', stream_template: { ...template, retriever: { type: 'NoSuchRetriever' } } }
    const { connector, observed } = open({ streams: [stream('fixed', 'x')], dynamic_streams: [broken, fromConfig, odd] }, { reports })
    expect((await connector.streams()).map(({ info }) => info.name)).toEqual(['fixed', 'r1'])
    expect(connector.broken.map(({ name }) => name)).toEqual(['broken', 'r1', 'fixed', 'r1', 'r1', 'fixed'])
    expect(observed.logs.filter((line) => line.startsWith('warn: stream'))).toHaveLength(6)
  })

  it('leaves out a stream whose schema file is missing', async () => {
    const lost = { ...stream('lost', 'x'), schema_loader: { type: 'JsonFileSchemaLoader', file_path: './none.json' } }
    const { connector } = open({ streams: [lost, stream('fixed', 'x')] })
    expect((await connector.streams()).map(({ info }) => info.name)).toEqual(['fixed'])
    expect(connector.broken[0]?.error.message).toContain('there is no schema file ./none.json')
  })

  it.each([
    [{ dynamic_stream_name: 'reports', stream_count: 1 }, ['/tables/1'], 'SUCCEEDED'],
    [{ dynamic_stream_name: 'reports', stream_count: 5 }, ['/tables/1', '/tables/2'], 'SUCCEEDED'],
    [{ dynamic_stream_name: 'reports' }, [], 'SUCCEEDED'],
  ])('checks %j', async (group, paths, status) => {
    for (const path of paths) nock(api).get(path).reply(200, { rows: [] })
    const check = { type: 'CheckStream', dynamic_streams_check_configs: [group] }
    const reports = [
      { name: 'r1', id: 1 },
      { name: 'r2', id: 2 },
    ]
    expect(await open({ check, dynamic_streams: [fromConfig] }, { reports }).connector.check()).toMatchObject({ status })
    expect(nock.isDone()).toBe(true)
  })

  it('names the groups when a check names one that is not there', async () => {
    const check = { type: 'CheckStream', dynamic_streams_check_configs: [{ dynamic_stream_name: 'report', stream_count: 1 }] }
    await expect(open({ check, dynamic_streams: [fromConfig] }).connector.check()).rejects.toThrow('did you mean reports?')
  })
})
