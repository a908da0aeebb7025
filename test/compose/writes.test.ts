import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { read } from '../../compose/read.ts'
import type { ReadRequest } from '../../compose/read-request.ts'
import { readConfiguredCatalog } from '../../framework/runtime/read/configured-catalog.ts'
import { temporaryFolder } from '../cli/run.ts'

let folder: string
let server: Server
let base: string
let asked: string[]
/** What the API has; without it every request is refused. */
let source: readonly Readonly<Record<string, unknown>>[] | undefined
beforeEach(async () => {
  folder = temporaryFolder()
  asked = []
  source = []
  server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://x')
    asked.push(request.url ?? '')
    const [since = '', until = '9'] = ['since', 'until'].map((name) => searchParams.get(name) ?? undefined)
    response.statusCode = source ? 200 : 400
    response.end(JSON.stringify({ data: source?.filter(({ day = '5' }) => String(day) >= since && String(day) <= until) ?? [] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const schema = { type: 'object', properties: { id: { type: 'integer' }, v: { type: 'string' } } }
const byMonth = {
  type: 'DatetimeBasedCursor',
  cursor_field: 'day',
  datetime_format: '%Y-%m-%d',
  cursor_granularity: 'P1D',
  step: 'P1M',
  start_datetime: '2026-01-01',
  end_datetime: '2026-03-31',
  start_time_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'since' },
  end_time_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'until' },
}

interface StreamOptions {
  readonly key?: readonly string[]
  readonly schema?: object
  readonly cursor?: object
}

/** A manifest with one stream `items`. */
function manifest({ key = ['id'], schema: declared = schema, cursor }: StreamOptions = {}): string {
  const file = join(folder, 'manifest.yaml')
  const stream = {
    type: 'DeclarativeStream',
    name: 'items',
    primary_key: key,
    retriever: {
      type: 'SimpleRetriever',
      requester: { type: 'HttpRequester', url_base: base, path: '/items', http_method: 'GET' },
      record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
    },
    schema_loader: { type: 'InlineSchemaLoader', schema: declared },
    ...(cursor ? { incremental_sync: cursor } : {}),
  }
  const spec = { type: 'Spec', connection_specification: { type: 'object', properties: {} } }
  const check = { type: 'CheckStream', stream_names: ['items'] }
  writeFileSync(file, JSON.stringify({ version: '6.0.0', type: 'DeclarativeSource', check, streams: [stream], spec }))
  return file
}

const configured = (entry: object, json_schema: object = {}) =>
  readConfiguredCatalog({ streams: [{ stream: { name: 'items', json_schema }, ...entry }] }, 'catalog.json')

function run(request: Partial<ReadRequest> & { readonly stream?: StreamOptions } = {}) {
  const { stream, ...rest } = request
  return read({ connector: manifest(stream), config: {}, output: `duckdb:${join(folder, 'out.duckdb')}`, ...rest })
}

async function rows(columns = 'id, v'): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(join(folder, 'out.duckdb'))
  const connection = await instance.connect()
  try {
    const found = (await connection.runAndReadAll(`select ${columns} from items order by all`)).getRows()
    return found.map((row) => row.map((value) => (typeof value === 'bigint' ? Number(value) : value)))
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

const full = (destination_sync_mode: string, more: object = {}) => ({ sync_mode: 'full_refresh', destination_sync_mode, ...more })
const incremental = (destination_sync_mode: string, more: object = {}) => ({ sync_mode: 'incremental', destination_sync_mode, ...more })
const item = (id: number, v: string, more: object = {}) => ({ id, v, ...more })

describe('the configured catalog', () => {
  it.each([
    ['overwrite', {}, [[1, 'new']]],
    ['overwrite', { generation_id: 2, minimum_generation_id: 2, sync_id: 7 }, [[1, 'new']]],
    [
      'append_dedup',
      {},
      [
        [1, 'new'],
        [2, 'old'],
      ],
    ],
    [
      'append',
      {},
      [
        [1, 'new'],
        [1, 'old'],
        [2, 'old'],
      ],
    ],
    ['append', { generation_id: 3, minimum_generation_id: 3 }, [[1, 'new']]],
    [
      'overwrite',
      { generation_id: 3, minimum_generation_id: 0 },
      [
        [1, 'new'],
        [2, 'old'],
      ],
    ],
  ])('writes %s %j', async (mode, more, expected) => {
    source = [item(1, 'old'), item(2, 'old')]
    const catalog = configured(full(mode, more))
    expect(await run({ catalog })).toMatchObject({ success: true })
    source = [item(1, 'new')]
    const { summary } = await run({ catalog })
    expect(await rows()).toEqual(expected)
    expect(summary.rows_replaced).toEqual(expected.length === 1 ? 2 : undefined)
  })

  it.each([
    ['its own key where the source has none', [], [['id']], [[1, 'new']]],
    ['its own key instead of that of the source', ['id'], [['v']], [[1, 'new'], [1, 'old']]], // biome-ignore format: one line
    ['the key of the source where it has none', ['id'], [], [[1, 'new']]],
  ] as const)('merges by %s', async (_what, key, primary_key, expected) => {
    const catalog = configured(full('append_dedup', { primary_key }))
    source = [item(1, 'old')]
    await run({ catalog, stream: { key } })
    source = [item(1, 'new')]
    await run({ catalog, stream: { key } })
    expect(await rows()).toEqual(expected)
  })

  it('leaves the old rows when the read of a replacement fails', async () => {
    source = [item(1, 'old')]
    const catalog = configured(full('overwrite'))
    await run({ catalog })
    source = undefined
    expect(await run({ catalog })).toMatchObject({ success: false, summary: { exit_code: 1 } })
    expect(await rows()).toEqual([[1, 'old']])
  })

  const personal = {
    type: 'object',
    properties: {
      ...schema.properties,
      email: { type: 'string' },
      address: { type: 'object', properties: { city: { type: 'string' }, street: { type: 'string' } } },
    },
  }
  const person = item(1, 'a', { email: 'a@example.com', address: { city: 'Bonn', street: 'Am Markt 1', door: 2 }, undeclared: 'x' })

  it('writes no field that its json_schema leaves out, wherever it goes', async () => {
    source = [person]
    const chosen = { properties: { id: { type: 'integer' }, address: { type: 'object', properties: { city: { type: 'string' } } } } }
    const catalog = configured(full('append'), chosen)
    const output = [`duckdb:${join(folder, 'out.duckdb')}`, `jsonl:${join(folder, 'lines')}`]
    const registries = { state: `file:${join(folder, 'state')}`, schemas: `file:${join(folder, 'schemas')}` }
    const { success } = await run({ catalog, output, ...registries, stream: { schema: personal } })
    expect(success).toBe(true)
    expect(await rows('* exclude (_synced_at, _run_id)')).toEqual([[1, '{"city":"Bonn","door":2}', null]])
    const line = JSON.parse(readFileSync(join(folder, 'lines', 'items.jsonl'), 'utf8'))
    expect(Object.keys(line)).toEqual(['id', 'address', '_synced_at', '_run_id'])
  })

  it('writes every field when its json_schema has no properties', async () => {
    source = [person]
    await run({ catalog: configured(full('append'), { type: 'object', properties: {} }), stream: { schema: personal } })
    expect(await rows('id, email, _extra')).toEqual([[1, 'a@example.com', '{"undeclared":"x"}']])
  })

  it('gives a column to a field that only the catalog declares', async () => {
    source = [person]
    const chosen = { properties: { id: { type: 'integer' }, undeclared: { type: 'string' } } }
    await run({ catalog: configured(full('append'), chosen) })
    expect(await rows('id, undeclared, _extra')).toEqual([[1, 'x', null]])
  })
})

describe('what cannot be written', () => {
  it.each<[string, string, Partial<ReadRequest>, RegExp]>([
    ['a merge into files', 'ERR_WRITE_MODE', { output: 'jsonl:lines', catalog: configured(full('append_dedup')) }, /append_dedup.*items/],
    ['a merge into one of several outputs', 'ERR_WRITE_MODE', { output: ['duckdb:x', 'jsonl:lines'], write: 'merge' }, /jsonl/],
    ['a replacement on stdout', 'ERR_WRITE_MODE', { output: 'stdout', write: 'replace' }, /stdout/],
    ['overwrite with increments', 'ERR_WRITE_MODE', { catalog: configured(incremental('overwrite')) }, /full_refresh/],
    ['a replacement by a backfill', 'ERR_FLAG_INVALID', { write: 'replace', from: '2026-01-01' }, /--from/],
    ['a full refresh of a backfill', 'ERR_FLAG_INVALID', { fullRefresh: true, to: '2026-01-01' }, /--full-refresh/],
  ])('is refused before the first request: %s', async (_what, code, request, message) => {
    source = [item(1, 'a')]
    const { errors, summary } = await run(request)
    expect(errors).toMatchObject([{ code, message: expect.stringMatching(message) }])
    expect(summary.exit_code).toBe(2)
    expect(asked).toEqual([])
  })

  it('is refused when rows would be merged without a key, and says why there is none', async () => {
    const noKey = await run({ stream: { key: [] }, write: 'merge' })
    expect(noKey.errors).toMatchObject([{ code: 'ERR_WRITE_MODE', message: expect.stringMatching(/no primary key/) }])
    const hidden = await run({ catalog: configured(full('append_dedup'), { properties: { v: {} } }) })
    expect(hidden.errors).toMatchObject([{ code: 'ERR_WRITE_MODE', message: expect.stringMatching(/\(id\).*json_schema/) }])
    expect(asked).toEqual([])
  })
})

describe('a full refresh', () => {
  const a = item(1, 'a', { day: '2026-01-05' })
  const rest = [item(2, 'b', { day: '2026-02-05' }), item(3, 'c', { day: '2026-03-05' })]
  const dated = { type: 'object', properties: { ...schema.properties, day: { type: 'string', format: 'date' } } }
  const stream = { schema: dated, cursor: byMonth }
  const state = () => `file:${join(folder, 'state')}`
  const since = () => asked.map((url) => new URL(url, base).searchParams.get('since'))

  beforeEach(() => {
    source = [a, ...rest]
  })

  it('reads everything again whatever the state, and resumes from its end afterwards', async () => {
    await run({ stream, state: state() })
    expect(since()).toEqual(['2026-01-01', '2026-02-01', '2026-03-01'])
    asked = []
    await run({ stream, state: state(), fullRefresh: true })
    expect(since()).toEqual(['2026-01-01', '2026-02-01', '2026-03-01'])
    asked = []
    await run({ stream, state: state() })
    expect(since().every((day) => (day ?? '') > '2026-03-01')).toBe(true)
  })

  it.each(['merge', 'replace'] as const)('is resumed where it was stopped, when it %ss', async (write) => {
    await run({ stream, state: state(), concurrency: 1 })
    source = [item(1, 'again', { day: '2026-01-05' }), ...rest]
    const stopped = await run({ stream, state: state(), fullRefresh: true, write, maxRequests: 2, concurrency: 1 })
    expect(stopped.summary.exit_code).toBe(3)
    if (write === 'replace') expect(await rows()).toEqual([[1, 'a'], [2, 'b'], [3, 'c']]) // biome-ignore format: one line
    asked = []
    const resumed = await run({ stream, state: state(), fullRefresh: true, write, concurrency: 1 })
    expect(resumed.success).toBe(true)
    expect(since()).not.toContain('2026-01-01')
    expect(await rows()).toEqual([[1, 'again'], [2, 'b'], [3, 'c']]) // biome-ignore format: one line
  })

  it('does not move the state of the stream before it is complete', async () => {
    await run({ stream, state: state(), concurrency: 1 })
    await run({ stream, state: state(), write: 'replace', maxRequests: 1, concurrency: 1 })
    asked = []
    expect(await run({ stream, state: state() })).toMatchObject({ success: true })
    expect(since().every((day) => (day ?? '') > '2026-03-01')).toBe(true)
    expect(await rows()).toEqual([[1, 'a'], [2, 'b'], [3, 'c']]) // biome-ignore format: one line
  })

  it('replaces once for each generation of an incremental stream', async () => {
    const catalog = configured(incremental('append_dedup', { generation_id: 4, minimum_generation_id: 4 }))
    source = [a, item(9, 'gone', { day: '2026-01-06' }), ...rest]
    await run({ stream, state: state() })
    source = [a, ...rest]
    await run({ stream, state: state(), catalog })
    expect(await rows('id')).toEqual([[1], [2], [3]])
    source = [item(4, 'd', { day: '2026-03-31' })]
    await run({ stream, state: state(), catalog })
    expect(await rows('id')).toEqual([[1], [2], [3], [4]])
  })

  it('reads from the start and keeps the rows when only the generation is new', async () => {
    const generation = (generation_id: number) => configured(incremental('append_dedup', { generation_id, minimum_generation_id: 0 }))
    await run({ stream, state: state(), catalog: generation(1) })
    source = rest
    asked = []
    await run({ stream, state: state(), catalog: generation(2) })
    expect(since()).toEqual(['2026-01-01', '2026-02-01', '2026-03-01'])
    expect(await rows('id')).toEqual([[1], [2], [3]])
  })

  it('is asked for by sync_mode full_refresh, where a registry has a state', async () => {
    await run({ stream, state: state() })
    asked = []
    await run({ stream, state: state(), catalog: configured(full('append_dedup')) })
    expect(since()).toEqual(['2026-01-01', '2026-02-01', '2026-03-01'])
  })

  it('resumes a generation with the state that a platform hands on', async () => {
    const catalog = configured(full('overwrite', { generation_id: 5, minimum_generation_id: 5 }))
    await run({ stream })
    source = [item(7, 'kept', { day: '2026-01-05' }), ...rest]
    await run({ stream, catalog, maxRequests: 1, concurrency: 1 })
    const file = join(folder, 'state.json')
    writeFileSync(
      file,
      JSON.stringify([{ type: 'STREAM', stream: { stream_descriptor: { name: 'items' }, stream_state: { day: '2026-01-31' } } }]),
    )
    source = rest
    asked = []
    const { errors } = await run({ stream, catalog, state: file })
    expect(since()).not.toContain('2026-01-01')
    expect(errors).toEqual([])
    expect(await rows('id')).toContainEqual([7])
  })
})
