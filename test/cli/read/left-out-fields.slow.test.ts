import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type SandboxOptions, startSandbox } from '../../../sandbox/sandbox.ts'
import { runConnector, temporaryFolder } from '../run.ts'

/** Stands in every text of a person that the source sends. */
const marker = 'mark-7f3a9c'

const personal = /^(caption|message|story|permalink|permalink_url|username|name|biography|about|title|text|media_url|secret)$/

/** Puts the marker behind texts; names of metrics, which streams are made of, and errors stay as they are. */
function marked(text: string): string {
  return JSON.stringify(JSON.parse(text), function (this: unknown, key, value) {
    const isOther = typeof this === 'object' && this !== null && ('period' in this || 'values' in this || 'code' in this)
    return typeof value === 'string' && personal.test(key) && !isOther ? `${value} ${marker}` : value
  })
}

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The sandbox behind a proxy that marks what it answers. */
async function markedSandbox(options: SandboxOptions): Promise<string> {
  const sandbox = await startSandbox(options)
  onTestFinished(() => sandbox.close())
  return listening(async (request, response) => {
    const body: Buffer[] = []
    for await (const chunk of request) body.push(chunk)
    const { authorization = '', 'content-type': type = '' } = request.headers
    const answer = await fetch(`${sandbox.url}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { authorization, ...(type === '' ? {} : { 'content-type': type }) },
      ...(body.length > 0 ? { body: Buffer.concat(body) } : {}),
    })
    const text = await answer.text()
    response.statusCode = answer.status
    response.setHeader('content-type', 'application/json')
    for (const [name, value] of answer.headers) if (/usage/.test(name)) response.setHeader(name, value)
    response.end(batch(text))
  })
}

/** Answers of a batch are texts inside of it. */
function batch(text: string): string {
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value)) return marked(text)
  return JSON.stringify(value.map((part) => (typeof part?.body === 'string' ? { ...part, body: marked(part.body) } : part)))
}

/** Items by day and, for each, its notes; every one of them has texts of a person. */
async function foreignManifest(folder: string): Promise<string> {
  const base = await listening((request, response) => {
    const texts = { secret: 'a', nested: { kept: 1, secret: 'b' } }
    const rows = [1, 2, 3].map((id) => ({ id, day: `2026-01-0${id}`, ...texts, undeclared: { secret: 'c' } }))
    response.end(marked(JSON.stringify({ data: request.url?.startsWith('/items') ? rows : [{ id: 1, ...texts }] })))
  })
  const requester = (path: string) => ({ type: 'HttpRequester', url_base: base, path, http_method: 'GET' })
  const record_selector = { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } }
  const text = { type: 'string' }
  const nested = { type: 'object', properties: { kept: { type: 'integer' }, secret: text } }
  const schema = { type: 'object', properties: { id: { type: 'integer' }, day: text, item: { type: 'integer' }, secret: text, nested } }
  const schema_loader = { type: 'InlineSchemaLoader', schema }
  const items = {
    ...{ type: 'DeclarativeStream', name: 'items', primary_key: ['id'], schema_loader },
    retriever: { type: 'SimpleRetriever', requester: requester('/items'), record_selector },
    incremental_sync: {
      ...{ type: 'DatetimeBasedCursor', cursor_field: 'day', datetime_format: '%Y-%m-%d', start_datetime: '2026-01-01' },
    },
  }
  const parent = { type: 'ParentStreamConfig', stream: items, parent_key: 'id', partition_field: 'item', incremental_dependency: true }
  const notes = {
    ...{ type: 'DeclarativeStream', name: 'notes', primary_key: ['item', 'id'], schema_loader },
    retriever: {
      ...{ type: 'SimpleRetriever', requester: requester('/notes/{{ stream_partition.item }}'), record_selector },
      partition_router: { type: 'SubstreamPartitionRouter', parent_stream_configs: [parent] },
    },
    transformations: [{ type: 'AddFields', fields: [{ path: ['item'], value: '{{ stream_partition.item }}' }] }],
  }
  const spec = { type: 'Spec', connection_specification: { type: 'object', properties: {} } }
  const check = { type: 'CheckStream', stream_names: ['items'] }
  const file = join(folder, 'manifest.yaml')
  writeFileSync(file, JSON.stringify({ version: '6.0.0', type: 'DeclarativeSource', check, streams: [items, notes], spec }))
  return file
}

/** Every file below the folder that has the marker. */
function filesWithMarker(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => statSync(join(folder, name)).isFile() && readFileSync(join(folder, name)).includes(marker))
}

/** Columns of the source, as `table.column`. */
async function columnsOf(file: string): Promise<readonly string[]> {
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  try {
    const text = `select table_name || '.' || column_name from duckdb_columns() where not internal and column_name not in ('_extra', '_synced_at', '_run_id', '_stream')`
    return (await connection.runAndReadAll(text)).getRows().map(([name]) => String(name))
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

type Schema = { readonly properties?: Readonly<Record<string, Schema>> }

/** The schema without the properties that have the marker in some row. */
function without(schema: Schema, rows: readonly unknown[]): Schema {
  const own = (name: string) =>
    rows.flatMap((row) => (typeof row === 'object' && row !== null && name in row ? [Reflect.get(row, name)] : []))
  const entries = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const values = own(name)
    if (!JSON.stringify(values).includes(marker)) return [[name, inner] as const]
    return inner.properties ? [[name, without(inner, values)] as const] : []
  })
  return { ...schema, properties: Object.fromEntries(entries) }
}

const access_token = 'sandbox-user-token'
const config = { access_token, start_date: new Date(Date.now() - 12 * 86_400_000).toISOString().slice(0, 10) }
const instagram = { accounts: 1, media: 12, days: 30, stories: 1 }
const sources: readonly (readonly [string, (folder: string) => Promise<{ connector: string; config: object }>])[] = [
  [
    'facebook_pages',
    async () => ({ connector: 'facebook_pages', config: { ...config, base_url: await markedSandbox({ pages: 1, days: 30, posts: 8 }) } }),
  ],
  [
    'instagram_graph',
    async () => ({ connector: 'instagram_graph', config: { ...config, base_url: await markedSandbox({ pages: 1, instagram }) } }),
  ],
  [
    'instagram_posts',
    async () => {
      const sandbox = { pages: 1, instagram }
      const ids = await startSandbox(sandbox)
      onTestFinished(() => ids.close())
      const ig_user_id = ids.truth.accounts()[0] ?? ''
      return { connector: 'instagram_posts', config: { access_token, ig_user_id, base_url: await markedSandbox(sandbox) } }
    },
  ],
  ['a foreign manifest', async (folder) => ({ connector: await foreignManifest(folder), config: {} })],
]

describe('fields that the configured catalog leaves out', { timeout: 120_000 }, () => {
  it.each(sources)('are in no file and no line that a read of %s writes', async (_name, open) => {
    const setup = temporaryFolder()
    const { connector, config: settings } = await open(setup)
    const configPath = join(setup, 'config.json')
    writeFileSync(configPath, JSON.stringify(settings))
    const discovered = await runConnector(['discover', connector, '--config', configPath])
    expect(discovered.code, discovered.stderr.slice(-2000)).toBe(0)
    const streams: { name: string; json_schema: Schema }[] = JSON.parse(discovered.stdout.trim().split('\n').at(-1) ?? '').catalog.streams

    /** The schemas of a registry are those of a read without a catalog: its columns may not come back. */
    const folder = temporaryFolder()
    const schemas = ['--schemas', `file:${join(folder, 'schemas')}`]
    const all = await runConnector(['read', connector, '--config', configPath, ...schemas, '--output', `jsonl:${join(setup, 'all')}`])
    expect(all.code, all.stderr.slice(-2000)).toBe(0)
    const rows = new Map(
      readdirSync(join(setup, 'all'))
        .filter((name) => !name.startsWith('.'))
        .flatMap((name) =>
          readFileSync(join(setup, 'all', name), 'utf8')
            .trim()
            .split('\n'),
        )
        .map((line) => JSON.parse(line))
        .map((row) => [JSON.stringify(row), row] as const),
    )
    expect(JSON.stringify([...rows.values()])).toContain(marker)

    const chosen = streams.map((stream) => ({
      stream: { ...stream, json_schema: without(stream.json_schema, [...rows.values()]) },
      ...{ sync_mode: 'incremental', destination_sync_mode: 'append' },
    }))
    const catalog = join(setup, 'catalog.json')
    writeFileSync(catalog, JSON.stringify({ streams: chosen }))
    const outputs = [`jsonl:${join(folder, 'lines')}`, `duckdb:${join(folder, 'rows.duckdb')}`].flatMap((url) => ['--output', url])
    const state = ['--state', `file:${join(folder, 'state')}`, '--dead-letters', join(folder, 'dead')]
    const args = ['read', connector, '--config', configPath, '--catalog', catalog, ...schemas, ...state, ...outputs, '--debug']
    for (const more of [['--on-drift', 'evolve'], ['--on-drift', 'discard_row'], ['--full-refresh']]) {
      const { code, stdout, stderr } = await runConnector([...args, ...more], { cwd: folder })
      const printed = stdout.includes(marker) || stderr.includes(marker)
      expect({ more, code, printed }, stderr.slice(-2000)).toEqual({ more, code: 0, printed: false })
      expect(filesWithMarker(folder)).toEqual([])
    }
    const wanted = chosen.flatMap(({ stream: { name, json_schema } }) =>
      Object.keys(json_schema.properties ?? {}).map((field) => `${name.split('__')[0]}.${field}`),
    )
    expect((await columnsOf(join(folder, 'rows.duckdb'))).filter((column) => !wanted.includes(column))).toEqual([])
    expect(filesWithMarker(setup).length).toBeGreaterThan(0)
  })
})
