import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { messages, runConnector, temporaryFolder } from '../run.ts'

let folder: string
let server: Server
let asked: string[]
beforeEach(async () => {
  folder = temporaryFolder()
  asked = []
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
    const shop = searchParams.get('shop')
    const data = pathname === '/shops' ? [{ id: 1 }, { id: 2 }] : [{ id: 5, shop, updated_at: '2026-06-01' }]
    response.end(JSON.stringify({ data }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  writeFileSync(join(folder, 'manifest.yaml'), JSON.stringify(manifest(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)))
  writeFileSync(join(folder, 'config.json'), '{}')
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

function stream(base: string, name: string, more: { readonly [key: string]: unknown } = {}, requester: object = {}) {
  return {
    type: 'DeclarativeStream',
    name,
    primary_key: ['id'],
    retriever: {
      type: 'SimpleRetriever',
      requester: { type: 'HttpRequester', url_base: base, path: `/${name}`, http_method: 'GET', ...requester },
      record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
      ...(more['partition_router'] ? { partition_router: more['partition_router'] } : {}),
    },
    schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object', properties: { id: { type: 'integer' } } } },
    ...(more['incremental_sync'] ? { incremental_sync: more['incremental_sync'] } : {}),
  }
}

const byUpdate = {
  type: 'DatetimeBasedCursor',
  cursor_field: 'updated_at',
  datetime_format: '%Y-%m-%d',
  start_datetime: '2026-01-01',
  start_time_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'since' },
}

function manifest(base: string) {
  const shops = stream(base, 'shops')
  const parent = { type: 'ParentStreamConfig', stream: shops, parent_key: 'id', partition_field: 'shop' }
  const router = { type: 'SubstreamPartitionRouter', parent_stream_configs: [parent] }
  return {
    version: '6.0.0',
    type: 'DeclarativeSource',
    check: { type: 'CheckStream', stream_names: ['items'] },
    streams: [
      stream(base, 'items', { incremental_sync: byUpdate }),
      stream(base, 'users', { incremental_sync: byUpdate }),
      stream(
        base,
        'orders',
        { incremental_sync: byUpdate, partition_router: router },
        { request_parameters: { shop: '{{ stream_slice.shop }}' } },
      ),
      shops,
    ],
    spec: { type: 'Spec', connection_specification: { type: 'object', properties: {} } },
  }
}

function read(state: unknown, ...args: string[]) {
  writeFileSync(join(folder, 'state.json'), JSON.stringify(state))
  return runConnector(['read', 'manifest.yaml', '--config', 'config.json', '--state', 'state.json', ...args], { cwd: folder })
}
const importing = (state: unknown, ...args: string[]) => {
  writeFileSync(join(folder, 'state.json'), JSON.stringify(state))
  mkdirSync(join(folder, 'registry'), { recursive: true })
  const where = ['--state', `file:${folder}/registry`, '--connection', 'c']
  return runConnector(['state', 'import', 'manifest.yaml', ...where, '--input', 'state.json', ...args], { cwd: folder })
}
const camel = (name: string, streamState: unknown) => ({ streamDescriptor: { name }, streamState })
const sdk = (replication_key_value: string, replication_key = 'updated_at') => ({ replication_key, replication_key_value })

describe('connector read --state with the state of another program', () => {
  it.each<[string, unknown]>([
    ['the settings of an Airbyte connection', [camel('items', { updated_at: '2026-05-01' })]],
    ['the API of Airbyte', { stateType: 'stream', connectionId: 'x', streamState: [camel('items', { updated_at: '2026-05-01' })] }],
    [
      'Meltano, with a time in the format of its tap',
      { completed: { singer_state: { bookmarks: { items: sdk('2026-05-01T00:00:00+00:00') } } } },
    ],
  ])('resumes from what comes from %s', async (_origin, state) => {
    const { code } = await read(state, '--select', 'items')
    expect(code).toBe(0)
    expect(asked).toEqual(['/items?since=2026-05-01'])
  })

  it.each<[string, unknown]>([
    ['integers as texts', { states: [{ partition: { shop: '1', parent_slice: {} }, cursor: { updated_at: '2026-05-01' } }] }],
    ['the context of the Singer SDK', { partitions: [{ context: { shop: 1 }, ...sdk('2026-05-01') }] }],
    ['the oldest form', { 1: { updated_at: '2026-05-01' } }],
  ])('finds partitions whose values are %s', async (_form, state) => {
    const { code, stdout } = await read({ orders: state }, '--select', 'orders')
    expect(code).toBe(0)
    expect(asked.filter((url) => url.startsWith('/orders'))).toEqual(['/orders?shop=1&since=2026-05-01', '/orders?shop=2&since=2026-01-01'])
    const last = messages(stdout).findLast(({ type }) => type === 'STATE') as
      | { state?: { stream: { stream_state: { states: unknown } } } }
      | undefined
    expect(last?.state?.stream.stream_state.states).toEqual([
      { partition: { parent_slice: {}, shop: 1 }, cursor: { updated_at: '2026-06-01' } },
      { partition: { parent_slice: {}, shop: 2 }, cursor: { updated_at: '2026-06-01' } },
    ])
  })

  it('refuses a state that names no stream, before any request, and lists both sides', async () => {
    const { code, stderr } = await read([camel('item', { updated_at: '2026-05-01' }), camel('user', {})])
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /state\.json.*names no stream of this connection.*item, user.*items, users, orders, shops.*--ignore-unknown-state/,
    )
    expect(asked).toEqual([])
  })

  it('refuses a state whose keys no cursor reads, before any request', async () => {
    const { code, stderr } = await read([camel('items', { created: '2026-05-01' })], '--select', 'items,users')
    expect(code).toBe(2)
    expect(stderr).toMatch(/ERR_STATE_UNKNOWN/)
    expect(stderr).toMatch(/items.*only the keys created.*its cursor reads 'updated_at'/)
    expect(asked).toEqual([])
  })

  it.each<[string, unknown]>([
    ['keys that no cursor reads', { bookmarks: { items: sdk('2026-05-01', 'created'), users: sdk('2026-05-01') } }],
    ['a value that is not a time', { items: { updated_at: 'yesterday' }, users: { updated_at: '2026-05-01' } }],
    ['no mapping', [camel('items', [1]), camel('users', { updated_at: '2026-05-01' })]],
    [
      'partitions with a value that is not a time',
      { items: { state: { updated_at: '?' }, states: [] }, users: { updated_at: '2026-05-01' } },
    ],
  ])('fails the one stream whose state has %s', async (_what, state) => {
    const { code, stderr } = await read(state, '--select', 'items,users')
    expect(code).toBe(1)
    expect(asked).toEqual(['/users?since=2026-05-01'])
    expect(stderr).toMatch(/"code":"ERR_STATE_UNREADABLE"/)
  })

  it('continues without such a state on request', async () => {
    const { code, stderr } = await read([camel('item', { updated_at: '2026-05-01' })], '--select', 'items', '--ignore-unknown-state')
    expect(code).toBe(0)
    expect(stderr).toMatch(/"level":"warn".*names no stream/)
    expect(asked).toEqual(['/items?since=2026-01-01'])
    asked = []
    expect((await read({ items: { created: 1 } }, '--select', 'items', '--ignore-unknown-state')).code).toBe(0)
    expect(asked).toEqual(['/items?since=2026-01-01'])
  })

  it('warns of streams that do not exist beside others that do, and of a state that no cursor can use', async () => {
    const { code, stderr } = await read(
      { gone: { a: 1 }, items: { updated_at: '2026-05-01' }, shops: { id: 3 } },
      '--select',
      'items,shops',
    )
    expect(code).toBe(0)
    expect(stderr).toMatch(/names streams that do not exist here and are ignored: gone/)
    expect(stderr).toMatch(/state of stream 'shops' is not used/)
  })
})

describe('connector state import of the state of another program', () => {
  it('takes it over as cursors read it', async () => {
    const { code, stderr } = await importing({ singer_state: { bookmarks: { items: sdk('2026-05-01T00:00:00Z') } } })
    expect([code, stderr]).toEqual([0, 'imported the state of 1 streams into connection c\n'])
    const args = ['read', 'manifest.yaml', '--config', 'config.json', '--state', `file:${folder}/registry`, '--connection', 'c']
    expect((await runConnector([...args, '--select', 'items'], { cwd: folder })).code).toBe(0)
    expect(asked).toEqual(['/items?since=2026-05-01'])
  })

  it('refuses names and keys that nothing here has, unless it may ignore them', async () => {
    const names = await importing({ item: { updated_at: '2026-05-01' } })
    expect(names.code).toBe(2)
    expect(names.stderr).toMatch(/names no stream of this connection; it names: item; streams here: items, users, orders, shops/)
    const keys = await importing({ items: { created: '2026-05-01' } })
    expect(keys.code).toBe(2)
    expect(keys.stderr).toMatch(/only the keys created/)
    expect((await importing({ items: { created: '2026-05-01' } }, '--ignore-unknown-state')).code).toBe(0)
  })

  it('leaves out the one stream whose state cannot be read', async () => {
    const { code, stderr } = await importing({ items: { created: '2026-05-01' }, users: { updated_at: '2026-05-01' } })
    expect(code).toBe(1)
    expect(stderr).toMatch(/not imported: the state of stream 'items'/)
    expect(stderr).toMatch(/imported the state of 1 streams/)
  })
})
