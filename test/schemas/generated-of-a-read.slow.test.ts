import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { read } from '../../compose/index.ts'
import { openPostgres, quoted, systemClock } from '../../framework/index.ts'
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts'
import { typeNames } from '../../schemas/schema-for-code.ts'
import { runConnector } from '../cli/run.ts'
import { type PostgresServer, startPostgres } from '../conformance/postgres-server.ts'
import { sandboxClock } from '../connectors/harness.ts'
import { complaints } from './compiled.ts'
import { zodSchemas } from './zod-schemas.ts'

describe.each(['facebook_pages', 'instagram_graph'])('what is generated of a read of %s', { timeout: 90_000 }, (product) => {
  const folder = mkdtempSync(join(tmpdir(), 'connector-test-'))
  let sandbox: Sandbox
  let server: PostgresServer
  const kinds = new Map<string, string[]>()

  const readInto = (output: string) =>
    read({
      connector: product,
      config: { access_token: 'sandbox-user-token', start_date: '2026-10-10', base_url: sandbox.url },
      schemas: `file:${join(folder, 'schemas')}`,
      // The manifest declares all that is read: not even the first read drifts.
      onDrift: ['freeze'],
      output,
      clock: sandboxClock(sandbox, []),
    })
  const generated = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await runConnector([
      'schema',
      ...args.slice(0, 1),
      product,
      '--schemas',
      `file:${join(folder, 'schemas')}`,
      ...args.slice(1),
    ])
    expect([code, stderr]).toEqual([0, ''])
    return stdout
  }

  beforeAll(async () => {
    server = await startPostgres()
    sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', pages: 1, days: 60, posts: 20, instagram: { accounts: 1, media: 20 } })
    const { summary } = await readInto(`jsonl:${join(folder, 'data')}`)
    expect([summary.exit_code, summary.errors, summary.drift]).toEqual([0, [], undefined])
    for (const file of readdirSync(join(folder, 'data')).filter((name) => name.endsWith('.jsonl') && !name.startsWith('.'))) {
      const lines = readFileSync(join(folder, 'data', file), 'utf8')
        .trimEnd()
        .split('\n')
      const kind = file.slice(0, file.indexOf('__'))
      kinds.set(kind, [...(kinds.get(kind) ?? []), ...lines])
    }
    expect(kinds.size).toBeGreaterThan(7)
  })
  afterAll(async () => {
    await Promise.all([sandbox.close(), server.stop()])
    rmSync(folder, { recursive: true, force: true })
  })

  it('types every line of every file under strict', async () => {
    const code = await generated('types')
    const names = typeNames([...kinds.keys()])
    const typed = [...kinds].map(([kind, lines]) => `export const of_${kind}: JsonlLine<${names.get(kind)}>[] = [${lines.join(',\n')}]`)
    expect(complaints([code, ...typed].join('\n'))).toEqual([])
    const [[kind, lines]] = [...kinds] as [[string, string[]]]
    const wrong = JSON.stringify({ ...JSON.parse(lines[0] ?? ''), _run_id: 7 })
    expect(complaints(`${code}\nexport const line: JsonlLine<${names.get(kind)}> = ${wrong}`).join()).toMatch(/not assignable/)
  })

  it('makes Zod schemas that every line passes', async () => {
    const schemas = await zodSchemas(await generated('zod'))
    const names = typeNames([...kinds.keys()])
    for (const [kind, lines] of kinds) {
      for (const line of lines) expect(schemas[names.get(kind) ?? '']?.safeParse(JSON.parse(line)).error).toBeUndefined()
    }
  })

  it('makes tables of DuckDB that take every row as it is', async () => {
    const file = join(folder, 'made.duckdb')
    const { DuckDBInstance } = await import('@duckdb/node-api')
    const instance = await DuckDBInstance.create(file)
    const connection = await instance.connect()
    await connection.run(await generated('ddl', '--dialect', 'duckdb'))
    const columns = async () =>
      (await connection.runAndReadAll('select table_name, column_name, data_type from duckdb_columns()')).getRows()
    const made = await columns()
    connection.closeSync()
    instance.closeSync()
    expect((await readInto(`duckdb:${file}`)).summary).toMatchObject({ exit_code: 0 })
    const again = await DuckDBInstance.create(file)
    const reader = await again.connect()
    const counts = async (kind: string) =>
      (await reader.runAndReadAll(`select count(*), count(_extra) from ${quoted(kind)}`))
        .getRows()
        .map(([rows, extra]) => [Number(rows), Number(extra)])
    for (const [kind, lines] of kinds) expect([kind, await counts(kind)]).toEqual([kind, [[lines.length, 0]]])
    expect((await reader.runAndReadAll('select table_name, column_name, data_type from duckdb_columns()')).getRows()).toEqual(made)
    reader.closeSync()
    again.closeSync()
  })

  it('makes tables of PostgreSQL that take every row as it is', async () => {
    const url = server.freshUrl()
    const statements = (await generated('ddl')).split(/;\n/).filter((text) => text.trim() !== '')
    const database = await openPostgres(url, { clock: systemClock })
    await database.transaction(async (query) => {
      await query(`create schema if not exists ${quoted(database.schema)}`)
      await query(`set local search_path to ${quoted(database.schema)}`)
      for (const statement of statements) await query(statement)
    })
    const columns = () =>
      database.transaction(async (query) => {
        const text = 'select table_name, column_name, data_type from information_schema.columns where table_schema = $1 order by 1, 2'
        return (await query(text, [database.schema])).rows
      })
    const made = await columns()
    expect((await readInto(url)).summary).toMatchObject({ exit_code: 0 })
    for (const [kind, lines] of kinds) {
      const { rows } = await database.transaction((query) =>
        query(`select count(*)::int as rows, count(_extra)::int as extra from ${quoted(database.schema)}.${quoted(kind)}`),
      )
      expect([kind, ...rows]).toEqual([kind, { rows: lines.length, extra: 0 }])
    }
    expect((await columns()).filter(({ table_name }) => kinds.has(String(table_name)))).toEqual(
      made.filter(({ table_name }) => kinds.has(String(table_name))),
    )
    await database.close()
  })

  it('is a source of dbt with the tables, columns, types and keys', async () => {
    const { version, sources } = parse(await generated('dbt'))
    expect([version, sources.length, sources[0].name, sources[0].loaded_at_field]).toEqual([2, 1, product, '_synced_at'])
    expect(sources[0].freshness).toMatchObject({ warn_after: { count: expect.any(Number), period: 'hour' } })
    const tables = new Map<string, { columns: { name: string; data_type: string; tests?: string[] }[]; meta: { primary_key: string[] } }>(
      sources[0].tables.map((table: { name: string }) => [table.name, table]),
    )
    for (const [kind, lines] of kinds) {
      const { columns = [], meta } = tables.get(kind) ?? {}
      const fields = new Set(
        lines.flatMap((line) => Object.keys(JSON.parse(line))).filter((name) => !['_synced_at', '_run_id'].includes(name)),
      )
      expect([kind, columns.map(({ name }) => name)]).toEqual([kind, expect.arrayContaining([...fields])])
      expect(columns.filter(({ data_type }) => typeof data_type !== 'string')).toEqual([])
      expect(columns.filter(({ tests }) => tests?.includes('not_null')).map(({ name }) => name)).toEqual(meta?.primary_key)
    }
  })
})
